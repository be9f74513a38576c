//! Somebody with few rights: a service account of the test's own, which the audit log can tell from all others.

use serde_json::{Value, json};

use super::{Caller, Namespace, settings};

/// One rule of a role.
#[derive(Clone, Debug)]
pub struct Rule {
    verbs: Vec<String>,
    resources: Vec<String>,
}

/// The rule that grants these verbs on these resources, both split at spaces.
pub fn may(verbs: &str, resources: &str) -> Rule {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    Rule { verbs: words(verbs), resources: words(resources) }
}

impl Rule {
    /// The same rule without one verb.
    pub fn but(mut self, verb: &str) -> Self {
        self.verbs.retain(|known| known != verb);
        self
    }

    fn to_json(&self) -> Value {
        json!({"apiGroups": ["*"], "resources": self.resources, "verbs": self.verbs})
    }
}

impl Namespace {
    /// A service account of this name with these rights. Those on `nodes` hold for the cluster, the others here.
    pub fn account(&self, name: &str, rules: &[Rule]) -> Caller {
        self.caller(name, &self.token(name, rules))
    }

    /// The token of a service account of this name with these rights.
    pub fn token(&self, name: &str, rules: &[Rule]) -> String {
        let of_nodes = |rule: &&Rule| rule.resources.iter().any(|resource| resource == "nodes");
        let rules_of = |cluster_wide: bool| -> Vec<Value> {
            // The server takes no rule without verbs.
            let some = rules.iter().filter(|rule| !rule.verbs.is_empty());
            some.filter(|rule| of_nodes(rule) == cluster_wide).map(Rule::to_json).collect()
        };
        let labels = json!({"test": self.name()});
        let unique = format!("{}-{name}", self.name());
        let subjects = json!([{"kind": "ServiceAccount", "name": name, "namespace": self.name()}]);
        let api = "rbac.authorization.k8s.io";
        let version = format!("{api}/v1");
        let items = json!([
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}},
            {"apiVersion": version, "kind": "Role", "metadata": {"name": name}, "rules": rules_of(false)},
            {"apiVersion": version, "kind": "RoleBinding", "metadata": {"name": name}, "subjects": subjects,
             "roleRef": {"apiGroup": api, "kind": "Role", "name": name}},
            {"apiVersion": version, "kind": "ClusterRole", "metadata": {"name": unique, "labels": labels},
             "rules": rules_of(true)},
            {"apiVersion": version, "kind": "ClusterRoleBinding", "metadata": {"name": unique, "labels": labels},
             "subjects": subjects, "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": unique}},
        ]);
        let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
        self.try_kubectl("create -f -", &list.to_string()).done();
        self.kubectl(&format!("create token {name}")).trim().to_owned()
    }

    /// Whoever has this token.
    pub fn caller(&self, name: &str, token: &str) -> Caller {
        let mut kubeconfig = settings::kubeconfig().clone();
        kubeconfig["contexts"][0]["context"]["namespace"] = json!(self.name());
        kubeconfig["users"][0]["user"] = json!({"token": token});
        Caller::with(&kubeconfig, self.folder().join(format!("{name}.kubeconfig")))
    }

    /// What the audit log calls the service account.
    pub fn user(&self, name: &str) -> String {
        format!("system:serviceaccount:{}:{name}", self.name())
    }
}
