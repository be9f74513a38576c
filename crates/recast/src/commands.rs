//! Commands that a person can type: with the flags that reach the same cluster.

use crate::action::{Propagation, Request};
use crate::connection::ConnectionArgs;
use crate::kind::Kind;
use crate::manifest::to_yaml;
use crate::object::{Object, ObjectId};
use crate::shell::quoted;

/// Writes commands.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    flags: Vec<String>,
    field_manager: String,
}

impl Commands {
    /// Commands that repeat the connection's flags.
    #[must_use]
    pub fn like(connection: &ConnectionArgs) -> Self {
        Self { flags: connection.words(), field_manager: connection.field_manager.clone() }
    }

    /// `kubectl` with these words, then the connection's flags.
    #[must_use]
    pub fn kubectl(&self, words: &[&str]) -> String {
        let words = words.iter().map(|word| quoted(word)).chain(self.flags.iter().map(|word| quoted(word)));
        std::iter::once("kubectl".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// The command that waits until a workload is available: `rollout status` where kubectl has it, which is neither
    /// for a `ReplicaSet` nor for the strategy `OnDelete`; else a look at the number of available pods.
    #[must_use]
    pub fn await_available(&self, id: &ObjectId, object: &Object, pods: i64) -> String {
        let on_delete = object.at("/spec/updateStrategy/type").is_some_and(|kind| kind == "OnDelete");
        if id.kind != Kind::ReplicaSet && !on_delete {
            return self.kubectl(&["rollout", "status", &id.short()]);
        }
        let field = if id.kind == Kind::DaemonSet { "numberAvailable" } else { "availableReplicas" };
        let condition = format!("--for=jsonpath={{.status.{field}}}={pods}");
        self.kubectl(&["wait", &condition, &id.short(), "--timeout=-1s"])
    }

    /// The command that sends the same request.
    #[must_use]
    pub fn same_as(&self, request: &Request) -> String {
        let manager = format!("--field-manager={}", self.field_manager);
        match request {
            Request::Create { object, .. } => {
                let command = self.kubectl(&["create", &manager, "-f", "-"]);
                format!("{command} <<'EOF'\n{}EOF", to_yaml(object.value()))
            }
            Request::Patch { id, patch } => {
                let patch = serde_json::to_string(patch).unwrap_or_default();
                self.kubectl(&["patch", &id.to_string(), "--type=json", &manager, "-p", &patch])
            }
            Request::Delete { id, propagation, .. } => {
                let cascade = match propagation {
                    Propagation::Background => "--cascade=background",
                    Propagation::Foreground => "--cascade=foreground",
                    Propagation::Orphan => "--cascade=orphan",
                };
                self.kubectl(&["delete", &id.to_string(), cascade])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed_as_it_stands() {
        let commands =
            Commands { flags: vec!["--context".into(), "my cluster".into()], field_manager: "recast".into() };
        assert_eq!(
            commands.kubectl(&["get", "ds/rng", "-l", "a in (b)"]),
            "kubectl get ds/rng -l 'a in (b)' --context 'my cluster'"
        );
    }
}
