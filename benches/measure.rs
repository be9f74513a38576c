//! What a program takes from start to end: time, processor, memory.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use crate::Outcome;

/// How often a program that has just begun is looked at.
const GLANCE: Duration = Duration::from_micros(300);

/// What one run took.
pub struct Usage {
    /// From start to end.
    pub wall: Duration,
    /// On the processor, in ticks of 10 ms: for a sum of many runs. Linux only.
    ticks: Option<u64>,
    /// The largest resident set that was seen, in KiB. Linux only.
    peak: Option<u32>,
}

/// Runs a program to its end.
pub fn run(program: &OsStr, arguments: &[String]) -> Outcome<Usage> {
    let before = children_ticks();
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut peak = None;
    let status = loop {
        peak = high_water(child.id()).max(peak);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // The longer it runs, the less often: to look takes time, too.
        thread::sleep(GLANCE.max(started.elapsed() / 100));
    };
    let wall = started.elapsed();
    if !status.success() {
        return Err(format!("{} {}: {status}", program.display(), arguments.join(" ")).into());
    }
    let ticks = before.zip(children_ticks()).map(|(before, after)| after.saturating_sub(before));
    Ok(Usage { wall, ticks, peak })
}

/// The mean time on the processor.
pub fn cpu(runs: &[Usage]) -> Option<Duration> {
    let ticks: u64 = runs.iter().map(|run| run.ticks).sum::<Option<u64>>()?;
    Some(Duration::from_millis(ticks * 10) / u32::try_from(runs.len()).ok()?)
}

/// The median of the largest resident sets, in MiB.
pub fn memory(runs: &[Usage]) -> Option<f64> {
    let peaks: Vec<u32> = runs.iter().map(|run| run.peak).collect::<Option<_>>()?;
    Some(f64::from(median(&peaks)) / 1024.0)
}

/// The value in the middle.
pub fn median<T: Copy + Ord>(values: &[T]) -> T {
    let mut values = values.to_vec();
    values.sort_unstable();
    values[values.len() / 2]
}

/// What ended children of this process took: `cutime` and `cstime` of proc(5), which Linux counts in 10 ms.
fn children_ticks() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name, in parentheses, may contain blanks; after it these are the 14th and 15th of the rest.
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(13);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

fn high_water(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// A folder that is gone afterwards.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new folder.
    pub fn new(what: &str) -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("recast-bench-{what}-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It is in the system's folder for what may be lost.
        let _ = fs::remove_dir_all(&self.0);
    }
}
