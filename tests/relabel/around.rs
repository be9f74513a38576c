//! Whom a change touches besides its targets: told on a cluster where it touches somebody of every sort, and not otherwise.

use serde_json::{Value, json};

use super::policies::{budget, policy, with_tier};
use super::tool::Relabel as _;
use crate::harness::manifests::{deployment, replica_set, service, stateful_set};
use crate::harness::{Namespace, Pods};

fn scaler() -> Value {
    json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "rng"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "rng"}, "maxReplicas": 9},
    })
}

/// Whom pods of other labels may talk to.
fn peers(name: &str, way: &str, field: &str, tier: &str) -> Value {
    let mut spec = json!({"podSelector": {"matchLabels": {"app": "db"}}});
    spec[way] = json!([{ field: [{"podSelector": {"matchLabels": {"tier": tier}}}] }]);
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec})
}

/// What selects these pods when they have another value.
fn next(mut object: Value, field: &str) -> Value {
    object["metadata"]["name"] = json!("next");
    object["spec"][field] = json!({"matchLabels": {"tier": "b"}});
    object
}

/// A workload that is placed by the pods of that label.
fn placed(name: &str, tier: &str) -> Value {
    let mut object = deployment(name, 0);
    let zone = "topology.kubernetes.io/zone";
    let term = json!({"topologyKey": zone, "labelSelector": {"matchLabels": {"tier": tier}}});
    object["spec"]["template"]["spec"]["affinity"] =
        json!({"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}});
    object
}

#[test]
#[ignore = "needs a cluster: make test"]
fn each_sort_is_told_beforehand_and_nobody_else_is() {
    let ns = Namespace::new();
    let mut front = service("next");
    front["spec"]["selector"] = json!({"tier": "b"});
    for object in [
        scaler(),
        next(budget(), "selector"),
        next(policy(), "podSelector"),
        peers("callers", "ingress", "from", "b"),
        peers("called", "egress", "to", "a"),
        placed("near", "a"),
        placed("elsewhere", "other"),
        front,
        with_tier(deployment("rng", 2)),
    ] {
        ns.create(&object);
    }
    ns.rolled_out("deploy/rng");
    ns.relabel("deploy/rng tier=b --overwrite")
        .refused()
        .printed("")
        .said(&["error: networkpolicy.networking.k8s.io/called no longer lets 2 pods be reached from its pods\n\
         hint: --allow-impact does it all the same\n"]);
    let table = "  impact   service/next                             selects 0 pods -> 2\n  \
                 impact   poddisruptionbudget.policy/next          counts 0 pods -> 2\n  \
                 warn     networkpolicy.networking.k8s.io/called   no longer lets 2 pods be reached from its pods\n  \
                 impact   networkpolicy.networking.k8s.io/callers  lets 2 pods more come to its pods\n  \
                 impact   networkpolicy.networking.k8s.io/next     takes in 2 pods: what it does not allow them is shut\n  \
                 impact   horizontalpodautoscaler.autoscaling/rng  follows deployment.apps/rng by its name\n  \
                 impact   deployment.apps/near                     its affinity over topology.kubernetes.io/zone goes by tier\n";
    let pods = Pods::watched(&ns);
    for dry in [" --dry-run", ""] {
        ns.relabel(&format!("deploy/rng tier=b --overwrite --allow-impact{dry}")).done().said(&[table]);
    }
    pods.are_untouched();
    // Nobody goes by this label. The autoscaler follows what is made anew, and only that.
    let ended = ns.relabel("deploy/rng on=yes --dry-run").done().not_said(&["warn"]);
    assert_eq!(ended.stderr.matches("impact").count(), 1, "{ended}");
    ended.said(&["impact   horizontalpodautoscaler.autoscaling/rng  follows deployment.apps/rng by its name\n"]);
    ns.relabel("deploy/rng on=yes --keep-selector --dry-run").done().not_said(&["impact", "warn"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_would_take_a_single_pod_or_lose_it_is_told_beforehand() {
    let ns = Namespace::new();
    let mut taker = replica_set("taker", 1);
    for place in ["/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
        *taker.pointer_mut(place).unwrap() = json!({"taken": "yes"});
    }
    ns.create(&taker);
    ns.create(&stateful_set("db", 1));
    ns.rolled_out("sts/db");
    ns.kubectl("run alone --image=none --labels=app=alone");
    let text = "replicaset.apps/taker  takes in pod/alone, which has no owner, and may delete it\n";
    ns.relabel("pod/alone taken=yes --dry-run").done().said(&[text]);
    // Whose pod it is already does not matter, nor does another label.
    ns.relabel("pod/db-0 taken=yes --dry-run").done().not_said(&["takes in"]);
    ns.relabel("pod/alone other=yes").done().not_said(&["impact"]);

    let text = "statefulset.apps/db  lets pod/db-0 go, and starts no other while that name is taken\n";
    ns.relabel("pod/db-0 other=yes").done().not_said(&["lets pod"]);
    let pods = Pods::watched(&ns);
    ns.relabel("pod/db-0 app-").done().said(&[text]).printed("pod/db-0 unlabeled\n");
    ns.kubectl("wait --for=jsonpath={.status.replicas}=0 sts/db --timeout=120s");
    pods.are_untouched();
}
