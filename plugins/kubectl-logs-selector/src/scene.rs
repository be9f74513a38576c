//! What the cluster says, as far as it matters here: pods, and the Services in front of them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use kube::runtime::watcher::Event;
use recast::kind::Kind;
use recast::object::Object;

use crate::membership::Front;
use crate::pod::Pod;
use crate::target::job;

/// Pods by uid, and Services, kept current by watches.
#[derive(Debug, Default)]
pub struct Scene {
    /// The pods.
    pub pods: BTreeMap<String, Rc<Pod>>,
    /// The Services.
    pub fronts: Vec<Front>,
    /// Of each Job, `job.batch/back-up-29384723`, the `CronJob` that it is of.
    cron_jobs: BTreeMap<String, String>,
    /// What a list has shown that has not ended yet, by its kind.
    listing: BTreeMap<Kind, Vec<Object>>,
    /// The kinds of which a first list has ended.
    listed: BTreeSet<Kind>,
}

impl Scene {
    /// Nothing is known yet but the Services that matter.
    #[must_use]
    pub fn new(fronts: Vec<Front>) -> Self {
        Self { fronts, ..Self::default() }
    }

    /// Whether all objects of these kinds are known.
    #[must_use]
    pub fn knows(&self, kinds: &[Kind]) -> bool {
        kinds.iter().all(|kind| self.listed.contains(kind))
    }

    /// The name of the `CronJob` that the Job is of, if Jobs are watched.
    #[must_use]
    pub fn cron_job_of(&self, job: &str) -> Option<&String> {
        self.cron_jobs.get(job)
    }

    /// The user may not look at the slices: readiness alone has to do.
    pub fn be_blind(&mut self) {
        self.fronts.iter_mut().for_each(|front| front.blind = true);
        self.listed.insert(Kind::EndpointSlice);
    }

    /// Takes in an event; answers with the Services whose selector has changed.
    pub fn take(&mut self, kind: Kind, event: Event<Object>) -> Vec<usize> {
        match event {
            Event::Init => {
                self.listing.insert(kind, Vec::new());
                Vec::new()
            }
            Event::InitApply(object) => {
                self.listing.entry(kind).or_default().push(object);
                Vec::new()
            }
            // Only now, so that nothing seems to be gone in between.
            Event::InitDone => self.replace(kind),
            Event::Apply(object) => self.apply(kind, &object),
            Event::Delete(object) => {
                self.delete(kind, &object);
                Vec::new()
            }
        }
    }

    fn replace(&mut self, kind: Kind) -> Vec<usize> {
        let objects = self.listing.remove(&kind).unwrap_or_default();
        match kind {
            Kind::Pod => self.pods.clear(),
            _ if kind == job() => self.cron_jobs.clear(),
            Kind::EndpointSlice => self.fronts.iter_mut().for_each(Front::forget_slices),
            _ => {
                let there = |front: &Front| objects.iter().any(|service| is_of(front, service));
                self.fronts.iter_mut().filter(|front| !there(front)).for_each(Front::lose);
            }
        }
        self.listed.insert(kind);
        objects.iter().flat_map(|object| self.apply(kind, object)).collect()
    }

    fn apply(&mut self, kind: Kind, object: &Object) -> Vec<usize> {
        match kind {
            Kind::Pod => {
                if let Some(pod) = Pod::read(object) {
                    self.pods.insert(pod.uid.clone(), Rc::new(pod));
                }
                Vec::new()
            }
            Kind::EndpointSlice => {
                let namespace = object.metadata().namespace.as_deref();
                let fronts = self.fronts.iter_mut().filter(|front| Some(front.namespace.as_str()) == namespace);
                fronts.for_each(|front| front.observe_slice(object));
                Vec::new()
            }
            _ if kind == job() => {
                let of_batch = |api: &str| api.split_once('/').is_some_and(|(group, _)| group == "batch");
                let controller = object.controller().filter(|one| one.kind == "CronJob" && of_batch(&one.api_version));
                if let Some(controller) = controller {
                    self.cron_jobs.insert(format!("job.batch/{}", object.name()), controller.name.clone());
                }
                Vec::new()
            }
            _ => {
                let fronts = self.fronts.iter_mut().enumerate().filter(|(_, front)| is_of(front, object));
                fronts.filter_map(|(number, front)| front.observe(object).then_some(number)).collect()
            }
        }
    }

    fn delete(&mut self, kind: Kind, object: &Object) {
        match kind {
            Kind::Pod => {
                self.pods.remove(object.uid());
            }
            Kind::EndpointSlice => self.fronts.iter_mut().for_each(|front| front.lose_slice(object.name())),
            // Its pods are what they were.
            _ if kind == job() => {}
            _ => self.fronts.iter_mut().filter(|front| is_of(front, object)).for_each(Front::lose),
        }
    }
}

fn is_of(front: &Front, service: &Object) -> bool {
    service.name() == front.name && service.metadata().namespace.as_deref() == Some(front.namespace.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn object(name: &str, more: &Value) -> Object {
        let mut value = json!({"metadata": {"name": name, "uid": name, "namespace": "web"}});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Object::new(value).unwrap()
    }

    #[test]
    fn what_a_new_list_does_not_show_is_gone_only_when_the_list_is_over() {
        let mut scene = Scene::default();
        scene.take(Kind::Pod, Event::Apply(object("a", &json!({}))));
        scene.take(Kind::Pod, Event::Apply(object("b", &json!({}))));
        scene.take(Kind::Pod, Event::Init);
        scene.take(Kind::Pod, Event::InitApply(object("b", &json!({}))));
        assert_eq!(scene.pods.len(), 2);
        assert!(!scene.knows(&[Kind::Pod]));
        scene.take(Kind::Pod, Event::InitDone);
        assert_eq!(scene.pods.keys().collect::<Vec<_>>(), ["b"]);
        assert!(scene.knows(&[Kind::Pod]) && !scene.knows(&[Kind::Pod, Kind::Service]));
        scene.take(Kind::Pod, Event::Delete(object("b", &json!({}))));
        assert!(scene.pods.is_empty());
    }

    #[test]
    fn a_changed_selector_is_told() {
        let mut scene = Scene::new(vec![Front::new("web", "rng")]);
        let service = |label: &str| object("rng", &json!({"spec": {"selector": {"app": label}}}));
        for (label, changed) in [("rng", vec![]), ("rng", vec![]), ("other", vec![0])] {
            assert_eq!(scene.take(Kind::Service, Event::Apply(service(label))), changed, "{label}");
        }
        scene.take(Kind::Service, Event::Apply(object("web", &json!({"spec": {"selector": {"app": "x"}}}))));
        assert_eq!(scene.fronts[0].selector["app"], "other");
        scene.take(Kind::Service, Event::Delete(service("other")));
        assert!(scene.fronts[0].selector.is_empty());
    }
}
