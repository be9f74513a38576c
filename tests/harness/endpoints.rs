//! The ready endpoints of a Service, watched all the time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::spawn;

use serde_json::{Deserializer, Value};

use super::{Caller, eventually, settings};

/// A watch in the background. It ends with the test.
pub struct Endpoints {
    kubectl: Child,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    slices: BTreeMap<String, BTreeSet<String>>,
    lowest: Option<usize>,
}

impl Endpoints {
    /// Watches from when the Service has this many ready endpoints.
    pub fn of(caller: &Caller, service: &str, count: usize) -> Self {
        let mut command: Command = caller.command(settings::kubectl());
        let label = format!("kubernetes.io/service-name={service}");
        command.args(["get", "endpointslices", "-l", &label, "--watch", "--output-watch-events", "-o", "json"]);
        let mut kubectl = command.stdout(Stdio::piped()).spawn().expect("kubectl runs");
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (taken, stdout) = (Arc::clone(&seen), kubectl.stdout.take().expect("stdout is a pipe"));
        spawn(move || follow(stdout, &taken));
        let endpoints = Self { kubectl, seen };
        endpoints.reach(count);
        endpoints.seen.lock().expect("no watcher panics").lowest = Some(count);
        endpoints
    }

    /// Waits until there are this many.
    pub fn reach(&self, count: usize) {
        eventually(&format!("{count} ready endpoints"), || {
            (self.seen.lock().expect("no watcher panics").count() == count).then_some(())
        });
    }

    /// The fewest that there ever were since the watch began.
    pub fn fewest(&self) -> usize {
        self.seen.lock().expect("no watcher panics").lowest.expect("the watch has begun")
    }
}

impl Drop for Endpoints {
    fn drop(&mut self) {
        let _ = self.kubectl.kill();
        let _ = self.kubectl.wait();
    }
}

impl Seen {
    fn count(&self) -> usize {
        self.slices.values().flatten().collect::<BTreeSet<_>>().len()
    }

    fn take(&mut self, event: &Value) {
        let slice = &event["object"];
        let name = slice["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        if event["type"] == "DELETED" {
            self.slices.remove(&name);
        } else {
            self.slices.insert(name, ready(slice));
        }
        let now = self.count();
        self.lowest = self.lowest.map(|lowest| lowest.min(now));
    }
}

fn follow(stdout: impl Read, seen: &Mutex<Seen>) {
    for event in Deserializer::from_reader(stdout).into_iter::<Value>().map_while(Result::ok) {
        seen.lock().expect("no watcher panics").take(&event);
    }
}

fn ready(slice: &Value) -> BTreeSet<String> {
    let endpoints = slice["endpoints"].as_array().into_iter().flatten();
    let ready = endpoints.filter(|endpoint| endpoint["conditions"]["ready"] != false);
    ready.map(|endpoint| endpoint["targetRef"]["uid"].to_string()).collect()
}
