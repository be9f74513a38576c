//! What cannot be adopted, or must not be: told before the first write. And what a look beforehand shows.

use serde_json::json;

use super::handed::Scene;
use super::tool::Cast as _;
use crate::harness::manifests::{daemon_set, deployment, service, stateful_set};
use crate::harness::{Namespace, Rule, may};

fn untouched(ns: &Namespace) {
    assert!(!ns.has("ds/rng") && !ns.has("secrets -l kube-recast/journal"));
    let source = ns.get("deploy/rng");
    assert!(source["metadata"]["deletionTimestamp"].is_null() && source["metadata"]["finalizers"].is_null());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn flags_that_do_not_go_together_are_wrong_usage() {
    let ns = Namespace::new();
    for (words, said) in [
        ("rng --adopt --replace", "the argument '--adopt' cannot be used with '--replace'"),
        ("-f app.yml --adopt", "cannot be used with"),
        ("rng --adopt --wait=false", "--adopt cannot be used with --wait=false"),
        ("rng --allow-fewer", "required arguments were not provided"),
        ("--undo rng --adopt --name other", "cannot be used with"),
    ] {
        ns.cast(words).refused().said(&[said]);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_stateful_set_keeps_its_pods_for_itself() {
    let ns = Namespace::new();
    ns.create(&stateful_set("rng", 1));
    ns.rolled_out("sts/rng");
    let said = ["the pods of statefulset.apps/rng cannot be handed over", "a name and an identity", "--replace"];
    ns.cast("sts/rng --adopt").refused().said(&said);
    assert!(!ns.has("ds/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_daemon_set_that_is_there_already_has_pods_of_its_own() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    ns.cast("rng -q").done();
    ns.cast("rng --adopt")
        .refused()
        .said(&["daemonset.apps/rng exists already", "kubectl ds-cast deploy/rng --replace"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_could_not_be_finished_or_would_be_undone_is_refused() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 2));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    let refused = |said: &[&str]| {
        ns.cast("rng --adopt").refused().said(said).said(&["hint: "]);
        assert!(!ns.has("ds/rng") && !ns.has("secrets -l kube-recast/journal"));
    };
    ns.patch("deploy/rng", &json!({"metadata": {"finalizers": ["example.com/mine"]}}));
    refused(&["deployment.apps/rng has finalizers of others: example.com/mine"]);
    ns.patch("deploy/rng", &json!({"metadata": {"finalizers": null}}));

    let hash = ns.list("rs")[0]["metadata"]["labels"]["pod-template-hash"].clone();
    ns.patch("svc/rng", &json!({"spec": {"selector": {"pod-template-hash": hash}}}));
    refused(&["service/rng selects by a label that belongs to one kind of owner", "2 pods would enter or leave it"]);
    ns.patch("svc/rng", &json!({"spec": {"selector": {"pod-template-hash": null}}}));

    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "stray", "labels": {"app": "rng"}},
                     "spec": {"containers": [{"name": "main", "image": crate::harness::manifests::IMAGE}]}});
    ns.create(&pod);
    refused(&["daemonset.apps/rng would take pods that have no owner: stray"]);
    ns.kubectl("delete pod stray");

    let mut other = daemon_set("other");
    other["spec"]["selector"]["matchLabels"] = json!({"app": "rng"});
    other["spec"]["template"]["metadata"]["labels"] = json!({"app": "rng"});
    other["spec"]["template"]["spec"]["nodeSelector"] = json!({"no": "node"});
    ns.create(&other);
    refused(&["daemonset.apps/other would take over what belongs to deployment.apps/rng"]);
    ns.kubectl("delete ds other");

    ns.kubectl("rollout pause deploy/rng");
    ns.patch("deploy/rng", &json!({"spec": {"template": {"metadata": {"annotations": {"a": "b"}}}}}));
    crate::harness::eventually("the controller sees it", || {
        ns.get("deploy/rng")["status"]["updatedReplicas"].is_null().then_some(())
    });
    refused(&["deployment.apps/rng is being rolled out", "kubectl rollout status deploy/rng"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_look_beforehand_writes_nothing() {
    let scene = Scene::of(&deployment("rng", 2));
    let ns = &scene.ns;
    let lines = |dry: &str| format!("daemonset.apps/rng created ({dry})\ndeployment.apps/rng deleted ({dry})\n");
    ns.cast("rng --adopt --dry-run=client")
        .done()
        .printed(&lines("dry run"))
        .said(&["pods     2 kept, none restarted"]);
    ns.cast("rng --adopt --dry-run=server").done().printed(&lines("server dry run"));
    ns.cast("rng --adopt --dry-run=server -o name").done().printed("daemonset.apps/rng\n");
    let shown = ns.cast("rng --adopt --dry-run=client -o json").done().json();
    assert_eq!((&shown["kind"], &shown["metadata"]["annotations"]), (&json!("DaemonSet"), &json!(null)));
    let script = ns.cast("rng --adopt --explain").done().stdout;
    for step in [
        "create secret/kube-recast.daemonset.rng: it keeps what must be known after a crash",
        "delete deployment.apps/rng: its pods pass to another owner",
        "wait: for the controllers to see the pods' new labels",
        "create daemonset.apps/rng: it takes the pods that were made ready for it",
        "patch deployment.apps/rng: the next one has its pods",
    ] {
        assert!(script.contains(step), "{step}\n{script}");
    }
    untouched(ns);
    let object = ns.cast("rng --adopt -o json").done().json();
    assert_eq!(object["metadata"]["uid"], ns.get("ds/rng")["metadata"]["uid"]);
    scene.is_adopted();
    ns.cast("--undo ds/rng --dry-run=server")
        .done()
        .printed("deployment.apps/rng created (server dry run)\ndaemonset.apps/rng deleted (server dry run)\n");
    scene.is_adopted();
}

/// All that an adoption takes.
fn enough() -> Vec<Rule> {
    vec![
        may("get list watch patch delete", "deployments"),
        may("get list watch create patch", "daemonsets"),
        may("get list watch patch delete", "replicasets"),
        may("list", "statefulsets"),
        may("get list watch patch delete", "pods"),
        may("get list watch create delete", "services"),
        may("get create delete", "secrets"),
        may("list watch", "endpointslices"),
        may("list watch", "controllerrevisions"),
        may("list", "nodes"),
    ]
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_lacks_a_right_is_told_before_the_first_write() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 2));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    for (position, verb, said) in [
        (0, "patch", "patch deployments.apps/rng"),
        (0, "delete", "delete deployments.apps/rng"),
        (1, "create", "create daemonsets.apps"),
        (2, "patch", "patch replicasets.apps"),
        (4, "patch", "patch pods"),
        (5, "create", "create services"),
        (6, "create", "create secrets"),
        (7, "watch", "watch endpointslices.discovery.k8s.io"),
        (9, "list", "list nodes"),
    ] {
        let mut rules = enough();
        rules[position] = rules[position].clone().but(verb);
        let name = format!("no-{verb}-{position}");
        ns.account(&name, &rules).cast("rng --adopt").refused().printed("").said(&[said]);
        untouched(&ns);
    }
    ns.account("enough", &enough()).cast("rng --adopt").done();
    assert!(!ns.has("deploy/rng") && ns.has("ds/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_comes_in_between_is_told_what_is_under_way() {
    let scene = Scene::of(&deployment("rng", 2));
    let ns = &scene.ns;
    let start = |server: &str| ns.begin_cast(&format!("rng --adopt {server}"));
    assert!(crate::harness::killed(ns, crate::harness::Moment::After(5), start).is_none());
    let said =
        ["says that a change is under way", "kubectl ds-cast deploy/rng --adopt", "kubectl ds-cast --undo ds/rng"];
    for words in ["rng", "rng --replace", "rng --adopt --node-selector disktype=ssd"] {
        ns.cast(words).refused().said(&said);
    }
    ns.cast("rng --adopt").done().said(&["goes on with what", "began at"]);
    scene.is_adopted();
}
