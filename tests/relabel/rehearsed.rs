//! What the server would refuse in the middle is found before the beginning.

use serde_json::{Value, json};

use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, service};
use crate::harness::{Caller, Namespace, eventually};

/// A policy of admission, for one namespace.
struct Policy<'c>(&'c Caller, String);

impl<'c> Policy<'c> {
    /// It refuses such requests, unless the expression is true of them.
    fn that_wants(ns: &'c Namespace, operation: &str, group: &str, resource: &str, expression: &str) -> Self {
        let name = ns.name().to_owned();
        let policy = Self(ns, name.clone());
        let rules = json!([{
            "apiGroups": [group], "apiVersions": ["*"], "operations": [operation], "resources": [resource],
        }]);
        policy.0.create(&json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": name},
            "spec": {
                "failurePolicy": "Fail", "matchConstraints": {"resourceRules": rules},
                "validations": [{"expression": expression, "message": "the house rules forbid it"}],
            },
        }));
        let here = json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}});
        policy.0.create(&json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": name},
            "spec": {"policyName": name, "validationActions": ["Deny"], "matchResources": here},
        }));
        policy
    }
}

impl Drop for Policy<'_> {
    fn drop(&mut self) {
        for kind in ["validatingadmissionpolicybinding", "validatingadmissionpolicy"] {
            self.0.try_kubectl(&format!("delete {kind} {} --ignore-not-found", self.1), "");
        }
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_a_policy_forbids_is_refused_before_the_first_write() {
    let ns = Namespace::new();
    ns.create(&daemon_set("rng"));
    ns.create(&service("rng"));
    ns.rolled_out("ds/rng");
    for (operation, group, resource, expression) in [
        ("CREATE", "", "secrets", "object.metadata.name != 'kube-recast.daemonset.rng'"),
        ("CREATE", "", "services", "has(object.metadata.annotations)"),
        ("UPDATE", "", "pods", "!('on' in object.metadata.labels)"),
        ("UPDATE", "apps", "daemonsets", "!has(object.metadata.finalizers)"),
        ("DELETE", "apps", "daemonsets", "false"),
        ("CREATE", "apps", "daemonsets", "!('on' in object.spec.selector.matchLabels)"),
        ("UPDATE", "", "services", "!('on' in object.spec.selector)"),
    ] {
        let policy = Policy::that_wants(&ns, operation, group, resource, expression);
        let state = || ns.list("ds,services,secrets,pods").iter().map(known).collect::<Vec<_>>();
        let before = state();
        eventually("the policy holds", || {
            let ended = ns.relabel("ds/rng svc/rng on=yes --dry-run=server");
            (ended.code() != Some(0)).then_some(())
        });
        let said = ["error: cannot ", "the house rules forbid it"];
        ns.relabel("ds/rng svc/rng on=yes").refused().printed("").said(&said);
        assert_eq!(state(), before, "{operation} {resource}");
        drop(policy);
    }
    eventually("no policy holds any more", || {
        (ns.relabel("ds/rng svc/rng on=yes --dry-run=server").code() == Some(0)).then_some(())
    });
    ns.relabel("ds/rng svc/rng on=yes").done();
}

/// What a write would change.
fn known(object: &Value) -> [Value; 3] {
    ["uid", "finalizers", "labels"].map(|field| object["metadata"][field].clone())
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_quota_that_is_used_up_is_told_and_a_long_name_is_no_reason_for_a_warning() {
    let ns = Namespace::new();
    let name = "a".repeat(63);
    ns.create(&daemon_set(&name));
    ns.rolled_out(&format!("ds/{name}"));
    ns.kubectl("create quota few --hard=count/services=0");
    eventually("the quota holds", || (!ns.get("quota/few")["status"]["used"].is_null()).then_some(()));
    ns.relabel(&format!("ds/{name} on=yes"))
        .refused()
        .printed("")
        .said(&["exceeded quota: few", "hint: kubectl describe quota shows what there is room for\n"]);
    ns.kubectl("delete quota few");
    ns.relabel(&format!("ds/{name} on=yes")).done().not_said(&["Warning:"]);
}
