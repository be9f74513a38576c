//! Disruption budgets, network policies and Services that select what changes and are no targets: told, or nothing is done.

use serde_json::{Value, json};

use super::tool::Relabel as _;
use crate::harness::manifests::{deployment, service};
use crate::harness::{Endpoints, Namespace, Pods, may};

/// A workload whose pods have two labels.
pub fn with_tier(mut workload: Value) -> Value {
    workload["spec"]["selector"]["matchLabels"]["tier"] = json!("a");
    workload["spec"]["template"]["metadata"]["labels"]["tier"] = json!("a");
    workload
}

/// A budget for them.
pub fn budget() -> Value {
    json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "rng"},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "rng", "tier": "a"}}},
    })
}

/// A policy for them.
pub fn policy() -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "rng"},
        "spec": {"podSelector": {"matchLabels": {"app": "rng", "tier": "a"}}, "policyTypes": ["Ingress"]},
    })
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_edits_them_alone_is_told_for_which_pods_they_are_then() {
    let ns = Namespace::new();
    for object in [&budget(), &policy(), &with_tier(deployment("rng", 2))] {
        ns.create(object);
    }
    ns.rolled_out("deploy/rng");
    let ended = ns.relabel("pdb/rng netpol/rng tier-").done().said(&[
        "  impact   poddisruptionbudget.policy/rng       moves with it (target)\n",
        "  impact   networkpolicy.networking.k8s.io/rng  moves with it (target)\n",
    ]);
    ended.printed("poddisruptionbudget.policy/rng unlabeled\nnetworkpolicy.networking.k8s.io/rng unlabeled\n");
    ns.relabel("netpol/rng on=yes")
        .done()
        .said(&["networkpolicy.networking.k8s.io/rng  is for 2 pods -> 0 (target)\n"]);
    let blind = ns.account("blind", &[may("get patch", "poddisruptionbudgets")]);
    blind.relabel("pdb/rng on=yes").done().said(&["note     not looked at: may not list pods\n"]).not_said(&["impact"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn pods_do_not_fall_out_of_what_is_no_target_unless_somebody_insists() {
    let ns = Namespace::new();
    let callers = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "db"},
        "spec": {"podSelector": {"matchLabels": {"app": "db"}},
                 "ingress": [{"from": [{"podSelector": {"matchLabels": {"tier": "a"}}}]}]},
    });
    for object in [&budget(), &policy(), &callers, &with_tier(deployment("rng", 2))] {
        ns.create(object);
    }
    ns.rolled_out("deploy/rng");
    let before = ns.kubectl("get pods,pdb,netpol,deploy -o json");
    let said = [
        "error: poddisruptionbudget.policy/rng loses 2 pods: nothing limits their evictions\n\
         hint: kubectl relabel deploy/rng pdb/rng tier=b --overwrite takes it along; --allow-impact does it all the same\n",
        "error: networkpolicy.networking.k8s.io/rng loses 2 pods: it fails open\n\
         hint: kubectl relabel deploy/rng netpol/rng tier=b --overwrite takes it along; --allow-impact does it all the same\n",
        "error: networkpolicy.networking.k8s.io/db no longer lets 2 pods come to its pods\n\
         hint: --allow-impact does it all the same\n",
    ];
    for flags in ["", " --keep-selector --allow-empty"] {
        let words = format!("deploy/rng tier=b --overwrite{flags}");
        if flags.is_empty() {
            ns.relabel(&words).refused().printed("").said(&said);
        } else {
            ns.relabel(&words).refused().printed("");
        }
    }
    assert_eq!(ns.kubectl("get pods,pdb,netpol,deploy -o json"), before, "nothing is done");
    let pods = Pods::watched(&ns);
    ns.relabel("deploy/rng pdb/rng netpol/rng tier=b --overwrite --allow-impact")
        .done()
        .said(&["warn     networkpolicy.networking.k8s.io/db   no longer lets 2 pods come to its pods\n"]);
    ns.relabel("deploy/rng tier=c --overwrite --allow-impact")
        .done()
        .printed("deployment.apps/rng labeled (selector, template, 2 pods; 0 restarted)\n");
    pods.are_untouched();
    ns.relabel("deploy/rng new=yes").done().not_said(&["impact", "warn"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn services_that_are_no_targets_are_not_emptied_and_can_be_taken_along() {
    let ns = Namespace::new();
    ns.create(&with_tier(deployment("rng", 3)));
    for name in ["rng", "other"] {
        let mut front = service(name);
        front["spec"]["selector"] = json!({"app": "rng", "tier": "a"});
        ns.create(&front);
    }
    ns.create(&{
        let mut all = service("all");
        all["spec"]["selector"] = json!({"app": "rng"});
        all
    });
    ns.rolled_out("deploy/rng");
    let endpoints = Endpoints::of_each(&ns, &[("rng", 3), ("other", 3), ("all", 3)]);
    let pods = Pods::watched(&ns);
    for targets in ["deploy/rng", "deploy/rng svc/rng"] {
        ns.relabel(&format!("{targets} tier=b --overwrite")).refused().printed("").said(&[&format!(
            "error: service/other selects 3 pods -> 0: left without a ready pod\n\
             hint: kubectl relabel {targets} tier=b --overwrite --with-services takes it along; \
             --allow-empty does it all the same\n"
        )]);
    }
    ns.relabel("deploy/rng svc/rng tier=b --overwrite --with-services").done().printed(
        "deployment.apps/rng labeled (selector, template, 3 pods; 0 restarted)\n\
         service/rng labeled (3 -> 3 endpoints)\nservice/other labeled (3 -> 3 endpoints)\n",
    );
    for name in ["rng", "other"] {
        assert_eq!(ns.get(&format!("svc/{name}"))["spec"]["selector"], json!({"app": "rng", "tier": "b"}));
    }
    assert_eq!(ns.get("svc/all")["spec"]["selector"], json!({"app": "rng"}));
    endpoints.never_were_fewer();
    pods.are_untouched();
    ns.relabel("deploy/rng tier=a --overwrite --allow-empty").done().said(&["left without a ready pod"]);
    endpoints.reach_of("rng", 0);
    assert_eq!(endpoints.fewest_of("all"), 3);
}
