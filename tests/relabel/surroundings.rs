//! What a cluster does by itself in the middle of a change: it scales, evicts, gains a node, loses one.

use std::sync::{Arc, Once};

use serde_json::{Value, json};

use super::judge::{EDITS, Judge, KINDS, MOMENTS, Moment, at_once, workload};
use super::tool::Relabel as _;
use crate::harness::{Caller, eventually};

/// An autoscaler that needs no metrics for what it does: it knows a least number.
fn autoscaler(kind: &str) -> Value {
    let target = json!({"apiVersion": "apps/v1", "kind": kind, "name": "rng"});
    json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "rng"},
        "spec": {"scaleTargetRef": target, "minReplicas": 1, "maxReplicas": 9},
    })
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_autoscaler_that_scales_in_the_middle_gets_its_pods_and_loses_none() {
    let [add, change, remove] = EDITS;
    let cases = [("deploy", add), ("deploy", change), ("deploy", remove), ("sts", add), ("rs", change)];
    std::thread::scope(|scope| {
        for (kind, edit) in cases {
            scope.spawn(move || {
                let judge = Judge::of(kind, &workload(kind));
                judge.ns.create(&autoscaler(judge.now()["kind"].as_str().unwrap()));
                let (pods, endpoints) = judge.watched();
                let (caller, target): (Caller, _) = ((*judge.ns).clone(), format!("{kind}/rng"));
                judge.relabelled_while(edit, MOMENTS[2], move || {
                    caller.patch("hpa/rng", &json!({"spec": {"minReplicas": 5}}));
                    let scaled = || (caller.get(&target)["spec"]["replicas"] == 5).then_some(());
                    eventually("the autoscaler has scaled", scaled);
                });
                judge.settled();
                assert_eq!(judge.uids().len(), 5);
                assert_eq!((pods.created().len(), pods.lost(), pods.restarts()), (2, vec![], 0), "{kind} {edit}");
                endpoints.never_were_fewer();
                judge.is_as_asked(edit);
            });
        }
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_pod_that_is_evicted_in_the_middle_is_replaced_and_no_other() {
    let judges = Judge::of_each_kind();
    for (number, edit) in EDITS.into_iter().enumerate() {
        at_once(&judges, |judge| {
            let kind = KINDS.iter().position(|kind| *kind == judge.kind()).unwrap();
            let count = judge.uids().len();
            let (pods, endpoints) = judge.watched();
            let (caller, name): (Caller, _) = ((*judge.ns).clone(), judge.ns.name().to_owned());
            judge.relabelled_while(edit, MOMENTS[(kind + number) % 3], move || {
                let pod = caller.list("pods")[0]["metadata"]["name"].as_str().unwrap().to_owned();
                let path = format!("/api/v1/namespaces/{name}/pods/{pod}/eviction");
                let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}});
                caller.try_kubectl(&format!("create --raw {path} -f -"), &eviction.to_string()).done();
            });
            judge.settled();
            assert_eq!(judge.uids().len(), count);
            let became = (pods.created().len(), pods.lost().len(), pods.restarts());
            assert_eq!(became, (1, 1, 0), "{} {edit}: created, lost, restarted", judge.kind());
            for service in ["app", "tier"] {
                assert!(endpoints.fewest_of(service) + 1 >= count, "{} {edit} {service}", judge.kind());
            }
            judge.is_as_asked(edit);
        });
    }
}

/// In place a template changes before the pods do: what comes before that, and between, must not be rolled out again.
#[test]
#[ignore = "needs a cluster: make test"]
fn a_pod_that_is_evicted_where_nothing_is_made_anew_is_replaced_once_and_no_other() {
    let words = "svc/app isactive=yes --keep-selector";
    let before_all: Moment = |request| request.has(&["PATCH ", "/apis/apps/"]);
    for (moment, back) in [(before_all, false), (MOMENTS[2], false), (MOMENTS[2], true)] {
        let judges = ["ds", "deploy", "sts"].map(|kind| Judge::of(kind, &workload(kind)));
        at_once(&judges, |judge| {
            let (pods, before) = (judge.watched().0, judge.uids());
            let (caller, name, kind): (Caller, _, _) =
                ((*judge.ns).clone(), judge.ns.name().to_owned(), judge.kind().to_owned());
            let deed = move || evict_one(&caller, &name, &kind);
            if back {
                judge.killed_after(words, moment, deed);
                judge.ns.relabel(&format!("--abort {}/rng", judge.kind())).done();
                judge.has("isactive", None);
            } else {
                judge.relabelled_while(words, moment, deed);
            }
            judge.settled();
            let became = (pods.created().len(), pods.lost().len(), pods.restarts());
            assert_eq!(became, (1, 1, 0), "{} {back}: created, lost, restarted", judge.kind());
            assert_eq!(judge.uids().len(), before.len());
        });
    }
}

/// Evicts a pod, and waits until another one is there for it.
fn evict_one(caller: &Caller, namespace: &str, kind: &str) {
    let before = caller.list("pods");
    let pod = before[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/eviction");
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}});
    caller.try_kubectl(&format!("create --raw {path} -f -"), &eviction.to_string()).done();
    eventually(&format!("{kind}/rng has another pod"), || {
        let uid = |pod: &Value| pod["metadata"]["uid"].clone();
        let after = caller.list("pods");
        let is_new = |pod: &Value| before.iter().all(|old| uid(old) != uid(pod)) && pod["status"]["podIP"].is_string();
        (after.len() == before.len() && after.iter().any(is_new)).then_some(())
    });
}

/// A node that is there for a while. It goes with the test, at the latest.
struct Late<'c>(&'c Caller);

const LATE: &str = "node/late-1";

impl Late<'_> {
    fn joins(caller: &Caller) {
        let name = LATE.trim_start_matches("node/");
        caller.create(&json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
            "spec": {"podCIDR": "10.244.9.0/24", "podCIDRs": ["10.244.9.0/24"]},
            "status": {"capacity": {"cpu": "16", "memory": "64Gi", "pods": "110"}},
        }));
        caller.kubectl(&format!("wait --for=condition=Ready {LATE} --timeout=120s"));
    }

    fn goes(caller: &Caller) {
        caller.try_kubectl(&format!("delete {LATE} --ignore-not-found"), "");
    }
}

impl Drop for Late<'_> {
    fn drop(&mut self) {
        Self::goes(self.0);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_find_a_node_more_or_less_in_the_middle_touch_no_other_pod() {
    let judge = Judge::of("ds", &workload("ds"));
    let _late = Late(&judge.ns);
    let count = judge.uids().len();
    let [caller, other]: [Caller; 2] = [(*judge.ns).clone(), (*judge.ns).clone()];
    let (pods, endpoints) = judge.watched();
    judge.relabelled_while(EDITS[0], MOMENTS[2], move || Late::joins(&caller));
    judge.settled();
    assert_eq!((pods.created().len(), pods.lost(), pods.restarts()), (1, vec![], 0));
    endpoints.never_were_fewer();
    judge.is_as_asked(EDITS[0]);
    let (pods, endpoints) = judge.watched();
    judge.relabelled_while(EDITS[1], MOMENTS[2], move || Late::goes(&other));
    assert_eq!((pods.created(), pods.restarts()), (vec![], 0));
    assert!(pods.lost().len() <= 1, "{:?}", pods.lost());
    assert!(endpoints.fewest_of("app").min(endpoints.fewest_of("tier")) >= count);
}

/// A node whose kubelet does not work. It does again when this goes.
struct Broken<'c>(&'c Caller);

impl Broken<'_> {
    fn begins(caller: &Caller) {
        caller.kubectl("annotate node/node-1 test.recast/not-ready=yes");
        caller.kubectl("wait --for=condition=Ready=false node/node-1 --timeout=120s");
    }

    /// How many pods are on it.
    fn has(caller: &Caller) -> usize {
        Self::pods(caller).count()
    }

    /// Says of its pods what the controllers say when a node is not heard of any more.
    fn stains(caller: &Caller) {
        let conditions = ["Ready", "ContainersReady"].map(|kind| json!({"type": kind, "status": "False"}));
        for name in Self::pods(caller) {
            let status = json!({"status": {"conditions": conditions}});
            caller.kubectl_with(&format!("patch pod/{name} --subresource=status -p"), &status.to_string());
        }
    }

    fn pods(caller: &Caller) -> impl Iterator<Item = String> {
        let pods = caller.list("pods --field-selector spec.nodeName=node-1").into_iter();
        pods.map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned())
    }
}

impl Drop for Broken<'_> {
    fn drop(&mut self) {
        self.0.try_kubectl("annotate node/node-1 test.recast/not-ready-", "");
        self.0.try_kubectl("wait --for=condition=Ready node/node-1 --timeout=60s", "");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_find_a_node_not_ready_in_the_middle_replace_no_pod() {
    let judges = Judge::of_each_kind();
    let administrator: Caller = (*judges[0].ns).clone();
    let _broken = Broken(&administrator);
    let first = Arc::new(Once::new());
    at_once(&judges, |judge| {
        let (before, there) = (judge.uids(), Broken::has(&judge.ns));
        let (pods, endpoints) = judge.watched();
        let (caller, first): (Caller, _) = ((*judge.ns).clone(), Arc::clone(&first));
        judge.relabelled_while(EDITS[1], MOMENTS[2], move || {
            first.call_once(|| Broken::begins(&caller));
            Broken::stains(&caller);
        });
        assert_eq!(judge.uids(), before);
        pods.are_untouched();
        for service in ["app", "tier"] {
            assert!(endpoints.fewest_of(service) + there >= before.len(), "{} {service}", judge.kind());
        }
    });
}
