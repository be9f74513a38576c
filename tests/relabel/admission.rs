//! A server that changes what is sent to it: nothing is made anew whose template would not be the one it was.

use serde_json::{Value, json};

use super::judge::KINDS;
use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, deployment, replica_set, stateful_set};
use crate::harness::{Caller, Namespace, Pods, eventually};

/// What the house puts into every template.
const SECRET: &str = "hunter2-secret";

/// A policy of admission for one namespace: each workload that is made, or changed, there gets the value of a variable.
struct HouseRules<'c>(&'c Caller, &'c str);

impl<'c> HouseRules<'c> {
    fn hold(ns: &'c Namespace, operations: &[&str]) -> Self {
        let containers = format!(
            "[Object.spec.template.spec.containers{{name: 'main', \
             env: [Object.spec.template.spec.containers.env{{name: 'PASSWORD', value: '{SECRET}'}}]}}]"
        );
        let pod = format!("Object.spec.template.spec{{containers: {containers}}}");
        let expression = format!("Object{{spec: Object.spec{{template: Object.spec.template{{spec: {pod}}}}}}}");
        let resources = json!(["daemonsets", "deployments", "replicasets", "statefulsets"]);
        let mutation = json!({"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}});
        let rule =
            json!({"apiGroups": ["apps"], "apiVersions": ["*"], "operations": operations, "resources": resources});
        Self::of(ns, &rule, &mutation)
    }

    /// Takes a label off each pod that is changed.
    fn strip(ns: &'c Namespace, label: &str) -> Self {
        let is_there = format!("has(object.metadata.labels) && '{label}' in object.metadata.labels");
        let removal = format!("[JSONPatch{{op: 'remove', path: '/metadata/labels/{label}'}}]");
        let expression = format!("{is_there} ? {removal} : []");
        let mutation = json!({"patchType": "JSONPatch", "jsonPatch": {"expression": expression}});
        let rule = json!({"apiGroups": [""], "apiVersions": ["*"], "operations": ["UPDATE"], "resources": ["pods"]});
        Self::of(ns, &rule, &mutation)
    }

    fn of(ns: &'c Namespace, rule: &Value, mutation: &Value) -> Self {
        let rules = Self(ns, ns.name());
        rules.create(
            "MutatingAdmissionPolicy",
            json!({
                "failurePolicy": "Fail", "reinvocationPolicy": "Never",
                "matchConstraints": {"resourceRules": [rule]}, "mutations": [mutation],
            }),
        );
        let here = json!({"matchLabels": {"kubernetes.io/metadata.name": rules.1}});
        rules.create(
            "MutatingAdmissionPolicyBinding",
            json!({"policyName": rules.1, "matchResources": {"namespaceSelector": here}}),
        );
        rules
    }

    fn create(&self, kind: &str, spec: Value) {
        let version = "admissionregistration.k8s.io/v1";
        self.0.create(&json!({"apiVersion": version, "kind": kind, "metadata": {"name": self.1}, "spec": spec}));
    }
}

impl Drop for HouseRules<'_> {
    fn drop(&mut self) {
        let kinds = "mutatingadmissionpolicybindings,mutatingadmissionpolicies";
        self.0.try_kubectl(&format!("delete {kinds} {} --ignore-not-found", self.1), "");
    }
}

/// One workload of each kind, with a password of its own.
fn workloads(ns: &Namespace, name: &str) {
    for mut object in [daemon_set(name), deployment(name, 1), stateful_set(name, 1), replica_set(name, 1)] {
        // Each has its own pods.
        for labels in ["/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
            object.pointer_mut(labels).unwrap()["kind"] = object["kind"].clone();
        }
        let container = &mut object["spec"]["template"]["spec"]["containers"][0];
        container["env"] = json!([{"name": "PASSWORD", "value": "their-own"}]);
        ns.create(&object);
    }
    for kind in ["ds", "deploy", "sts"] {
        ns.rolled_out(&format!("{kind}/{name}"));
    }
}

/// Whether the server knows such policies: since Kubernetes 1.36.
fn are_served(ns: &Namespace) -> bool {
    ns.kubectl("api-resources --api-group=admissionregistration.k8s.io -o name").contains("mutatingadmission")
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_the_server_would_make_otherwise_is_not_made_anew() {
    let ns = Namespace::new();
    if !are_served(&ns) {
        return;
    }
    workloads(&ns, "early");
    let _rules = HouseRules::hold(&ns, &["CREATE"]);
    eventually("the rules hold", || {
        let ended = ns.relabel("ds/early on=yes --dry-run=server");
        (ended.code() != Some(0)).then_some(())
    });
    workloads(&ns, "late");
    let pods = Pods::watched(&ns);
    let before = ns.kubectl("get ds,deploy,sts,rs,pods,services,secrets -o name");
    for kind in KINDS {
        let ended = ns.relabel(&format!("{kind}/early on=yes")).refused().printed("").not_said(&[SECRET, "their-own"]);
        ended.said(&[
            "error: the server changes the template of ",
            " when it is written, so that its pods would restart\n  \
             spec.template.spec.containers[0].env[0].value: (changed)\n\
             hint: an admission webhook or policy does that; a rollout first brings the template to what it wants\n",
        ]);
    }
    assert_eq!(ns.kubectl("get ds,deploy,sts,rs,pods,services,secrets -o name"), before, "nothing is done");
    // What is as the server wants it already stays so.
    let targets = KINDS.map(|kind| format!("{kind}/late")).join(" ");
    ns.relabel(&format!("{targets} on=yes")).done().not_said(&[SECRET]);
    pods.are_untouched();
}

/// What is only changed, by a hold or in its template, would be rolled out as well.
#[test]
#[ignore = "needs a cluster: make test"]
fn what_the_server_would_change_otherwise_is_not_changed() {
    let ns = Namespace::new();
    if !are_served(&ns) {
        return;
    }
    workloads(&ns, "early");
    let _rules = HouseRules::hold(&ns, &["UPDATE"]);
    eventually("the rules hold", || {
        let shown = ns.kubectl("annotate ds/early x=y --dry-run=server -o yaml --overwrite");
        shown.contains(SECRET).then_some(())
    });
    let pods = Pods::watched(&ns);
    let before = ns.list("ds,deploy,sts,rs,secrets,services");
    for kind in ["ds", "deploy", "sts"] {
        for flag in ["", " --keep-selector"] {
            let ended = ns.relabel(&format!("{kind}/early on=yes{flag}")).refused().printed("").not_said(&[SECRET]);
            ended.said(&[" when it is written, so that its pods would restart\n"]);
        }
    }
    pods.are_untouched();
    assert_eq!(ns.list("ds,deploy,sts,rs,secrets,services"), before, "nothing is done");
}

/// Such a pod would be labelled again and again, while its owner is held.
#[test]
#[ignore = "needs a cluster: make test"]
fn a_label_that_the_server_takes_off_the_pods_again_is_refused() {
    let ns = Namespace::new();
    if !are_served(&ns) {
        return;
    }
    workloads(&ns, "early");
    let pod = ns.list("pods")[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let _rules = HouseRules::strip(&ns, "on");
    eventually("the rules hold", || {
        let shown = ns.kubectl(&format!("label pod {pod} on=yes --dry-run=server -o yaml"));
        (!shown.contains("on: \"yes\"")).then_some(())
    });
    let before = ns.list("ds,deploy,sts,rs,secrets,services");
    for kind in KINDS {
        let ended = ns.relabel(&format!("{kind}/early on=yes")).refused().printed("");
        ended.said(&[
            "error: the server changes the labels of pod/early-",
            " when they are written\n  metadata.labels.on: yes -> (none)\n\
             hint: an admission webhook or policy does that; it must let this label be\n",
        ]);
    }
    assert_eq!(ns.list("ds,deploy,sts,rs,secrets,services"), before, "nothing is done");
    // Pods alone are not asked about before, and not written for ever.
    let ended = ns.relabel(&format!("pod/{pod} on=yes")).refused().printed("");
    ended.said(&[&format!("error: the server does not keep what is written to pod/{pod}\n")]);
    ns.relabel("ds/early other=yes").done();
}
