//! The spec: fields that a DaemonSet has too are carried, the others dropped and said, unknown ones refused.

use recast::difference::plain;
use recast::kind::Kind;
use recast::patch::Edits;
use serde_json::Value;

use super::{Account, Refusal, strategy};

/// Fields that a DaemonSet means the same by.
const CARRIED: [&str; 4] = ["template", "selector", "minReadySeconds", "revisionHistoryLimit"];

/// Fields that a DaemonSet has no place for, by kind. Those of the strategy are cast in a module of their own.
const fn dropped(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Deployment => &["replicas", "progressDeadlineSeconds"],
        Kind::StatefulSet => &[
            "replicas",
            "serviceName",
            "podManagementPolicy",
            "ordinals",
            "persistentVolumeClaimRetentionPolicy",
            "volumeClaimTemplates",
        ],
        _ => &["replicas"],
    }
}

/// Fields that describe how pods are replaced, by kind.
const fn of_strategy(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Deployment => &["strategy", "paused"],
        Kind::StatefulSet => &["updateStrategy"],
        _ => &[],
    }
}

/// Whether the kind knows `revisionHistoryLimit`.
const fn has_history(kind: Kind) -> bool {
    matches!(kind, Kind::Deployment | Kind::StatefulSet)
}

/// Carries, converts, drops, refuses.
pub fn cast(kind: Kind, edits: &mut Edits, account: &mut Account) -> Result<(), Refusal> {
    let fields: Vec<String> =
        edits.at(&["spec"]).and_then(Value::as_object).into_iter().flat_map(|spec| spec.keys().cloned()).collect();
    let known = |field: &str| {
        (CARRIED.contains(&field) && (field != "revisionHistoryLimit" || has_history(kind)))
            || dropped(kind).contains(&field)
            || of_strategy(kind).contains(&field)
    };
    if let Some(unknown) = fields.iter().find(|field| !known(field)) {
        return Err(Refusal::UnknownField(format!("spec.{}", unknown.escape_debug())));
    }
    let carried = CARRIED.into_iter().filter(|field| edits.at(&["spec", field]).is_some());
    let carried: Vec<String> = carried.map(str::to_owned).collect();
    // The template and the selector first, then what metadata has carried.
    let at = carried.len().min(2);
    account.carried.splice(0..0, carried[..at].iter().cloned());
    account.carried.extend(carried[at..].iter().cloned());
    for field in dropped(kind) {
        if let Some(value) = edits.remove(&["spec", field]).filter(|value| !is_nothing(value)) {
            account.dropped.push(format!("{field} {}", plain(&value)));
        }
    }
    note_hash_keys(edits, account);
    strategy::cast(kind, edits, account)
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// `matchLabelKeys: [pod-template-hash]` tells the pods of one rollout apart; a key that pods have not is ignored.
fn note_hash_keys(edits: &Edits, account: &mut Account) {
    let template = edits.at(&["spec", "template", "spec"]);
    if template.is_some_and(names_hash_key) {
        account.notes.push(
            "matchLabelKeys names pod-template-hash, a label that the pods of a daemon set do not have: it is ignored"
                .into(),
        );
    }
}

fn names_hash_key(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| {
            let keys = key == "matchLabelKeys" || key == "mismatchLabelKeys";
            let names =
                value.as_array().is_some_and(|keys| keys.iter().any(|key| key == super::metadata::POD_TEMPLATE_HASH));
            (keys && names) || names_hash_key(value)
        }),
        Value::Array(list) => list.iter().any(names_hash_key),
        _ => false,
    }
}
