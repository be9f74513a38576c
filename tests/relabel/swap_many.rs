//! Many pods at once.

use serde_json::{Value, json};

use super::judge::{EDITS, Judge, at_once, workload};
use crate::harness::{Caller, Namespace};

const PODS: usize = 50;

/// Nodes for this test alone: others would find pods on them, and miss them.
struct Nodes(Caller);

impl Nodes {
    fn join(ns: &Namespace) -> Self {
        let taint = json!([{"key": "test.recast/many", "effect": "NoSchedule"}]);
        let node = |number: usize| {
            let (name, range) = (format!("many-{number}"), format!("10.245.{number}.0/24"));
            json!({
                "apiVersion": "v1", "kind": "Node",
                "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "test.recast/many": "yes"}},
                "spec": {"podCIDR": range, "podCIDRs": [range], "taints": taint},
                "status": {"capacity": {"cpu": "16", "memory": "64Gi", "pods": "110"}},
            })
        };
        let nodes: Vec<Value> = (0..PODS).map(node).collect();
        let list = json!({"apiVersion": "v1", "kind": "List", "items": nodes});
        let caller: Caller = (**ns).clone();
        let joined = Self(caller);
        joined.0.try_kubectl("create -f -", &list.to_string()).done();
        joined.0.kubectl("wait --for=condition=Ready nodes -l test.recast/many --timeout=120s");
        joined
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        self.0.try_kubectl("delete nodes -l test.recast/many", "");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_that_have_fifty_pods_of_each_keep_them_all() {
    let place = Namespace::new();
    let _nodes = Nodes::join(&place);
    let mut set = workload("ds");
    set["spec"]["template"]["spec"]["nodeSelector"] = json!({"test.recast/many": "yes"});
    set["spec"]["template"]["spec"]["tolerations"] = json!([{"key": "test.recast/many", "operator": "Exists"}]);
    let mut deployment = workload("deploy");
    deployment["spec"]["replicas"] = json!(PODS);
    let judges = [Judge::of("ds", &set), Judge::of("deploy", &deployment)];
    let [_, change, _] = EDITS;
    at_once(&judges, |judge| {
        assert_eq!(judge.uids().len(), PODS);
        judge.relabelled(change);
        judge.is_as_asked(change);
    });
}
