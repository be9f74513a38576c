//! The labels that an object has where an edit would change them.

use serde_json::Value;

use super::place::Place;
use crate::kind::Kind;
use crate::selector::{Labels, labels};

/// The labels that count on an object of a kind, in whichever of its places.
///
/// ```
/// use recast::kind::Kind;
/// use recast::label::standing;
/// use serde_json::json;
///
/// let service = json!({"metadata": {"labels": {"team": "a"}}, "spec": {"selector": {"app": "rng"}}});
/// assert_eq!(standing(Kind::Service, &service).into_keys().collect::<Vec<_>>(), ["app"]);
/// ```
#[must_use]
pub fn standing(kind: Kind, object: &Value) -> Labels {
    Place::of(kind, false).iter().flat_map(|place| labels(place.labels(object))).collect()
}
