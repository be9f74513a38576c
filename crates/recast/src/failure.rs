//! What went wrong, for a person: the error, its causes, and what to do now.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::terminal::harmless;

/// A refusal or an error. `main` prints it; nothing else does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    message: String,
    details: Vec<String>,
    causes: Vec<String>,
    hint: Option<String>,
}

impl Failure {
    /// What failed, naming the object, file or argument.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), details: Vec::new(), causes: Vec::new(), hint: None }
    }

    /// What failed, and the errors that led to it.
    #[must_use]
    pub fn caused_by(message: impl Into<String>, cause: &(dyn Error + 'static)) -> Self {
        let mut failure = Self::new(message);
        let mut next = Some(cause);
        while let Some(cause) = next {
            let text = cause.to_string();
            // Many libraries repeat the cause in their own message.
            if !failure.causes.last().is_some_and(|last| last.contains(&text)) {
                failure.causes.push(text);
            }
            next = cause.source();
        }
        failure
    }

    /// One more line that explains, below the message.
    #[must_use]
    pub fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
        self
    }

    /// More lines that explain, below the message.
    #[must_use]
    pub fn details(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(lines);
        self
    }

    /// One more cause.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// What to do now, best a command to type.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What failed, in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Writes `error:`, its details, `caused by:` and `hint:`.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let bold = |color: AnsiColor| Style::new().bold().fg_color(Some(color.into()));
        let (red, cyan) = (bold(AnsiColor::Red), bold(AnsiColor::Cyan));
        writeln!(out, "{red}error:{red:#} {}", harmless(&self.message))?;
        for detail in &self.details {
            writeln!(out, "  {}", harmless(detail))?;
        }
        for cause in &self.causes {
            writeln!(out, "{red}caused by:{red:#} {}", harmless(cause))?;
        }
        if let Some(hint) = &self.hint {
            writeln!(out, "{cyan}hint:{cyan:#} {}", harmless(hint))?;
        }
        Ok(())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_error_causes_and_hint() {
        let failure = Failure::new("cannot create daemonset.apps/rng")
            .detail("in namespace web")
            .cause("connection refused")
            .hint("is the cluster up?");
        let mut out = anstream::StripStream::new(Vec::new());
        failure.write(&mut out).unwrap();
        let text = String::from_utf8(out.into_inner()).unwrap();
        assert_eq!(
            text,
            "error: cannot create daemonset.apps/rng\n  in namespace web\n\
             caused by: connection refused\nhint: is the cluster up?\n"
        );
    }

    #[test]
    fn a_cause_that_its_parent_repeats_is_said_once() {
        let inner = io::Error::other("no such file");
        let outer = io::Error::other(format!("cannot read x: {inner}"));
        assert_eq!(Failure::caused_by("failed", &outer).causes, ["cannot read x: no such file"]);
    }
}
