//! `--prune`: what was left behind without owner goes, and nothing else.

use serde_json::{Value, json};

use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, deployment, service};
use crate::harness::{Namespace, Rule, eventually, may};

/// A DaemonSet and a Service that select two labels, and one pod that has lost the second one.
pub fn with_a_pod_let_go(ns: &Namespace) -> String {
    let mut set = daemon_set("rng");
    set["spec"]["selector"]["matchLabels"]["on"] = json!("yes");
    set["spec"]["template"]["metadata"]["labels"]["on"] = json!("yes");
    let mut front = service("rng");
    front["spec"]["selector"]["on"] = json!("yes");
    ns.create(&set);
    ns.create(&front);
    ns.rolled_out("ds/rng");
    let pod = ns.list("pods")[0]["metadata"]["name"].as_str().unwrap().to_owned();
    ns.kubectl(&format!("label pod/{pod} on-"));
    eventually("the daemon set starts another, and the service drops the one", || {
        let slices = Value::from(ns.list("endpointslices")).to_string();
        let has_owner = !ns.get(&format!("pod/{pod}"))["metadata"]["ownerReferences"].is_null();
        (!has_owner && !slices.contains(&pod)).then_some(())
    });
    ns.rolled_out("ds/rng");
    pod
}

fn names(ns: &Namespace) -> Vec<String> {
    ns.list("pods").iter().map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_the_controller_let_go_goes_and_what_a_person_made_stays() {
    let ns = Namespace::new();
    let pod = with_a_pod_let_go(&ns);
    let spec = json!({"containers": [{"name": "main", "image": crate::harness::manifests::IMAGE}]});
    let labels = json!({"app": "rng"});
    ns.create(&json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "by-hand", "labels": labels}, "spec": spec,
    }));
    let before = names(&ns);
    let listed = [
        format!("prune    pod/{pod}: made by a controller, and without owner"),
        "keep     pod/by-hand: it was not made by the controller".to_owned(),
    ];
    let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
    ns.relabel("--prune ds/rng").refused().printed("").said(&listed).said(&[
        "error: nobody is there to be asked whether 1 pod may be deleted\nhint: kubectl relabel --prune ds/rng --yes",
    ]);
    ns.relabel("--prune ds/rng --dry-run=server").done().printed(&format!("pod/{pod} deleted (server dry run)\n"));
    assert_eq!(names(&ns), before, "nothing is deleted unasked");
    let ended = ns.relabel("--prune ds/rng --yes").done().printed(&format!("pod/{pod} deleted\n")).said(&listed);
    ended.not_said(&["nothing is left behind", "not looked at"]);
    ns.kubectl(&format!("wait --for=delete pod/{pod} --timeout=120s"));
    let left: Vec<String> = before.into_iter().filter(|name| *name != pod).collect();
    assert_eq!(names(&ns), left);
    ns.relabel("--prune ds/rng --yes").done().printed("").said(&["nothing is left behind by daemonset.apps/rng"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_serves_is_never_pruned() {
    let ns = Namespace::new();
    let pod = with_a_pod_let_go(&ns);
    let mut all = service("all");
    all["spec"]["selector"] = json!({"app": "rng"});
    ns.create(&all);
    let slices = || Value::from(ns.list("endpointslices -l kubernetes.io/service-name=all")).to_string();
    eventually("the service takes it in", || slices().contains(&pod).then_some(()));
    let text = format!("keep     pod/{pod}: it is in the slices of service/all");
    ns.relabel("--prune ds/rng --yes").done().printed("").said(&[&text]);
    assert!(names(&ns).contains(&pod));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn nothing_is_pruned_while_a_change_is_under_way() {
    let ns = Namespace::new();
    let pod = with_a_pod_let_go(&ns);
    let annotations = json!({"kube-recast/by": "alice", "kube-recast/command": "relabel ds/rng on=yes"});
    let metadata = json!({"name": "kube-recast.daemonset.rng", "annotations": annotations});
    ns.create(&json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata}));
    ns.relabel("--prune ds/rng --yes").refused().printed("").said(&["a change is under way", "begun by alice"]);
    assert!(names(&ns).contains(&pod));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_may_not_delete_is_told_before_the_first_deletion() {
    let ns = Namespace::new();
    let pod = with_a_pod_let_go(&ns);
    let rules: Vec<Rule> = vec![
        may("get", "secrets"),
        may("get list", "daemonsets deployments replicasets statefulsets controllerrevisions"),
        may("list", "pods services endpointslices poddisruptionbudgets"),
    ];
    let caller = ns.account("pruner", &rules);
    caller.relabel("--prune ds/rng --yes").refused().printed("").said(&[
        "you may not delete pods",
        "hint: kubectl auth can-i delete pods",
        "not looked at: may not list networkpolicies.networking.k8s.io",
    ]);
    assert!(names(&ns).contains(&pod));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_has_no_pods_leaves_nothing_behind() {
    let ns = Namespace::new();
    ns.create(&service("rng"));
    ns.relabel("--prune svc/rng --yes").refused().said(&["service/rng leaves nothing behind"]);
    ns.relabel("--prune ds/rng --yes").refused().said(&["daemonset.apps/rng not found"]);
}

/// A workload with two revisions that somebody has deleted without its dependents, and one of that name with another selector,
/// which has two revisions of its own. Answers with what has no owner, of a type.
fn with_a_history_let_go(ns: &Namespace, kind: &str, types: &str, mut object: Value) -> Vec<String> {
    let target = format!("{kind}/rng");
    ns.create(&object);
    ns.rolled_out(&target);
    ns.kubectl(&format!("set env {target} SECOND=yes"));
    ns.rolled_out(&target);
    ns.kubectl(&format!("delete {target} --cascade=orphan"));
    if kind == "deploy" {
        ns.kubectl("scale rs --all --replicas=0");
        eventually("their pods are gone", || ns.list("pods").is_empty().then_some(()));
    }
    for labels in ["/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
        object.pointer_mut(labels).unwrap()["on"] = json!("yes");
    }
    ns.create(&object);
    ns.rolled_out(&target);
    ns.kubectl(&format!("set env {target} THIRD=yes"));
    ns.rolled_out(&target);
    let all = ns.list(types).into_iter();
    let free = all.filter(|object| object["metadata"]["ownerReferences"].is_null());
    free.map(|object| object["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_history_that_nobody_owns_goes_and_that_of_the_workload_stays() {
    for (kind, types, object) in
        [("deploy", "replicasets.apps", deployment("rng", 1)), ("ds", "controllerrevisions.apps", daemon_set("rng"))]
    {
        let ns = Namespace::new();
        let left = with_a_history_let_go(&ns, kind, types, object);
        assert_eq!((left.len(), ns.list(types).len()), (2, 4));
        let ended = ns.relabel(&format!("--prune {kind}/rng --yes")).done();
        let printed: Vec<&str> = ended.stdout.lines().collect();
        for name in &left {
            let line = format!("{}.apps/{name} deleted", types.trim_end_matches("s.apps"));
            assert!(printed.contains(&line.as_str()), "{line}: {ended}");
        }
        let name = |object: &Value| object["metadata"]["name"].as_str().unwrap().to_owned();
        eventually("only what belongs to the workload is left", || {
            let stay: Vec<String> = ns.list(types).iter().map(name).collect();
            (stay.len() == 2 && stay.iter().all(|name| !left.contains(name))).then_some(())
        });
    }
}
