//! How quick and how big `kubectl ds-cast` is, beside kubectl in the same run: `make bench`.
//!
//! Times say something only in comparison, so each measurement alternates between the two programs, and what counts is
//! the ratio of their medians. The size is no timing: a binary above the limit fails.

mod listener;
mod measure;
mod workload;

use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use listener::Listener;
use measure::{Scratch, Usage, median};
use workload::Workload;

/// The plugin, as the release profile builds it.
const PLUGIN: &str = env!("CARGO_BIN_EXE_kubectl-ds_cast");

/// The largest that the plugin may be.
const SIZE_LIMIT: u64 = 8 * 1024 * 1024;

/// How often each program is started to see its first request.
const STARTS: usize = 51;

/// How often each program runs to its end on the cluster.
const RUNS: usize = 21;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let kubectl = std::env::var_os("RECAST_KUBECTL").unwrap_or_else(|| "kubectl".into());
    let done = startup(&kubectl).and_then(|()| on_cluster(&kubectl)).and_then(|()| size());
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn on_cluster(kubectl: &OsString) -> Outcome<()> {
    if let Some(kubeconfig) = std::env::var_os("RECAST_KUBECONFIG") {
        return whole_run(kubectl, Path::new(&kubeconfig));
    }
    println!("\nWhole runs are left out: RECAST_KUBECONFIG names no cluster.");
    Ok(())
}

/// From the start of the process to the first request that reaches a server.
fn startup(kubectl: &OsString) -> Outcome<()> {
    let home = Scratch::new("startup")?;
    let listener = Listener::start()?;
    let server = format!("--server=http://{}", listener.address());
    let cache = format!("--cache-dir={}", home.path().display());
    let get = ["get", "deployment", "rng", &server, &cache];
    // The first run fills kubectl's discovery cache; what is measured is a kubectl that has been used before.
    listener.first_request(kubectl, &get, home.path())?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        ours.push(listener.first_request(PLUGIN.as_ref(), &["rng", &server], home.path())?.after);
        let request = listener.first_request(kubectl, &get, home.path())?;
        if !request.line.contains("/deployments/rng") {
            return Err(format!("kubectl did not find its discovery cache, it asked first: {}", request.line).into());
        }
        theirs.push(request.after);
    }
    println!("\nStart to first request, median of {STARTS}:");
    row("time", median(&ours).as_secs_f64() * 1e3, median(&theirs).as_secs_f64() * 1e3, "ms");
    Ok(())
}

/// A dry run on a cluster, from start to end, beside the plainest read that kubectl has.
fn whole_run(kubectl: &OsString, kubeconfig: &Path) -> Outcome<()> {
    let workload = Workload::deploy(kubectl, kubeconfig)?;
    let place = [format!("--kubeconfig={}", kubeconfig.display()), format!("--namespace={}", workload.namespace())];
    let cast = ["rng", "--dry-run=client", "-o", "yaml", &place[0], &place[1]];
    let get = ["get", "deployment", "rng", "-o", "yaml", &place[0], &place[1]];
    measure::run(kubectl, &get)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(measure::run(PLUGIN.as_ref(), &cast)?);
        theirs.push(measure::run(kubectl, &get)?);
    }
    println!("\nkubectl ds-cast rng --dry-run=client -o yaml, beside kubectl get deployment rng -o yaml, {RUNS} runs:");
    let wall = |runs: &[Usage]| median(&runs.iter().map(|run| run.wall).collect::<Vec<_>>()).as_secs_f64() * 1e3;
    row("wall time, median", wall(&ours), wall(&theirs), "ms");
    if let (Some(our), Some(their)) = (measure::cpu(&ours), measure::cpu(&theirs)) {
        row("CPU time, mean", our.as_secs_f64() * 1e3, their.as_secs_f64() * 1e3, "ms");
    }
    if let (Some(our), Some(their)) = (measure::memory(&ours), measure::memory(&theirs)) {
        row("peak memory, median", our, their, "MiB");
    }
    Ok(())
}

fn size() -> Outcome<()> {
    let bytes = std::fs::metadata(PLUGIN)?.len();
    let mebibytes = |bytes: u64| f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0;
    println!("\nSize of the binary: {:.2} MiB, of at most {:.0} MiB", mebibytes(bytes), mebibytes(SIZE_LIMIT));
    if bytes > SIZE_LIMIT { Err(format!("{PLUGIN} is larger than {SIZE_LIMIT} bytes").into()) } else { Ok(()) }
}

fn row(what: &str, ours: f64, theirs: f64, unit: &str) {
    println!(
        "  {what:<20} ds-cast {ours:>6.1} {unit:<3}   kubectl {theirs:>6.1} {unit:<3}   ratio {:.2}",
        ours / theirs
    );
}
