//! Taints that a pod tolerates, written as kubectl writes taints: `KEY[=VALUE][:EFFECT]`.

use std::fmt;
use std::str::FromStr;

use recast::syntax::{SyntaxError, check_key, check_value};
use serde_json::{Value, json};
use thiserror::Error;

/// One toleration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Toleration {
    /// The taint's key; any if `None`.
    key: Option<String>,
    /// The taint's value; any if `None`.
    value: Option<String>,
    /// The taint's effect; any if `None`.
    effect: Option<String>,
}

/// The text is no toleration.
#[derive(Debug, Error)]
pub enum TolerationError {
    /// The effect is unknown.
    #[error("\"{0}\" is no effect: NoSchedule, PreferNoSchedule or NoExecute")]
    Effect(String),
    /// The key or the value is not valid.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
}

impl Toleration {
    /// The one that tolerates every taint.
    #[must_use]
    pub fn of_everything() -> Self {
        Self::default()
    }

    /// The toleration as it stands in a pod.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut value = json!({"operator": if self.value.is_some() { "Equal" } else { "Exists" }});
        for (field, text) in [("key", &self.key), ("value", &self.value), ("effect", &self.effect)] {
            if let Some(text) = text {
                value[field] = json!(text);
            }
        }
        value
    }
}

impl FromStr for Toleration {
    type Err = TolerationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (taint, effect) = text.rsplit_once(':').map_or((text, None), |(taint, effect)| (taint, Some(effect)));
        let (key, value) = taint.split_once('=').map_or((taint, None), |(key, value)| (key, Some(value)));
        check_key(key)?;
        value.map_or(Ok(()), check_value)?;
        if let Some(effect) = effect.filter(|effect| !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(effect))
        {
            return Err(TolerationError::Effect(effect.to_owned()));
        }
        let own = |text: Option<&str>| text.map(str::to_owned);
        Ok(Self { key: own(Some(key)), value: own(value), effect: own(effect) })
    }
}

impl fmt::Display for Toleration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => f.write_str(key)?,
            None => f.write_str("of every taint")?,
        }
        for (sign, part) in [("=", &self.value), (":", &self.effect)] {
            if let Some(part) = part {
                write!(f, "{sign}{part}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taints_are_written_as_kubectl_writes_them() {
        for (text, value) in [
            ("gpu", json!({"key": "gpu", "operator": "Exists"})),
            ("gpu:NoSchedule", json!({"key": "gpu", "operator": "Exists", "effect": "NoSchedule"})),
            ("gpu=a100:NoExecute", json!({"key": "gpu", "operator": "Equal", "value": "a100", "effect": "NoExecute"})),
            ("a.b/c=", json!({"key": "a.b/c", "operator": "Equal", "value": ""})),
        ] {
            let toleration: Toleration = text.parse().unwrap();
            assert_eq!(toleration.to_value(), value, "{text}");
            assert_eq!(toleration.to_string(), text);
        }
        assert_eq!(Toleration::of_everything().to_value(), json!({"operator": "Exists"}));
    }

    #[test]
    fn what_is_no_taint_is_an_error() {
        for text in ["", "gpu:Never", "=x", "a b", "gpu=-x-"] {
            assert!(text.parse::<Toleration>().is_err(), "{text}");
        }
    }
}
