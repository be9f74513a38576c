//! Somebody who lacks one right, and somebody who lacks none: users whom the administrator can be for a while.

use serde_json::{Value, json};

use crate::harness::{Namespace, Rule, one_verb_less};

/// Somebody for each verb of the rules, who may do all but that: the right that is lacking, and the flag that makes one of
/// them. Where two rules grant the same, nobody lacks it.
pub fn each_lacking_one(ns: &Namespace, rules: &[Rule]) -> Vec<(String, String)> {
    let less: Vec<(String, Vec<Rule>)> =
        one_verb_less(rules).into_iter().filter(|(right, rest)| !is_granted(right, rest)).collect();
    let all = less.iter().enumerate().flat_map(|(number, (_, rest))| granted(ns, &number.to_string(), rest));
    create(ns, all.collect());
    less.into_iter().enumerate().map(|(number, (right, _))| (right, flag(ns, &number.to_string()))).collect()
}

/// The flag that makes one somebody who may do all of this.
pub fn lacking_none(ns: &Namespace, rules: &[Rule]) -> String {
    create(ns, granted(ns, "all", rules).into());
    flag(ns, "all")
}

/// What a change would leave its traces on.
pub fn traces(ns: &Namespace) -> String {
    let columns = [
        "N:.metadata.name,U:.metadata.uid,D:.metadata.deletionTimestamp,F:.metadata.finalizers",
        "L:.metadata.labels,G:.metadata.generation,S:.spec.selector",
    ];
    let types = "ds,deploy,sts,rs,pods,services,secrets,controllerrevisions";
    ns.kubectl(&format!("get {types} -o custom-columns={}", columns.join(",")))
}

/// Whether one of the rules grants it: `patch deployments.apps`.
fn is_granted(right: &str, rules: &[Rule]) -> bool {
    let (verb, resource) = right.split_once(' ').unwrap();
    rules.iter().any(|rule| rule.resource() == resource && rule.verbs().iter().any(|known| known == verb))
}

fn granted(ns: &Namespace, name: &str, rules: &[Rule]) -> [Value; 2] {
    let api = "rbac.authorization.k8s.io";
    let (version, metadata) = (format!("{api}/v1"), json!({"name": name}));
    // The server takes no rule without verbs.
    let rules: Vec<Value> = rules.iter().filter(|rule| !rule.verbs().is_empty()).map(Rule::to_json).collect();
    let user = json!([{"apiGroup": api, "kind": "User", "name": user(ns, name)}]);
    [
        json!({"apiVersion": version, "kind": "Role", "metadata": metadata, "rules": rules}),
        json!({"apiVersion": version, "kind": "RoleBinding", "metadata": metadata, "subjects": user,
               "roleRef": {"apiGroup": api, "kind": "Role", "name": name}}),
    ]
}

fn create(ns: &Namespace, items: Vec<Value>) {
    ns.try_kubectl("create -f -", &json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()).done();
}

fn user(ns: &Namespace, name: &str) -> String {
    format!("{}-{name}", ns.name())
}

fn flag(ns: &Namespace, name: &str) -> String {
    format!("--as {}", user(ns, name))
}
