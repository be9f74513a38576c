//! Selectors as they are typed: `app=rng,tier!=back,env in (a,b),!legacy`.

use kube::core::{Expression, Selector};
use thiserror::Error;

use crate::syntax::{SyntaxError, check_key, check_value};

/// Why a text is no selector.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SelectorTextError {
    /// It says nothing, and would select everything.
    #[error("the selector is empty, or has an empty part")]
    Empty,
    /// Not closed, or something beside the brackets.
    #[error("{0:?} is not KEY, !KEY, KEY=VALUE, KEY!=VALUE, KEY in (VALUE,...) or KEY notin (VALUE,...)")]
    Part(String),
    /// A key or value that no label has.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
}

/// Reads what follows `-l`, as the API server reads it.
///
/// ```
/// use recast::selector::{labels, matches, parse};
/// use serde_json::json;
///
/// let selector = parse("app=rng,tier notin (back, test)")?;
/// assert!(matches(&selector, &labels(Some(&json!({"app": "rng"})))));
/// # Ok::<(), recast::selector::SelectorTextError>(())
/// ```
///
/// # Errors
/// If it is empty or no selector.
pub fn parse(text: &str) -> Result<Selector, SelectorTextError> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match parts.last_mut() {
            Some(part) if c != ',' || depth > 0 => part.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts.iter().map(|part| expression(part.trim())).collect()
}

fn expression(part: &str) -> Result<Expression, SelectorTextError> {
    if part.is_empty() {
        return Err(SelectorTextError::Empty);
    }
    if let Some((key, value)) = part.split_once("!=") {
        return Ok(Expression::NotEqual(checked_key(key)?, checked_value(value)?));
    }
    if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return Ok(Expression::Equal(checked_key(key)?, checked_value(value)?));
    }
    if let Some(key) = part.strip_prefix('!') {
        return Ok(Expression::DoesNotExist(checked_key(key)?));
    }
    match part.split_once(char::is_whitespace) {
        Some((key, rest)) => set(part, key, rest.trim()),
        None => Ok(Expression::Exists(checked_key(part)?)),
    }
}

/// `KEY in (VALUE,...)`
fn set(part: &str, key: &str, rest: &str) -> Result<Expression, SelectorTextError> {
    let malformed = || SelectorTextError::Part(part.to_owned());
    let (operator, values) = rest.split_once('(').ok_or_else(malformed)?;
    let values = values.strip_suffix(')').ok_or_else(malformed)?;
    let values = values.split(',').map(checked_value).collect::<Result<_, _>>()?;
    match operator.trim() {
        "in" => Ok(Expression::In(checked_key(key)?, values)),
        "notin" => Ok(Expression::NotIn(checked_key(key)?, values)),
        _ => Err(malformed()),
    }
}

fn checked_key(text: &str) -> Result<String, SelectorTextError> {
    check_key(text.trim())?;
    Ok(text.trim().to_owned())
}

fn checked_value(text: &str) -> Result<String, SelectorTextError> {
    check_value(text.trim())?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selector::{Labels, matches};

    fn labels(pairs: &str) -> Labels {
        pairs.split(' ').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect()
    }

    #[test]
    fn a_selector_is_read_as_the_server_reads_it() {
        for (text, yes, no) in [
            ("app=rng", "app=rng x=1", "app=other"),
            ("app==rng", "app=rng", ""),
            ("app = rng", "app=rng", ""),
            ("app!=rng", "app=other", "app=rng"),
            ("app!=rng", "", "app=rng"),
            ("app=", "app=", "app=rng"),
            ("app", "app=x", ""),
            ("!app", "", "app=x"),
            ("app=rng,tier=back", "app=rng tier=back", "app=rng"),
            ("app in (a,b)", "app=b", "app=c"),
            ("app in (a, b),tier", "app=a tier=", "app=a"),
            ("app notin (a,b)", "", "app=a"),
            ("example.com/app notin(a)", "example.com/app=b", "example.com/app=a"),
        ] {
            let selector = parse(text).unwrap();
            assert!(matches(&selector, &labels(yes)), "{text} matches {yes}");
            assert!(!matches(&selector, &labels(no)), "{text} does not match {no}");
        }
    }

    #[test]
    fn what_is_no_selector_says_why() {
        for text in ["", " ", "a=b,", ",a=b"] {
            assert_eq!(parse(text), Err(SelectorTextError::Empty), "{text}");
        }
        for text in ["a in b", "a in (b", "a near (b)", "a in", "a b"] {
            assert_eq!(parse(text), Err(SelectorTextError::Part(text.into())), "{text}");
        }
        for text in ["a=b=c", "-=x", "a=(b)", "a>1", "!", "a in (b,-)"] {
            assert!(matches!(parse(text), Err(SelectorTextError::Syntax(_))), "{text}");
        }
    }
}
