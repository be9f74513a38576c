//! Makes traffic for a Service of the demo, on a cluster whose pods are only pretended.
//!
//! It reads the Service's EndpointSlices, as a proxy would, and gives each request to the next ready endpoint. There is no
//! container that could answer it, so that it writes what the container would: a line into the log of the pod. kwok serves a
//! file as the log of a pod where an object of its kind `Logs` says so; these are made here, one for each pod of the namespace.
//! Now and then every pod is probed, as by its kubelet: serving or not, that is no traffic.
//!
//! `traffic SERVICE FOLDER` goes on until it is killed; the logs are in the folder.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use futures::StreamExt as _;
use jiff::Timestamp;
use kube::runtime::watcher::Event;
use recast::action::Request;
use recast::cluster::{Cluster, Scope};
use recast::connection::ConnectionArgs;
use recast::kind::{ForeignKind, Kind};
use recast::membership::SERVICE_NAME;
use recast::object::{Object, ObjectId};
use serde_json::{Value, json};
use tokio::time::interval;

/// Forty requests a second.
const BETWEEN_REQUESTS: Duration = Duration::from_millis(25);
const BETWEEN_PROBES: Duration = Duration::from_secs(2);

/// Makes traffic for a Service of the demo
#[derive(Parser)]
struct Args {
    /// Whose endpoints get the traffic
    service: String,
    /// Where the logs of the pods are written
    folder: PathBuf,
    #[command(flatten)]
    connection: ConnectionArgs,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    fs::create_dir_all(&args.folder)?;
    let folder = args.folder.canonicalize()?;
    let cluster = Cluster::connect(&args.connection, false).await?;
    let slices = Scope::all(Kind::EndpointSlice, cluster.namespace());
    let scopes =
        [Scope::all(Kind::Pod, cluster.namespace()), slices.labelled(format!("{SERVICE_NAME}={}", args.service))];
    let mut watch = cluster.watch(&scopes);
    let (mut requests, mut probes) = (interval(BETWEEN_REQUESTS), interval(BETWEEN_PROBES));
    let (mut pods, mut proxy) = (BTreeSet::new(), Proxy::default());
    loop {
        tokio::select! {
            Some((scope, event)) = watch.next() => match (scopes[scope].kind, event?) {
                (Kind::Pod, Event::Apply(pod) | Event::InitApply(pod)) if pods.insert(pod.name().to_owned()) => {
                    serve_log(&cluster, &folder, pod.name()).await?;
                }
                (Kind::Pod, Event::Delete(pod)) => { pods.remove(pod.name()); }
                (Kind::EndpointSlice, event) => proxy.observe(event),
                _ => {}
            },
            _ = requests.tick() => if let Some(pod) = proxy.next() {
                write(&folder, pod, "10.244.0.7 \"GET /32 HTTP/1.1\" 200")?;
            },
            _ = probes.tick() => for pod in &pods {
                write(&folder, pod, "10.244.0.1 \"GET / HTTP/1.1\" 200 kube-probe/1.37")?;
            },
        }
    }
}

/// Who is next among the ready endpoints.
#[derive(Default)]
struct Proxy {
    slices: BTreeMap<String, Vec<String>>,
    turn: usize,
}

impl Proxy {
    fn observe(&mut self, event: Event<Object>) {
        match event {
            Event::Apply(slice) | Event::InitApply(slice) => {
                self.slices.insert(slice.name().to_owned(), ready(&slice));
            }
            Event::Delete(slice) => {
                self.slices.remove(slice.name());
            }
            Event::Init => self.slices.clear(),
            Event::InitDone => {}
        }
    }

    fn next(&mut self) -> Option<&str> {
        let ready: Vec<&String> = self.slices.values().flatten().collect();
        self.turn += 1;
        Some(ready.get(self.turn % ready.len().max(1))?.as_str())
    }
}

/// The names of the pods that are ready endpoints.
fn ready(slice: &Object) -> Vec<String> {
    let endpoints = slice.at("/endpoints").and_then(Value::as_array).into_iter().flatten();
    let ready = endpoints.filter(|endpoint| endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false)));
    ready.filter_map(|endpoint| Some(endpoint.pointer("/targetRef/name")?.as_str()?.to_owned())).collect()
}

/// Tells kwok where the log of a pod is.
async fn serve_log(cluster: &Cluster, folder: &Path, pod: &str) -> Result<(), Box<dyn Error>> {
    File::create(file(folder, pod))?;
    let [group, version, kind, plural] = ["kwok.x-k8s.io", "v1alpha1", "Logs", "logs"].map(str::to_owned);
    let id = ObjectId::new(Kind::foreign(ForeignKind { group, version, kind, plural }), cluster.namespace(), pod);
    let object = Object::new(json!({
        "apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Logs",
        "metadata": {"name": pod, "namespace": cluster.namespace()},
        "spec": {"logs": [{"logsFile": file(folder, pod)}]},
    }))?;
    let created = cluster.perform(&Request::Create { id, object: Box::new(object) }, false).await;
    match created {
        // It is there from the last time.
        Err(error) if error.status().is_some_and(|status| status.code == 409) => Ok(()),
        created => Ok(created.map(|_| ())?),
    }
}

/// Writes a line as a container runtime does.
fn write(folder: &Path, pod: &str, text: &str) -> io::Result<()> {
    let mut log = File::options().create(true).append(true).open(file(folder, pod))?;
    log.write_all(format!("{:.9} stdout F {text}\n", Timestamp::now()).as_bytes())
}

fn file(folder: &Path, pod: &str) -> PathBuf {
    folder.join(format!("{pod}.log"))
}
