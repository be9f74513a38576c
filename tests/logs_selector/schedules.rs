//! Many containers that count, and troubles drawn by chance: every number once and in order, or a marker.

use std::collections::BTreeMap;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use super::cable::Cable;
use super::kubelet::{Fault, Kubelet};
use super::tool::Logs as _;
use crate::harness::Namespace;
use crate::harness::chance::Chance;

/// How many lines each container writes in a schedule.
const LINES: usize = 300;

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_some_schedules_of_troubles_lose_and_double_nothing() {
    schedules(4, 5);
}

#[test]
#[ignore = "takes long: make soak"]
fn kwok_soak_schedules_of_troubles_lose_and_double_nothing() {
    schedules(100, 20);
}

fn schedules(count: usize, pods: usize) {
    let mut chance = Chance::from_seed();
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    let names: Vec<String> = (0..pods).map(|number| format!("rng-{number}")).collect();
    for name in &names {
        kubelet.pod(name);
    }
    let mut restarted: BTreeMap<&String, Instant> = BTreeMap::new();
    let mut written = 0;
    for schedule in 0..count {
        let cable = Cable::new();
        let mut running = ns.begin_logs(&format!("-l app=rng -f {}", cable.words()));
        let troubles: Vec<u64> = (0..20).map(|_| chance.below(7)).collect();
        println!("schedule {schedule}: {troubles:?}");
        let mut gaps = 0;
        scope(|scope| {
            scope.spawn(|| {
                for number in written..written + LINES {
                    for name in &names {
                        kubelet.write(name, &format!("number {number};"));
                    }
                    sleep(Duration::from_millis(5));
                }
            });
            for trouble in &troubles {
                sleep(Duration::from_millis(chance.below(150)));
                let victim = &names[usize::try_from(chance.below(pods as u64)).unwrap()];
                // A kubelet waits ten seconds before it restarts a container a second time, and a log that is rotated
                // before anybody has begun to read it leaves no trace.
                let fresh = restarted.get(victim).is_some_and(|last| last.elapsed() < Duration::from_secs(5));
                let after = usize::try_from(chance.below(2000)).unwrap();
                match trouble {
                    4..=6 if fresh => {}
                    0 => kubelet.end_streams(victim),
                    1 => cable.cut(),
                    2 => {
                        kubelet.kill();
                        sleep(Duration::from_millis(chance.below(300)));
                        kubelet.revive();
                    }
                    3 => {
                        kubelet.fail(victim, &[Fault { after, clean: true }, Fault { after: after / 3, clean: false }]);
                        kubelet.end_streams(victim);
                    }
                    4 => kubelet.rotate(victim),
                    5 => {
                        restarted.insert(victim, Instant::now());
                        kubelet.restart(victim);
                        sleep(Duration::from_millis(chance.below(200)));
                        kubelet.tell_restart(victim);
                    }
                    _ => {
                        kubelet.kill();
                        kubelet.rotate(victim);
                        kubelet.revive();
                        gaps += 1;
                    }
                }
            }
        });
        written += LINES;
        // After all troubles: a log that was rotated away at the end shows only now that there was more.
        for name in &names {
            kubelet.write(name, &format!("number {written};"));
        }
        written += 1;
        for name in &names {
            let last = format!("{name} number {};", written - 1);
            running.until_it_prints(&format!("{last}\n"));
        }
        running.signal("INT");
        judge(&running.ended().stdout, written, gaps);
    }
}

/// Every number once and in order, for each container; where some are missing there is a marker.
#[track_caller]
fn judge(printed: &str, written: usize, gaps: usize) {
    let mut last: BTreeMap<&str, Option<usize>> = BTreeMap::new();
    let mut marked: BTreeMap<&str, bool> = BTreeMap::new();
    let mut markers = 0;
    for line in printed.lines() {
        if let Some(marker) = line.strip_prefix("! ") {
            let pod = marker.split('/').next().unwrap();
            marked.insert(pod, true);
            markers += 1;
            continue;
        }
        let (pod, text) = line.split_once(' ').unwrap();
        let number: usize = text.trim_start_matches("number ").trim_end_matches(';').parse().unwrap();
        let before = last.entry(pod).or_default();
        let next = before.map_or(number, |before| before + 1);
        assert!(number >= next, "{pod}: {number} comes again behind {before:?}");
        assert!(
            number == next || marked.get(pod) == Some(&true),
            "{pod}: {next} to {number} are lost, without a marker"
        );
        *before = Some(number);
        marked.insert(pod, false);
    }
    assert!(last.values().all(|number| *number == Some(written - 1)), "{last:?}");
    println!("{markers} markers, {gaps} rotations while nobody read");
}
