//! Pods that nobody owns for a moment: whoever else would take them, and whatever would fall to their next owner.

use serde_json::{Value, json};

use super::policies::with_tier;
use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, deployment, replica_set};
use crate::harness::{Namespace, Pods};

/// A workload that selects these labels and none besides.
fn selecting(mut workload: Value, labels: Value) -> Value {
    workload["metadata"]["labels"] = labels.clone();
    workload["spec"]["selector"]["matchLabels"] = labels.clone();
    workload["spec"]["template"]["metadata"]["labels"] = labels;
    workload
}

/// What a change would leave its traces on.
fn traces(ns: &Namespace) -> String {
    let columns = "U:.metadata.uid,L:.metadata.labels,F:.metadata.finalizers,S:.spec.selector";
    ns.kubectl(&format!("get ds,deploy,rs,pods,services,secrets -o custom-columns={columns}"))
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_would_take_the_pods_is_named_before_anything_is_done() {
    let ns = Namespace::new();
    ns.create(&with_tier(daemon_set("rng")));
    ns.create(&deployment("web", 1));
    ns.create(&selecting(replica_set("other", 1), json!({"on": "yes"})));
    ns.create(&selecting(replica_set("rival", 1), json!({"tier": "b"})));
    ns.create(&selecting(deployment("other", 1), json!({"late": "yes"})));
    for target in ["ds/rng", "deploy/web", "deploy/other"] {
        ns.rolled_out(target);
    }
    let count = ns.list("pods -l app=rng").len();
    let (before, pods) = (traces(&ns), Pods::watched(&ns));
    let matched = |count| format!("they have no owner for a moment, and its selector matches {count} of them");
    for (words, error, detail, hint) in [
        (
            "ds/rng on=yes",
            "replicaset.apps/other would take over the pods of daemonset.apps/rng",
            matched(count),
            "kubectl relabel ds/rng on=yes --keep-selector makes nothing anew",
        ),
        (
            "ds/rng tier=b --overwrite",
            "replicaset.apps/rival would take over the pods of daemonset.apps/rng",
            matched(count),
            "give replicaset.apps/rival a selector of its own first: kubectl relabel rs/rival KEY=VALUE",
        ),
        (
            "deploy/web late=yes",
            "deployment.apps/other would take over what belongs to deployment.apps/web",
            matched(1),
            "kubectl relabel deploy/web late=yes --keep-selector makes nothing anew",
        ),
    ] {
        let text = format!("error: {error}\n  {detail}\nhint: {hint}\n");
        ns.relabel(words).refused().printed("").said(&[&text]);
    }
    assert_eq!(traces(&ns), before, "nothing is done");
    // Nobody selects this; and what keeps its owner cannot be taken.
    for words in ["ds/rng deploy/web off=yes", "ds/rng on=yes --keep-selector"] {
        ns.relabel(words).done().not_said(&["would take over"]);
    }
    pods.are_untouched();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_has_no_owner_and_would_fall_to_the_next_one_is_named_before_anything_is_done() {
    let ns = Namespace::new();
    ns.create(&with_tier(daemon_set("rng")));
    ns.create(&with_tier(deployment("web", 1)));
    ns.create(&selecting(replica_set("old", 1), json!({"app": "web", "tier": "b"})));
    ns.kubectl("run alone --image=none --labels=app=rng,tier=b");
    for target in ["ds/rng", "deploy/web"] {
        ns.rolled_out(target);
    }
    ns.kubectl("wait --for=condition=Ready pods --all --timeout=120s");
    let before = traces(&ns);
    for (words, named, by) in [
        ("ds/rng tier=b --overwrite", "pod/alone", "daemonset.apps/rng"),
        ("deploy/web tier=b --overwrite", "replicaset.apps/old", "deployment.apps/web"),
    ] {
        ns.relabel(words).refused().printed("").said(&[&format!(
            "error: {named} has no owner, and {by} would take it in, and perhaps delete it\n  \
             its labels are those that are selected from then on\n\
             hint: if it is not needed: kubectl delete {named}\n"
        )]);
    }
    assert_eq!(traces(&ns), before, "nothing is done");
    // With a label more, the next selectors leave them out.
    ns.relabel("ds/rng deploy/web on=yes --dry-run").done().not_said(&["has no owner"]);
    ns.kubectl("delete pod/alone rs/old");
    let pods = Pods::watched(&ns);
    ns.relabel("ds/rng deploy/web tier=b --overwrite").done();
    pods.are_untouched();
}
