//! Commands that a person can type: with the flags that reach the same cluster.

use json_patch::{Patch, PatchOperation};
use serde_json::Value;

use crate::action::{Propagation, Request};
use crate::connection::ConnectionArgs;
use crate::engine::{PLANNED, PLANNED_REVISION};
use crate::json::without;
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
                format!("{command} <<'EOF'\n{}EOF", to_yaml(&without_secrets(object)))
            }
            Request::Patch { id, patch } => {
                let patch = serde_json::to_string(&known_now(patch)).unwrap_or_default();
                let command = self.kubectl(&["patch", &id.to_string(), "--type=json", &manager, "-p", &patch]);
                self.with_revision(command, id)
            }
            Request::Delete { id, propagation, .. } => {
                let cascade = match propagation {
                    Propagation::Background => "--cascade=background",
                    Propagation::Foreground => "--cascade=foreground",
                    Propagation::Orphan => "--cascade=orphan",
                };
                let words = ["delete", &id.to_string(), cascade];
                // What is to be freed first is waited for apart: by then it is held.
                let waits = (*propagation == Propagation::Orphan).then_some("--wait=false");
                self.kubectl(&words.into_iter().chain(waits).collect::<Vec<_>>())
            }
        }
    }

    /// The revision of a `StatefulSet` that its controller has yet to name is asked for when the command is typed. It stands
    /// within quotes of the shell, and of JSON.
    fn with_revision(&self, command: String, pod: &ObjectId) -> String {
        let Some((before, rest)) = command.split_once(PLANNED_REVISION) else { return command };
        let Some((name, after)) = rest.split_once('"') else { return command };
        let owner = pod.beside(Kind::StatefulSet, name).short();
        let asked = self.kubectl(&["get", &owner, "-o", "jsonpath={.status.updateRevision}"]);
        format!("{before}'\"$({asked})\"'\"{after}")
    }
}

/// The object as it is shown. What is in a Secret is nobody's to read over a shoulder.
fn without_secrets(object: &Object) -> Value {
    let mut value = object.value().clone();
    if value["kind"] == Kind::Secret.name() {
        without(&mut value, &["data"]);
    }
    value
}

/// The patch without the guards that nobody can type beforehand: the resourceVersion that an object will have, and the uid
/// of one that is yet to be created.
fn known_now(patch: &Patch) -> Patch {
    let is_known = |operation: &&PatchOperation| match operation {
        PatchOperation::Test(test) => {
            let planned = test.value.as_str().is_some_and(|value| value.starts_with(PLANNED));
            test.path.as_str() != "/metadata/resourceVersion" && !planned
        }
        _ => true,
    };
    Patch(patch.iter().filter(is_known).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_command_can_be_typed_as_it_stands() {
        let commands =
            Commands { flags: vec!["--context".into(), "my cluster".into()], field_manager: "recast".into() };
        assert_eq!(
            commands.kubectl(&["get", "ds/rng", "-l", "a in (b)"]),
            "kubectl get ds/rng -l 'a in (b)' --context 'my cluster'"
        );
    }

    #[test]
    fn a_patch_is_typed_without_what_nobody_can_know_beforehand() {
        let id = ObjectId::new(Kind::DaemonSet, "web", "rng");
        let typed = |patch: Value| {
            let patch = serde_json::from_value(patch).unwrap();
            let command = Commands::default().same_as(&Request::Patch { id: id.clone(), patch });
            command.rsplit_once(" -p ").unwrap().1.to_owned()
        };
        let uid = |uid: &str| json!({"op": "test", "path": "/metadata/uid", "value": uid});
        let version = json!({"op": "test", "path": "/metadata/resourceVersion", "value": "7"});
        let paused = json!({"op": "remove", "path": "/spec/paused"});
        let shown = |operations: &[&Value]| format!("'{}'", json!(operations));
        assert_eq!(typed(json!([uid("u"), version, paused])), shown(&[&uid("u"), &paused]));
        assert_eq!(typed(json!([uid(&format!("{PLANNED}x")), version, paused])), shown(&[&paused]));
    }

    #[test]
    fn a_revision_that_is_yet_to_be_made_is_asked_for_when_it_is_typed() {
        let label = |revision: &str| {
            let value =
                json!([{"op": "replace", "path": "/metadata/labels/controller-revision-hash", "value": revision}]);
            let patch = serde_json::from_value(value).unwrap();
            Commands::default().same_as(&Request::Patch { id: ObjectId::new(Kind::Pod, "web", "rng-0"), patch })
        };
        assert!(label("rng-7").ends_with(r#""value":"rng-7"}]'"#));
        let command = label(&format!("{PLANNED_REVISION}rng"));
        let asked = r#""value":"'"$(kubectl get sts/rng -o 'jsonpath={.status.updateRevision}')"'"}]'"#;
        assert!(command.ends_with(asked), "{command}");
    }

    #[test]
    fn what_is_in_a_secret_is_not_shown() {
        let shown = |kind: &str| {
            let object =
                json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, "data": {"key": "aGlkZGVu"}});
            let id = ObjectId::new(Kind::Secret, "web", "x");
            Commands::default().same_as(&Request::Create { id, object: Box::new(Object::new(object).unwrap()) })
        };
        assert!(!shown("Secret").contains("aGlkZGVu"));
        assert!(shown("ConfigMap").contains("aGlkZGVu"));
    }
}
