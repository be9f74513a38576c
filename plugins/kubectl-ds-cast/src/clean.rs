//! An object without what belongs to it alone: what a manifest in git would say.

use recast::json::without;
use serde_json::{Map, Value};

use crate::cast::{is_controllers, is_of_one_object};
use recast::object::Object;

/// Removes what the server and its controllers own. Labels and annotations are left as maps, empty ones too, so that a
/// patch always finds them.
#[must_use]
pub fn clean(object: &Value) -> Value {
    let mut value = object.clone();
    without(&mut value, &["status"]);
    for field in Object::SERVER_OWNED {
        without(&mut value, &["metadata", field]);
    }
    let is_daemon_set = value["kind"] == "DaemonSet";
    for map in ["labels", "annotations"] {
        let entries = &mut value["metadata"][map];
        if !entries.is_object() {
            *entries = Value::Object(Map::new());
        }
    }
    if let Some(annotations) = value["metadata"]["annotations"].as_object_mut() {
        annotations.retain(|key, _| !(is_controllers(key) || (is_daemon_set && is_of_one_object(key))));
    }
    value
}

/// Takes out the maps that [`clean`] has left empty.
pub fn without_empty_maps(value: &mut Value) {
    for map in ["labels", "annotations"] {
        if value["metadata"][map].as_object().is_some_and(Map::is_empty) {
            without(value, &["metadata", map]);
        }
    }
}
