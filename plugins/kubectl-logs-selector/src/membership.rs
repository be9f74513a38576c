//! What a Service thinks of a pod: whether it sends traffic there, and if not, why.

use std::collections::BTreeMap;
use std::fmt;

use recast::membership::SERVICE_NAME;
use recast::object::Object;
use recast::selector::{Labels, labels};
use serde_json::Value;

use crate::pod::Pod;

/// What a pod is to a Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It gets traffic.
    Serving,
    /// It would, if it were ready.
    NotReady,
    /// It is on its way out.
    Draining,
    /// The selector does not match it.
    NotSelected,
}

impl Standing {
    /// As it is shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::NotReady => "not ready",
            Self::Draining => "draining",
            Self::NotSelected => "not selected",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A Service, and the endpoints that its slices have.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What it selects; empty if it is not there, or selects nothing by itself.
    pub selector: Labels,
    /// What its selector was before it was changed.
    pub before: Option<Labels>,
    /// Each slice: the pods in it by uid, or by address where somebody wrote no more than that, and whether they are
    /// ready.
    slices: BTreeMap<String, BTreeMap<String, bool>>,
    /// Whether its slices are known; else readiness alone has to do.
    pub blind: bool,
}

impl Front {
    /// A Service of which nothing is known yet.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.to_owned(), name: name.to_owned(), ..Self::default() }
    }

    /// Takes in the Service; answers whether its selector has changed.
    pub fn observe(&mut self, service: &Object) -> bool {
        let selector = labels(service.at("/spec/selector"));
        if selector == self.selector {
            return false;
        }
        let before = std::mem::replace(&mut self.selector, selector);
        let known = !before.is_empty();
        self.before = known.then_some(before);
        known
    }

    /// The Service is gone.
    pub fn lose(&mut self) {
        self.before = Some(std::mem::take(&mut self.selector));
    }

    /// Takes in one of its slices; others are not taken.
    pub fn observe_slice(&mut self, slice: &Object) {
        let label = slice.metadata().labels.as_ref().and_then(|labels| labels.get(SERVICE_NAME));
        if label != Some(&self.name) {
            return;
        }
        let endpoints = slice.at("/endpoints").and_then(Value::as_array).into_iter().flatten();
        let ready = |endpoint: &Value| endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false));
        let name = |endpoint: &Value| {
            let target = endpoint.pointer("/targetRef/uid").or_else(|| endpoint.pointer("/addresses/0"));
            target.and_then(Value::as_str).map(str::to_owned)
        };
        let pods = endpoints.filter_map(|endpoint| Some((name(endpoint)?, ready(endpoint))));
        self.slices.insert(slice.name().to_owned(), pods.collect());
    }

    /// One of its slices is gone.
    pub fn lose_slice(&mut self, name: &str) {
        self.slices.remove(name);
    }

    /// Forgets all slices: those that are there are told anew.
    pub fn forget_slices(&mut self) {
        self.slices.clear();
    }

    /// Whether its selector matches the pod.
    #[must_use]
    pub fn selects(&self, pod: &Pod) -> bool {
        pod.namespace == self.namespace
            && !self.selector.is_empty()
            && self.selector.iter().all(|(key, value)| pod.labels.get(key) == Some(value))
    }

    /// Whether it has the pod as an endpoint, ready or not.
    #[must_use]
    pub fn has_endpoint(&self, pod: &Pod) -> bool {
        self.endpoints(pod).next().is_some()
    }

    /// Whether each of the endpoints is ready that are this pod.
    fn endpoints(&self, pod: &Pod) -> impl Iterator<Item = bool> {
        let names = || std::iter::once(&pod.uid).chain(&pod.addresses);
        self.slices.values().flat_map(move |slice| names().filter_map(|name| slice.get(name).copied()))
    }

    /// What the pod is to it.
    #[must_use]
    pub fn standing(&self, pod: &Pod) -> Standing {
        let gets_traffic =
            if self.blind { pod.ready && self.selects(pod) } else { self.endpoints(pod).any(|ready| ready) };
        if gets_traffic {
            Standing::Serving
        } else if !self.selects(pod) {
            Standing::NotSelected
        } else if pod.deleting {
            Standing::Draining
        } else {
            Standing::NotReady
        }
    }

    /// Why the pod is no endpoint.
    #[must_use]
    pub fn reason(&self, pod: &Pod) -> String {
        if pod.deleting {
            return "terminating".to_owned();
        }
        if self.selector.is_empty() {
            return "the service is gone, or selects nothing".to_owned();
        }
        let lacking = self.selector.iter().find_map(|(key, value)| match pod.labels.get(key) {
            None => Some(format!("label {key} is missing")),
            Some(has) if has != value => Some(format!("label {key} is {has:?}, not {value:?}")),
            Some(_) => None,
        });
        let Some(lacking) = lacking else {
            return match &pod.unready {
                Some(why) => format!("not ready: {why}"),
                None if pod.ready => "ready, and no endpoint yet".to_owned(),
                None => "not ready".to_owned(),
            };
        };
        match &self.before {
            Some(before) if before.iter().all(|(key, value)| pod.labels.get(key) == Some(value)) => {
                format!("selector changed to {}: {lacking}", text(&self.selector))
            }
            _ => lacking,
        }
    }
}

impl fmt::Display for Front {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "service/{}", self.name)
    }
}

/// `app=rng,isactive=yes`
#[must_use]
pub fn text(selector: &Labels) -> String {
    selector.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
