//! What a change must know after a crash and the cluster cannot tell any more: kept in an immutable Secret.
//!
//! Its name follows from the target's kind and name, so that creating it is the lock for that target. A Secret and not a
//! `ConfigMap`, since the objects in it may hold passwords in their variables; compressed, since they may be large.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use k8s_openapi::ByteString;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use super::handoff::{Handoff, Side};
use super::moves::Move;
use super::names::JOURNAL;
use super::policy::Policy;
use super::unit::{PodRecord, Unit};
use crate::kind::Kind;
use crate::label::LabelEdits;
use crate::object::{Object, ObjectId};

/// The version of the journal that this program writes and reads.
const VERSION: u32 = 1;

/// A change that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Journal {
    /// The version of this format.
    pub version: u32,
    /// The change's own name, in labels.
    pub id: String,
    /// What was typed, for the user to type again: `relabel ds/rng isactive=yes`.
    pub command: Vec<String>,
    /// Who began it, as the server knows them.
    pub by: String,
    /// When, in RFC 3339.
    pub begun: String,
    /// The edits.
    pub edits: LabelEdits,
    /// What was named, and is changed or was as asked already.
    pub asked: Vec<ObjectId>,
    /// What is changed, in the order in which it was named.
    pub targets: Vec<ObjectId>,
    /// Whether selectors stay as they are.
    pub keep_selector: bool,
    /// Whether a label of the change's own must tell before from after.
    pub token: bool,
    /// The owners.
    pub units: Vec<Unit>,
    /// The Services.
    pub moves: Vec<Move>,
    /// Disruption budgets and network policies.
    pub policies: Vec<Policy>,
    /// Pods that were named themselves, by uid.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pods: BTreeMap<String, PodRecord>,
    /// Pods that pass to an owner of another kind; then nothing else is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handoff: Option<Handoff>,
}

/// Why a Secret is no journal that can be worked on.
#[derive(Debug, Error)]
pub enum JournalError {
    /// A newer program wrote it.
    #[error("it was written by a newer version of this program (format {0}, this one knows {VERSION})")]
    Newer(u64),
    /// It has no journal in it, or not a whole one.
    #[error("it holds no journal")]
    Empty,
    /// It cannot be decompressed or read.
    #[error("it cannot be read")]
    Unreadable(#[from] std::io::Error),
    /// It is no journal.
    #[error("it is no journal")]
    Shape(#[from] serde_json::Error),
}

/// The name of the lock of a target.
#[must_use]
pub fn lock(target: &ObjectId) -> ObjectId {
    let name = format!("kube-recast.{}.{}", target.kind.singular(), target.name);
    target.beside(Kind::Secret, name.get(..253).unwrap_or(&name))
}

/// Whether the Secret is a lock, and not what a change has kept besides.
#[must_use]
pub fn is_lock(secret: &Object) -> bool {
    secret.at("/type").is_none_or(|kind| kind != LATE)
}

/// The type of a Secret that keeps late edits.
pub(super) const LATE: &str = "kube-recast/late";

impl Journal {
    /// The version that is written.
    pub const VERSION: u32 = VERSION;

    /// The locks, in the order in which they are taken: whoever takes several of the same takes them in the same order.
    /// The first one holds the journal; an owner's, if there is one.
    #[must_use]
    pub fn locks(&self) -> Vec<ObjectId> {
        let sides = self.handoff.iter().flat_map(|handoff| [&handoff.before, &handoff.after]);
        let sides = sides.map(|side| lock(&side.top.id));
        let mut locks: Vec<ObjectId> = self.units.iter().map(|unit| lock(unit.id())).chain(sides).collect();
        locks.sort();
        // What needs no more than a write or two is not locked.
        if self.changes_pods() {
            let services = self.moves.iter().map(|service| lock(&service.id));
            let mut others: Vec<ObjectId> =
                services.chain(self.policies.iter().map(|policy| lock(&policy.id))).collect();
            others.sort();
            locks.append(&mut others);
        }
        locks
    }

    /// Whether labels of pods change.
    #[must_use]
    pub fn changes_pods(&self) -> bool {
        !self.units.is_empty() || !self.pods.is_empty()
    }

    /// Every owner that is changed.
    pub fn owners(&self) -> impl Iterator<Item = &ObjectId> {
        let sides = self.handoff.iter().flat_map(|handoff| [&handoff.before, &handoff.after]);
        let parts = sides.flat_map(Side::owners).map(|part| &part.id);
        self.units.iter().flat_map(Unit::all).map(Unit::id).chain(parts)
    }

    /// The words that put back what was, behind `kubectl`.
    #[must_use]
    pub fn back(&self) -> Vec<String> {
        if let Some(handoff) = &self.handoff {
            return handoff.back.clone();
        }
        let locks = self.locks();
        let locked = self.targets.iter().find(|target| locks.first() == Some(&lock(target)));
        let target = locked.or(self.targets.first()).map(ObjectId::short).unwrap_or_default();
        ["relabel".to_owned(), "--abort".to_owned(), target].into()
    }

    /// The Secret for one of the locks.
    ///
    /// # Errors
    /// If the journal cannot be compressed.
    pub fn secret(&self, lock: &ObjectId) -> Result<Value, JournalError> {
        let mut secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": lock.name,
                "namespace": lock.namespace(),
                "labels": {"app.kubernetes.io/managed-by": "recast", JOURNAL: self.id},
                "annotations": {
                    "kube-recast/command": self.command.join(" "),
                    "kube-recast/by": self.by,
                    "kube-recast/begun": self.begun,
                    "kube-recast/version": self.version.to_string(),
                    "kube-recast/back": self.back().join(" "),
                },
            },
            "type": "kube-recast/journal",
            "immutable": true,
        });
        let locks = self.locks();
        let first = locks.first().is_none_or(|first| first == lock);
        if first {
            secret["data"] = json!({"journal": pack(self)?});
        } else if let Some(first) = locks.first() {
            secret["data"] = json!({"of": ByteString(first.name.clone().into_bytes())});
        }
        Ok(secret)
    }

    /// Reads the journal of a lock, or the name of the lock that holds it.
    ///
    /// # Errors
    /// If it is none, or of a newer version.
    pub fn read(secret: &Object) -> Result<Held, JournalError> {
        let version = secret.annotation("kube-recast/version");
        if let Some(newer) = version.and_then(|text| text.parse().ok()).filter(|version| *version > u64::from(VERSION))
        {
            return Err(JournalError::Newer(newer));
        }
        if let Some(other) = bytes(secret, "of") {
            return Ok(Held::Elsewhere(String::from_utf8_lossy(&other).into_owned()));
        }
        Ok(Held::Here(Box::new(unpack(secret, "journal")?)))
    }
}

/// Compressed JSON, as a Secret holds it.
pub(super) fn pack(content: &impl Serialize) -> Result<ByteString, JournalError> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&serde_json::to_vec(content)?)?;
    Ok(ByteString(encoder.finish()?))
}

/// What was packed into the Secret under this key.
pub(super) fn unpack<T: DeserializeOwned>(secret: &Object, key: &str) -> Result<T, JournalError> {
    let mut text = Vec::new();
    GzDecoder::new(bytes(secret, key).ok_or(JournalError::Empty)?.as_slice()).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

fn bytes(secret: &Object, key: &str) -> Option<Vec<u8>> {
    secret.at("/data").and_then(|data| ByteString::deserialize(data.get(key)?).ok()).map(|bytes| bytes.0)
}

/// What a lock holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// The journal.
    Here(Box<Journal>),
    /// The name of the lock that holds it.
    Elsewhere(String),
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::hash::{BuildHasher as _, RandomState};

    use super::*;
    use crate::swap::scene;
    use crate::swap::unit::{Mode, Part, PodRecord};

    /// What a Secret may hold (`k8s.io/api/core/v1/types.go:MaxSecretSize`).
    const LIMIT: usize = 1024 * 1024;

    fn journal(pods: usize) -> Journal {
        let target = ObjectId::new(Kind::DaemonSet, "ns", "rng");
        let random = RandomState::new();
        let part = || Part { id: target.clone(), uid: String::new(), object: json!({}) };
        let record = |number: usize| {
            let (one, two) = (random.hash_one(number), random.hash_one((number, number)));
            let labels = BTreeMap::from([("isactive".to_owned(), None)]);
            (format!("{one:016x}-{two:016x}"), PodRecord { name: format!("rng-{number}"), labels, current: true })
        };
        let unit = Unit {
            mode: Mode::Recreate,
            before: part(),
            after: part(),
            pods: (0..pods).map(record).collect(),
            updated: 0,
            children: Vec::new(),
            dependents: Vec::new(),
            revisions: Vec::new(),
        };
        let edits = LabelEdits::parse(&["isactive=yes"]).unwrap();
        Journal { edits, units: vec![unit], ..scene::journal(target) }
    }

    #[test]
    fn the_pods_of_the_largest_cluster_fit_into_a_secret() {
        let journal = journal(5000);
        let lock = &journal.locks()[0];
        let secret = Object::new(journal.secret(lock).unwrap()).unwrap();
        let size = secret.at("/data/journal").and_then(Value::as_str).map_or(0, |text| text.len() / 4 * 3);
        assert!((1..LIMIT / 3).contains(&size), "{size} bytes");
        assert_eq!(Journal::read(&secret).unwrap(), Held::Here(Box::new(journal)));
    }
}
