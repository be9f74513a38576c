//! What Kubernetes accepts as a name, a label key and a label value.
//!
//! The rules are those of `k8s.io/apimachinery/pkg/util/validation`; the server has the last word.

use thiserror::Error;

/// Why a word is not what it should be.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SyntaxError {
    /// Not an object's name.
    #[error(
        "{0:?} is not a valid name: at most 253 lower case letters, digits, '-' and '.', a letter or digit at both ends"
    )]
    Name(String),
    /// Not a label's or annotation's key.
    #[error(
        "{0:?} is not a valid key: [PREFIX/]NAME, NAME at most 63 letters, digits, '-', '_' and '.', PREFIX a DNS name"
    )]
    Key(String),
    /// Not a label's value.
    #[error(
        "{0:?} is not a valid label value: at most 63 letters, digits, '-', '_' and '.', a letter or digit at both ends"
    )]
    Value(String),
}

/// Checks an object's name (a DNS-1123 subdomain).
///
/// # Errors
/// If the server would refuse it.
pub fn check_name(name: &str) -> Result<(), SyntaxError> {
    let part = |part: &str| framed(part, |c| c.is_ascii_lowercase() || c.is_ascii_digit(), |c| c == '-');
    let valid = name.len() <= 253 && name.split('.').all(part);
    valid.then_some(()).ok_or_else(|| SyntaxError::Name(name.to_owned()))
}

/// Checks the key of a label or annotation (a qualified name).
///
/// # Errors
/// If the server would refuse it.
pub fn check_key(key: &str) -> Result<(), SyntaxError> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let valid = prefix.is_none_or(|prefix| check_name(prefix).is_ok()) && !name.is_empty() && check_value(name).is_ok();
    valid.then_some(()).ok_or_else(|| SyntaxError::Key(key.to_owned()))
}

/// Checks the value of a label; it may be empty.
///
/// # Errors
/// If the server would refuse it.
pub fn check_value(value: &str) -> Result<(), SyntaxError> {
    let framed = framed(value, |c| c.is_ascii_alphanumeric(), |c| matches!(c, '-' | '_' | '.'));
    let valid = value.is_empty() || (value.len() <= 63 && framed);
    valid.then_some(()).ok_or_else(|| SyntaxError::Value(value.to_owned()))
}

/// Whether `word` is not empty, begins and ends with an outer character, and has outer and inner ones between.
fn framed(word: &str, outer: impl Fn(char) -> bool, inner: impl Fn(char) -> bool) -> bool {
    word.starts_with(&outer) && word.ends_with(&outer) && word.chars().all(|c| outer(c) || inner(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["rng", "a", "rng-1.example.com", "0"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "Rng", "-rng", "rng-", "a..b", "a_b", "a/b", "ä", &"a".repeat(254)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn keys() {
        for good in ["app", "app.kubernetes.io/name", "A_b.c-d", "x/y"] {
            assert!(check_key(good).is_ok(), "{good}");
        }
        for bad in ["", "/a", "a/", "a/b/c", "A.B/c", "-a", "a b", &"a".repeat(64)] {
            assert!(check_key(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn values() {
        for good in ["", "yes", "1", "a_b.C-d", &"a".repeat(63)] {
            assert!(check_value(good).is_ok(), "{good}");
        }
        for bad in ["-a", "a ", "a/b", "a:b", &"a".repeat(64)] {
            assert!(check_value(bad).is_err(), "{bad}");
        }
    }
}
