//! What cannot be cast, each with its reason and what to do instead.

use recast::failure::Failure;
use recast::kind::Kind;
use recast::syntax::SyntaxError;
use serde_json::Value;
use thiserror::Error;

/// Why a source is not cast.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// It has claims of its own.
    #[error("it has volumeClaimTemplates: a daemon set cannot give each pod a volume claim")]
    VolumeClaimTemplates,
    /// A rollout is held half-way.
    #[error("its updateStrategy has partition {0}: a daemon set cannot hold a rollout half-way")]
    Partition(Value),
    /// Its pods end.
    #[error("its restartPolicy is {0}: the pods of a daemon set always restart")]
    RestartPolicy(Value),
    /// Its pods are ended.
    #[error("its template has activeDeadlineSeconds, which a daemon set forbids")]
    ActiveDeadline,
    /// It has no selector.
    #[error("it has no selector")]
    NoSelector,
    /// Its selector selects everything.
    #[error("its selector is empty")]
    EmptySelector,
    /// Its selector cannot be read.
    #[error("its selector is invalid: {0}")]
    Selector(String),
    /// The server would refuse it.
    #[error("its selector does not match the labels of its template")]
    SelectorMismatch,
    /// It has no template.
    #[error("it has no template")]
    NoTemplate,
    /// It has no spec.
    #[error("it has no spec")]
    NoSpec,
    /// It has no name.
    #[error("it has no name")]
    NoName,
    /// A field that no rule says how to cast.
    #[error("it has the unknown field {0}, which would be lost")]
    UnknownField(String),
    /// A strategy that no rule says how to cast, and those that there are.
    #[error("its {0} is unknown")]
    UnknownStrategy(String, &'static str),
    /// Neither true nor false.
    #[error("its spec.paused is {0}, which is neither true nor false")]
    Paused(Value),
    /// No number of pods.
    #[error("its {0} is {1}, which is neither a number of pods nor a percentage up to 100%")]
    Amount(&'static str, Value),
    /// A strategy that the server refuses too.
    #[error("its strategy has maxUnavailable and maxSurge both 0")]
    NoProgress,
    /// A label or annotation that is no string.
    #[error("the value of {key:?} in {field} is not a string")]
    NotAString {
        /// The map.
        field: String,
        /// The key.
        key: String,
    },
    /// A name, key or value that is not valid.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
}

impl Refusal {
    /// What to do instead.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::VolumeClaimTemplates => {
                "use a hostPath or ephemeral volume in the template, or keep the stateful set"
            }
            Self::Partition(_) => "finish the rollout first: set spec.updateStrategy.rollingUpdate.partition to 0",
            Self::RestartPolicy(_) | Self::ActiveDeadline => "what runs to an end is a job, not a daemon",
            Self::NoSelector | Self::EmptySelector | Self::Selector(_) | Self::SelectorMismatch => {
                "give spec.selector.matchLabels labels that spec.template.metadata.labels has"
            }
            Self::NoTemplate | Self::NoSpec | Self::NoName => "is it a whole manifest?",
            Self::UnknownField(_) => "check its spelling, or take it out first if it can be lost",
            Self::UnknownStrategy(_, known) => known,
            Self::Paused(_) => "write true or false, without quotes",
            Self::Amount(..) => "write a number such as 2, or a percentage such as 25%",
            Self::NoProgress => "set one of them to 1 or more",
            Self::NotAString { .. } => "put quotes around it: labels and annotations are strings",
            Self::Syntax(_) => "kubectl explain daemonset.metadata says what names and labels may be",
        }
    }

    /// The refusal of a certain object, for the user.
    #[must_use]
    pub fn of(&self, what: &str) -> Failure {
        Failure::new(format!("{what} cannot be cast: {self}")).hint(self.hint())
    }
}

/// What can be refused by looking at the source alone.
pub fn check(kind: Kind, source: &Value) -> Result<(), Refusal> {
    let present = |pointer: &str| source.pointer(pointer).filter(|value| !value.is_null());
    if !source["spec"].is_object() {
        return Err(Refusal::NoSpec);
    }
    if !present("/spec/template").is_some_and(Value::is_object) {
        return Err(Refusal::NoTemplate);
    }
    if let Some(policy) =
        present("/spec/template/spec/restartPolicy").filter(|policy| *policy != "Always" && *policy != "")
    {
        return Err(Refusal::RestartPolicy(policy.clone()));
    }
    if present("/spec/template/spec/activeDeadlineSeconds").is_some() {
        return Err(Refusal::ActiveDeadline);
    }
    if kind == Kind::StatefulSet {
        if present("/spec/volumeClaimTemplates").is_some_and(|claims| claims.as_array().is_none_or(|c| !c.is_empty())) {
            return Err(Refusal::VolumeClaimTemplates);
        }
        if let Some(partition) = present("/spec/updateStrategy/rollingUpdate/partition").filter(|value| **value != 0) {
            return Err(Refusal::Partition(partition.clone()));
        }
    }
    Ok(())
}
