//! What is printed: a line for each object, as kubectl label has them, and what it did to pods and endpoints.

use std::collections::{BTreeMap, BTreeSet};

use recast::difference::count;
use recast::failure::Failure;
use recast::kind::Kind;
use recast::label::changed_parts;
use recast::membership::ready_endpoints;
use recast::object::{Object, ObjectId};
use recast::ownership::{lives, pods_of};
use recast::product::{self, Product};
use recast::snapshot::Snapshot;

use super::Live;
use super::begin::Unchanged;
use crate::change::Target;

impl Live<'_> {
    /// What a dry run prints.
    pub(super) fn report_plan(
        &self,
        targets: &[Target],
        unchanged: &Unchanged,
        snapshot: &Snapshot,
    ) -> Result<(), Failure> {
        if self.args.output.is_some() {
            return self.print(targets, unchanged, &Snapshot::default());
        }
        targets.iter().try_for_each(|target| self.planned_line(target, target.pods(snapshot).count()))
    }

    /// What is said of a target that is not touched yet, and has so many pods.
    pub(super) fn planned_line(&self, target: &Target, pods: usize) -> Result<(), Failure> {
        let parts = Self::parts(target, target.is_workload().then(|| count(pods, "pod", "pods")));
        self.line(&target.id, &parts)
    }

    /// What is printed when everything is done.
    pub(super) fn report(
        &self,
        targets: &[Target],
        unchanged: &Unchanged,
        before: &Snapshot,
        after: &Snapshot,
    ) -> Result<(), Failure> {
        if self.args.output.is_some() {
            return self.print(targets, unchanged, after);
        }
        for target in targets {
            let parts = match target.id.kind {
                Kind::Service if self.args.wait => {
                    let endpoints = |snapshot| ready_endpoints(snapshot, &target.id.name).len();
                    format!(" ({} -> {} endpoints)", endpoints(before), endpoints(after))
                }
                _ => Self::parts(target, target.is_workload().then(|| kept(target, before, after))),
            };
            self.line(&target.id, &parts)?;
        }
        Ok(())
    }

    fn line(&self, id: &ObjectId, parts: &str) -> Result<(), Failure> {
        let verb = self.words.edits.verb();
        self.screen.line(&format!("{id} {verb}{parts}{}", self.args.dry_run.suffix()))
    }

    fn parts(target: &Target, pods: Option<String>) -> String {
        if !target.is_workload() {
            return String::new();
        }
        let mut parts: Vec<String> = changed_parts(target.id.kind, target.before.value(), &target.after)
            .into_iter()
            .map(str::to_owned)
            .collect();
        parts.extend(pods);
        format!(" ({})", parts.join(", "))
    }

    /// What `-o` asks for.
    pub(super) fn print(&self, targets: &[Target], unchanged: &Unchanged, snapshot: &Snapshot) -> Result<(), Failure> {
        let Some(format) = self.args.output else { return Ok(()) };
        let changed = targets.iter().map(|target| {
            let object = snapshot.get(&target.id).map_or_else(|| target.after.clone(), |object| object.value().clone());
            let patch = recast::label::relabel(
                target.id.kind,
                target.before.value(),
                &self.words.edits,
                self.args.keep_selector,
            );
            let patch = patch.map(|edits| edits.finish().0).unwrap_or_default();
            Product { id: target.id.clone(), patch, object }
        });
        let same = unchanged.iter().map(|(id, object)| Product {
            id: id.clone(),
            patch: json_patch::Patch::default(),
            object: object.value().clone(),
        });
        self.screen.result(|out| product::write(out, format, changed.chain(same).collect()))
    }
}

/// `4 pods; 0 restarted`, by what the cluster says of the very pods that were there before. Those that an interrupted run
/// has left without owner are known by the owner that has taken them since.
fn kept(target: &Target, before: &Snapshot, after: &Snapshot) -> String {
    let owner = after.get(&target.id).map(Object::uid).unwrap_or_default();
    let theirs: BTreeSet<&str> = target.pods(before).chain(pods_of(after, owner)).map(Object::uid).collect();
    let living = before.of(Kind::Pod).filter(|pod| lives(pod));
    let pods: Vec<&Object> = living.filter(|pod| theirs.contains(pod.uid())).collect();
    let now: BTreeMap<&str, &Object> = after.of(Kind::Pod).map(|pod| (pod.uid(), pod)).collect();
    let restarted = |pod: &&&Object| now.get(pod.uid()).is_some_and(|now| restarts(now) > restarts(pod));
    let restarted = pods.iter().filter(restarted).count();
    let gone = pods.iter().filter(|pod| !now.contains_key(pod.uid())).count();
    let gone = if gone > 0 { format!(", {gone} gone meanwhile") } else { String::new() };
    format!("{}; {restarted} restarted{gone}", count(pods.len(), "pod", "pods"))
}

fn restarts(pod: &Object) -> i64 {
    let statuses = pod.at("/status/containerStatuses").and_then(serde_json::Value::as_array);
    statuses.into_iter().flatten().filter_map(|status| status["restartCount"].as_i64()).sum()
}
