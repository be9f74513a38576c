//! Autoscalers: they name what they scale.

use recast::kind::Kind;
use serde_json::Value;

use super::Row;
use super::selection::every;
use crate::change::Change;

/// The autoscalers of what is made anew.
pub fn rows(change: &Change<'_>) -> Vec<Row> {
    let row = |(id, scaler): (_, &recast::object::Object)| {
        let of = scaler.at("/spec/scaleTargetRef").unwrap_or(&Value::Null);
        let is = |target: &&crate::change::Target| of["kind"] == target.id.kind.name() && of["name"] == *target.id.name;
        let target = change.recreated().find(is)?;
        Some(Row::note(id, format!("follows {} by its name", target.id)))
    };
    every(change, Kind::HorizontalPodAutoscaler).filter_map(row).collect()
}
