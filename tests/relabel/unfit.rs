//! Targets that are going away or held by others, and pods that are not ready.

use serde_json::{Value, json};

use super::policies::with_tier;
use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, deployment, service};
use crate::harness::{Endpoints, Namespace, Pods};

#[test]
#[ignore = "needs a cluster: make test"]
fn what_is_being_deleted_is_no_target_any_more() {
    let ns = Namespace::new();
    for mut object in [daemon_set("rng"), service("rng")] {
        object["metadata"]["finalizers"] = json!(["example.com/held"]);
        ns.create(&object);
    }
    ns.create(&service("plain"));
    ns.rolled_out("ds/rng");
    ns.relabel("svc/rng svc/plain on=yes --allow-empty --dry-run").done();
    ns.kubectl("delete ds/rng svc/rng --cascade=orphan --wait=false");
    let uids = "get ds,services,pods,secrets -o custom-columns=U:.metadata.uid,L:.metadata.labels,S:.spec.selector";
    let before = ns.kubectl(uids);
    for (words, id) in [
        ("ds/rng on=yes", "daemonset.apps/rng"),
        ("ds/rng on=yes --keep-selector", "daemonset.apps/rng"),
        ("svc/plain svc/rng on=yes --allow-empty", "service/rng"),
    ] {
        let text = format!("error: {id} is being deleted\nhint: kubectl wait --for=delete {id}\n");
        ns.relabel(words).refused().printed("").said(&[&text]);
    }
    let text = "error: daemonset.apps/rng is being deleted\nhint: wait until that has ended\n";
    ns.relabel("--prune ds/rng --yes").refused().printed("").said(&[text]);
    assert_eq!(ns.kubectl(uids), before, "nothing is done");
    for target in ["ds/rng", "svc/rng"] {
        ns.patch(target, &json!({"metadata": {"finalizers": null}}));
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn finalizers_of_replica_sets_count_where_these_are_made_anew() {
    let ns = Namespace::new();
    ns.create(&with_tier(deployment("rng", 1)));
    ns.rolled_out("deploy/rng");
    let set = ns.kubectl("get rs -o jsonpath={.items[0].metadata.name}");
    ns.patch(&format!("rs/{set}"), &json!({"metadata": {"finalizers": ["example.com/held"]}}));
    let pods = Pods::watched(&ns);
    ns.relabel("deploy/rng tier=b --overwrite").refused().printed("").said(&[&format!(
        "error: replicaset.apps/{set} has finalizers of others: example.com/held\n  \
         it has to be deleted to get another selector, and whoever put them there would clean up after it\n\
         hint: ask who put them there whether they can go for a moment\n"
    )]);
    // With a label more its selector still fits.
    ns.relabel("deploy/rng on=yes").done().not_said(&["finalizers of others"]);
    assert_eq!(ns.get(&format!("rs/{set}"))["metadata"]["finalizers"], json!(["example.com/held"]));
    pods.are_untouched();
    ns.patch(&format!("rs/{set}"), &json!({"metadata": {"finalizers": null}}));
}

/// Says of a pod what its kubelet would say.
fn is_ready(ns: &Namespace, pod: &str, ready: bool) {
    let status = if ready { "True" } else { "False" };
    let conditions = ["Ready", "ContainersReady"].map(|kind| json!({"type": kind, "status": status}));
    let status = json!({"status": {"conditions": conditions}}).to_string();
    ns.kubectl_with(&format!("patch {pod} --subresource=status -p"), &status);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_pods_that_are_not_ready_are_told_and_stay_as_they_are() {
    let ns = Namespace::new();
    let mut set = daemon_set("rng");
    set["spec"]["template"]["spec"]["nodeSelector"] = json!({"topology.kubernetes.io/zone": "zone-a"});
    ns.create(&set);
    ns.create(&service("rng"));
    ns.rolled_out("ds/rng");
    let names: Vec<String> = ns.kubectl("get pods -o name").lines().map(str::to_owned).collect();
    let [sick, well] = names.as_slice() else { panic!("there are two: {names:?}") };
    is_ready(&ns, sick, false);
    let endpoints = Endpoints::of(&ns, "rng", 1);
    let pods = Pods::watched(&ns);
    let text = "  warn     1 of the 2 pods of daemonset.apps/rng not ready, and stay as they are\n";
    ns.relabel("ds/rng svc/rng on=yes").done().said(&[text]);
    assert_eq!(endpoints.fewest(), 1);
    pods.are_untouched();

    // The right pod alone is no endpoint yet.
    ns.kubectl(&format!("label {sick} late=yes"));
    for words in ["svc/rng late=yes", "svc/rng late=yes --wait=false"] {
        ns.relabel(words).refused().printed("").said(&["error: service/rng would select no ready pod\n  \
             1 pod of daemonset.apps/rng would be behind it; none is ready\nhint: kubectl "]);
    }
    assert_eq!(ns.get("svc/rng")["spec"]["selector"], json!({"app": "rng", "on": "yes"}));
    // Where a Service takes pods that are not ready, it is one.
    ns.patch("svc/rng", &json!({"spec": {"publishNotReadyAddresses": true}}));
    ns.relabel("svc/rng late=yes --dry-run").done();
    ns.patch("svc/rng", &json!({"spec": {"publishNotReadyAddresses": Value::Null}}));

    is_ready(&ns, sick, true);
    ns.relabel("svc/rng late=yes").done();
    ns.relabel("ds/rng more=yes").done().not_said(&["not ready"]);
    pods.are_untouched();
    assert!(ns.has(well));
}
