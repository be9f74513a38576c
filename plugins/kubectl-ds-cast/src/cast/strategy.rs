//! How pods are replaced: a Deployment's strategy and a StatefulSet's, as a DaemonSet's.

use recast::difference::plain;
use recast::kind::Kind;
use recast::patch::Edits;
use serde_json::{Map, Value, json};

use super::{Account, Refusal};

/// What a Deployment's `maxSurge` and `maxUnavailable` are where it does not say
/// (`pkg/apis/apps/v1/defaults.go:SetDefaults_Deployment`).
const DEPLOYMENT_DEFAULT: &str = "25%";

/// What a Deployment can have.
const OF_DEPLOYMENTS: &str = "a deployment has RollingUpdate or Recreate";

/// What a `StatefulSet` can have.
const OF_STATEFUL_SETS: &str = "a stateful set has RollingUpdate or OnDelete";

/// Casts the strategy in place.
pub fn cast(kind: Kind, edits: &mut Edits, account: &mut Account) -> Result<(), Refusal> {
    match kind {
        Kind::Deployment => deployment(edits, account),
        Kind::StatefulSet => stateful_set(edits, account),
        _ => Ok(()),
    }
}

fn deployment(edits: &mut Edits, account: &mut Account) -> Result<(), Refusal> {
    let paused = match edits.remove(&["spec", "paused"]) {
        None | Some(Value::Null) => false,
        Some(Value::Bool(paused)) => paused,
        Some(other) => return Err(Refusal::Paused(other)),
    };
    let strategy = edits.remove(&["spec", "strategy"]).unwrap_or_default();
    known_fields("spec.strategy", &strategy, &["type", "rollingUpdate"])?;
    let rolling = &strategy["rollingUpdate"];
    known_fields("spec.strategy.rollingUpdate", rolling, &["maxSurge", "maxUnavailable"])?;

    let (was, parameters) = match kind_of("spec.strategy.type", &strategy, OF_DEPLOYMENTS)? {
        "" | "RollingUpdate" => {
            let unavailable = or_default(&rolling["maxUnavailable"]);
            let surge = or_default(&rolling["maxSurge"]);
            let was = format!("RollingUpdate {}/{}", plain(&unavailable), plain(&surge));
            (was, rolling_update(&unavailable, &surge, account)?)
        }
        "Recreate" => ("Recreate".to_owned(), json!({"maxUnavailable": "100%"})),
        other => return Err(Refusal::UnknownStrategy(format!("spec.strategy.type {other:?}"), OF_DEPLOYMENTS)),
    };
    let kind = if paused { "OnDelete" } else { "RollingUpdate" };
    let now = parameters.as_object().into_iter().flatten().map(|(name, value)| format!("{name} {}", plain(value)));
    let now: Vec<String> = now.collect();
    account.changed.push(format!("strategy {was} -> updateStrategy {kind}, {}", now.join(", ")));
    if paused {
        account.notes.push("it is paused: OnDelete replaces a pod only when somebody deletes it".into());
    }
    edits.set(&["spec", "updateStrategy"], json!({"type": kind, "rollingUpdate": parameters}));
    Ok(())
}

/// A DaemonSet takes one of both: pods that may be missing, or, where none may, pods beyond their number.
fn rolling_update(unavailable: &Value, surge: &Value, account: &mut Account) -> Result<Value, Refusal> {
    let missing = amount(unavailable).filter(|amount| *amount <= 100 || unavailable.is_number());
    let missing = missing.ok_or_else(|| Refusal::Amount("maxUnavailable", unavailable.clone()))?;
    let beyond = amount(surge).ok_or_else(|| Refusal::Amount("maxSurge", surge.clone()))?;
    let (value, parameters) = match (missing, beyond) {
        (0, 0) => return Err(Refusal::NoProgress),
        (0, percent) => {
            let surge = if surge.is_string() && percent > 100 {
                account
                    .notes
                    .push(format!("maxSurge {} becomes 100%: a daemon set has no room for more", plain(surge)));
                json!("100%")
            } else {
                surge.clone()
            };
            (surge.clone(), json!({"maxSurge": surge, "maxUnavailable": 0}))
        }
        _ => (unavailable.clone(), json!({"maxUnavailable": unavailable})),
    };
    if value.is_string() && value != "100%" && parameters.get("maxSurge").is_none() {
        account.notes.push(format!("{} rounds down in a deployment, up in a daemon set", plain(&value)));
    }
    Ok(parameters)
}

/// The number in `3` or `25%`.
fn amount(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.strip_suffix('%')?.parse().ok())
}

fn or_default(value: &Value) -> Value {
    if value.is_null() { json!(DEPLOYMENT_DEFAULT) } else { value.clone() }
}

fn stateful_set(edits: &mut Edits, account: &mut Account) -> Result<(), Refusal> {
    let strategy = ["spec", "updateStrategy"];
    let rolling = ["spec", "updateStrategy", "rollingUpdate"];
    let Some(value) = edits.at(&strategy).cloned() else { return Ok(()) };
    known_fields("spec.updateStrategy", &value, &["type", "rollingUpdate"])?;
    known_fields("spec.updateStrategy.rollingUpdate", &value["rollingUpdate"], &["partition", "maxUnavailable"])?;
    let kind = kind_of("spec.updateStrategy.type", &value, OF_STATEFUL_SETS)?;
    if !["", "RollingUpdate", "OnDelete"].contains(&kind) {
        return Err(Refusal::UnknownStrategy(format!("spec.updateStrategy.type {kind:?}"), OF_STATEFUL_SETS));
    }
    let unavailable = &value["rollingUpdate"]["maxUnavailable"];
    let fits = |amount: u64| amount > 0 && (amount <= 100 || unavailable.is_number());
    if !unavailable.is_null() && !amount(unavailable).is_some_and(fits) {
        return Err(Refusal::Amount("maxUnavailable", unavailable.clone()));
    }
    if value["rollingUpdate"].as_object().is_some_and(|map| map.keys().all(|key| key == "partition")) {
        edits.remove(&rolling);
    } else {
        edits.remove(&[rolling[0], rolling[1], rolling[2], "partition"]);
    }
    if edits.at(&strategy).and_then(Value::as_object).is_none_or(Map::is_empty) {
        edits.remove(&strategy);
    } else {
        account.carried.push("updateStrategy".into());
    }
    if value.pointer("/rollingUpdate/partition").is_some() {
        account.dropped.push("partition 0".into());
    }
    Ok(())
}

/// The type of a strategy; empty, as to the server, where there is none.
fn kind_of<'a>(path: &str, strategy: &'a Value, known: &'static str) -> Result<&'a str, Refusal> {
    match &strategy["type"] {
        Value::Null => Ok(""),
        Value::String(kind) => Ok(kind),
        other => Err(Refusal::UnknownStrategy(format!("{path} {other}"), known)),
    }
}

fn known_fields(path: &str, value: &Value, known: &[&str]) -> Result<(), Refusal> {
    match value {
        Value::Null => Ok(()),
        Value::Object(map) => match map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) => Err(Refusal::UnknownField(format!("{path}.{}", unknown.escape_debug()))),
            None => Ok(()),
        },
        _ => Err(Refusal::UnknownStrategy(format!("{path} {value}"), "a strategy has a type and parameters")),
    }
}

/// An update strategy as the server completes it (`pkg/apis/apps/v1/defaults.go:SetDefaults_DaemonSet`).
#[must_use]
pub fn effective(strategy: Option<&Value>) -> Value {
    let mut strategy = strategy.filter(|value| value.is_object()).cloned().unwrap_or_else(|| json!({}));
    if strategy["type"].is_null() {
        strategy["type"] = json!("RollingUpdate");
    }
    if strategy["type"] == "RollingUpdate" {
        for (field, default) in [("maxUnavailable", 1), ("maxSurge", 0)] {
            if strategy["rollingUpdate"][field].is_null() {
                strategy["rollingUpdate"][field] = json!(default);
            }
        }
    } else if strategy["rollingUpdate"].is_null() {
        strategy.as_object_mut().map(|map| map.remove("rollingUpdate"));
    }
    strategy
}
