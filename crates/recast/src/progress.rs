//! What is being waited for: one line that changes on a terminal, plain lines elsewhere.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Shows what is being waited for, on stderr.
pub struct Progress {
    quiet: bool,
    bar: Option<ProgressBar>,
    shown: BTreeSet<String>,
}

impl Progress {
    /// Shows nothing yet; a quiet one never does.
    #[must_use]
    pub const fn new(quiet: bool) -> Self {
        Self { quiet, bar: None, shown: BTreeSet::new() }
    }

    /// Shows these lines in place of the ones before; elsewhere than on a terminal only those that are new.
    pub fn show(&mut self, lines: Vec<String>) {
        if self.quiet || lines.is_empty() {
            return;
        }
        if stderr().is_terminal() {
            let more = if lines.len() > 1 { format!(" (and {} more)", lines.len() - 1) } else { String::new() };
            self.bar.get_or_insert_with(spinner).set_message(format!("{}{more}", lines[0]));
        } else {
            for line in lines.iter().filter(|line| !self.shown.contains(*line)) {
                anstream::eprintln!("{line}");
            }
            self.shown = lines.into_iter().collect();
        }
    }

    /// Takes the changing line off the terminal, so that something else can be printed.
    pub fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
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
