//! What the user sees: results on stdout, talk on stderr, progress only on a terminal.

use std::cell::RefCell;
use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::canvas::Canvas;
use crate::engine::Gate;
use crate::exit::{Exit, Outcome};
use crate::failure::Failure;
use crate::output::unwritable;
use crate::progress::Progress;
use crate::terminal::harmless;
use anstyle::{AnsiColor, Style};

/// Where everything is printed.
pub struct Screen {
    quiet: bool,
    progress: RefCell<Progress>,
    canvas: RefCell<Canvas>,
}

impl Screen {
    /// A screen; a quiet one shows only results and failures.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        Self { quiet, progress: RefCell::new(Progress::new(quiet)), canvas: RefCell::default() }
    }

    /// Whether nobody wants to read more than results.
    #[must_use]
    pub const fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Writes to stdout.
    ///
    /// # Errors
    /// If stdout cannot be written; a reader that has seen enough is no error.
    pub fn result(&self, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Failure> {
        self.clear();
        let mut out = anstream::stdout().lock();
        match write(&mut out).and_then(|()| out.flush()) {
            Ok(()) => Ok(()),
            Err(error) => unwritable(&error).map_or(Ok(()), Err),
        }
    }

    /// One line of a result.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub fn line(&self, line: &str) -> Result<(), Failure> {
        self.result(|out| writeln!(out, "{line}"))
    }

    /// One line of talk.
    pub fn say(&self, line: &str) {
        self.print(&harmless(line));
    }

    fn print(&self, line: &str) {
        if !self.quiet {
            self.clear();
            anstream::eprintln!("{line}");
        }
    }

    /// One line of talk, below its label.
    pub fn labelled(&self, label: &str, line: &str) {
        let style = match label {
            "warn" => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
            _ => Style::new().dimmed(),
        };
        self.print(&format!("  {style}{label:<7}{style:#}  {}", harmless(line)));
    }

    /// What is being waited for.
    pub fn progress<'g>(&self, gates: impl Iterator<Item = &'g Gate>) {
        let lines = gates.map(|gate| format!("waiting for {}: {}", gate.waits_for, gate.sees));
        self.progress.borrow_mut().show(lines.collect());
    }

    /// Draws lines over the ones that were drawn before, on a terminal of so many columns and lines. They are taken away
    /// before anything else is printed.
    pub fn draw(&self, lines: &[String], size: (usize, usize)) {
        self.progress.borrow_mut().clear();
        put(&self.canvas.borrow_mut().draw(lines, size));
    }

    /// Takes off the terminal what was only for the moment.
    pub fn clear(&self) {
        self.progress.borrow_mut().clear();
        if let Some(text) = self.canvas.borrow_mut().erase() {
            put(&text);
        }
    }

    /// What the command ends with.
    #[must_use]
    pub fn end(&self, outcome: Outcome) -> ExitCode {
        let exit = outcome.unwrap_or_else(|failures| {
            self.failures(&failures);
            Exit::Failed
        });
        exit.into()
    }

    /// Failures, quiet or not.
    pub fn failures(&self, failures: &[Failure]) {
        self.clear();
        let mut err = anstream::stderr().lock();
        for failure in failures {
            // Nothing is left to report a failing stderr to.
            let _ = failure.write(&mut err);
        }
    }
}

/// Writes to the terminal. What is only for the moment may get lost.
fn put(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
