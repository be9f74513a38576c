//! A question that the user answers with yes or no.

use std::io::{self, BufRead, IsTerminal as _, Write};

/// Whether somebody is there to answer: both what is asked and what is answered go over a terminal.
#[must_use]
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks on the terminal. Anything but yes is no.
///
/// # Errors
/// If the terminal cannot be read or written.
pub fn is_answered_yes(question: &str) -> io::Result<bool> {
    ask(question, &mut io::stdin().lock(), &mut io::stderr().lock())
}

fn ask(question: &str, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<bool> {
    write!(out, "{question} [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for (answer, yes) in
            [("y\n", true), ("Yes\n", true), ("n\n", false), ("\n", false), ("", false), ("yy\n", false)]
        {
            let mut out = Vec::new();
            assert_eq!(ask("Delete 1 pod?", &mut answer.as_bytes(), &mut out).unwrap(), yes, "{answer:?}");
            assert_eq!(out, b"Delete 1 pod? [y/N] ");
        }
    }
}
