//! What belongs to a workload by its uid, where not all of it may be looked at or changed.

use serde_json::{Value, json};

use super::cases::DAEMON_SET_ADD;
use super::interrupted::killed_when_held;
use super::scene::Scene;
use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, service};
use crate::harness::{Namespace, Pods, may};

/// A DaemonSet behind a Service, and what belongs to it.
fn rng(ns: &Namespace) -> Value {
    ns.create(&daemon_set("rng"));
    ns.create(&service("rng"));
    ns.rolled_out("ds/rng");
    below(ns)
}

/// What belongs to it.
fn below(ns: &Namespace) -> Value {
    let uid = ns.get("ds/rng")["metadata"]["uid"].clone();
    let owner = json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "rng", "uid": uid});
    ns.create(&json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "below", "ownerReferences": [owner]},
        "data": {"kept": "yes"},
    }))
}

/// Whose it is.
fn owner(ns: &Namespace) -> Value {
    ns.get("cm/below")["metadata"]["ownerReferences"][0]["uid"].clone()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_may_not_be_listed_stays_without_owner_and_its_kind_is_named() {
    let ns = Namespace::new();
    let below = rng(&ns);
    let pods = Pods::watched(&ns);
    let caller = ns.account("mover", &ns.role("relabel"));
    // Nothing is made anew, so that nothing changes hands.
    caller.relabel("ds/rng more=yes --keep-selector").done().not_said(&["configmaps"]);
    assert_eq!(owner(&ns), ns.get("ds/rng")["metadata"]["uid"]);
    let ended = caller.relabel("ds/rng svc/rng on=yes").done();
    let line = ended.stderr.lines().find(|line| line.contains("configmaps"));
    assert!(line.is_some_and(|line| line.starts_with("  note     not looked at: may not list ")), "{ended}");
    ns.rolled_out("ds/rng");
    let after = ns.get("cm/below");
    assert_eq!((&after["metadata"]["uid"], &after["data"]), (&below["metadata"]["uid"], &below["data"]));
    assert!(after["metadata"]["ownerReferences"].is_null(), "it is nobody's, and so nobody collects it: {after}");
    pods.are_untouched();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_may_be_listed_and_not_changed_is_refused_before_the_first_write() {
    let ns = Namespace::new();
    let below = rng(&ns);
    let state = || ns.kubectl("get ds,pods,services,secrets,controllerrevisions,cm -o json");
    let pods = Pods::watched(&ns);
    let role = ns.role("relabel");
    for (verbs, lacks) in [("get list patch", "watch"), ("get list watch", "patch"), ("list watch patch", "get")] {
        let rules = [role.clone(), vec![may(verbs, "configmaps")]].concat();
        let caller = ns.account(&format!("lacks-{lacks}"), &rules);
        let before = state();
        for flag in ["--dry-run=server", ""] {
            let ended = caller.relabel(&format!("ds/rng svc/rng on=yes {flag}")).refused().printed("");
            ended.said(&[&format!("kubectl auth can-i {lacks} configmaps")]);
        }
        assert_eq!(state(), before, "nothing is done");
    }
    // To look what would be done, to list it is enough.
    let rules = [role.clone(), vec![may("list", "configmaps")]].concat();
    let script = ns.account("onlooker", &rules).relabel("ds/rng svc/rng on=yes --explain").done().stdout;
    assert!(script.contains("patch configmap/below: it belonged to the one before"), "{script}");
    let rules = [role, vec![may("get list watch patch", "configmaps")]].concat();
    ns.account("mover", &rules).relabel("ds/rng svc/rng on=yes").done().not_said(&["configmaps"]);
    assert_eq!(owner(&ns), ns.get("ds/rng")["metadata"]["uid"]);
    assert_eq!(ns.get("cm/below")["metadata"]["uid"], below["metadata"]["uid"]);
    pods.are_untouched();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_belonged_to_a_workload_that_is_put_back_belongs_to_it_again() {
    let scene = Scene::of(DAEMON_SET_ADD);
    below(&scene.ns);
    killed_when_held(&scene);
    assert!(owner(&scene.ns).is_null(), "the garbage collector has freed it");
    scene.ns.relabel("--abort ds/rng").done();
    assert_eq!(Some(owner(&scene.ns)), scene.uid().map(Value::from));
    scene.is_as_before();
}
