#![allow(clippy::needless_pass_by_value, reason = "json!() literals read best by value")]

use recast::commands::Commands;
use recast::kind::Kind;
use recast::object::{Object, ObjectId};
use recast::snapshot::Snapshot;
use serde_json::{Value, json};

use super::*;
use crate::cast::{Account, Cast, Wishes};

/// Three workers in two zones; a pod of the source on the first.
fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mut observe = |kind, value: Value| snapshot.observe(kind, Object::new(value).unwrap());
    for (name, zone) in [("node-1", "a"), ("node-2", "a"), ("node-3", "b")] {
        observe(Kind::Node, json!({"metadata": {"name": name, "labels": {"zone": zone, "host": name}}}));
    }
    let owner =
        json!([{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "rng", "uid": "s", "controller": true}]);
    observe(
        Kind::Pod,
        json!({
            "metadata": {"name": "rng-0", "uid": "p", "labels": {"app": "rng"}, "ownerReferences": owner},
            "spec": {"nodeName": "node-1"},
        }),
    );
    for (name, modes) in [("one", json!(["ReadWriteOnce"])), ("many", json!(["ReadWriteOnce", "ReadWriteMany"]))] {
        observe(Kind::PersistentVolumeClaim, json!({"metadata": {"name": name}, "spec": {"accessModes": modes}}));
    }
    snapshot
}

fn goal(template: Value) -> CastGoal {
    CastGoal {
        source: ObjectId::new(Kind::StatefulSet, "web", "rng"),
        source_uid: "s".into(),
        target: ObjectId::new(Kind::DaemonSet, "web", "rng"),
        cast: Cast {
            daemon_set: json!({"spec": {"template": template}}),
            patch: json_patch::Patch::default(),
            account: Account::default(),
        },
        wishes: Wishes::default(),
        replace: None,
        commands: Commands::default(),
        wish_words: Vec::new(),
    }
}

fn reasons(pod: Value) -> Vec<String> {
    let mut spec = json!({"containers": [{"name": "rng"}]});
    spec.as_object_mut().unwrap().extend(pod.as_object().unwrap().clone());
    let template = json!({"metadata": {"labels": {"app": "rng"}}, "spec": spec});
    blockers(&goal(template), &snapshot())
}

#[test]
fn nothing_blocks_a_plain_template() {
    assert_eq!(reasons(json!({})), Vec::<String>::new());
}

#[test]
fn a_port_of_the_node_is_held_by_the_source() {
    let port = |spec: Value| reasons(json!({"containers": [{"name": "rng", "ports": [spec]}]}));
    assert_eq!(
        port(json!({"containerPort": 80, "hostPort": 8080})),
        ["host port 8080 is taken by the source on node-1"]
    );
    assert_eq!(port(json!({"containerPort": 80})), Vec::<String>::new());
    let network = json!({"hostNetwork": true, "containers": [{"name": "rng", "ports": [{"containerPort": 80}]}]});
    assert_eq!(reasons(network), ["host port 80 is taken by the source on node-1"]);
    let elsewhere = json!({"nodeSelector": {"host": "node-2"}, "hostNetwork": true,
                           "containers": [{"name": "rng", "ports": [{"containerPort": 80}]}]});
    assert_eq!(reasons(elsewhere), Vec::<String>::new());
}

#[test]
fn anti_affinity_holds_where_the_source_is_and_where_a_sibling_is() {
    let over = |key: &str, app: &str| {
        let term = json!({"topologyKey": key, "labelSelector": {"matchLabels": {"app": app}}});
        reasons(json!({"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}))
    };
    assert_eq!(over("host", "rng"), ["required anti-affinity over host keeps it off node-1"]);
    assert_eq!(over("zone", "rng"), ["required anti-affinity over zone keeps it off node-1, node-2"]);
    assert_eq!(over("host", "other"), Vec::<String>::new());
}

#[test]
fn spread_blocks_only_where_it_looks_beyond_the_node() {
    let over = |policy: Value, skew: i32| {
        let mut constraint = json!({
            "topologyKey": "host", "maxSkew": skew, "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": {"app": "rng"}}, "minDomains": null,
        });
        constraint.as_object_mut().unwrap().extend(policy.as_object().unwrap().clone());
        reasons(json!({"topologySpreadConstraints": [constraint]}))
    };
    assert_eq!(over(json!({}), 1), Vec::<String>::new());
    // The source's pod makes two on one node once every other node has its one: a skew of 1, which is allowed.
    assert_eq!(over(json!({"nodeAffinityPolicy": "Ignore"}), 1), Vec::<String>::new());
    assert_eq!(over(json!({"minDomains": 3}), 1), ["topology spread over host (DoNotSchedule) keeps it off node-1"]);
    assert_eq!(over(json!({"whenUnsatisfiable": "ScheduleAnyway", "minDomains": 3}), 1), Vec::<String>::new());
}

#[test]
fn a_claim_for_one_node_blocks_the_others() {
    let mounts =
        |claim: &str| reasons(json!({"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}]}));
    assert_eq!(mounts("one"), ["persistentvolumeclaim/one is ReadWriteOnce: one node at a time can mount it"]);
    assert_eq!(mounts("many"), Vec::<String>::new());
    let there = json!({"nodeSelector": {"host": "node-1"},
                       "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "one"}}]});
    assert_eq!(reasons(there), Vec::<String>::new());
}
