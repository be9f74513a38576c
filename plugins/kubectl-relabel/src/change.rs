//! What a command is to change: its targets as they are and as they are to be, and the pods whose labels follow.

use recast::commands::Commands;
use recast::kind::Kind;
use recast::label::LabelEdits;
use recast::object::{Object, ObjectId};
use recast::ownership::{lives, pods_of};
use recast::selector::Labels;
use recast::snapshot::Snapshot;
use serde_json::Value;

/// One object that is named, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where it is.
    pub id: ObjectId,
    /// What it is.
    pub before: Object,
    /// What it is to be.
    pub after: Value,
}

/// What a command is to change, and the cluster in which it is.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The edits.
    pub edits: &'a LabelEdits,
    /// What is named, and changes.
    pub targets: &'a [Target],
    /// The flags that a command for the user repeats.
    pub flags: &'a [String],
    /// How commands for the user are written.
    pub commands: &'a Commands,
    /// What the cluster says.
    pub snapshot: &'a Snapshot,
}

/// A living pod, and its labels before and after.
#[derive(Clone, Debug)]
pub struct Moved<'a> {
    /// The pod.
    pub pod: &'a Object,
    /// Its labels as they are.
    pub before: Labels,
    /// Its labels as they are to be; the same if the change does not touch it.
    pub after: Labels,
}

impl Target {
    /// Whether it makes pods.
    #[must_use]
    pub const fn is_workload(&self) -> bool {
        self.id.kind.is_workload()
    }

    /// Whether it is deleted and made anew: it is a workload whose selector changes, and selectors are immutable.
    #[must_use]
    pub fn is_recreated(&self) -> bool {
        self.is_workload() && self.before.at("/spec/selector") != self.after.pointer("/spec/selector")
    }

    /// Its pods that live.
    pub fn pods<'s>(&'s self, snapshot: &'s Snapshot) -> impl Iterator<Item = &'s Object> {
        pods_of(snapshot, self.before.uid()).filter(|pod| lives(pod))
    }
}

impl Change<'_> {
    /// The targets of these kinds.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(move |target| target.id.kind == kind)
    }

    /// The target at this place, if it is one.
    #[must_use]
    pub fn target(&self, id: &ObjectId) -> Option<&Target> {
        self.targets.iter().find(|target| target.id == *id)
    }

    /// The workloads that are made anew.
    pub fn recreated(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(|target| target.is_recreated())
    }

    /// Every living pod that is known, with its labels before and after.
    #[must_use]
    pub fn pods(&self) -> Vec<Moved<'_>> {
        let workloads = self.targets.iter().filter(|target| target.is_workload());
        let followers = workloads.flat_map(|target| target.pods(self.snapshot)).map(Object::uid);
        let themselves = self.of(Kind::Pod).map(|target| target.before.uid());
        let touched: std::collections::BTreeSet<&str> = followers.chain(themselves).collect();
        let living = self.snapshot.of(Kind::Pod).filter(|pod| lives(pod));
        let moved = living.map(|pod| {
            let before = pod.labels().clone();
            let after = if touched.contains(pod.uid()) { self.edits.apply(&before) } else { before.clone() };
            Moved { pod, before, after }
        });
        moved.collect()
    }

    /// The command that does the same to these targets, with these flags besides.
    #[must_use]
    pub fn command<'t>(&self, targets: impl IntoIterator<Item = &'t ObjectId>, more: &[&str]) -> String {
        let targets: Vec<String> = targets.into_iter().map(ObjectId::short).collect();
        let edits: Vec<String> = self.edits.iter().map(ToString::to_string).collect();
        let words = ["relabel"].into_iter().chain(targets.iter().map(String::as_str));
        let flags = self.flags.iter().map(String::as_str).filter(|flag| !more.contains(flag));
        let words = words.chain(edits.iter().map(String::as_str)).chain(flags).chain(more.iter().copied());
        self.commands.kubectl(&words.collect::<Vec<_>>())
    }

    /// The ids of the targets, in their order.
    pub fn ids(&self) -> impl Iterator<Item = &ObjectId> {
        self.targets.iter().map(|target| &target.id)
    }
}

#[cfg(test)]
mod tests {
    use crate::scene::{Scene, daemon_set, deployment, pod, service};

    #[test]
    fn a_changed_selector_makes_a_workload_anew() {
        let objects = [daemon_set("rng", "app=rng"), service("rng", "app=rng"), pod("p", "app=rng", None)];
        for (line, anew) in [
            ("ds/rng on=yes", true),
            ("ds/rng on=yes --keep-selector", false),
            ("svc/rng on=yes", false),
            ("pod/p on=yes", false),
        ] {
            let scene = Scene::new(&objects, line);
            assert_eq!(scene.change().recreated().count() == 1, anew, "{line}");
        }
    }

    #[test]
    fn pods_follow_their_workload() {
        let objects = [
            deployment("web", "app=web"),
            pod("web-1", "app=web", Some("deploy/web")),
            pod("web-2", "app=web", None),
            daemon_set("rng", "app=rng"),
            pod("rng-1", "app=rng", Some("ds/rng")),
        ];
        for (line, touched) in [
            ("deploy/web on=yes", &["web-1"][..]),
            ("ds/rng pod/web-2 on=yes", &["rng-1", "web-2"]),
            ("pod/web-2 x-", &[]),
        ] {
            let scene = Scene::new(&objects, line);
            let change = scene.change();
            let names: Vec<&str> = change
                .pods()
                .iter()
                .filter(|moved| moved.before != moved.after)
                .map(|moved| moved.pod.name())
                .collect();
            assert_eq!(names, touched, "{line}");
        }
    }

    #[test]
    fn a_command_repeats_edits_and_flags() {
        let scene = Scene::new(&[daemon_set("rng", "app=rng"), service("rng", "app=rng")], "ds/rng svc/rng on=yes x-");
        let change = scene.change();
        assert_eq!(change.command(change.ids(), &[]), "kubectl relabel ds/rng svc/rng on=yes x- --overwrite");
        let more = change.command(change.ids().take(1), &["--overwrite", "--with-services"]);
        assert_eq!(more, "kubectl relabel ds/rng on=yes x- --overwrite --with-services");
    }
}
