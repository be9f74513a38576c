//! What happens to objects, followed in the background.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::spawn;

use serde_json::{Deserializer, Value};

use super::{Caller, eventually, settings};

/// A watch, and what was made of its events. It ends with the test.
pub struct Watch<S> {
    caller: Caller,
    words: String,
    kubectl: Child,
    state: Arc<Mutex<State<S>>>,
}

struct State<S> {
    versions: BTreeMap<String, String>,
    made: S,
}

impl<S: Send + 'static> Watch<S> {
    /// Watches the objects that these words choose: `pods -l app=rng`. It has begun when this returns.
    pub fn of(caller: &Caller, words: &str, made: S, take: fn(&mut S, &Value)) -> Self {
        let mut command = caller.command(settings::kubectl());
        command.arg("get").args(words.split_whitespace());
        command.args(["--watch", "--output-watch-events", "-o", "json"]).stdout(Stdio::piped());
        let mut kubectl = command.spawn().expect("kubectl runs");
        let state = Arc::new(Mutex::new(State { versions: BTreeMap::new(), made }));
        let (taken, stdout) = (Arc::clone(&state), kubectl.stdout.take().expect("stdout is a pipe"));
        spawn(move || follow(stdout, &taken, take));
        let watch = Self { caller: caller.clone(), words: words.to_owned(), kubectl, state };
        watch.catch_up();
        watch
    }

    /// Looks at, or changes, what was made of the events so far.
    pub fn look<T>(&self, look: impl FnOnce(&mut S) -> T) -> T {
        look(&mut self.state.lock().expect("no watcher panics").made)
    }

    /// Waits until it has seen all that has happened.
    pub fn catch_up(&self) {
        eventually(&format!("the watch of {} has seen all", self.words), || {
            let now: BTreeMap<_, _> = self.caller.list(&self.words).iter().map(version).collect();
            (self.state.lock().expect("no watcher panics").versions == now).then_some(())
        });
    }
}

impl<S> Drop for Watch<S> {
    fn drop(&mut self) {
        let _ = self.kubectl.kill();
        let _ = self.kubectl.wait();
    }
}

fn follow<S>(stdout: impl Read, state: &Mutex<State<S>>, take: fn(&mut S, &Value)) {
    for event in Deserializer::from_reader(stdout).into_iter::<Value>().map_while(Result::ok) {
        let mut state = state.lock().expect("no watcher panics");
        let (uid, version) = version(&event["object"]);
        if event["type"] == "DELETED" {
            state.versions.remove(&uid);
        } else {
            state.versions.insert(uid, version);
        }
        take(&mut state.made, &event);
    }
}

fn version(object: &Value) -> (String, String) {
    let metadata = &object["metadata"];
    (metadata["uid"].to_string(), metadata["resourceVersion"].to_string())
}
