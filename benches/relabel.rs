//! How quick and how big `kubectl relabel` is, beside kubectl in the same run: `make bench`.
//!
//! A Service alone is what kubectl can do as well; a thousand pods are what it takes longest for, more so from afar.

mod crowd;
mod distance;
mod listener;
mod measure;
mod plugin;
mod workload;

use std::error::Error;
use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crowd::{Audit, Crowd};
use distance::Distance;
use plugin::Plugin;
use workload::Workload;

const RELABEL: Plugin = Plugin { name: "relabel", path: env!("CARGO_BIN_EXE_kubectl-relabel") };

/// How often each program changes a Service.
const RUNS: usize = 21;

/// How many pods a crowd has.
const PODS: usize = 1000;

/// How often each program labels a crowd: nearby, and from afar.
const CROWDS: [usize; 2] = [5, 3];

/// How far afar is, there and back.
const ROUND_TRIP: Duration = Duration::from_millis(20);

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
    RELABEL.startup(kubectl, &["deploy/rng", "isactive=yes"])?;
    RELABEL.size()?;
    let Some(kubeconfig) = std::env::var_os("RECAST_KUBECONFIG") else {
        println!("\nWhole runs are left out: RECAST_KUBECONFIG names no cluster.");
        return Ok(());
    };
    let kubeconfig = Path::new(&kubeconfig);
    services(kubectl, kubeconfig)?;
    let Some(audit) = Audit::of_cluster() else {
        println!("\nCrowds of pods are left out: they need the cluster of this repository.");
        return Ok(());
    };
    crowds(kubectl, kubeconfig, &audit)
}

/// A Service alone: kubectl takes back each time what relabel has changed.
fn services(kubectl: &OsStr, kubeconfig: &Path) -> Outcome<()> {
    let workload = Workload::deploy(kubectl, kubeconfig)?;
    workload.kubectl(&["label", "pods", "-l", "app=rng", "isactive=yes"])?;
    let set = workload.arguments(&["set", "selector", "service/rng", "app=rng"]);
    measure::run(kubectl, &set)?;
    for wait in ["--wait=false", "--wait"] {
        let relabel = workload.arguments(&["svc/rng", "isactive=yes", wait]);
        println!("\nkubectl relabel svc/rng isactive=yes {wait}, beside kubectl set selector, {RUNS} runs:");
        RELABEL.in_turns(RUNS, kubectl, |_| (relabel.clone(), set.clone()))?;
    }
    Ok(())
}

/// What somebody waits for who presses Tab: the names of the pods, then the labels that could be edited.
fn completing(kubectl: &OsStr, workload: &Workload) -> Outcome<()> {
    let words = |words: &[&str]| {
        let line = workload.arguments(&["__complete"]).into_iter();
        line.chain(words.iter().map(|&word| word.to_owned())).collect::<Vec<_>>()
    };
    for ours in [&["pod/"][..], &["deployment/crowd", ""]] {
        println!(
            "\nCompleting kubectl relabel {} among {PODS} pods, beside kubectl get pods, {RUNS} runs:",
            ours.join(" ")
        );
        RELABEL.in_turns(RUNS, kubectl, |_| (words(ours), words(&["get", "pods", ""])))?;
    }
    Ok(())
}

/// A thousand pods: relabel changes their owner as well, kubectl nothing but their labels.
fn crowds(kubectl: &OsStr, kubeconfig: &Path, audit: &Audit) -> Outcome<()> {
    let workload = Workload::empty(kubectl, kubeconfig)?;
    let crowd = Crowd::of_deployment(&workload, PODS)?;
    completing(kubectl, &workload)?;
    let distance = Distance::to(&workload, ROUND_TRIP)?;
    let servers = [None, Some(format!("--server=https://{}", distance.address()))];
    for (rounds, server) in CROWDS.into_iter().zip(servers) {
        let far = if server.is_some() { format!(", {} ms away", ROUND_TRIP.as_millis()) } else { String::new() };
        for (what, ours) in
            [("a deployment of", &["deployment/crowd"][..]), ("no more than", &["pods", "-l", "app=crowd"])]
        {
            println!("\nkubectl relabel of {what} {PODS} pods{far}, beside kubectl label of the pods, {rounds} runs:");
            RELABEL.in_turns(rounds, kubectl, |round| {
                let label = format!("bench-{}-{}-{round}=yes", ours.len(), far.len());
                let arguments = |words: &[&str], label: String| {
                    let words = workload.arguments(words).into_iter();
                    words.chain([label]).chain(server.clone()).collect::<Vec<_>>()
                };
                (
                    arguments(ours, label.clone()),
                    arguments(&["label", "pods", "-l", "app=crowd"], format!("beside-{label}")),
                )
            })?;
        }
    }
    drop(crowd);
    let _crowd = Crowd::of_daemon_set(&workload, PODS)?;
    let from = audit.end()?;
    let run = measure::run(RELABEL.path.as_ref(), &workload.arguments(&["daemonset/crowd", "bench=yes"]))?;
    let writes = audit.writes(from, "kubectl-relabel")?;
    println!("\nkubectl relabel of a daemon set of {PODS} pods: {writes} writes in {:.1} s", run.wall.as_secs_f64());
    Ok(())
}
