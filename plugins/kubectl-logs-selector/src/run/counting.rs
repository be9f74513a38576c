//! A command that counts: it shows who gets traffic, until its time is over or what is expected is decided.

use std::io::{IsTerminal as _, stdout};
use std::time::{Duration, Instant};

use recast::exit::Exit;
use recast::failure::Failure;
use terminal_size::terminal_size_of;

use super::{Happening, Run};
use crate::args::{Args, Format};
use crate::merge::Now;
use crate::traffic::expectation::{Expectation, Wish};
use crate::traffic::table::{Shape, table};
use crate::traffic::{Row, Traffic};

/// How often the table is drawn anew, and looked whether it is time.
const TICK: Duration = Duration::from_millis(250);

/// What is said last, when the results are out.
#[derive(Default)]
pub(super) struct Farewell {
    /// What is said.
    pub said: Vec<String>,
    /// What did not come true.
    pub failures: Vec<Failure>,
}

/// What is counted for, and how it is shown.
struct Count {
    expectations: Vec<Expectation>,
    ends: Option<Instant>,
    format: Format,
    shape: Shape,
    /// When the table is drawn next, if it is live.
    draws: Option<Instant>,
}

impl Count {
    fn of(args: &Args, service: bool, colour: bool, begun: Instant) -> Self {
        let terminal = stdout().is_terminal();
        let wishes = [(Wish::Traffic, args.expect_traffic), (Wish::Silence, args.expect_silence)];
        let asked = wishes.into_iter().filter_map(|(wish, limit)| Some(Expectation::new(wish, limit?, service)));
        Self {
            expectations: asked.collect(),
            ends: args.duration.map(|duration| begun + duration),
            format: args.output,
            shape: Shape { size: None, namespace: args.all_namespaces, membership: service, trend: terminal, colour },
            draws: (terminal && args.output == Format::Default).then_some(begun),
        }
    }

    /// Whether everything that is expected is decided, if anything is.
    fn is_decided(&self) -> bool {
        !self.expectations.is_empty() && self.expectations.iter().all(|one| one.outcome().is_some())
    }

    /// What is printed at the end.
    fn result(&self, rows: &[Row]) -> Vec<u8> {
        let lines = match self.format {
            _ if rows.is_empty() => Vec::new(),
            Format::Json => rows.iter().map(|row| row.json().to_string()).collect(),
            Format::Raw | Format::Default => {
                let size = room().map(|(width, _)| (width, usize::MAX));
                table(rows, &Shape { size, ..self.shape })
            }
        };
        lines.into_iter().flat_map(|line| (line + "\n").into_bytes()).collect()
    }
}

impl Run<'_> {
    /// From now on lines are counted.
    pub(super) fn begin_to_count(&mut self) {
        let filter = self.crew.desk.printer.filter.clone();
        self.crew.count(Traffic::new(filter, Instant::now()));
    }

    /// Counts until it is over, and says what came of it.
    pub(super) async fn count(&mut self, args: &Args) -> Result<Exit, Failure> {
        let Some(begun) = self.crew.traffic.as_ref().map(Traffic::begun) else { return Ok(Exit::Done) };
        let service = !self.crew.scene.fronts.is_empty();
        let mut count = Count::of(args, service, self.crew.desk.printer.colour, begun);
        let exit = loop {
            let now = Now::read();
            self.crew.drain(&now);
            self.say_aside();
            let over =
                count.ends.is_some_and(|ends| now.instant >= ends) || self.crew.is_over(self.crew.choice.is_finite());
            self.judge(&mut count, over, now.instant);
            if over || count.is_decided() {
                break Exit::Done;
            }
            self.draw(&mut count, now.instant);
            match self.wait(true, Some((now.instant + TICK).into())).await {
                Happening::Interrupted => break Exit::Interrupted,
                // An exit code may be wanted all the same.
                Happening::NobodyReads if !count.expectations.is_empty() => self.is_read = false,
                Happening::NobodyReads => return Ok(Exit::Done),
                happening => self.take(happening)?,
            }
        };
        self.finish(&count, exit).await;
        Ok(exit)
    }

    fn rows(&self, now: Instant) -> Vec<Row> {
        self.crew.traffic.as_ref().map(|traffic| traffic.rows(&self.crew.scene.fronts, now)).unwrap_or_default()
    }

    fn judge(&self, count: &mut Count, over: bool, now: Instant) {
        let Some(traffic) = self.crew.traffic.as_ref().filter(|_| !count.expectations.is_empty()) else { return };
        let cases = traffic.cases(&self.crew.scene.fronts, now);
        for expectation in &mut count.expectations {
            expectation.judge(&cases, now.saturating_duration_since(traffic.begun()), over);
        }
    }

    /// Draws the table, if there is a terminal to draw it on and it is time.
    fn draw(&self, count: &mut Count, now: Instant) {
        if count.draws.is_none_or(|draws| draws > now) {
            return;
        }
        count.draws = Some(now + TICK);
        let (rows, Some((width, height))) = (self.rows(now), room()) else { return };
        if rows.is_empty() {
            return self.crew.screen.clear();
        }
        // Below it a blank line, the summary, and the cursor.
        let size = Some((width, height.saturating_sub(3)));
        let mut lines = table(&rows, &Shape { size, ..count.shape });
        lines.extend([String::new(), summary(&rows)].map(|line| line.chars().take(width).collect()));
        lines.truncate(height.saturating_sub(1));
        self.crew.screen.draw(&lines, (width, height));
    }

    /// Prints the result, and leaves what is to be said behind it.
    async fn finish(&mut self, count: &Count, exit: Exit) {
        self.crew.screen.clear();
        let rows = self.rows(Instant::now());
        // If nobody reads, nobody wants it.
        self.sink.hand_over(&mut count.result(&rows)).await;
        if count.format != Format::Json && !rows.is_empty() {
            self.farewell.said.push(summary(&rows));
        }
        for outcome in count.expectations.iter().filter(|_| exit == Exit::Done).filter_map(Expectation::outcome) {
            match outcome {
                Ok(said) => self.farewell.said.push(said.clone()),
                Err(failure) => self.farewell.failures.push(failure.clone()),
            }
        }
        if rows.is_empty() && self.farewell.failures.is_empty() {
            self.farewell.said.push("No pods found.".to_owned());
        }
    }
}

fn summary(rows: &[Row]) -> String {
    let active = rows.iter().filter(|row| row.active).count();
    let there = rows.iter().filter(|row| !row.is_gone()).count();
    format!("{active} of {there} pods are active")
}

/// How many columns and lines the terminal has that results go to.
fn room() -> Option<(usize, usize)> {
    terminal_size_of(stdout()).map(|(width, height)| (width.0.into(), height.0.into()))
}
