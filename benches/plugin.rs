//! A plugin beside kubectl: what is the same for each of them.

use std::ffi::{OsStr, OsString};

use crate::Outcome;
use crate::listener::Listener;
use crate::measure::{self, Scratch, Usage, median};

/// The largest that a plugin may be.
const SIZE_LIMIT: u64 = 8 * 1024 * 1024;

/// How often each program is started to see its first request.
const STARTS: usize = 51;

/// A plugin, as the release profile builds it.
pub struct Plugin {
    /// What it is called in the tables.
    pub name: &'static str,
    /// Where it is.
    pub path: &'static str,
}

impl Plugin {
    /// From the start of the process to the first request that reaches a server; the plugin asks for Deployment `rng`.
    pub fn startup(&self, kubectl: &OsStr, arguments: &[&str]) -> Outcome<()> {
        let home = Scratch::new("startup")?;
        let listener = Listener::start()?;
        let server = format!("--server=http://{}", listener.address());
        let cache = format!("--cache-dir={}", home.path().display());
        let ask = [arguments, &[&server]].concat();
        let get = ["get", "deployment", "rng", &server, &cache];
        // The first run fills kubectl's discovery cache; what is measured is a kubectl that has been used before.
        listener.first_request(kubectl, &get, home.path())?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..STARTS {
            ours.push(listener.first_request(self.path.as_ref(), &ask, home.path())?.after);
            let request = listener.first_request(kubectl, &get, home.path())?;
            if !request.line.contains("/deployments/rng") {
                return Err(
                    format!("kubectl did not find its discovery cache, it asked first: {}", request.line).into()
                );
            }
            theirs.push(request.after);
        }
        println!("\nStart to first request, median of {STARTS}:");
        self.row("time", median(&ours).as_secs_f64() * 1e3, median(&theirs).as_secs_f64() * 1e3, "ms");
        Ok(())
    }

    /// Runs both to their ends, in turns.
    pub fn in_turns(
        &self,
        rounds: usize,
        kubectl: &OsStr,
        arguments: impl Fn(usize) -> (Vec<String>, Vec<String>),
    ) -> Outcome<()> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            let (our, their) = arguments(round);
            ours.push(measure::run(self.path.as_ref(), &our)?);
            theirs.push(measure::run(kubectl, &their)?);
        }
        self.compare(&ours, &theirs);
        Ok(())
    }

    fn compare(&self, ours: &[Usage], theirs: &[Usage]) {
        let wall = |runs: &[Usage]| median(&runs.iter().map(|run| run.wall).collect::<Vec<_>>()).as_secs_f64() * 1e3;
        self.row("wall time, median", wall(ours), wall(theirs), "ms");
        if let (Some(our), Some(their)) = (measure::cpu(ours), measure::cpu(theirs)) {
            self.row("CPU time, mean", our.as_secs_f64() * 1e3, their.as_secs_f64() * 1e3, "ms");
        }
        if let (Some(our), Some(their)) = (measure::memory(ours), measure::memory(theirs)) {
            self.row("peak memory, median", our, their, "MiB");
        }
    }

    /// How large it is; too large is an error.
    pub fn size(&self) -> Outcome<()> {
        let bytes = std::fs::metadata(self.path)?.len();
        let mebibytes = |bytes: u64| f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0;
        println!("\nSize of the binary: {:.2} MiB, of at most {:.0} MiB", mebibytes(bytes), mebibytes(SIZE_LIMIT));
        if bytes > SIZE_LIMIT {
            return Err(format!("{} is larger than {SIZE_LIMIT} bytes", self.path).into());
        }
        Ok(())
    }

    fn row(&self, what: &str, ours: f64, theirs: f64, unit: &str) {
        println!(
            "  {what:<20} {} {ours:>7.1} {unit:<3}   kubectl {theirs:>7.1} {unit:<3}   ratio {:.2}",
            self.name,
            ours / theirs
        );
    }
}

/// The kubectl to compare with.
pub fn kubectl() -> OsString {
    std::env::var_os("RECAST_KUBECTL").unwrap_or_else(|| "kubectl".into())
}
