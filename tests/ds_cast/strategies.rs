//! How pods are replaced: every strategy of a source, and what the server makes of its cast.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::Namespace;
use crate::harness::manifests::{deployment, stateful_set};

fn rolling(unavailable: Value, surge: Value) -> Value {
    json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": unavailable, "maxSurge": surge}})
}

/// Creates the sources, casts them all at once, and compares.
fn check(sources: Vec<(Value, Value)>, all: &str) {
    let ns = Namespace::new();
    for (source, _) in &sources {
        ns.create(source);
    }
    ns.cast(&format!("{all} --all")).done();
    for (source, wanted) in sources {
        let name = source["metadata"]["name"].as_str().unwrap();
        assert_eq!(ns.get(&format!("ds/{name}"))["spec"]["updateStrategy"], wanted, "{source}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn every_strategy_of_a_deployment_is_cast() {
    let cases = [
        ("none", Value::Null, rolling(json!("25%"), json!(0))),
        ("typed", json!({"type": "RollingUpdate"}), rolling(json!("25%"), json!(0))),
        ("numbers", rolling(json!(2), json!(1)), rolling(json!(2), json!(0))),
        ("percent", rolling(json!("40%"), json!("10%")), rolling(json!("40%"), json!(0))),
        ("surge", rolling(json!(0), json!(1)), rolling(json!(0), json!(1))),
        ("surge-percent", rolling(json!("0%"), json!("30%")), rolling(json!(0), json!("30%"))),
        ("surge-beyond", rolling(json!(0), json!("200%")), rolling(json!(0), json!("100%"))),
        ("half", json!({"rollingUpdate": {"maxUnavailable": 0}}), rolling(json!(0), json!("25%"))),
        ("other-half", json!({"rollingUpdate": {"maxSurge": 0}}), rolling(json!("25%"), json!(0))),
        ("all", rolling(json!("100%"), json!(0)), rolling(json!("100%"), json!(0))),
        ("recreate", json!({"type": "Recreate"}), rolling(json!("100%"), json!(0))),
    ];
    let source = |(name, strategy, wanted): (&str, Value, Value)| {
        let mut source = deployment(name, 0);
        source["spec"]["strategy"] = strategy;
        (source, wanted)
    };
    check(cases.into_iter().map(source).collect(), "deploy");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_paused_deployment_becomes_one_that_updates_on_delete() {
    let ns = Namespace::new();
    let mut source = deployment("rng", 0);
    source["spec"]["paused"] = json!(true);
    ns.create(&source);
    ns.cast("rng").done().said(&["it is paused: OnDelete"]);
    let strategy = &ns.get("ds/rng")["spec"]["updateStrategy"];
    assert_eq!(strategy["type"], "OnDelete");
    assert_eq!(strategy["rollingUpdate"]["maxUnavailable"], "25%", "what it was lives on in the object");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn every_strategy_of_a_stateful_set_is_cast() {
    let cases = [
        ("none", Value::Null, rolling(json!(1), json!(0))),
        ("typed", json!({"type": "RollingUpdate"}), rolling(json!(1), json!(0))),
        ("zero", json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}), rolling(json!(1), json!(0))),
        ("on-delete", json!({"type": "OnDelete"}), json!({"type": "OnDelete"})),
    ];
    let source = |(name, strategy, wanted): (&str, Value, Value)| {
        let mut source = stateful_set(name, 0);
        source["spec"]["updateStrategy"] = strategy;
        (source, wanted)
    };
    check(cases.into_iter().map(source).collect(), "sts");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_max_unavailable_of_a_stateful_set_is_carried_where_the_cluster_keeps_it() {
    let ns = Namespace::new();
    let mut source = stateful_set("cache", 0);
    source["spec"]["updateStrategy"] = json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}});
    let kept = ns.create(&source)["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"].clone();
    ns.cast("sts/cache").done();
    let wanted = if kept.is_null() { json!(1) } else { kept };
    assert_eq!(ns.get("ds/cache")["spec"]["updateStrategy"], rolling(wanted, json!(0)));
}
