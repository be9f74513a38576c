//! Objects that come by the thousand, read without what nobody asks them: who manages which field of a pod.
//!
//! That list is about half of a pod, and pods are never written back whole.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use kube::core::{ApiResource, DynamicResourceScope};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{MANAGED, Object};
use crate::json::without;
use crate::kind::Kind;

/// An object, without that list if it says that it is a pod or a slice before it comes to its metadata, as those do that
/// the server sends alone.
#[derive(Clone, Debug)]
pub struct Lean(pub Object);

impl Lean {
    /// The same, now that it is known what it is.
    #[must_use]
    pub fn of_kind(mut self, kind: Kind) -> Self {
        if matches!(kind, Kind::Pod | Kind::EndpointSlice)
            && let Some(metadata) = Arc::make_mut(&mut self.0.0).value.get_mut("metadata")
        {
            without(metadata, &[MANAGED]);
        }
        self
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
        let (mut fields, mut many) = (Map::new(), false);
        while let Some(key) = map.next_key::<String>()? {
            if self.depth == 1 && key == MANAGED {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = match key.as_str() {
                "metadata" if many => map.next_value_seed(Self { depth: 1 })?,
                _ => map.next_value()?,
            };
            many |= self.depth == 0 && key == "kind" && (value == "Pod" || value == "EndpointSlice");
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

    #[test]
    fn only_what_comes_by_the_thousand_is_read_without_its_managers() {
        for (kind, kept) in [("Pod", false), ("EndpointSlice", false), ("DaemonSet", true)] {
            let text = format!(
                r#"{{"kind": "{kind}", "metadata": {{"managedFields": [{{"manager": "m"}}], "name": "n", "novel": 1}},
                    "spec": {{"metadata": {{"managedFields": 1}}}}}}"#
            );
            let Lean(object) = serde_json::from_str(&text).unwrap();
            assert_eq!(object.at("/metadata/managedFields").is_some(), kept, "{kind}");
            assert_eq!(object.at("/metadata/novel"), Some(&Value::from(1)));
            assert!(object.at("/spec/metadata/managedFields").is_some());
        }
    }
}
