//! What is known of the pods before they pass, and which of them the next owner keeps.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::object::Object;
use crate::ownership::{is_ready, lives, node_of};
use crate::swap::pods::{Wanted, record};
use crate::swap::unit::PodRecord;

/// One pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Heir {
    /// What it was.
    pub record: PodRecord,
    /// Whether the next owner keeps it.
    pub kept: bool,
    /// Whether it was ready.
    pub ready: bool,
}

/// The pods, and the labels that those get which the next owner keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Heirs {
    /// All of them, by uid.
    pub pods: BTreeMap<String, Heir>,
    /// Labels that they get, and, as none, lose.
    pub labels: Wanted,
}

impl Heirs {
    /// One pod on each of the nodes: a ready one, else the oldest.
    #[must_use]
    pub fn one_a_node(pods: &[&Object], nodes: &[String], labels: Wanted) -> Self {
        let mut taken = BTreeSet::new();
        Self::choose(pods, labels, |pod| nodes.iter().any(|node| node == node_of(pod)) && taken.insert(node_of(pod)))
    }

    /// So many pods: ready ones first, and the oldest of them.
    #[must_use]
    pub fn first(pods: &[&Object], number: usize, labels: Wanted) -> Self {
        let mut count = 0;
        Self::choose(pods, labels, |_| {
            count += 1;
            count <= number
        })
    }

    fn choose<'o>(pods: &[&'o Object], labels: Wanted, mut keep: impl FnMut(&'o Object) -> bool) -> Self {
        let mut pods = pods.to_vec();
        let age = |pod: &Object| pod.metadata().creation_timestamp.as_ref().map(|time| time.0);
        pods.sort_by_key(|pod| (!is_ready(pod), age(pod), pod.name().to_owned()));
        let keys: Vec<&str> = labels.keys().map(String::as_str).collect();
        let heir = |pod: &'o Object| {
            let kept = lives(pod) && keep(pod);
            (pod.uid().to_owned(), Heir { record: record(pod, &keys, true), kept, ready: is_ready(pod) })
        };
        Self { pods: pods.into_iter().map(heir).collect(), labels }
    }

    /// How many pods were ready.
    #[must_use]
    pub fn ready(&self) -> usize {
        self.pods.values().filter(|heir| heir.ready).count()
    }

    /// What is known of a pod, if it was there before.
    pub(super) fn of(&self, pod: &Object) -> Option<&Heir> {
        self.pods.get(pod.uid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// `name node ready second`.
    fn pods(lines: &[&str]) -> Vec<Object> {
        let pod = |line: &&str| {
            let words: Vec<&str> = line.split(' ').collect();
            let time = format!("2026-01-01T00:00:{:0>2}Z", words[3]);
            let phase = if words[2] == "failed" { "Failed" } else { "Running" };
            let ready = if words[2] == "ready" { "True" } else { "False" };
            Object::new(json!({
                "metadata": {"name": words[0], "uid": words[0], "creationTimestamp": time, "labels": {"a": "1", "b": "2"}},
                "spec": {"nodeName": words[1]},
                "status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}]},
            }))
            .unwrap()
        };
        lines.iter().map(pod).collect()
    }

    fn kept(heirs: &Heirs) -> Vec<&str> {
        heirs.pods.values().filter(|heir| heir.kept).map(|heir| heir.record.name.as_str()).collect()
    }

    #[test]
    fn each_node_keeps_a_ready_pod_or_else_its_oldest_one() {
        let nodes = ["n1", "n2", "n3"].map(str::to_owned);
        for (lines, expected) in [
            (&["a n1 ready 5", "b n2 ready 4"][..], &["a", "b"][..]),
            (&["a n1 ready 5", "b n1 ready 4", "c n1 ready 6"], &["b"]),
            (&["a n1 not 1", "b n1 ready 9"], &["b"]),
            (&["a n1 not 5", "b n1 not 4"], &["b"]),
            (&["b n1 ready 4", "a n1 ready 4"], &["a"]),
            (&["a n1 failed 1", "b n1 not 2"], &["b"]),
            (&["a cp ready 1", "b n2 ready 2"], &["b"]),
            (&["a  not 1"], &[]),
            (&[], &[]),
        ] {
            let pods = pods(lines);
            let heirs = Heirs::one_a_node(&pods.iter().collect::<Vec<_>>(), &nodes, Wanted::new());
            assert_eq!(kept(&heirs), expected, "{lines:?}");
            assert_eq!(heirs.pods.len(), lines.len(), "the others are known, too");
        }
    }

    #[test]
    fn of_many_pods_the_ready_and_then_the_oldest_are_kept() {
        let pods = pods(&["a n1 not 1", "b n2 ready 3", "c n3 ready 2", "d n4 failed 1"]);
        let pods: Vec<&Object> = pods.iter().collect();
        for (number, expected) in [(0, &[][..]), (1, &["c"]), (2, &["b", "c"]), (9, &["a", "b", "c"])] {
            assert_eq!(kept(&Heirs::first(&pods, number, Wanted::new())), expected, "{number}");
        }
    }

    #[test]
    fn the_labels_that_change_are_recorded_as_they_were() {
        let labels = Wanted::from([("a".to_owned(), None), ("c".to_owned(), Some("3".to_owned()))]);
        let pods = pods(&["a n1 ready 1"]);
        let heirs = Heirs::first(&pods.iter().collect::<Vec<_>>(), 1, labels);
        let expected = Wanted::from([("a".to_owned(), Some("1".to_owned())), ("c".to_owned(), None)]);
        assert_eq!(heirs.pods["a"].record.labels, expected);
        assert_eq!(heirs.ready(), 1);
    }
}
