//! How quick and how big `kubectl logs-selector` is, beside curl, kubectl and stern in the same run: `make bench`.
//!
//! A kubelet flushes each line and is then the limit, whoever reads; so most is measured on a server that is none, and
//! what counts is the processor's time.

mod contest;
mod kubelet;
mod listener;
mod measure;
#[allow(dead_code, reason = "each benchmark needs only a part of it")]
mod plugin;
mod replay;
mod stream;
#[allow(dead_code, reason = "each benchmark needs only a part of it")]
mod workload;

use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use contest::{Contest, Reader};
use kubelet::Kubelet;
use plugin::Plugin;
use replay::{Replay, SELECTOR, Scene};
use stream::Stream;
use workload::Workload;

const LOGS: Plugin = Plugin { name: "logs-selector", path: env!("CARGO_BIN_EXE_kubectl-logs_selector") };

/// How often each program reads a million lines, and how often the first lines of a hundred pods.
const ROUNDS: usize = 5;

/// A million lines.
const BULK: Scene = Scene { pods: 20, lines: 50_000, line_by_line: false };

/// A line each.
const HUNDRED: Scene = Scene { pods: 100, lines: 1, line_by_line: true };

/// How long logs are followed before the memory that this takes is looked at.
const SETTLED: Duration = Duration::from_secs(5);

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match measure_all(&Others::find()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What is measured beside the plugin.
struct Others {
    kubectl: OsString,
    stern: Option<OsString>,
}

impl Others {
    fn find() -> Self {
        Self { kubectl: plugin::kubectl(), stern: std::env::var_os("RECAST_STERN") }
    }

    /// A row for stern, where it is there.
    fn stern(&self, name: &str, words: &str, more: &[String]) -> Option<(Reader, &'static str)> {
        Some((Reader::new(name, self.stern.clone()?, words, more), ""))
    }
}

fn measure_all(others: &Others) -> Outcome<()> {
    LOGS.startup(&others.kubectl, &["deploy/rng"])?;
    LOGS.size()?;
    if others.stern.is_none() {
        println!("\nstern is left out: RECAST_STERN does not name it.");
    }
    let places = std::env::var_os("RECAST_KUBECONFIG").zip(std::env::var_os("RECAST_AUDIT_LOG"));
    let Some((kubeconfig, audit_log)) = places else {
        println!("\nAll else is left out: it needs the cluster of this repository.");
        return Ok(());
    };
    let keys = Path::new(&audit_log).ancestors().nth(2).ok_or("the audit log is in logs/")?.join("pki");
    let parts: [(&str, &dyn Fn() -> Outcome<()>); 4] = [
        ("blocks", &|| in_blocks(others, &keys)),
        ("lines", &|| line_by_line(&keys)),
        ("followed", &|| followed(others, &keys)),
        ("first", &|| first_lines(others, Path::new(&kubeconfig), &keys)),
    ];
    // cargo has words of its own.
    let only = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    for (name, part) in parts {
        if only.as_deref().is_none_or(|only| only == name) {
            part()?;
        }
    }
    Ok(())
}

fn ours(name: &str, words: &str, more: &[String]) -> Reader {
    Reader::new(name, LOGS.path, words, more)
}

/// Where the server is, and whose logs are wanted.
fn place(replay: &Replay) -> Vec<String> {
    vec![format!("--kubeconfig={}", replay.kubeconfig().display()), format!("-l{SELECTOR}")]
}

/// A million lines, in blocks: what a client itself takes.
fn in_blocks(others: &Others, keys: &Path) -> Outcome<()> {
    let replay = Replay::start(BULK, keys)?;
    let place = place(&replay);
    let cache = [place.clone(), vec![format!("--cache-dir={}", replay.cache().display())]].concat();
    let curl = |times| Ok::<_, Box<dyn Error>>(Reader::new("", "curl", "", &replay.curl(times)?));
    let named = |name: &str, reader: Reader| Reader { name: name.to_owned(), ..reader };
    let mut readers = vec![
        (named("curl, the same streams (with times)", curl(true)?), "the floor"),
        (named("curl, without times", curl(false)?), ""),
        (ours("logs-selector -o raw --order arrival", "-o raw --order arrival", &place), "1.5 x curl"),
        (ours("logs-selector", "--color=never", &place), "0.35 s, 25 MB"),
        (ours("logs-selector --color=always", "--color=always", &place), "0.35 s, 25 MB"),
        (ours("logs-selector -i items", "--color=never -i items", &place), "0.5 s"),
        (Reader::new("kubectl logs --prefix", &others.kubectl, "logs --prefix --tail=-1", &cache), ""),
    ];
    let all = "--no-follow --tail=-1 --max-log-requests=20 --color=never";
    readers.extend(others.stern("stern -o raw --only-log-lines", &format!("{all} -o raw --only-log-lines"), &place));
    readers.extend(others.stern("stern", all, &place));
    readers.extend(others.stern("stern -i items", &format!("{all} -i items"), &place));
    println!("\n{} lines of {} pods, sent in blocks of 32 KiB, {ROUNDS} runs:", BULK.total(), BULK.pods);
    Contest { readers, lines: BULK.total() }.hold(ROUNDS)
}

/// The same as a kubelet sends it, for whom each line is a write of its own.
fn line_by_line(keys: &Path) -> Outcome<()> {
    let scene = Scene { lines: 10_000, line_by_line: true, ..BULK };
    let replay = Replay::start(scene, keys)?;
    let place = place(&replay);
    let readers = vec![
        (Reader::new("curl, the same streams", "curl", "", &replay.curl(true)?), "the floor"),
        (ours("logs-selector -o raw --order arrival", "-o raw --order arrival", &place), "1.3 x curl"),
        (ours("logs-selector", "--color=never", &place), "1.3 x curl"),
    ];
    println!("\n{} of these lines, each flushed alone, for a million of them, {ROUNDS} runs:", scene.total());
    Contest { readers, lines: scene.total() }.hold(ROUNDS)
}

/// Many pods that are followed, each of them with a line a second.
fn followed(others: &Others, keys: &Path) -> Outcome<()> {
    println!("\nFollowed, a line of each pod a second; resident memory after {} s:", SETTLED.as_secs());
    for pods in [200, 250] {
        let scene = Scene { pods, lines: 100, line_by_line: true };
        let replay = Replay::start(scene, keys)?;
        let place = place(&replay);
        let mut readers = vec![ours("logs-selector -f", "-f --color=never", &place)];
        if pods == 200 {
            let stern = others.stern("stern", "--tail=-1 --max-log-requests=200 --color=never", &place);
            readers.extend(stern.map(|(reader, _)| reader));
        }
        for reader in readers {
            let mut stream = Stream::open(&reader)?;
            // What was there, and as much again as arrives while all settles.
            stream.lines(scene.total() + pods * usize::try_from(SETTLED.as_secs())?)?;
            let memory = stream.memory().unwrap_or(f64::NAN);
            println!("  {pods} pods  {:<18} {memory:>7.1} MiB", reader.name);
        }
    }
    Ok(())
}

/// How long it takes on a cluster until the last of a hundred pods has shown its line.
fn first_lines(others: &Others, kubeconfig: &Path, keys: &Path) -> Outcome<()> {
    let workload = Workload::empty(&others.kubectl, kubeconfig)?;
    let replay = Replay::start(HUNDRED, keys)?;
    let kubelet = Kubelet::of(&workload, &replay, HUNDRED)?;
    let more = workload.arguments(&["-l", SELECTOR]);
    let curl = replay.curl_through(&kubelet.server()?, &kubelet.namespace()?, keys)?;
    println!("\n{} pods with a line each, on the cluster, until the line of the last one is there:", HUNDRED.pods);
    let mut readers = vec![
        (ours("logs-selector", "--color=never", &more), ROUNDS),
        (Reader::new("curl", "curl", "", &curl), ROUNDS),
        (Reader::new("kubectl logs", &others.kubectl, "logs --prefix --tail=-1", &more), 1),
    ];
    let stern = others.stern("stern", "--no-follow --tail=-1 --max-log-requests=100 --color=never", &more);
    readers.extend(stern.map(|(reader, _)| (reader, 1)));
    for (reader, rounds) in readers {
        let times = (0..rounds).map(|_| reader.until(HUNDRED.total())).collect::<Outcome<Vec<_>>>()?;
        println!("  {:<18} {:>7.2} s", reader.name, measure::median(&times).as_secs_f64());
    }
    Ok(())
}
