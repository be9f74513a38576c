//! Rollouts that stand half-way, and pods that are on their way out.

use std::collections::BTreeSet;

use serde_json::json;

use super::judge::{Judge, workload};
use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, stateful_set};
use crate::harness::{Namespace, Pods, eventually};

#[test]
#[ignore = "needs a cluster: make test"]
fn a_stateful_set_whose_partition_keeps_two_revisions_is_not_made_anew() {
    let mut object = workload("sts");
    object["spec"]["podManagementPolicy"] = json!("Parallel");
    object["spec"]["updateStrategy"] = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 2}});
    let judge = Judge::of("sts", &object);
    // The partition alone is no reason: there is one revision yet.
    judge.relabelled("early=yes");
    judge.ns.relabel("sts/rng other=yes --keep-selector --dry-run").done().not_said(&["the partition of "]);
    judge.ns.kubectl("set env sts/rng LATER=yes");
    judge.ns.rolled_out("sts/rng");
    judge.settled();
    let before = judge.now();
    let error = "error: the partition of statefulset.apps/rng keeps its pods at 2 revisions\n  \
                 made anew it would know one of them, and restart a pod of the others with that one\n";
    for (words, hint) in [
        ("on=yes", "hint: kubectl relabel sts/rng on=yes --keep-selector makes nothing anew\n"),
        (
            "tier=b --overwrite --allow-empty",
            "hint: finish the rollout first: set spec.updateStrategy.rollingUpdate.partition to 0\n",
        ),
    ] {
        // It is not under way, so that nobody need wait for it.
        for flag in ["", " --wait-rollout"] {
            let ended = judge.ns.relabel(&format!("sts/rng {words}{flag}")).refused().printed("");
            ended.said(&[error, hint]).not_said(&["is being rolled out"]);
        }
    }
    assert_eq!(judge.now(), before, "nothing is done");
    judge.ns.relabel("sts/rng on=yes --keep-selector --dry-run").done().said(&[
        "warn     the partition of statefulset.apps/rng keeps its pods at 2 revisions: one of an older revision that is \
         started again comes back as it was before\n",
    ]);
    judge.relabelled("on=yes --keep-selector");
    judge.has("on", Some("yes"));
    // The rollout goes on where it stood: what is of the later revision has had it.
    let (pods, later) = (Pods::watched(&judge.ns), judge.ns.get("pod/rng-2")["metadata"]["uid"].clone());
    judge.ns.patch("sts/rng", &json!({"spec": {"updateStrategy": {"rollingUpdate": {"partition": 0}}}}));
    judge.ns.rolled_out("sts/rng");
    judge.settled();
    assert_eq!(pods.lost().into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(["rng-0", "rng-1"].map(str::to_owned)));
    assert_eq!(judge.ns.get("pod/rng-2")["metadata"]["uid"], later);
    judge.has("on", Some("yes"));
}

/// Lets the pod be ready, or go, at once. What the annotation said before is no more to be waited for.
fn at_once(ns: &Namespace, pod: &str, annotation: &str) {
    ns.kubectl(&format!("annotate pod/{pod} test.recast/{annotation}=0s --overwrite"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_the_rollout_of_a_stateful_set_is_refused_or_waited_for() {
    let ns = Namespace::new();
    ns.create(&stateful_set("rng", 1));
    ns.rolled_out("sts/rng");
    ns.relabel("sts/rng early=yes").done().not_said(&["rolled out"]);
    let slow = json!({"metadata": {"annotations": {"test.recast/ready-after": "5m"}}});
    ns.patch("sts/rng", &json!({"spec": {"template": slow}}));
    eventually("the next pod is there", || {
        let pods = ns.list("pods -l app=rng");
        pods.iter().any(|pod| !pod["metadata"]["annotations"].is_null()).then_some(())
    });
    for flag in ["", " --keep-selector"] {
        ns.relabel(&format!("sts/rng on=yes{flag}")).refused().printed("").said(&[
            "error: statefulset.apps/rng is being rolled out: ",
            &format!("hint: kubectl relabel sts/rng on=yes{flag} --wait-rollout waits for that\n"),
        ]);
    }
    let waiting = "waiting for the rollout of statefulset.apps/rng to end: ";
    let ended = ns.relabel("sts/rng on=yes --wait-rollout --timeout 1s").refused().printed("");
    ended.said(&["error: gave up after ", waiting]);
    let mut running = ns.begin_relabel("sts/rng on=yes --wait-rollout");
    running.until_it_says(waiting);
    at_once(&ns, "rng-0", "ready-after");
    running.ended().done();
    let pods = Pods::watched(&ns);
    assert!(ns.list("pods").iter().all(|pod| pod["metadata"]["labels"]["on"] == "yes"));
    ns.rolled_out("sts/rng");
    pods.are_untouched();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_pods_on_their_way_out_are_waited_for_only_where_that_is_asked_for() {
    let ns = Namespace::new();
    let mut set = daemon_set("rng");
    set["spec"]["template"]["spec"]["nodeSelector"] = json!({"topology.kubernetes.io/zone": "zone-a"});
    set["spec"]["template"]["metadata"]["annotations"] = json!({"test.recast/gone-after": "1m"});
    ns.create(&set);
    ns.rolled_out("ds/rng");
    for (words, waits) in [
        ("ds/rng one=yes --wait-rollout", true),
        ("ds/rng two=yes", false),
        ("ds/rng three=yes --keep-selector --wait-rollout", false),
    ] {
        let pod = ns.list("pods")[0]["metadata"]["name"].as_str().unwrap().to_owned();
        let pods = Pods::watched(&ns);
        ns.kubectl(&format!("delete pod/{pod} --wait=false"));
        let mut running = ns.begin_relabel(words);
        if waits {
            running
                .until_it_says(&format!("waiting for pods of daemonset.apps/rng that are on their way out: pod/{pod}"));
            at_once(&ns, &pod, "gone-after");
            running.ended().done();
        } else {
            running.ended().done().not_said(&["on their way out"]);
            at_once(&ns, &pod, "gone-after");
        }
        ns.kubectl(&format!("wait --for=delete pod/{pod} --timeout=120s"));
        ns.rolled_out("ds/rng");
        assert_eq!((pods.created().len(), pods.lost()), (1, vec![pod]), "{words}");
    }
    let all = ns.list("pods -l one=yes,two=yes,three=yes").len();
    assert_eq!(all, ns.list("pods").len(), "whoever came meanwhile has the labels too");
}
