//! The roles of `examples/rbac` for workloads of other kinds: the kind is written in the place of `daemonsets`.

use serde_json::{Value, json};

use super::judge::workload;
use super::tool::Relabel as _;
use crate::harness::manifests::service;
use crate::harness::{Namespace, Pods, Rule, one_verb_less};

/// The role for a kind, with what it takes besides.
fn role(ns: &Namespace, file: &str, plural: &str, besides: &[Rule]) -> Vec<Rule> {
    let path = format!("{}/../../examples/rbac/{file}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let other = text.replace("[daemonsets]", &format!("[{plural}]"));
    assert_ne!(other, text, "{file}");
    let rules = Rule::of(&ns.try_kubectl("create --dry-run=client -o json -f -", &other).done().json());
    [rules, besides.to_vec()].concat()
}

/// The rule that grants these verbs on one of the kinds of workload.
fn may_apps(verbs: &str, plural: &str) -> Rule {
    let verbs: Vec<&str> = verbs.split(' ').collect();
    let rules = json!({"rules": [{"apiGroups": ["apps"], "resources": [plural], "verbs": verbs}]});
    Rule::of(&rules).remove(0)
}

/// Lets somebody do this, whom the administrator can be for a while.
fn somebody(ns: &Namespace, name: &str, rules: &[Rule]) -> [Value; 2] {
    let rule = |rule: &Rule| {
        let resource = rule.resource();
        let (plural, group) = resource.split_once('.').unwrap_or((&resource, ""));
        json!({"apiGroups": [group], "resources": [plural], "verbs": rule.verbs()})
    };
    // The server takes no rule without verbs.
    let rules: Vec<Value> = rules.iter().filter(|rule| !rule.verbs().is_empty()).map(rule).collect();
    let api = "rbac.authorization.k8s.io";
    let (version, metadata) = (format!("{api}/v1"), json!({"name": name}));
    let user = json!([{"apiGroup": api, "kind": "User", "name": user(ns, name)}]);
    [
        json!({"apiVersion": version, "kind": "Role", "metadata": metadata, "rules": rules}),
        json!({"apiVersion": version, "kind": "RoleBinding", "metadata": metadata, "subjects": user,
               "roleRef": {"apiGroup": api, "kind": "Role", "name": name}}),
    ]
}

fn user(ns: &Namespace, name: &str) -> String {
    format!("{}-{name}", ns.name())
}

/// What a change would leave its traces on.
fn traces(ns: &Namespace) -> String {
    let columns = "N:.metadata.name,U:.metadata.uid,L:.metadata.labels,F:.metadata.finalizers,G:.metadata.generation";
    ns.kubectl(&format!("get deploy,sts,rs,pods,services,secrets,controllerrevisions -o custom-columns={columns}"))
}

/// Whether one of the rules grants it: `patch deployments.apps`.
fn is_granted(right: &str, rules: &[Rule]) -> bool {
    let (verb, resource) = right.split_once(' ').unwrap();
    rules.iter().any(|rule| rule.resource() == resource && rule.verbs().iter().any(|known| known == verb))
}

/// Each verb on a kind of workload is missed when it is missing, and named; with all of them the change is done.
fn each_verb(kind: &str, words: &str, rules: impl FnOnce(&Namespace) -> Vec<Rule>) {
    let ns = Namespace::new();
    ns.create(&workload(kind));
    ns.create(&service("rng"));
    let rules = rules(&ns);
    // The other rights are those of a change of a DaemonSet, and looked at there.
    let is_of_workloads = |right: &str| right.contains(".apps") && !right.contains("controllerrevisions");
    let less: Vec<(String, Vec<Rule>)> = one_verb_less(&rules)
        .into_iter()
        .filter(|(right, rest)| is_of_workloads(right) && !is_granted(right, rest))
        .collect();
    assert!(less.len() >= 6, "{less:?}");
    let lacking = less.iter().enumerate().flat_map(|(number, (_, rest))| somebody(&ns, &number.to_string(), rest));
    let all: Vec<Value> = lacking.chain(somebody(&ns, "all", &rules)).collect();
    ns.try_kubectl("create -f -", &json!({"apiVersion": "v1", "kind": "List", "items": all}).to_string()).done();
    ns.kubectl(&format!("wait --for=jsonpath={{.status.readyReplicas}}=3 {kind}/rng --timeout=120s"));

    let (before, pods) = (traces(&ns), Pods::watched(&ns));
    for (number, (right, _)) in less.iter().enumerate() {
        let ended = ns.relabel(&format!("{words} --as {}", user(&ns, &number.to_string())));
        assert_eq!(ended.code(), Some(1), "{words} without {right}: {ended}");
        ended.refused().printed("").said(&[&format!("kubectl auth can-i {right}")]);
    }
    assert_eq!(traces(&ns), before, "nothing is done");
    ns.relabel(&format!("{words} --as {}", user(&ns, "all"))).done().not_said(&["begins anew"]);
    pods.are_untouched();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_change_of_a_deployment_is_refused_before_the_first_write() {
    // Its ReplicaSets are made anew with it.
    let besides = [may_apps("list", "daemonsets"), may_apps("get patch create delete", "replicasets")];
    each_verb("deploy", "deploy/rng svc/rng tier=front --overwrite", |ns| role(ns, "relabel", "deployments", &besides));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_deployment_that_keeps_its_selector_is_refused_before_the_first_write() {
    let besides = [may_apps("list", "daemonsets"), may_apps("get patch", "replicasets")];
    each_verb("deploy", "deploy/rng on=yes --keep-selector", |ns| {
        role(ns, "relabel-keep-selector", "deployments", &besides)
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_change_of_a_stateful_set_is_refused_before_the_first_write() {
    let besides = [may_apps("list", "daemonsets")];
    each_verb("sts", "sts/rng svc/rng on=yes", |ns| role(ns, "relabel", "statefulsets", &besides));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_change_of_a_replica_set_is_refused_before_the_first_write() {
    let besides = [may_apps("list", "daemonsets")];
    each_verb("rs", "rs/rng svc/rng on=yes", |ns| role(ns, "relabel", "replicasets", &besides));
}
