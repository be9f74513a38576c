//! Who comes, who goes, and why.

use super::Crew;
use crate::membership::{Standing, text};
use crate::pod::Pod;

impl Crew<'_> {
    /// A pod is there that is wanted.
    pub(super) fn say_joined(&self, pod: &Pod, standings: &[Standing]) {
        let owner = pod.owner.as_ref().map(|owner| format!("  of {}", owner.name)).unwrap_or_default();
        let node = if pod.node.is_empty() { "no node yet" } else { &pod.node };
        let places: Vec<String> = self
            .scene
            .fronts
            .iter()
            .zip(standings)
            .map(|(front, standing)| match standing {
                Standing::Serving => format!("  in {front}"),
                Standing::NotReady | Standing::Draining | Standing::NotSelected => {
                    format!("  not in {front} ({})", front.reason(pod))
                }
            })
            .collect();
        self.screen.say(&format!("+ {}  {node}{}{owner}", pod.name, places.concat()));
    }

    /// There is no room for all that are wanted.
    pub(super) fn say_waiting(&mut self) {
        if !self.terms.follow {
            return;
        }
        let mut names = Vec::new();
        for (uid, _) in &self.waiting {
            let pod = self.members.get(uid).map(|member| member.pod.name.clone());
            names.extend(pod.filter(|_| self.named.insert(uid.clone())));
        }
        if !names.is_empty() {
            self.screen.say(&format!("waiting for another to end (--max-log-requests): {}", names.join(", ")));
        }
    }

    /// Nobody has a container that is wanted.
    pub(super) fn say_lacking(&mut self) {
        let waits = self.terms.follow && !self.choice.is_finite() && !self.said.lacking;
        if let Some(there) = self.lacks().filter(|_| waits) {
            self.said.lacking = true;
            self.screen.say(&format!("none of the pods has such a container; waiting for one ({there})"));
        }
    }

    /// A Service thinks otherwise of a pod.
    pub(super) fn say_changed(&self, pod: &Pod, before: &[Standing], now: &[Standing]) {
        for ((front, before), now) in self.scene.fronts.iter().zip(before).zip(now) {
            match (before, now) {
                (Standing::Serving, Standing::Serving) => {}
                (_, Standing::Serving) => self.screen.say(&format!("+ {}  {}  in {front}", pod.name, pod.node)),
                (Standing::Serving, _) => {
                    self.screen.say(&format!("- {}  left {front} ({})", pod.name, front.reason(pod)));
                }
                (before, now) if before != now => {
                    self.screen.say(&format!("  {}  {now} in {front} ({})", pod.name, front.reason(pod)));
                }
                _ => {}
            }
        }
    }

    /// A pod is gone.
    pub(super) fn say_gone(&self, pod: &Pod, standings: &[Standing]) {
        self.screen.say(&format!("- {}{} (deleted)", pod.name, self.served(standings)));
    }

    /// A pod lives, and is no longer what was asked for.
    pub(super) fn say_left(&self, pod: &Pod, standings: &[Standing]) {
        let condition = self.choice.condition.as_deref().unwrap_or_default();
        self.screen.say(&format!("- {}{} (no longer matches {condition})", pod.name, self.served(standings)));
    }

    /// Whom it served until now.
    fn served(&self, standings: &[Standing]) -> String {
        let served = self.scene.fronts.iter().zip(standings).filter(|(_, standing)| **standing == Standing::Serving);
        served.map(|(front, _)| format!("  left {front}")).collect::<Vec<_>>().concat()
    }

    /// The selector of a Service has changed.
    pub fn say_selectors(&self, changed: &[usize]) {
        for front in changed.iter().filter(|_| self.talks).filter_map(|number| self.scene.fronts.get(*number)) {
            let before = front.before.as_ref().map(text).unwrap_or_default();
            self.screen.say(&format!("~ {front}  selects {} (before: {before})", text(&front.selector)));
        }
    }
}
