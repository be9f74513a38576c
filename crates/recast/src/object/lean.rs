//! Objects that come by the thousand, read without what nobody asks them: who manages which field of a pod.
//!
//! That list is about half of a pod, and pods are never written back whole.

use std::borrow::Cow;
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use kube::core::{ApiResource, DynamicResourceScope};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{MANAGED, Object};
use crate::kind::Kind;

/// An object without that list.
#[derive(Clone, Debug)]
pub struct Lean(Object);

impl Lean {
    /// Whether objects of this kind are read so.
    #[must_use]
    pub const fn suits(kind: Kind) -> bool {
        matches!(kind, Kind::Pod | Kind::EndpointSlice)
    }
}

impl From<Lean> for Object {
    fn from(Lean(object): Lean) -> Self {
        object
    }
}

impl<'de> Deserialize<'de> for Lean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_map(Fields { depth: 0 })?;
        Object::new(value).map(Self).map_err(D::Error::custom)
    }
}

/// The fields of an object, or of its metadata.
struct Fields {
    depth: usize,
}

impl<'de> Visitor<'de> for Fields {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if self.depth == 1 && key == MANAGED {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = match key.as_str() {
                "metadata" if self.depth == 0 => map.next_value_seed(Self { depth: 1 })?,
                _ => map.next_value()?,
            };
            fields.insert(key, value);
        }
        Ok(Value::Object(fields))
    }
}

impl<'de> DeserializeSeed<'de> for Fields {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl Resource for Lean {
    type DynamicType = ApiResource;
    type Scope = DynamicResourceScope;

    fn kind(resource: &ApiResource) -> Cow<'_, str> {
        Object::kind(resource)
    }

    fn group(resource: &ApiResource) -> Cow<'_, str> {
        Object::group(resource)
    }

    fn version(resource: &ApiResource) -> Cow<'_, str> {
        Object::version(resource)
    }

    fn plural(resource: &ApiResource) -> Cow<'_, str> {
        Object::plural(resource)
    }

    fn meta(&self) -> &ObjectMeta {
        self.0.meta()
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        self.0.meta_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_managers_of_its_fields_are_left_out_and_nothing_else() {
        let text = r#"{"metadata": {"managedFields": [{"manager": "m"}], "name": "n", "novel": 1},
                       "spec": {"managedFields": 1, "metadata": {"managedFields": 1}}}"#;
        let Lean(object) = serde_json::from_str(text).unwrap();
        let left = json!({"metadata": {"name": "n", "novel": 1},
                          "spec": {"managedFields": 1, "metadata": {"managedFields": 1}}});
        assert_eq!(object.value(), &left);
    }
}
