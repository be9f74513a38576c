//! What label edits do to an object.

use serde_json::Value;

use super::place::Place;
use super::{LabelEdit, LabelEdits, LabelError, Overwrite, map, selector};
use crate::kind::Kind;
use crate::patch::Edits;
use crate::selector::{label_selector, labels, matches};

/// Makes the edits wherever labels count in an object of the kind, as a patch that tests what it replaces. One that is
/// as asked already gets no operation.
///
/// ```
/// use recast::kind::Kind;
/// use recast::label::{LabelEdits, relabel};
/// use serde_json::json;
///
/// let service = json!({"spec": {"selector": {"app": "rng"}}});
/// let edits = LabelEdits::parse(&["isactive=yes"]).unwrap();
/// let (patch, value) = relabel(Kind::Service, &service, &edits, false)?.finish();
/// assert_eq!(value["spec"]["selector"], json!({"app": "rng", "isactive": "yes"}));
/// assert_eq!(
///     serde_json::to_value(patch).unwrap(),
///     json!([
///         {"op": "test", "path": "/spec/selector", "value": {"app": "rng"}},
///         {"op": "add", "path": "/spec/selector/isactive", "value": "yes"},
///     ])
/// );
/// # Ok::<(), recast::label::LabelError>(())
/// ```
///
/// # Errors
/// If the kind has no labels that count, or the result would be refused by the server or select what nobody means.
pub fn relabel(kind: Kind, object: &Value, labels: &LabelEdits, keep_selector: bool) -> Result<Edits, LabelError> {
    let places = Place::of(kind, keep_selector);
    if places.is_empty() {
        return Err(LabelError::Kind(kind));
    }
    check(kind, object)?;
    let mut edits = Edits::of(object.clone());
    for place in places {
        place.edit(&mut edits, labels)?;
        check_binding(kind, *place, object, edits.value(), labels)?;
    }
    if Place::of(kind, false).len() > 1 {
        check_match(object, edits.value(), labels)?;
    }
    Ok(edits)
}

/// Values that the edits would lose in the object.
#[must_use]
pub fn overwritten(kind: Kind, object: &Value, labels: &LabelEdits, keep_selector: bool) -> Vec<Overwrite> {
    // The template first: its value is one, where an expression of the selector may name several.
    let places = || Place::of(kind, keep_selector).iter().rev();
    let lost = labels.iter().filter_map(|edit| {
        let value = places().find_map(|place| lost(*place, object, edit))?;
        Some(Overwrite { key: edit.key.clone(), value })
    });
    lost.collect()
}

/// The keys that are to be taken away and are nowhere in the object.
#[must_use]
pub fn absent<'l>(kind: Kind, object: &Value, labels: &'l LabelEdits, keep_selector: bool) -> Vec<&'l str> {
    let names = |place: &Place, key: &str| {
        let expressions = place.expressions(object).iter().filter(|expression| selector::binds(expression));
        place.labels(object).is_some_and(|labels| labels.get(key).is_some())
            || expressions.into_iter().any(|expression| expression["key"] == *key)
    };
    let removed = labels.iter().filter(|edit| edit.value.is_none()).map(|edit| edit.key.as_str());
    removed.filter(|key| !Place::of(kind, keep_selector).iter().any(|place| names(place, key))).collect()
}

/// What of an object of the kind differs, in the words of a report: `selector`, `template`, `labels`.
#[must_use]
pub fn changed_parts(kind: Kind, before: &Value, after: &Value) -> Vec<&'static str> {
    let places = Place::of(kind, false).iter();
    places.filter(|place| place.of_object(before) != place.of_object(after)).map(|place| place.name()).collect()
}

/// What has no selector by which it could choose pods is not given one.
fn check(kind: Kind, object: &Value) -> Result<(), LabelError> {
    let selector = object.pointer("/spec/selector").filter(|selector| !selector.is_null());
    match (kind, selector) {
        (Kind::Pod | Kind::NetworkPolicy, _) => Ok(()),
        (Kind::Service, _) if object["spec"]["type"] == "ExternalName" => Err(LabelError::ExternalName),
        (Kind::Service, Some(labels)) if labels.as_object().is_some_and(serde_json::Map::is_empty) => {
            Err(LabelError::NoSelector(kind))
        }
        (Kind::PodDisruptionBudget, None) => Err(LabelError::SelectsNothing),
        (_, None) => Err(LabelError::NoSelector(kind)),
        (Kind::PodDisruptionBudget, Some(empty)) if selector::is_empty(empty) => Err(LabelError::SelectsEverything),
        (Kind::Service, Some(_)) => Ok(()),
        (_, Some(empty)) if selector::is_empty(empty) => Err(LabelError::NoSelector(kind)),
        _ => Ok(()),
    }
}

/// The last label that pods must have is not taken out of a selector.
fn check_binding(
    kind: Kind,
    place: Place,
    before: &Value,
    after: &Value,
    labels: &LabelEdits,
) -> Result<(), LabelError> {
    if !place.binds(before) || place.binds(after) {
        return Ok(());
    }
    let last = labels.iter().rfind(|edit| edit.value.is_none()).map(|edit| edit.key.clone());
    Err(LabelError::LastKey { kind, key: last.unwrap_or_default() })
}

/// A workload's selector has to match its template.
fn check_match(before: &Value, after: &Value, edits: &LabelEdits) -> Result<(), LabelError> {
    let read = |object: &Value| label_selector(&object["spec"]["selector"]);
    let template = |object: &Value| labels(object.pointer("/spec/template/metadata/labels"));
    let selector = read(after).map_err(|error| LabelError::Selector(error.to_string()))?;
    if matches(&selector, &template(after)) {
        return Ok(());
    }
    let breaks = |edit: &&LabelEdit| {
        let alone: LabelEdits = [(*edit).clone()].into_iter().collect();
        matches(&selector, &template(before)) && !matches(&selector, &alone.apply(&template(before)))
    };
    Err(edits.iter().find(breaks).map_or(LabelError::Mismatch, |edit| LabelError::Kept { key: edit.key.clone() }))
}

fn lost(place: Place, object: &Value, edit: &LabelEdit) -> Option<String> {
    let new = edit.value.as_deref()?;
    let differs = |value: &&Value| map::text(value) != Some(new);
    let value = place.labels(object).and_then(|labels| labels.get(&edit.key)).filter(differs);
    let value = value.map(|value| map::text(value).map_or_else(|| value.to_string(), str::to_owned));
    value.or_else(|| {
        let of_key = |expression: &&Value| expression["key"] == *edit.key && expression["operator"] == "In";
        let all = place.expressions(object).iter().filter(of_key).map(selector::values);
        all.into_iter().find(|values| !values.contains(&new)).map(|values| values.join(", "))
    })
}

#[cfg(test)]
mod tests;
