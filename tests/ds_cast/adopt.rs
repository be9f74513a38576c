//! `--adopt`: the running pods become the daemon set's, and none of them is restarted.

use serde_json::json;

use super::handed::{Scene, crowded};
use super::tool::Cast as _;
use crate::harness::Namespace;
use crate::harness::manifests::{deployment, replica_set};

#[test]
#[ignore = "needs a cluster: make test"]
fn one_pod_is_kept_and_every_other_node_gets_one() {
    let scene = Scene::of(&deployment("rng", 1));
    scene.ns.cast("rng --adopt").done().printed("daemonset.apps/rng created\ndeployment.apps/rng deleted\n").said(&[
        "pods     1 kept, none restarted",
        "carried  template, selector",
        "kubectl ds-cast --undo ds/rng",
    ]);
    scene.is_adopted();
    scene.endpoints.never_were_fewer();
    scene.ns.cast("rng --adopt").done().printed("daemonset.apps/rng unchanged\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn as_many_pods_as_nodes_are_all_kept_and_a_later_rollout_replaces_them() {
    let scene = Scene::of(&deployment("rng", 4));
    scene.ns.cast("rng --adopt").done();
    scene.is_adopted();
    scene.endpoints.never_were_fewer();
    let status = scene.ns.get("ds/rng")["status"].clone();
    assert_eq!(status["updatedNumberScheduled"], status["desiredNumberScheduled"], "{status}");
    let scene = scene.anew(4);
    scene.ns.kubectl("set env ds/rng COLOUR=blue");
    scene.ns.rolled_out("ds/rng");
    scene.ns.kubectl("rollout undo ds/rng");
    scene.ns.rolled_out("ds/rng");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_pods_on_one_node_serve_until_the_others_have_theirs() {
    let mut source = crowded(3);
    // Whatever is started takes its time.
    source["spec"]["template"]["metadata"]["annotations"] = json!({"test.recast/ready-after": "2s"});
    let scene = Scene::of(&source);
    scene
        .ns
        .cast("rng --adopt")
        .done()
        .said(&["waiting for daemonset.apps/rng to be available: 1 of 4 available"])
        .said(&[
            "pods     1 kept, none restarted; 3 started where there was none; 2 pods too many, deleted at the end",
        ]);
    scene.is_adopted();
    scene.endpoints.never_were_fewer();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn fewer_nodes_than_pods_are_refused_unless_that_is_allowed() {
    let scene = Scene::of(&deployment("rng", 6));
    scene
        .ns
        .cast("rng --adopt")
        .refused()
        .said(&["daemonset.apps/rng would run on 4 nodes, deployment.apps/rng has 6 pods ready", "--allow-fewer"]);
    scene.no_traces();
    scene.ns.cast("rng --adopt --allow-fewer").done();
    scene.is_adopted();
    assert!(scene.endpoints.fewest() >= 4);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_replica_set_of_its_own_is_adopted_too() {
    let scene = Scene::of(&replica_set("rng", 2));
    scene.ns.cast("rs/rng --adopt").done().printed("daemonset.apps/rng created\nreplicaset.apps/rng deleted\n");
    scene.is_adopted();
    scene.endpoints.never_were_fewer();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_pod_that_is_not_ready_stays_where_there_is_no_better_one() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 2);
    source["spec"]["template"]["metadata"]["annotations"] = json!({"test.recast/waiting": "ImagePullBackOff"});
    ns.create(&source);
    crate::harness::eventually("both have a node", || {
        (ns.list("pods").iter().filter(|pod| pod["spec"]["nodeName"].is_string()).count() == 2).then_some(())
    });
    let uids = |ns: &Namespace| -> Vec<String> {
        ns.list("pods").iter().map(|pod| pod["metadata"]["uid"].to_string()).collect()
    };
    let before = uids(&ns);
    ns.cast("rng --adopt --timeout 60s").done();
    let after = uids(&ns);
    assert!(before.iter().all(|uid| after.contains(uid)), "none was ready, and none is replaced for that");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn revisions_of_before_go_and_that_is_said() {
    let scene = Scene::of(&deployment("rng", 2));
    scene.ns.kubectl("set env deploy/rng COLOUR=blue");
    scene.ns.rolled_out("deploy/rng");
    let scene = scene.anew(2);
    scene.ns.cast("rng --adopt").done().said(&["the rollout history of deployment.apps/rng, 2 revisions, ends here"]);
    scene.is_adopted();
    scene.endpoints.never_were_fewer();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_belongs_to_the_source_belongs_to_the_daemon_set() {
    let scene = Scene::of(&deployment("rng", 1));
    let source = scene.ns.get("deploy/rng");
    let owner = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "rng", "uid": source["metadata"]["uid"]});
    scene.ns.create(&json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "ownerReferences": [owner]},
    }));
    let script = scene.ns.cast("rng --adopt --explain").done().stdout;
    assert!(script.contains("patch configmap/settings: it belonged to the one before"), "{script}");
    scene.ns.cast("rng --adopt").done();
    let owners = scene.ns.get("cm/settings")["metadata"]["ownerReferences"].clone();
    let daemon_set = scene.ns.get("ds/rng");
    assert_eq!(owners[0]["kind"], "DaemonSet");
    assert_eq!(owners[0]["uid"], daemon_set["metadata"]["uid"]);
    scene.is_adopted();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn several_are_adopted_at_once_and_under_other_names() {
    let ns = Namespace::new();
    for name in ["rng", "hasher"] {
        ns.create(&deployment(name, 2));
        ns.rolled_out(&format!("deploy/{name}"));
    }
    let pods = crate::harness::Pods::watched(&ns);
    ns.cast("--all --adopt").done();
    assert_eq!(pods.lost(), Vec::<String>::new());
    assert!(ns.list("deploy").is_empty());
    let ns = Namespace::new();
    ns.create(&deployment("rng", 2));
    ns.rolled_out("deploy/rng");
    let pods = crate::harness::Pods::watched(&ns);
    ns.cast("rng --adopt --name=everywhere")
        .done()
        .printed("daemonset.apps/everywhere created\ndeployment.apps/rng deleted\n");
    assert_eq!(pods.lost(), Vec::<String>::new());
}
