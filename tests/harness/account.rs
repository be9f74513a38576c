//! Somebody with few rights: a service account of the test's own, which the audit log can tell from all others.

use serde_json::{Value, json};

use super::{Caller, Namespace, settings};

/// One rule of a role.
#[derive(Clone, Debug)]
pub struct Rule {
    groups: Vec<String>,
    verbs: Vec<String>,
    resources: Vec<String>,
}

/// The rule that grants these verbs on these resources of any group, both split at spaces.
pub fn may(verbs: &str, resources: &str) -> Rule {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    Rule { groups: words("*"), verbs: words(verbs), resources: words(resources) }
}

impl Rule {
    /// The rules of a role, each for one resource of one group.
    pub fn of(role: &Value) -> Vec<Self> {
        let texts = |value: &Value| -> Vec<String> { serde_json::from_value(value.clone()).expect("a list of texts") };
        let each = |rule: &Value| -> Vec<Self> {
            let (groups, verbs) = (texts(&rule["apiGroups"]), texts(&rule["verbs"]));
            let one = |resource| Self { groups: groups.clone(), verbs: verbs.clone(), resources: vec![resource] };
            texts(&rule["resources"]).into_iter().map(one).collect()
        };
        role["rules"].as_array().expect("a role has rules").iter().flat_map(each).collect()
    }

    /// The same rule without one verb.
    pub fn but(mut self, verb: &str) -> Self {
        self.verbs.retain(|known| known != verb);
        self
    }

    /// What may be done.
    pub fn verbs(&self) -> &[String] {
        &self.verbs
    }

    /// The resource of a rule for one, with its group: `daemonsets.apps`.
    pub fn resource(&self) -> String {
        let words = [self.resources[0].as_str(), self.groups[0].as_str()];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(".")
    }

    /// The rule as a role has it.
    pub fn to_json(&self) -> Value {
        json!({"apiGroups": self.groups, "resources": self.resources, "verbs": self.verbs})
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
