//! What is being waited for: one line that changes on a terminal, plain lines elsewhere.

use std::io::{IsTerminal as _, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Shows what is being waited for, on stderr.
pub struct Progress {
    quiet: bool,
    bar: Option<ProgressBar>,
    last: String,
}

impl Progress {
    /// Shows nothing yet; a quiet one never does.
    #[must_use]
    pub const fn new(quiet: bool) -> Self {
        Self { quiet, bar: None, last: String::new() }
    }

    /// Shows a text in place of the one before.
    pub fn show(&mut self, text: &str) {
        if self.quiet || text == self.last {
            return;
        }
        text.clone_into(&mut self.last);
        if stderr().is_terminal() {
            self.bar.get_or_insert_with(spinner).set_message(text.to_owned());
        } else {
            anstream::eprintln!("{text}");
        }
    }

    /// Takes the changing line off the terminal, so that something else can be printed.
    pub fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            self.last.clear();
        }
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
