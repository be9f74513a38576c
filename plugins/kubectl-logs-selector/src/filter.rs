//! Which lines, pods and containers are wanted: regular expressions over bytes.

use recast::failure::Failure;
use regex::bytes::{Regex, RegexBuilder};

/// One expression for several: any of them will do.
///
/// # Errors
/// If one is none; it is named.
pub fn any_of(expressions: &[String], flag: &str, ignore_case: bool) -> Result<Option<Regex>, Failure> {
    if expressions.is_empty() {
        return Ok(None);
    }
    let compile = |text: &str| RegexBuilder::new(text).case_insensitive(ignore_case).build();
    for expression in expressions {
        compile(expression)
            .map_err(|error| Failure::caused_by(format!("{flag} {expression:?} is no regular expression"), &error))?;
    }
    let all = expressions.iter().map(|expression| format!("(?:{expression})")).collect::<Vec<_>>().join("|");
    compile(&all).map(Some).map_err(|error| Failure::caused_by(format!("all of {flag} together are too much"), &error))
}

/// Which lines are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A line must match this.
    pub include: Option<Regex>,
    /// And not this.
    pub exclude: Option<Regex>,
}

impl Filter {
    /// Whether the line is wanted.
    #[must_use]
    pub fn wants(&self, line: &[u8]) -> bool {
        self.include.as_ref().is_none_or(|include| include.is_match(line))
            && self.exclude.as_ref().is_none_or(|exclude| !exclude.is_match(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str], ignore_case: bool) -> Filter {
        let any = |list: &[&str]| {
            let list: Vec<_> = list.iter().map(|text| (*text).to_owned()).collect();
            any_of(&list, "-i", ignore_case).unwrap()
        };
        Filter { include: any(include), exclude: any(exclude) }
    }

    #[test]
    fn a_line_must_match_one_of_the_included_and_none_of_the_excluded() {
        for (include, exclude, ignore_case, line, wanted) in [
            (&[][..], &[][..], false, &b"anything"[..], true),
            (&["GET", "PUT"], &[], false, b"PUT /", true),
            (&["GET", "PUT"], &[], false, b"put /", false),
            (&["GET", "PUT"], &[], true, b"put /", true),
            (&["^a|b$"], &["c"], false, b"a c", false),
            (&[], &["kube-probe"], false, b"GET / kube-probe/1.37", false),
            (&["\\d{3}$"], &[], false, b"\xff\xfe 200", true),
        ] {
            assert_eq!(filter(include, exclude, ignore_case).wants(line), wanted, "{include:?} {exclude:?} {line:?}");
        }
    }

    #[test]
    fn what_is_no_expression_is_named() {
        let failure = any_of(&["fine".to_owned(), "(".to_owned()], "-e", false).unwrap_err();
        assert_eq!(failure.message(), "-e \"(\" is no regular expression");
    }
}
