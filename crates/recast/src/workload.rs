//! One view over the kinds that make pods from a template: DaemonSet, Deployment, ReplicaSet, StatefulSet.

use kube::core::Selector;
use serde_json::Value;

use crate::kind::Kind;
use crate::object::Object;
use crate::selector::{SelectorError, label_selector};

/// A workload, read from its JSON.
#[derive(Clone, Copy, Debug)]
pub struct Workload<'a> {
    kind: Kind,
    object: &'a Object,
}

impl<'a> Workload<'a> {
    /// Reads the object as a workload of the kind.
    #[must_use]
    pub const fn new(kind: Kind, object: &'a Object) -> Self {
        Self { kind, object }
    }

    /// Which pods it means to own.
    ///
    /// # Errors
    /// If the selector is none.
    pub fn selector(&self) -> Result<Selector, SelectorError> {
        label_selector(self.object.at("/spec/selector").unwrap_or(&Value::Null))
    }

    /// What its pods are made from.
    #[must_use]
    pub fn template(&self) -> &'a Value {
        self.object.at("/spec/template").unwrap_or(&Value::Null)
    }

    /// How many pods it wants: `spec.replicas`, 1 where that is not set, or a DaemonSet's number of nodes.
    #[must_use]
    pub fn desired(&self) -> i64 {
        match self.kind {
            Kind::DaemonSet => self.object.number("/status/desiredNumberScheduled").unwrap_or(0),
            _ => self.object.number("/spec/replicas").unwrap_or(1),
        }
    }

    /// How many of its pods are ready.
    #[must_use]
    pub fn ready(&self) -> i64 {
        let field = if self.kind == Kind::DaemonSet { "/status/numberReady" } else { "/status/readyReplicas" };
        self.object.number(field).unwrap_or(0)
    }

    /// How many of its pods have been ready for `minReadySeconds`.
    #[must_use]
    pub fn available(&self) -> i64 {
        let field = if self.kind == Kind::DaemonSet { "/status/numberAvailable" } else { "/status/availableReplicas" };
        self.object.number(field).unwrap_or(0)
    }

    /// Whether its controller has seen the latest change of the spec, so that the status means something.
    #[must_use]
    pub fn is_observed(&self) -> bool {
        let observed = self.object.number("/status/observedGeneration");
        observed >= self.object.metadata().generation && observed.is_some()
    }

    /// Whether every pod that it wants is there, made from the present template, and available.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.is_observed() && self.available() >= self.desired() && self.updated() >= self.desired()
    }

    /// How many of its pods are made from the present template, as far as its status counts that.
    #[must_use]
    pub fn updated(&self) -> i64 {
        let field = match self.kind {
            Kind::DaemonSet => "/status/updatedNumberScheduled",
            Kind::Deployment => "/status/updatedReplicas",
            // A ReplicaSet never updates its pods, and a StatefulSet's count is empty when there is nothing to update.
            _ => return self.desired(),
        };
        self.object.number(field).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn available(kind: Kind, value: Value) -> bool {
        Workload::new(kind, &Object::new(value).unwrap()).is_available()
    }

    #[test]
    fn a_status_that_nobody_wrote_yet_means_nothing() {
        assert!(!available(Kind::DaemonSet, json!({"metadata": {"generation": 1}})));
        let status = json!({"observedGeneration": 1, "desiredNumberScheduled": 0});
        assert!(available(Kind::DaemonSet, json!({"metadata": {"generation": 1}, "status": status})));
        assert!(!available(Kind::DaemonSet, json!({"metadata": {"generation": 2}, "status": status})));
    }

    #[test]
    fn a_deployment_without_replicas_wants_one() {
        let status = json!({"observedGeneration": 1, "updatedReplicas": 1, "availableReplicas": 1});
        assert!(available(Kind::Deployment, json!({"metadata": {"generation": 1}, "spec": {}, "status": status})));
        assert!(!available(
            Kind::Deployment,
            json!({"metadata": {"generation": 1}, "spec": {"replicas": 2}, "status": status})
        ));
    }
}
