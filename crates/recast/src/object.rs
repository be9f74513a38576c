//! An object as the API server sent it: raw JSON that loses no field, with its metadata read once.

mod id;
mod lean;

use std::borrow::Cow;
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::core::ApiResource;
use kube::{Resource, ResourceExt};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::kind::Kind;
use crate::selector::Labels;

pub use id::ObjectId;
pub use lean::Lean;

/// Who manages which field.
const MANAGED: &str = "managedFields";

/// One object. The JSON is what counts; the typed metadata beside it is a view for reading. A copy shares both: snapshots
/// are copied often, and may hold the pods of a whole namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct Object(Arc<Read>);

#[derive(Clone, Debug, PartialEq)]
struct Read {
    value: Value,
    metadata: ObjectMeta,
}

impl Object {
    /// Of the metadata, what the server writes and a new object does not bring along.
    pub const SERVER_OWNED: [&str; 8] = [
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "managedFields",
        "selfLink",
    ];

    /// Wraps JSON that has the shape of a Kubernetes object.
    ///
    /// # Errors
    /// If `metadata` is not what Kubernetes calls metadata, such as a label that is not a string.
    pub fn new(mut value: Value) -> Result<Self, serde_json::Error> {
        let metadata = value.get_mut("metadata").map_or_else(|| Ok(ObjectMeta::default()), view)?;
        Ok(Self(Arc::new(Read { value, metadata })))
    }

    /// The object as JSON, field for field as it was received.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// The JSON itself.
    #[must_use]
    pub fn into_value(self) -> Value {
        Arc::unwrap_or_clone(self.0).value
    }

    /// What stands at a JSON pointer, `/spec/replicas`.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.0.value.pointer(pointer)
    }

    /// A whole number at a JSON pointer.
    #[must_use]
    pub fn number(&self, pointer: &str) -> Option<i64> {
        self.at(pointer)?.as_i64()
    }

    /// The typed view of the metadata. Who manages which field is left out of it, and stands in the JSON alone.
    #[must_use]
    pub fn metadata(&self) -> &ObjectMeta {
        &self.0.metadata
    }

    /// Its name, empty if it has none yet.
    #[must_use]
    pub fn name(&self) -> &str {
        self.metadata().name.as_deref().unwrap_or_default()
    }

    /// Its uid, empty if it is from a file.
    #[must_use]
    pub fn uid(&self) -> &str {
        self.metadata().uid.as_deref().unwrap_or_default()
    }

    /// Its labels.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        ResourceExt::labels(self)
    }

    /// The value of one of its labels.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels().get(key).map(String::as_str)
    }

    /// The value of one of its annotations.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        ResourceExt::annotations(self).get(key).map(String::as_str)
    }

    /// Whether it is being deleted.
    #[must_use]
    pub fn is_deleting(&self) -> bool {
        self.metadata().deletion_timestamp.is_some()
    }

    /// The owner that controls it, if any.
    #[must_use]
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.metadata().owner_references.iter().flatten().find(|owner| owner.controller == Some(true))
    }

    /// Whether the owner with this uid controls it.
    #[must_use]
    pub fn is_controlled_by(&self, uid: &str) -> bool {
        self.controller().is_some_and(|owner| owner.uid == uid)
    }

    /// The same object with the metadata of that one.
    #[must_use]
    pub fn with_metadata_of(&self, other: &Self) -> Self {
        let mut value = self.value().clone();
        value["metadata"] = other.value()["metadata"].clone();
        Self(Arc::new(Read { value, metadata: other.metadata().clone() }))
    }

    /// A typed copy, for reading. Fields that the type does not know are left out.
    ///
    /// # Errors
    /// If the JSON has another shape than the type.
    pub fn typed<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        T::deserialize(self.value())
    }

    /// Items of a list carry neither `apiVersion` nor `kind`: say what they are.
    pub fn set_kind(&mut self, kind: Kind) {
        if let Value::Object(fields) = &mut Arc::make_mut(&mut self.0).value {
            fields.entry("apiVersion").or_insert_with(|| kind.resource().api_version.into());
            fields.entry("kind").or_insert_with(|| kind.name().into());
        }
    }
}

/// The metadata as a type. The list of managed fields is set aside meanwhile: to read it would take longer than all else.
fn view(metadata: &mut Value) -> Result<ObjectMeta, serde_json::Error> {
    let managed = metadata.as_object_mut().and_then(|fields| fields.remove_entry(MANAGED));
    let view = ObjectMeta::deserialize(&*metadata);
    if let (Some(fields), Some((key, managed))) = (metadata.as_object_mut(), managed) {
        fields.insert(key, managed);
    }
    view
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Resource for Object {
    type DynamicType = ApiResource;
    type Scope = kube::core::DynamicResourceScope;

    fn kind(resource: &ApiResource) -> Cow<'_, str> {
        (&resource.kind).into()
    }

    fn group(resource: &ApiResource) -> Cow<'_, str> {
        (&resource.group).into()
    }

    fn version(resource: &ApiResource) -> Cow<'_, str> {
        (&resource.version).into()
    }

    fn plural(resource: &ApiResource) -> Cow<'_, str> {
        (&resource.plural).into()
    }

    fn meta(&self) -> &ObjectMeta {
        self.metadata()
    }

    /// Changes the view only; what is sent is the JSON.
    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut Arc::make_mut(&mut self.0).metadata
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_field_that_no_type_knows_survives() {
        let managed = json!([{"manager": "flux"}]);
        let metadata = json!({"name": "rng", "novel": 1, "managedFields": managed});
        let sent = json!({"kind": "DaemonSet", "metadata": metadata, "spec": {"novel": [true]}});
        let object: Object = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(serde_json::to_value(&object).unwrap(), sent);
        assert_eq!(object.name(), "rng");
    }

    #[test]
    fn metadata_that_is_none_is_an_error() {
        assert!(Object::new(json!({"metadata": {"labels": {"a": 1}}})).is_err());
    }
}
