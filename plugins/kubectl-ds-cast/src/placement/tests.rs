use recast::kind::Kind;
use recast::object::Object;
use recast::snapshot::Snapshot;
use serde_json::{Value, json};

use super::*;

fn nodes() -> Snapshot {
    let mut snapshot = Snapshot::default();
    for (name, labels, taints) in [
        ("cp-1", json!({}), json!([{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}])),
        ("node-1", json!({"disktype": "ssd", "cores": "8"}), json!([])),
        (
            "node-2",
            json!({"disktype": "hdd", "cores": "4"}),
            json!([{"key": "gpu", "value": "a", "effect": "NoExecute"}]),
        ),
        ("node-3", json!({}), json!([{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}])),
        (
            "node-4",
            json!({}),
            json!([{"key": "soft", "effect": "PreferNoSchedule"},
                                     {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}]),
        ),
        ("node-5", json!({}), json!([{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}])),
    ] {
        let node = json!({"metadata": {"name": name, "labels": labels}, "spec": {"taints": taints}});
        snapshot.observe(Kind::Node, Object::new(node).unwrap());
    }
    snapshot
}

fn on(spec: &Value) -> Vec<String> {
    let mut spec = spec.clone();
    spec["containers"] = json!([]);
    Placement::of(&json!({"spec": spec}), &nodes()).unwrap().on
}

#[test]
fn taints_keep_it_off_but_not_those_that_daemons_tolerate() {
    assert_eq!(on(&json!({})), ["node-1", "node-3", "node-4"]);
}

#[test]
fn tolerations_let_it_on() {
    for (toleration, extra) in [
        (json!({"operator": "Exists"}), vec!["cp-1", "node-2", "node-5"]),
        (json!({"key": "gpu", "operator": "Exists"}), vec!["node-2"]),
        (json!({"key": "gpu", "value": "a", "effect": "NoExecute"}), vec!["node-2"]),
        (json!({"key": "gpu", "value": "b"}), vec![]),
        (json!({"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}), vec![]),
    ] {
        let mut expected = vec!["node-1", "node-3", "node-4"];
        expected.extend(extra);
        expected.sort_unstable();
        assert_eq!(on(&json!({"tolerations": [toleration]})), expected, "{toleration}");
    }
}

#[test]
fn selectors_and_affinity_choose() {
    let affinity = |terms: Value| json!({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}});
    let expression = |key: &str, operator: &str, values: &[&str]| json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]});
    for (spec, expected) in [
        (json!({"nodeSelector": {"disktype": "ssd"}}), vec!["node-1"]),
        (json!({"nodeName": "node-3"}), vec!["node-3"]),
        (affinity(json!([expression("disktype", "In", &["ssd", "x"])])), vec!["node-1"]),
        (affinity(json!([expression("disktype", "NotIn", &["ssd"])])), vec!["node-3", "node-4"]),
        (affinity(json!([expression("disktype", "Exists", &[])])), vec!["node-1"]),
        (affinity(json!([expression("disktype", "DoesNotExist", &[])])), vec!["node-3", "node-4"]),
        (affinity(json!([expression("cores", "Gt", &["4"])])), vec!["node-1"]),
        (affinity(json!([expression("cores", "Lt", &["9"])])), vec!["node-1"]),
        (affinity(json!([expression("cores", "Near", &["9"])])), vec![]),
        (affinity(json!([{}])), vec![]),
        (
            affinity(json!([
                {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node-4"]}]},
                expression("disktype", "In", &["ssd"]),
            ])),
            vec!["node-1", "node-4"],
        ),
    ] {
        assert_eq!(on(&spec), expected, "{spec}");
    }
}

#[test]
fn it_says_what_keeps_it_off() {
    let template = json!({"spec": {"containers": [], "nodeSelector": {"disktype": "ssd"}}});
    let off = Placement::of(&template, &nodes()).unwrap().off;
    assert_eq!(off[0], ("cp-1".to_owned(), "node selector disktype=ssd".to_owned()));
    let off = Placement::of(&json!({"spec": {"containers": []}}), &nodes()).unwrap().off;
    assert_eq!(off[0].1, "taint node-role.kubernetes.io/control-plane:NoSchedule");
    assert_eq!(off[1].1, "taint gpu=a:NoExecute");
}

#[test]
fn nodes_that_may_not_be_listed_leave_it_unknown() {
    let mut snapshot = nodes();
    snapshot.withhold(Kind::Node);
    assert_eq!(Placement::of(&json!({"spec": {"containers": []}}), &snapshot), None);
}
