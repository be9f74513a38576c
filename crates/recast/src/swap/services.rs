//! Moving Services: over a bridge while the labels of their pods change, and to the new selector at the end.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Swap;
use super::fence::is_in_force;
use super::moves::Move;
use super::names::{MARKER, bridge};
use super::pods::{Wanted, patch_labels};
use super::unit::Direction;
use crate::action::{Action, Request};
use crate::engine::{Gate, Step};
use crate::failure::Failure;
use crate::kind::Kind;
use crate::membership::{SERVICE_NAME, ready_by_selector};
use crate::object::Object;
use crate::ownership::lives;
use crate::patch::Edits;
use crate::selector::{matches, service_selector};
use crate::snapshot::Snapshot;

/// Where a Service stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    From,
    Bridge,
    To,
}

impl Place {
    const fn word(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::Bridge => "bridge",
            Self::To => "to",
        }
    }
}

impl Swap {
    /// Before the labels of pods change: each Service that selects them stands on its bridge.
    pub(super) fn bridge_services(&self, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        for (position, service) in self.journal.moves.iter().enumerate() {
            let Some(bridge) = &service.bridge else { continue };
            let Some((object, place)) = self.service(service, snapshot)? else { continue };
            if bridge.labelled {
                let patches = Self::label_for_bridge(service, snapshot);
                if !patches.is_empty() {
                    return Ok(Some(Step::Act(patches)));
                }
            }
            if place == Place::Bridge {
                match self.await_force(service, snapshot) {
                    Some(gate) => return Ok(Some(Step::Wait(gate))),
                    None => continue,
                }
            }
            let ready = ready_by_selector(snapshot, &service.id.name);
            let ready: BTreeSet<&str> = ready.iter().map(String::as_str).collect();
            if bridge.labelled
                && let Some(gate) = self.await_bridge(position, &ready, snapshot)
            {
                return Ok(Some(Step::Wait(gate)));
            }
            let why = format!("{} keeps its endpoints while labels that it selects change", service.id);
            return Ok(Some(self.select(service, object, Place::Bridge, &bridge.selector, why)));
        }
        Ok(None)
    }

    /// Every pod behind the Service gets the label of its bridge, whoever owns it, and those that come later too.
    fn label_for_bridge(service: &Move, snapshot: &Snapshot) -> Vec<Action> {
        let selectors: Vec<_> = [&service.before, &service.after]
            .into_iter()
            .filter_map(|selector| service_selector(Some(selector)))
            .collect();
        let behind = |pod: &&Object| lives(pod) && selectors.iter().any(|selector| matches(selector, pod.labels()));
        let wanted = Wanted::from([(bridge(&service.id.name), Some("yes".to_owned()))]);
        let why = format!("{} is to keep it while its labels change", service.id);
        snapshot.of(Kind::Pod).filter(behind).filter_map(|pod| patch_labels(pod, &wanted, &why)).collect()
    }

    /// When the pods have their new labels: each Service selects what it is to select.
    pub(super) fn settle_services(&self, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        for service in &self.journal.moves {
            let Some((object, place)) = self.service(service, snapshot)? else { continue };
            if place == Place::To {
                continue;
            }
            if let Some(step) = self.prove_labels(snapshot)? {
                return Ok(Some(step));
            }
            let why = format!("the pods of {} have the labels that it is to select", service.id);
            return Ok(Some(self.select(service, object, Place::To, service.to(self.direction), why)));
        }
        let late = self.journal.moves.iter().find_map(|service| self.await_force(service, snapshot));
        Ok(late.map(Step::Wait))
    }

    /// Before a Service selects by labels that its pods were given: the controller of its slices must have seen them. What
    /// is put back before any pod was touched has no fence, and needs none.
    fn prove_labels(&self, snapshot: &Snapshot) -> Result<Option<Step>, Failure> {
        if self.direction == Direction::Forward
            && self.journal.changes_pods()
            && let Some(step) = self.raise_fence(snapshot)?
        {
            return Ok(Some(step));
        }
        if !self.is_fenced(snapshot) {
            return Ok(None);
        }
        Ok(self.await_all(snapshot).map(Step::Wait))
    }

    /// At the end: the marker comes off again.
    pub(super) fn unmark_services(&self, snapshot: &Snapshot) -> Option<Step> {
        let unmark = |service: &Move| {
            let object = snapshot.get(&service.id)?;
            let mut edits = Edits::of(object.value().clone());
            edits.test(&["metadata", "uid"]);
            edits.remove(&["metadata", "labels", MARKER])?;
            if edits.at(&["metadata", "labels"]).is_some_and(|labels| *labels == json!({})) {
                edits.remove(&["metadata", "labels"]);
            }
            let request = Request::Patch { id: service.id.clone(), patch: edits.finish().0 };
            Some(Action { request, why: "the marker has served its purpose".to_owned() })
        };
        let actions: Vec<Action> = self.journal.moves.iter().filter_map(unmark).collect();
        (!actions.is_empty()).then_some(Step::Act(actions))
    }

    /// Another marker for each place: a controller that has seen the bridge alone has not seen the selector that follows it.
    fn select(&self, service: &Move, object: &Object, place: Place, selector: &Value, why: String) -> Step {
        let mut edits = Edits::of(object.value().clone());
        edits.test(&["metadata", "uid"]);
        edits.test(&["spec", "selector"]);
        edits.set(&["spec", "selector"], selector.clone());
        if self.wait || self.journal.changes_pods() {
            edits.set(&["metadata", "labels", MARKER], json!(format!("{}-{}", self.run, place.word())));
        }
        Step::act(Request::Patch { id: service.id.clone(), patch: edits.finish().0 }, why)
    }

    /// Waits until the selector that the Service has now is the one that its slices were made by.
    fn await_force(&self, service: &Move, snapshot: &Snapshot) -> Option<Gate> {
        let has_marker = snapshot.get(&service.id)?.at("/metadata/labels")?.get(MARKER).is_some();
        if !has_marker || is_in_force(snapshot, &service.id) {
            return None;
        }
        let slices = format!("{SERVICE_NAME}={}", service.id.name);
        Some(Gate {
            waits_for: format!("the slices of {} to follow its selector", service.id),
            sees: "they are of the selector before".to_owned(),
            command: self.commands.kubectl(&["get", "endpointslices", "-l", &slices]),
        })
    }

    /// The Service, and where it stands. What others have made of it stays so; where the change is put back, that keeps
    /// nothing else from it.
    fn service<'s>(&self, service: &Move, snapshot: &'s Snapshot) -> Result<Option<(&'s Object, Place)>, Failure> {
        let object = snapshot.get(&service.id).filter(|object| object.uid() == service.uid && !object.is_deleting());
        let object = object.ok_or_else(|| {
            Failure::new(format!("{} was deleted, or made anew, by somebody else", service.id)).hint(self.way_back())
        });
        match object.and_then(|object| Ok((object, self.place(service, object)?))) {
            Err(_) if self.direction == Direction::Back => Ok(None),
            found => found.map(Some),
        }
    }

    fn place(&self, service: &Move, object: &Object) -> Result<Place, Failure> {
        let selector = object.at("/spec/selector").unwrap_or(&Value::Null);
        let bridge = service.bridge.as_ref().map(|bridge| &bridge.selector);
        if selector == service.to(self.direction) {
            Ok(Place::To)
        } else if bridge == Some(selector) {
            Ok(Place::Bridge)
        } else if selector == service.from(self.direction) {
            Ok(Place::From)
        } else {
            Err(Failure::new(format!(
                "the selector of {} was changed by somebody else, and is left as it is",
                service.id
            ))
            .detail(format!("it is {selector}"))
            .detail(format!("it was {} and is to be {}", service.from(self.direction), service.to(self.direction)))
            .hint(self.way_back()))
        }
    }
}
