//! Whose logs: the words of the command line.

use std::fmt;

use recast::failure::Failure;
use recast::kind::{ForeignKind, Kind};
use recast::syntax::check_name;

/// A word of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its kind, if one was given.
    pub kind: Option<Kind>,
    /// Its name.
    pub name: String,
}

/// A Job.
#[must_use]
pub fn job() -> Kind {
    batch("Job", "jobs")
}

/// A `CronJob`.
#[must_use]
pub fn cron_job() -> Kind {
    batch("CronJob", "cronjobs")
}

fn batch(kind: &str, plural: &str) -> Kind {
    let [group, version, kind, plural] = ["batch", "v1", kind, plural].map(str::to_owned);
    Kind::foreign(ForeignKind { group, version, kind, plural })
}

/// The kinds that make pods.
#[must_use]
pub fn workloads() -> [Kind; 6] {
    [Kind::Deployment, Kind::DaemonSet, Kind::StatefulSet, Kind::ReplicaSet, job(), cron_job()]
}

impl Target {
    /// Reads `NAME` or `TYPE/NAME`.
    ///
    /// # Errors
    /// If the type has no logs, or the name is none.
    pub fn parse(word: &str) -> Result<Self, Failure> {
        let (kind, name) = match word.split_once('/') {
            None => (None, word),
            Some((kind, name)) => (Some(kind_of(kind)?), name),
        };
        if name.is_empty() {
            return Err(Failure::new(format!("{word:?} lacks the name after the slash")));
        }
        check_name(name).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self { kind, name: name.to_owned() })
    }
}

fn kind_of(word: &str) -> Result<Kind, Failure> {
    let lower = word.to_lowercase();
    let known = match lower.as_str() {
        "job" | "jobs" | "job.batch" | "jobs.batch" => Some(job()),
        "cj" | "cronjob" | "cronjobs" | "cronjob.batch" | "cronjobs.batch" => Some(cron_job()),
        _ => Kind::from_word(word),
    };
    let has_logs = |kind: &Kind| matches!(kind, Kind::Service | Kind::Pod) || workloads().contains(kind);
    known.filter(has_logs).ok_or_else(|| {
        Failure::new(format!("there is no resource type {word:?} that has pods with logs"))
            .hint("the types are svc, deploy, ds, sts, rs, job, cronjob, pod")
    })
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(kind) => write!(f, "{kind}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_named_as_to_kubectl() {
        for (word, shown) in [
            ("rng", "rng"),
            ("svc/rng", "service/rng"),
            ("Deployment/rng", "deployment.apps/rng"),
            ("jobs.batch/rng", "job.batch/rng"),
            ("cj/rng", "cronjob.batch/rng"),
            ("po/rng-1", "pod/rng-1"),
        ] {
            assert_eq!(Target::parse(word).unwrap().to_string(), shown, "{word}");
        }
        for word in ["", "svc/", "secret/x", "foo/x", "node/x", "Rng!", "svc/a/b"] {
            assert!(Target::parse(word).is_err(), "{word}");
        }
    }
}
