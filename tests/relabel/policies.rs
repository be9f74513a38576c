//! Disruption budgets, network policies and Services that select what changes: they move with the pods, or nothing does.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, deployment, service};
use crate::harness::watch::Watch;
use crate::harness::{Endpoints, Namespace, Pods};

/// A workload whose pods have two labels.
fn with_tier(mut workload: Value) -> Value {
    workload["spec"]["selector"]["matchLabels"]["tier"] = json!("a");
    workload["spec"]["template"]["metadata"]["labels"]["tier"] = json!("a");
    workload
}

fn budget() -> Value {
    json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "rng"},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "rng", "tier": "a"}}},
    })
}

fn policy() -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "rng"},
        "spec": {"podSelector": {"matchLabels": {"app": "rng", "tier": "a"}}, "policyTypes": ["Ingress"]},
    })
}

/// Everything that ever became of the pods, the budget and the policy, in the order in which it did.
struct History {
    watches: Vec<Watch<Vec<Value>>>,
}

impl History {
    fn begin(ns: &Namespace) -> Self {
        let of = |words: &str| Watch::of(ns, words, Vec::new(), |all: &mut Vec<Value>, event| all.push(event.clone()));
        Self { watches: ["pods", "pdb", "netpol"].map(of).into() }
    }

    /// At no moment did one of the selectors miss one of the pods.
    #[track_caller]
    fn has_no_gap(&self) {
        let mut events: Vec<Value> = Vec::new();
        for watch in &self.watches {
            watch.catch_up();
            watch.look(|seen| events.append(seen));
        }
        events.sort_by_key(|event| {
            let version = event["object"]["metadata"]["resourceVersion"].as_str().unwrap();
            version.parse::<u64>().unwrap()
        });
        let (mut pods, mut selectors) = (BTreeMap::new(), BTreeMap::new());
        for event in &events {
            let object = &event["object"];
            let name = object["metadata"]["name"].to_string();
            match object["kind"].as_str().unwrap() {
                "Pod" => pods.insert(name, object["metadata"]["labels"].clone()),
                "NetworkPolicy" => selectors.insert("policy", object["spec"]["podSelector"].clone()),
                _ => selectors.insert("budget", object["spec"]["selector"].clone()),
            };
            for (what, selector) in &selectors {
                for (name, labels) in &pods {
                    assert!(selects(selector, labels), "the {what}: {selector} misses {name}: {labels}");
                }
            }
        }
        assert_eq!(selectors.len(), 2);
    }
}

fn selects(selector: &Value, labels: &Value) -> bool {
    let wanted = selector["matchLabels"].as_object().into_iter().flatten();
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    wanted.into_iter().all(|(key, value)| labels[key] == *value)
        && expressions.into_iter().all(|expression| {
            assert_eq!(expression["operator"], "In");
            let key = expression["key"].as_str().unwrap();
            expression["values"].as_array().unwrap().contains(&labels[key])
        })
}

#[test]
#[ignore = "needs a cluster: make test"]
fn budgets_and_policies_hold_for_the_pods_all_the_while() {
    for (target, workload) in
        [("deploy/rng", with_tier(deployment("rng", 3))), ("ds/rng", with_tier(daemon_set("rng")))]
    {
        let ns = Namespace::new();
        for object in [&budget(), &policy(), &workload] {
            ns.create(object);
        }
        ns.rolled_out(target);
        let pods = Pods::watched(&ns);
        let history = History::begin(&ns);
        for (edit, verb, labels) in [
            ("new=yes", "labeled", json!({"app": "rng", "new": "yes", "tier": "a"})),
            ("tier=b --overwrite", "labeled", json!({"app": "rng", "new": "yes", "tier": "b"})),
            ("new-", "unlabeled", json!({"app": "rng", "tier": "b"})),
            ("tier=a new=yes --overwrite", "labeled", json!({"app": "rng", "new": "yes", "tier": "a"})),
            ("tier=b new- --overwrite", "modified", json!({"app": "rng", "tier": "b"})),
        ] {
            let ended = ns.relabel(&format!("{target} pdb/rng netpol/rng {edit}")).done();
            let lines: Vec<&str> = ended.stdout.lines().skip(1).collect();
            let expected = ["poddisruptionbudget.policy/rng", "networkpolicy.networking.k8s.io/rng"]
                .map(|name| format!("{name} {verb}"));
            assert_eq!(lines, expected, "{ended}");
            assert_eq!(ns.get("pdb/rng")["spec"]["selector"], json!({"matchLabels": labels}), "{target} {edit}");
            assert_eq!(ns.get("netpol/rng")["spec"]["podSelector"], json!({"matchLabels": labels}), "{target} {edit}");
        }
        history.has_no_gap();
        pods.are_untouched();
    }
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
