//! Why an object cannot be relabelled.

use thiserror::Error;

use crate::kind::Kind;

/// Why label edits cannot be made on an object.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LabelError {
    /// A kind that neither selects pods nor makes them.
    #[error("a {} has no pods whose labels would count", .0.singular())]
    Kind(Kind),
    /// A Service that is only a name.
    #[error("a service of type ExternalName has no pods")]
    ExternalName,
    /// A Service whose endpoints somebody else writes, or an object that is not whole.
    #[error("it has no selector")]
    NoSelector(Kind),
    /// A budget that counts no pod.
    #[error("the selector is missing, so that it selects no pod at all")]
    SelectsNothing,
    /// A budget that counts every pod of its namespace.
    #[error("the selector is empty, so that it selects every pod of the namespace, whatever its labels")]
    SelectsEverything,
    /// Nothing that pods must have would be left in the selector.
    #[error("without '{key}' the selector would ask pods for no label at all")]
    LastKey {
        /// What has the selector.
        kind: Kind,
        /// The key that cannot go.
        key: String,
    },
    /// The selector says that pods must not have what they are to get.
    #[error("'{key}' contradicts the selector, which says {expression}")]
    Contradiction {
        /// The label's key.
        key: String,
        /// The expression that stands against it.
        expression: String,
    },
    /// The selector wants what the template would lose.
    #[error("the selector needs '{key}' as it is")]
    Kept {
        /// The label's key.
        key: String,
    },
    /// Selector and template never fitted.
    #[error("the selector does not match the labels of the template")]
    Mismatch,
    /// A label that is a number, or true.
    #[error("{field}: the value of '{key}' is not a string")]
    NotAString {
        /// The map that it is in, as a JSON pointer.
        field: String,
        /// The label's key.
        key: String,
    },
    /// The selector cannot be read.
    #[error("the selector cannot be read: {0}")]
    Selector(String),
}

impl LabelError {
    /// What to do about it, if there is something to say.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoSelector(kind) if !matches!(kind, Kind::Service) => {
                "the server refuses such an object; give it one first"
            }
            Self::NoSelector(_) => "somebody else writes its endpoints: label what they are made from",
            Self::SelectsNothing | Self::SelectsEverything => "give it a selector first",
            Self::LastKey { kind: Kind::Service, .. } => {
                "a service without selector would keep its old endpoints for ever: set another label as well"
            }
            Self::LastKey { kind: Kind::PodDisruptionBudget | Kind::NetworkPolicy, .. } => {
                "it would select every pod of the namespace: set another label as well"
            }
            Self::LastKey { .. } => "set another label as well",
            Self::Contradiction { .. } => "change the expression first, or set another value",
            Self::Kept { .. } => "leave --keep-selector out: the selector is then changed as well",
            Self::Mismatch => "the server refuses such an object; set the labels of the template right first",
            Self::NotAString { .. } => "write it in quotes: \"yes\", \"true\", \"1\"",
            _ => return None,
        })
    }
}
