//! A kubelet that does what a test tells it: it serves logs, and cuts, loses, rotates and restarts them.
//!
//! It is a Node of its own, on which nothing runs that does not ask for it; kwok plays the life of the pods there.

mod log;
mod server;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::manifests::IMAGE;
use crate::harness::{Namespace, eventually};
use log::{Asked, Log, Raw};

/// How long a raw line may be: what is longer is written in several.
const CHUNK: usize = 16 * 1024;

/// After how many bytes a stream ends, and how.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// After how many bytes.
    pub after: usize,
    /// Whether it ends as if there were no more.
    pub clean: bool,
}

/// A kubelet. Its Node goes when the test ends.
pub struct Kubelet<'n> {
    ns: &'n Namespace,
    node: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    dead: AtomicBool,
    streams: AtomicUsize,
    logs: Mutex<BTreeMap<String, Kept>>,
    asked: Mutex<Vec<String>>,
}

#[derive(Default)]
struct Kept {
    log: Log,
    /// It grows with each end of all streams.
    age: usize,
    faults: Vec<Fault>,
    /// What is answered instead of the log.
    refusal: Option<String>,
    /// Whether nothing at all is answered.
    silent: bool,
    /// Whether the container has ended for good.
    over: bool,
    /// Told of every change.
    changed: Arc<Condvar>,
    restarts: u32,
    /// When the present life began.
    began: String,
}

impl<'n> Kubelet<'n> {
    /// One that has nothing to do yet.
    pub fn of(ns: &'n Namespace) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let node = format!("own-{}", ns.name());
        let state = Arc::new(State::default());
        server::serve(listener, Arc::clone(&state));
        let machine = json!({"cpu": "999", "memory": "1Ti", "pods": "9999"});
        ns.create(&json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": node, "labels": {"test": ns.name()}},
            // Nobody comes here by chance.
            "spec": {"unschedulable": true, "taints": [{"key": "test.recast/own", "effect": "NoSchedule"}]},
            "status": {
                "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
                "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
                "conditions": [{"type": "Ready", "status": "True", "reason": "Own",
                                "lastHeartbeatTime": null, "lastTransitionTime": null}],
                "capacity": machine, "allocatable": machine,
            },
        }));
        Self { ns, node, state }
    }

    /// A pod with one container `main`, which runs when this returns.
    pub fn pod(&self, name: &str) {
        self.pod_with(name, json!({"app": "rng"}), &["main"]);
    }

    /// A pod with these labels and containers.
    pub fn pod_with(&self, name: &str, labels: Value, containers: &[&str]) {
        let containers: Vec<Value> = containers.iter().map(|name| json!({"name": name, "image": IMAGE})).collect();
        let spec = json!({"containers": containers, "terminationGracePeriodSeconds": 1});
        let metadata = json!({"name": name, "labels": labels});
        self.make(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}));
        self.runs(name);
    }

    /// Pods with the label `app=rng` and one container `main`, all at once. They run when this returns.
    pub fn pods(&self, names: &[String]) {
        let pod = |name: &String| {
            let spec = json!({"nodeName": self.node, "containers": [{"name": "main", "image": IMAGE}],
                              "terminationGracePeriodSeconds": 1});
            let metadata = json!({"name": name, "labels": {"app": "rng"}});
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
        };
        let items: Vec<Value> = names.iter().map(pod).collect();
        let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
        self.ns.try_kubectl("create -f -", &list.to_string()).done();
        let ready = |pod: &Value| pod["status"]["containerStatuses"][0]["ready"] == true;
        eventually("the pods run", || {
            let pods = self.ns.list("pods -l app=rng");
            (pods.iter().filter(|pod| ready(pod)).count() >= names.len()).then_some(())
        });
    }

    /// Creates a pod, and does not wait for it.
    pub fn make(&self, mut pod: Value) {
        pod["spec"]["nodeName"] = json!(self.node);
        self.ns.create(&pod);
    }

    /// Waits until the pod is ready.
    pub fn runs(&self, name: &str) {
        self.ns.kubectl(&format!("wait --for=condition=Ready pod/{name} --timeout=120s"));
    }

    /// The name of its Node.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// The container `main` of the pod writes a line, now.
    pub fn write(&self, pod: &str, text: &str) {
        self.write_in(pod, "main", &now(), text.as_bytes());
    }

    /// It writes a line with this time.
    pub fn write_at(&self, pod: &str, stamp: &str, text: &str) {
        self.write_in(pod, "main", stamp, text.as_bytes());
    }

    /// A container writes a line.
    pub fn write_in(&self, pod: &str, container: &str, stamp: &str, text: &[u8]) {
        self.change(pod, container, |kept| {
            let parts = text.chunks(CHUNK).chain(text.is_empty().then_some(&b""[..]));
            let count = text.len().div_ceil(CHUNK).max(1);
            for (number, part) in parts.enumerate() {
                // Each part has the time at which it was written.
                let stamp = if number == 0 { stamp.to_owned() } else { behind(stamp, number) };
                let (time, full) = (time(&stamp), number + 1 == count);
                kept.log.raws.push(Raw { stamp, time, full, text: part.to_vec() });
            }
        });
    }

    /// It writes a part of a line, with a time of its own.
    pub fn write_part(&self, pod: &str, stamp: &str, text: &str, full: bool) {
        let raw = Raw { stamp: stamp.to_owned(), time: time(stamp), full, text: text.into() };
        self.change(pod, "main", |kept| kept.log.raws.push(raw));
    }

    /// All streams of the pod end as if there were no more.
    pub fn end_streams(&self, pod: &str) {
        self.change(pod, "main", |kept| kept.age += 1);
    }

    /// The next streams of the pod end like this, one after the other.
    pub fn fail(&self, pod: &str, faults: &[Fault]) {
        self.change(pod, "main", |kept| kept.faults.extend(faults));
    }

    /// The log of the pod begins anew: what was written before is only for those who are connected.
    pub fn rotate(&self, pod: &str) {
        println!("{} rotates {pod}", now());
        self.change(pod, "main", |kept| kept.log.file = kept.log.raws.len());
    }

    /// Instead of the log this is answered.
    pub fn refuse(&self, pod: &str, refusal: Option<&str>) {
        self.change(pod, "main", |kept| kept.refusal = refusal.map(str::to_owned));
    }

    /// Whoever asks for the log of the pod gets no answer at all, as long as this is so.
    pub fn hush(&self, pod: &str, silent: bool) {
        self.change(pod, "main", |kept| kept.silent = silent);
    }

    /// Nothing is left of the log of the pod, and all of its streams end.
    pub fn clear(&self, pod: &str) {
        self.change(pod, "main", |kept| {
            kept.log = Log::default();
            kept.faults.clear();
            kept.age += 1;
        });
    }

    /// The container ends and begins again; the API server is told later, by [`Kubelet::tell_restart`].
    pub fn restart(&self, pod: &str) {
        self.change(pod, "main", |kept| {
            kept.log.before = kept.log.life.max(kept.log.file);
            kept.log.life = kept.log.raws.len();
            kept.age += 1;
            kept.restarts += 1;
            kept.began = now();
            println!("{} restarts {pod} at {}", kept.began, kept.log.life);
        });
    }

    /// The API server is told of the restarts.
    pub fn tell_restart(&self, pod: &str) {
        println!("{} tells restart {pod}", now());
        let (restarts, began) = self.change(pod, "main", |kept| (kept.restarts, kept.began.clone()));
        let ended = json!({"exitCode": 1, "finishedAt": began, "startedAt": null});
        self.tell(pod, json!({"running": {"startedAt": began}}), json!({"terminated": ended}), restarts);
    }

    /// The API server is told that the container runs.
    pub fn tell_running(&self, pod: &str) {
        self.tell(pod, json!({"running": {"startedAt": now()}}), json!({}), 0);
    }

    fn tell(&self, pod: &str, state: Value, last: Value, restarts: u32) {
        let status = json!([{
            "name": "main", "image": IMAGE, "imageID": "", "ready": true, "restartCount": restarts,
            "containerID": format!("own://{restarts}"), "state": state, "lastState": last,
        }]);
        let patch = json!([
            {"op": "replace", "path": "/status/phase", "value": "Running"},
            {"op": "replace", "path": "/status/containerStatuses", "value": status},
        ]);
        self.ns.kubectl_with(&format!("patch pod/{pod} --subresource=status --type=json -p"), &patch.to_string());
    }

    /// The container `main` ends for good, as when its pod is deleted: its streams end once all of it was sent.
    pub fn end(&self, pod: &str) {
        println!("{} ends {pod}", now());
        self.change(pod, "main", |kept| kept.over = true);
    }

    /// The pod is deleted, and takes three seconds to go.
    pub fn delete_slowly(&self, pod: &str) {
        self.ns.kubectl(&format!("annotate pod/{pod} test.recast/gone-after=3s"));
        self.ns.kubectl(&format!("delete pod/{pod} --wait=false"));
    }

    /// The API server is told that the container `main` has ended for good, and the pod with it.
    pub fn tell_end(&self, pod: &str) {
        let ended = json!({"terminated": {"exitCode": 0, "finishedAt": now(), "startedAt": null}});
        self.tell(pod, ended, json!({}), 0);
        let patch = json!([{"op": "replace", "path": "/status/phase", "value": "Succeeded"}]);
        self.ns.kubectl_with(&format!("patch pod/{pod} --subresource=status --type=json -p"), &patch.to_string());
    }

    /// It is killed: all connections are lost, and no other is taken.
    pub fn kill(&self) {
        println!("{} dies", now());
        self.state.die();
        eventually("all connections are lost", || (self.state.streams.load(Ordering::SeqCst) == 0).then_some(()));
    }

    /// It is back.
    pub fn revive(&self) {
        self.state.dead.store(false, Ordering::SeqCst);
    }

    /// Waits until the log of the pod was asked for with these words in the query.
    pub fn was_asked(&self, pod: &str, words: &str) {
        eventually(&format!("the log of {pod} is asked for with {words}"), || {
            let asked = self.state.asked.lock().unwrap();
            asked.iter().any(|line| line.starts_with(&format!("{pod}/")) && line.contains(words)).then_some(())
        });
    }

    /// How often the log of the pod was asked for with these words in the query.
    pub fn times_asked(&self, pod: &str, words: &str) -> usize {
        let asked = self.state.asked.lock().unwrap();
        asked.iter().filter(|line| line.starts_with(&format!("{pod}/")) && line.contains(words)).count()
    }

    fn change<T>(&self, pod: &str, container: &str, change: impl FnOnce(&mut Kept) -> T) -> T {
        let mut logs = self.state.lock();
        let kept = logs.entry(format!("{pod}/{container}")).or_default();
        let changed = change(kept);
        kept.changed.notify_all();
        changed
    }
}

impl Drop for Kubelet<'_> {
    fn drop(&mut self) {
        self.state.die();
        // What is on the node has nobody left who would take it away.
        let _ = self.ns.try_kubectl("delete pods --all --force --grace-period=0 --wait=false", "");
        let _ = self.ns.try_kubectl(&format!("delete node {} --wait=false", self.node), "");
    }
}

impl State {
    fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    fn die(&self) {
        let logs = self.lock();
        self.dead.store(true, Ordering::SeqCst);
        logs.values().for_each(|kept| kept.changed.notify_all());
    }

    /// Waits until a stream has something to do: there is a line behind so many, or an end.
    fn wait(&self, name: &str, next: usize, age: usize) {
        let logs = self.lock();
        let Some(changed) = logs.get(name).map(|kept| Arc::clone(&kept.changed)) else { return };
        let idle = |logs: &mut BTreeMap<String, Kept>| {
            logs.get(name).is_some_and(|kept| kept.log.raws.len() <= next && kept.age == age && !kept.over)
                && !self.is_dead()
        };
        // Not for ever: whoever reads may have gone.
        drop(changed.wait_timeout_while(logs, Duration::from_secs(1), idle));
    }

    /// Whether the streams of that age end.
    fn ends(&self, name: &str, age: usize) -> bool {
        self.lock().get(name).is_some_and(|kept| kept.over || kept.age != age)
    }

    fn asked(&self, what: &str) {
        // Shown when a test fails.
        println!("{} asked {what}", now());
        self.asked.lock().unwrap().push(what.to_owned());
    }

    fn look<T>(&self, name: &str, look: impl FnOnce(&Log) -> T) -> T {
        look(&self.lock().entry(name.to_owned()).or_default().log)
    }

    fn is_silent(&self, name: &str) -> bool {
        self.lock().get(name).is_some_and(|kept| kept.silent) && !self.is_dead()
    }

    fn age(&self, name: &str) -> usize {
        self.lock().entry(name.to_owned()).or_default().age
    }

    fn fault(&self, name: &str) -> Option<Fault> {
        let mut logs = self.lock();
        let faults = &mut logs.entry(name.to_owned()).or_default().faults;
        (!faults.is_empty()).then(|| faults.remove(0))
    }

    fn refusal(&self, name: &str, asked: &Asked) -> Option<String> {
        let mut logs = self.lock();
        let kept = logs.entry(name.to_owned()).or_default();
        let no_life = asked.previous && kept.log.life == 0;
        let refusal = || format!("previous terminated container \"main\" in pod {name:?} not found");
        kept.refusal.clone().or_else(|| no_life.then(refusal))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.logs.lock().unwrap()
    }
}

/// Now, as runtimes write it.
pub fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    stamp(i64::try_from(since.as_secs()).expect("it is before the end of time"), since.subsec_nanos())
}

/// A time, as runtimes write it.
pub fn stamp(seconds: i64, nanos: u32) -> String {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z")
}

/// Year, month and day of a number of days since 1970 (<https://howardhinnant.github.io/date_algorithms.html>).
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// The whole seconds since 1970 of `2026-11-22T15:00:01…Z`.
fn seconds(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let of_day = (part(11, 13)? * 60 + part(14, 16)?) * 60 + part(17, 19)?;
    // Dates are few enough to be looked for.
    let days = (19_000..40_000).find(|days| date(*days) == (year, month, day))?;
    Some(days * 86_400 + of_day)
}

/// So many microseconds later.
fn behind(text: &str, micros: usize) -> String {
    let (seconds, nanos) = time(text);
    stamp(seconds, (nanos + u32::try_from(micros).expect("a line is not that long") * 1000).min(999_999_999))
}

/// The same, in seconds and nanoseconds since 1970.
pub fn time(stamp: &str) -> (i64, u32) {
    let nanos = stamp.get(20..29).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    (seconds(stamp).expect("a time is a time"), nanos)
}
