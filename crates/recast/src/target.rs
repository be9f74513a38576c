//! The words that name objects on a command line: `NAME`, `TYPE/NAME`, `TYPE NAME…`, `TYPE[,TYPE]`.

use std::fmt;

use thiserror::Error;

use crate::kind::Kind;
use crate::syntax::{SyntaxError, check_name};

/// One object that was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its kind, if one was given.
    pub kind: Option<Kind>,
    /// Its name.
    pub name: String,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(kind) => write!(f, "{kind}/{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// What the words of a command line name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Objects by name.
    Named(Vec<Target>),
    /// Only kinds, to be narrowed by a selector or `--all`. Empty if there were no words.
    Kinds(Vec<Kind>),
}

/// Why the words name nothing.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TargetError {
    /// The TYPE is unknown.
    #[error("there is no resource type \"{0}\" that this command works on")]
    UnknownKind(String),
    /// `rng deploy/x`, or `deploy rng/x`.
    #[error("\"{0}\" stands beside TYPE/NAME: name every object as TYPE/NAME, or give one TYPE first and then names")]
    Mixed(String),
    /// `deploy/`.
    #[error("\"{0}\" lacks the name after the slash")]
    NoName(String),
    /// A name that the server would refuse.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
}

impl Targets {
    /// Reads the words as kubectl does: a word with a slash is TYPE/NAME; else the first one is a TYPE if it is one.
    ///
    /// ```
    /// use recast::target::Targets;
    ///
    /// let short = Targets::parse(&["deploy/rng".to_owned()])?;
    /// let long = Targets::parse(&["deployments.apps".to_owned(), "rng".to_owned()])?;
    /// assert_eq!(short, long);
    /// # Ok::<(), recast::target::TargetError>(())
    /// ```
    ///
    /// # Errors
    /// If a type is unknown, a name is not valid, or both forms are mixed.
    pub fn parse(words: &[String]) -> Result<Self, TargetError> {
        if words.iter().any(|word| word.contains('/')) {
            return Ok(Self::Named(words.iter().map(|word| type_and_name(word)).collect::<Result<_, _>>()?));
        }
        let Some((first, names)) = words.split_first() else {
            return Ok(Self::Kinds(Vec::new()));
        };
        match kinds(first)? {
            None => Ok(Self::Named(words.iter().map(|name| named(None, name)).collect::<Result<_, _>>()?)),
            Some(kinds) if names.is_empty() => Ok(Self::Kinds(kinds)),
            Some(kinds) => {
                let each = kinds.iter().flat_map(|&kind| names.iter().map(move |name| named(Some(kind), name)));
                Ok(Self::Named(each.collect::<Result<_, _>>()?))
            }
        }
    }
}

fn type_and_name(word: &str) -> Result<Target, TargetError> {
    let (kind, name) = word.split_once('/').ok_or_else(|| TargetError::Mixed(word.to_owned()))?;
    if name.is_empty() {
        return Err(TargetError::NoName(word.to_owned()));
    }
    let kind = Kind::from_word(kind).ok_or_else(|| TargetError::UnknownKind(kind.to_owned()))?;
    named(Some(kind), name)
}

fn named(kind: Option<Kind>, name: &str) -> Result<Target, TargetError> {
    check_name(name)?;
    Ok(Target { kind, name: name.to_owned() })
}

/// The kinds of `deploy` or `deploy,sts`; `None` if the word is no type at all.
fn kinds(word: &str) -> Result<Option<Vec<Kind>>, TargetError> {
    let found: Vec<_> = word.split(',').map(|word| (word, Kind::from_word(word))).collect();
    match found.iter().find(|(_, kind)| kind.is_none()) {
        None => Ok(Some(found.into_iter().filter_map(|(_, kind)| kind).collect())),
        Some((unknown, _)) if found.len() > 1 => Err(TargetError::UnknownKind((*unknown).to_owned())),
        Some(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Targets, TargetError> {
        Targets::parse(&words.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    fn target(kind: Option<Kind>, name: &str) -> Target {
        Target { kind, name: name.to_owned() }
    }

    #[test]
    fn words_name_objects_as_in_kubectl() {
        let rng = target(Some(Kind::Deployment), "rng");
        for words in ["deploy/rng", "deployment rng", "deployments.apps/rng", "Deployment rng"] {
            assert_eq!(parse(words), Ok(Targets::Named(vec![rng.clone()])), "{words}");
        }
        assert_eq!(parse("rng hasher"), Ok(Targets::Named(vec![target(None, "rng"), target(None, "hasher")])));
        assert_eq!(
            parse("deploy,sts web"),
            Ok(Targets::Named(vec![target(Some(Kind::Deployment), "web"), target(Some(Kind::StatefulSet), "web")]))
        );
    }

    #[test]
    fn types_alone_wait_for_a_selector() {
        assert_eq!(parse("deploy,sts"), Ok(Targets::Kinds(vec![Kind::Deployment, Kind::StatefulSet])));
        assert_eq!(parse(""), Ok(Targets::Kinds(vec![])));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert_eq!(parse("deploy/rng web"), Err(TargetError::Mixed("web".into())));
        assert_eq!(parse("foo/rng"), Err(TargetError::UnknownKind("foo".into())));
        assert_eq!(parse("deploy,foo rng"), Err(TargetError::UnknownKind("foo".into())));
        assert_eq!(parse("deploy/"), Err(TargetError::NoName("deploy/".into())));
        assert!(matches!(parse("Rng!"), Err(TargetError::Syntax(_))));
        assert!(matches!(parse("deploy/a/b"), Err(TargetError::Syntax(_))));
    }
}
