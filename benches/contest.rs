//! Several programs that read the same logs, in turns: what each takes for a million lines.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::measure::{self, Usage};
use crate::stream::Stream;

/// A program, and what it is told.
pub struct Reader {
    /// What it is called in the tables.
    pub name: String,
    /// The program.
    pub program: OsString,
    /// What it is told.
    pub arguments: Vec<String>,
}

impl Reader {
    /// One that is told these words, in one string, and these besides.
    pub fn new(name: &str, program: impl Into<OsString>, words: &str, more: &[String]) -> Self {
        let words = words.split_whitespace().map(str::to_owned);
        Self { name: name.to_owned(), program: program.into(), arguments: words.chain(more.iter().cloned()).collect() }
    }

    /// It must print so many lines: who leaves some out has no merit in being quick.
    pub fn check(&self, lines: usize) -> Outcome<()> {
        let mut stream = Stream::open(self)?;
        let printed = stream.rest()?;
        if printed == lines { Ok(()) } else { Err(format!("{}: {printed} lines of {lines}", self.name).into()) }
    }

    /// How long it takes until it has printed so many lines.
    pub fn until(&self, lines: usize) -> Outcome<Duration> {
        let started = Instant::now();
        let mut stream = Stream::open(self)?;
        stream.lines(lines)?;
        Ok(started.elapsed())
    }
}

/// Who takes part. The first one is the floor that the others are compared with.
pub struct Contest {
    /// The readers, and what each is to reach.
    pub readers: Vec<(Reader, &'static str)>,
    /// How many lines there are to be read.
    pub lines: usize,
}

impl Contest {
    /// Lets each of them read so many times, in turns, and prints a table.
    pub fn hold(&self, rounds: usize) -> Outcome<()> {
        for (reader, _) in &self.readers {
            reader.check(self.lines)?;
        }
        let mut runs: Vec<Vec<Usage>> = self.readers.iter().map(|_| Vec::new()).collect();
        for _ in 0..rounds {
            for ((reader, _), runs) in self.readers.iter().zip(&mut runs) {
                runs.push(measure::run(&reader.program, &reader.arguments)?);
            }
        }
        let seconds = |runs: &[Usage]| Some(measure::cpu(runs)?.as_secs_f64());
        let floor = runs.first().and_then(|runs| seconds(runs));
        println!("\n| {:<52} | CPU s | ratio | peak MiB | to reach |", "");
        println!("|{:-<54}|------:|------:|---------:|----------|", "");
        for ((reader, aim), runs) in self.readers.iter().zip(&runs) {
            let cpu = seconds(runs).map(|seconds| seconds * 1e6 / to_float(self.lines));
            let ratio = cpu.zip(floor).map(|(cpu, floor)| cpu / (floor * 1e6 / to_float(self.lines)));
            println!(
                "| {:<52} | {:>5} | {:>5} | {:>8} | {aim} |",
                reader.name,
                shown(cpu, 2),
                shown(ratio, 1),
                shown(measure::memory(runs), 1)
            );
        }
        Ok(())
    }
}

fn shown(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "?".to_owned(), |value| format!("{value:.digits$}"))
}

fn to_float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
