//! How quick and how big `kubectl ds-cast` is, beside kubectl in the same run: `make bench`.
//!
//! Times say something only in comparison, so each measurement alternates between the two programs, and what counts is
//! the ratio of their medians. The size is no timing: a binary above the limit fails.

mod listener;
mod measure;
mod plugin;
mod workload;

use std::error::Error;
use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

use plugin::Plugin;
use workload::Workload;

const CAST: Plugin = Plugin { name: "ds-cast", path: env!("CARGO_BIN_EXE_kubectl-ds_cast") };

/// How often each program runs to its end on the cluster.
const RUNS: usize = 21;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match measure_all(&plugin::kubectl()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure_all(kubectl: &OsStr) -> Outcome<()> {
    CAST.startup(kubectl, &["rng"])?;
    match std::env::var_os("RECAST_KUBECONFIG") {
        Some(kubeconfig) => whole_run(kubectl, Path::new(&kubeconfig))?,
        None => println!("\nWhole runs are left out: RECAST_KUBECONFIG names no cluster."),
    }
    CAST.size()
}

/// A dry run on a cluster, from start to end, beside the plainest read that kubectl has.
fn whole_run(kubectl: &OsStr, kubeconfig: &Path) -> Outcome<()> {
    let workload = Workload::deploy(kubectl, kubeconfig)?;
    let cast = workload.arguments(&["rng", "--dry-run=client", "-o", "yaml"]);
    let get = workload.arguments(&["get", "deployment", "rng", "-o", "yaml"]);
    measure::run(kubectl, &get)?;
    println!("\nkubectl ds-cast rng --dry-run=client -o yaml, beside kubectl get deployment rng -o yaml, {RUNS} runs:");
    CAST.in_turns(RUNS, kubectl, |_| (cast.clone(), get.clone()))
}
