//! Containers that count, each for itself.

use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use super::super::kubelet::{Kubelet, now, stamp, time};
use super::verdict::Account;
use crate::harness::chance::Chance;
use crate::harness::manifests::IMAGE;
use crate::harness::{Namespace, Running};

/// How many lines each has written before anybody reads.
const BACKLOG: usize = 50;

/// Of so many lines one is longer than a kubelet writes at once.
const LONG: usize = 300;

/// The line with this number.
pub fn line(number: usize) -> String {
    let rest = if number % LONG == LONG - 1 { "x".repeat(40_000) } else { String::new() };
    format!("number {number};{rest}")
}

/// A container that counts.
pub struct Container {
    name: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: usize,
    /// The first number of its present life.
    life: usize,
    over: bool,
    account: Account,
}

impl Container {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), state: Mutex::default() }
    }

    /// The name of its pod.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// It writes its next line.
    pub fn write(&self, kubelet: &Kubelet<'_>) {
        let mut state = self.lock();
        if !state.over {
            kubelet.write(&self.name, &line(state.next));
            state.next += 1;
        }
    }

    /// It takes its time for a line, and writes another one behind it; then its streams end.
    pub fn write_slowly(&self, kubelet: &Kubelet<'_>) {
        let mut state = self.lock();
        let (beginning, end) = (format!("number {}", state.next), ";".to_owned());
        kubelet.write_part(&self.name, &now(), &beginning, false);
        sleep(Duration::from_millis(2200));
        kubelet.write_part(&self.name, &now(), &end, true);
        kubelet.write(&self.name, &line(state.next + 1));
        state.next += 2;
        kubelet.end_streams(&self.name);
    }

    /// It writes two lines, of which the second one is older and of the second before; then its streams end.
    pub fn write_out_of_order(&self, kubelet: &Kubelet<'_>) {
        let mut state = self.lock();
        let (second, _) = time(&now());
        for stamp in [stamp(second, 1_000), stamp(second - 1, 999_999_000)] {
            kubelet.write_at(&self.name, &stamp, &line(state.next));
            state.next += 1;
        }
        kubelet.end_streams(&self.name);
    }

    /// It begins anew.
    pub fn restart(&self, kubelet: &Kubelet<'_>) {
        let mut state = self.lock();
        kubelet.restart(&self.name);
        state.life = state.next;
        state.account.restarted = true;
        // There is something of each life to be read.
        kubelet.write(&self.name, &line(state.next));
        state.next += 1;
    }

    /// Does what may cost lines.
    pub fn lose(&self, deed: impl FnOnce()) {
        let mut state = self.lock();
        state.account.may_lose = true;
        deed();
    }

    /// Waits until a line of its present life was shown.
    pub fn is_read(&self, running: &mut Running) {
        let first = self.lock().life;
        running.until_it_prints(&format!("{} number {first};", self.name));
    }

    /// Begins another schedule: what was written before is gone, and there is some more.
    fn begin(&self, kubelet: &Kubelet<'_>) {
        kubelet.clear(&self.name);
        let first = {
            let mut state = self.lock();
            state.life = state.next;
            state.account = Account { first: state.next, ..Account::default() };
            state.next
        };
        for _ in first..first + BACKLOG {
            self.write(kubelet);
        }
    }

    /// What is to be shown of it.
    pub fn account(&self) -> Account {
        let state = self.lock();
        Account { end: state.next, ..state.account }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no writer panics")
    }
}

/// All that there are and were in this schedule.
pub struct Containers {
    there: Mutex<Vec<Arc<Container>>>,
    gone: Mutex<Vec<Arc<Container>>>,
    count: Mutex<usize>,
    ns: Arc<Namespace>,
}

impl Containers {
    /// So many, which run.
    pub fn new(ns: &Arc<Namespace>, kubelet: &Kubelet<'_>, count: usize) -> Self {
        let names: Vec<String> = (0..count).map(|number| format!("rng-{number}")).collect();
        kubelet.pods(&names);
        let there = names.iter().map(|name| Arc::new(Container::new(name))).collect();
        Self { there: Mutex::new(there), gone: Mutex::default(), count: Mutex::new(count), ns: Arc::clone(ns) }
    }

    /// Those that are there.
    pub fn there(&self) -> Vec<Arc<Container>> {
        self.there.lock().expect("no writer panics").clone()
    }

    /// Those that went in this schedule.
    pub fn gone(&self) -> Vec<Arc<Container>> {
        self.gone.lock().expect("no writer panics").clone()
    }

    /// One of those that are there.
    pub fn one_of(&self, chance: &mut Chance) -> Arc<Container> {
        chance.one_of(&self.there())
    }

    /// Begins another schedule.
    pub fn begin(&self, kubelet: &Kubelet<'_>) {
        self.gone.lock().expect("no writer panics").clear();
        self.there().iter().for_each(|container| container.begin(kubelet));
    }

    /// Its pod is deleted, and another one comes. Either its streams end before the pod is gone, or they never do.
    pub fn replace(&self, container: &Arc<Container>, kubelet: &Kubelet<'_>, ends: bool) {
        container.write(kubelet);
        {
            let mut state = container.lock();
            (state.over, state.account.gone) = (true, true);
        }
        if ends {
            kubelet.end(container.name());
        }
        self.ns.kubectl(&format!("delete pod/{} --wait=false", container.name()));
        self.there.lock().expect("no writer panics").retain(|one| !Arc::ptr_eq(one, container));
        self.gone.lock().expect("no writer panics").push(Arc::clone(container));
        let fresh = {
            let mut count = self.count.lock().expect("no writer panics");
            *count += 1;
            Arc::new(Container::new(&format!("rng-{}", *count - 1)))
        };
        kubelet.make(json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": fresh.name(), "labels": {"app": "rng"}},
            "spec": {"containers": [{"name": "main", "image": IMAGE}], "terminationGracePeriodSeconds": 1},
        }));
        fresh.write(kubelet);
        self.there.lock().expect("no writer panics").push(fresh);
    }
}
