//! Disruption budgets and network policies that move with the pods: none of these falls out of them at any moment.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::policies::{budget, policy, with_tier};
use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, deployment};
use crate::harness::watch::Watch;
use crate::harness::{Moment, Namespace, Pods, killed};

/// Everything that ever became of the pods, the budget and the policy, in the order in which it did.
struct History {
    watches: Vec<Watch<Vec<Value>>>,
}

impl History {
    fn begin(ns: &Namespace) -> Self {
        let of = |words: &str| Watch::of(ns, words, Vec::new(), |all: &mut Vec<Value>, event| all.push(event.clone()));
        Self { watches: ["pods", "pdb", "netpol"].map(of).into() }
    }

    /// At no moment did one of the selectors miss one of the pods.
    #[track_caller]
    fn has_no_gap(&self) {
        let mut events: Vec<Value> = Vec::new();
        for watch in &self.watches {
            watch.catch_up();
            watch.look(|seen| events.append(seen));
        }
        events.sort_by_key(|event| {
            let version = event["object"]["metadata"]["resourceVersion"].as_str().unwrap();
            version.parse::<u64>().unwrap()
        });
        let (mut pods, mut selectors) = (BTreeMap::new(), BTreeMap::new());
        for event in &events {
            let object = &event["object"];
            let name = object["metadata"]["name"].to_string();
            match object["kind"].as_str().unwrap() {
                "Pod" => pods.insert(name, object["metadata"]["labels"].clone()),
                "NetworkPolicy" => selectors.insert("policy", object["spec"]["podSelector"].clone()),
                _ => selectors.insert("budget", object["spec"]["selector"].clone()),
            };
            for (what, selector) in &selectors {
                for (name, labels) in &pods {
                    assert!(selects(selector, labels), "the {what}: {selector} misses {name}: {labels}");
                }
            }
        }
        assert_eq!(selectors.len(), 2);
    }
}

fn selects(selector: &Value, labels: &Value) -> bool {
    let wanted = selector["matchLabels"].as_object().into_iter().flatten();
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    wanted.into_iter().all(|(key, value)| labels[key] == *value)
        && expressions.into_iter().all(|expression| {
            assert_eq!(expression["operator"], "In");
            let key = expression["key"].as_str().unwrap();
            expression["values"].as_array().unwrap().contains(&labels[key])
        })
}

#[test]
#[ignore = "needs a cluster: make test"]
fn budgets_and_policies_hold_for_the_pods_all_the_while() {
    for (target, workload) in
        [("deploy/rng", with_tier(deployment("rng", 3))), ("ds/rng", with_tier(daemon_set("rng")))]
    {
        let ns = Namespace::new();
        for object in [&budget(), &policy(), &workload] {
            ns.create(object);
        }
        ns.rolled_out(target);
        let pods = Pods::watched(&ns);
        let history = History::begin(&ns);
        for (edit, verb, labels) in [
            ("new=yes", "labeled", json!({"app": "rng", "new": "yes", "tier": "a"})),
            ("tier=b --overwrite", "labeled", json!({"app": "rng", "new": "yes", "tier": "b"})),
            ("new-", "unlabeled", json!({"app": "rng", "tier": "b"})),
            ("tier=a new=yes --overwrite", "labeled", json!({"app": "rng", "new": "yes", "tier": "a"})),
            ("tier=b new- --overwrite", "modified", json!({"app": "rng", "tier": "b"})),
            ("x=1 y=1", "labeled", json!({"app": "rng", "tier": "b", "x": "1", "y": "1"})),
            ("x- y- z=1", "modified", json!({"app": "rng", "tier": "b", "z": "1"})),
        ] {
            let ended = ns.relabel(&format!("{target} pdb/rng netpol/rng {edit}")).done();
            let lines: Vec<&str> = ended.stdout.lines().skip(1).collect();
            let expected = ["poddisruptionbudget.policy/rng", "networkpolicy.networking.k8s.io/rng"]
                .map(|name| format!("{name} {verb}"));
            assert_eq!(lines, expected, "{ended}");
            assert_eq!(ns.get("pdb/rng")["spec"]["selector"], json!({"matchLabels": labels}), "{target} {edit}");
            assert_eq!(ns.get("netpol/rng")["spec"]["podSelector"], json!({"matchLabels": labels}), "{target} {edit}");
        }
        history.has_no_gap();
        pods.are_untouched();
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn so_do_those_that_name_several_values_of_a_label() {
    let ns = Namespace::new();
    let values = json!([{"key": "tier", "operator": "In", "values": ["a", "c"]}]);
    for (mut object, field) in [(budget(), "selector"), (policy(), "podSelector")] {
        object["spec"][field] = json!({"matchLabels": {"app": "rng"}, "matchExpressions": values});
        ns.create(&object);
    }
    ns.create(&with_tier(deployment("rng", 3)));
    ns.rolled_out("deploy/rng");
    let history = History::begin(&ns);
    ns.relabel("deploy/rng pdb/rng netpol/rng tier=b --overwrite").done();
    for (target, field) in [("pdb/rng", "selector"), ("netpol/rng", "podSelector")] {
        assert_eq!(ns.get(target)["spec"][field], json!({"matchLabels": {"app": "rng", "tier": "b"}}), "{target}");
    }
    history.has_no_gap();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn budgets_and_policies_hold_for_the_pods_on_the_way_back_too() {
    let ns = Namespace::new();
    for object in [&budget(), &policy(), &with_tier(deployment("rng", 2))] {
        ns.create(object);
    }
    ns.rolled_out("deploy/rng");
    let before = ns.get("netpol/rng")["spec"].clone();
    let history = History::begin(&ns);
    let start = |server: &str| ns.begin_relabel(&format!("deploy/rng pdb/rng netpol/rng tier- on=yes {server}"));
    for number in 1.. {
        if killed(&ns, Moment::After(number), start).is_some() {
            break;
        }
        if ns.has("secrets -l kube-recast/journal") {
            // Whatever is locked names the change.
            let is_locked = ns.has("secret/kube-recast.networkpolicy.rng");
            let target = if is_locked && number % 2 == 0 { "netpol/rng" } else { "deploy/rng" };
            ns.relabel(&format!("--abort {target}")).done().printed(
                "deployment.apps/rng put back\npoddisruptionbudget.policy/rng put back\n\
                 networkpolicy.networking.k8s.io/rng put back\n",
            );
            assert_eq!(ns.get("netpol/rng")["spec"], before);
        }
    }
    history.has_no_gap();
}
