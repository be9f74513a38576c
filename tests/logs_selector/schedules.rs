//! Many containers that count, and troubles drawn by chance: every number once and in order, or a marker.

mod containers;
mod trouble;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use super::cable::Cable;
use super::forgetful::Forgetful;
use super::kubelet::Kubelet;
use super::tool::Logs as _;
use crate::harness::chance::Chance;
use crate::harness::{ApiServer, Namespace, Running, eventually, settings};
use containers::{Containers, line};
use trouble::{Ground, Trouble};
use verdict::judge;

/// How long all containers pause after each line.
const BEAT: Duration = Duration::from_millis(10);

/// How many schedules there are in `make soak`, if `RECAST_ROUNDS` says nothing else.
const ROUNDS: usize = 100;

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_some_schedules_of_troubles_lose_and_double_nothing() {
    schedules(2, 5, None);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_an_api_server_that_is_killed_and_comes_back_costs_no_line() {
    schedules(1, 5, Some(1));
}

#[test]
#[ignore = "takes long: make soak"]
fn kwok_soak_schedules_of_troubles_lose_and_double_nothing() {
    let count = std::env::var("RECAST_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    schedules(count, 20, Some(5));
}

/// So many schedules with so many pods. In each that `restarts` divides the API server is killed, too.
fn schedules(count: usize, pods: usize, restarts: Option<usize>) {
    let mut chance = Chance::from_seed();
    let ns = Arc::new(Namespace::new());
    let kubelet = Kubelet::of(&ns);
    let containers = Containers::new(&ns, &kubelet, pods);
    // Somebody with few rights: an API server that has just begun does not know of them at once.
    let reader = ns.account("reader", &ns.role("logs-selector"));
    let server = restarts.map(|_| ApiServer::of_the_cluster());
    for number in 0..count {
        let schedule = Trouble::schedule(&mut chance);
        println!("schedule {number}: {schedule:?}");
        containers.begin(&kubelet);
        // Half of them go straight to the API server, half over one that forgets; a program sees no difference.
        let forgetful = Forgetful::of(&ns);
        let cable = Cable::to(if number % 2 == 1 { forgetful.address() } else { settings::server() });
        let mut running = reader.begin_logs(&format!("-l app=rng -f {}", cable.words()));
        let ground = Ground { kubelet: &kubelet, cable: &cable, forgetful: &forgetful, containers: &containers };
        let over = AtomicBool::new(false);
        scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    containers.there().iter().for_each(|container| container.write(&kubelet));
                    sleep(BEAT);
                }
            });
            // Whatever goes wrong, the writer ends.
            let _over = Over(&over);
            // Whoever cannot list at the beginning says so, and ends.
            for container in containers.there() {
                container.is_read(&mut running);
            }
            for (place, trouble) in schedule.iter().enumerate() {
                sleep(Duration::from_millis(chance.below(150)));
                ground.trouble(*trouble, &mut running, &mut chance);
                if let Some(server) = server.as_ref().filter(|_| place == schedule.len() / 2)
                    && restarts.is_some_and(|every| number % every == 0)
                {
                    server.restart();
                }
            }
        });
        let markers = ends(&kubelet, &containers, running);
        println!("schedule {number}: {markers} markers");
    }
}

/// Waits until all was shown, and judges it.
fn ends(kubelet: &Kubelet<'_>, containers: &Containers, mut running: Running) -> usize {
    // After all troubles: a log that was rotated away at the end shows only now that there was more.
    for container in containers.there() {
        container.write(kubelet);
        let last = line(container.account().end - 1);
        running.until_it_prints(&format!("{} {last}\n", container.name()));
    }
    for container in containers.gone() {
        let (name, last) = (container.name(), line(container.account().end - 1));
        eventually(&format!("{name} is shown to its end"), || {
            let printed = running.printed_so_far();
            let marked = || {
                let of_it =
                    |line: &&str| line.starts_with(&format!("{name} ")) || line.starts_with(&format!("! {name}/"));
                printed.lines().rfind(of_it).is_some_and(|line| line.starts_with('!'))
            };
            (printed.contains(&format!("{name} {last}\n")) || marked()).then_some(())
        });
    }
    running.signal("INT");
    let all = containers.there().into_iter().chain(containers.gone());
    let accounts: BTreeMap<_, _> = all.map(|container| (container.name().to_owned(), container.account())).collect();
    judge(&running.ended().stdout, &accounts)
}

struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
