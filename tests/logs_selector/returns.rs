//! Pods that leave what was asked for while they live, and come back.

use std::thread::sleep;
use std::time::Duration;

use super::continuity::{count, counted};
use super::kubelet::Kubelet;
use super::tool::Logs as _;
use crate::harness::{Namespace, eventually};

/// Longer than what a pod writes is read on that has left.
const LEAVE: Duration = Duration::from_secs(4);

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_the_log_of_a_pod_that_returns_goes_on_where_it_was_left() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    count(&kubelet, "rng-1", 0..10);
    let mut running = ns.begin_logs("-l app=rng -f");
    counted(&mut running, 10);
    for (round, pause) in (1..).zip([LEAVE, Duration::ZERO, LEAVE]) {
        ns.kubectl("label pod/rng-1 app-");
        let left = "- rng-1 (no longer matches -l app=rng)\n";
        eventually("it has left", || (running.said_so_far().matches(left).count() == round).then_some(()));
        sleep(pause);
        count(&kubelet, "rng-1", round * 20 - 10..round * 20);
        ns.kubectl("label pod/rng-1 app=rng");
        count(&kubelet, "rng-1", round * 20..round * 20 + 10);
        counted(&mut running, round * 20 + 10);
    }
    assert!(!running.printed_so_far().contains("missing"), "{}", running.printed_so_far());
    // That it is gone is noticed all the same.
    kubelet.end("rng-1");
    ns.kubectl("delete pod/rng-1 --wait=false");
    running.until_it_says("- rng-1 (deleted)\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_pod_that_has_left_is_not_read_any_more_and_makes_room() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    for pod in ["rng-1", "rng-2"] {
        kubelet.pod(pod);
        kubelet.write(pod, "before");
    }
    let mut running = ns.begin_logs("-l app=rng -f --max-log-requests 1");
    running.until_it_prints("rng-1 before\n");
    ns.kubectl("label pod/rng-1 app=other --overwrite");
    running.until_it_says("- rng-1 (no longer matches -l app=rng)\n");
    running.until_it_prints("rng-2 before\n");
    ns.kubectl("label pod/rng-1 app=rng --overwrite");
    kubelet.write("rng-1", "after");
    sleep(LEAVE);
    assert_eq!(running.printed_so_far(), "rng-1 before\nrng-2 before\n");
    // What really goes makes room, too.
    kubelet.end("rng-2");
    ns.kubectl("delete pod/rng-2 --wait=false");
    running.until_it_prints("rng-1 after\n");
    let printed = running.printed_so_far();
    assert_eq!(printed.lines().filter(|line| !line.starts_with('!')).count(), 3, "{printed}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_pod_that_waited_for_room_is_read_as_the_others_are() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    for pod in ["rng-1", "rng-2"] {
        kubelet.pod(pod);
        (1..=3).for_each(|number| kubelet.write(pod, &format!("line {number}")));
    }
    let mut running = ns.begin_logs("-l app=rng -f --tail 1 --max-log-requests 1");
    running.until_it_prints("rng-1 line 3\n");
    kubelet.end("rng-1");
    ns.kubectl("delete pod/rng-1 --wait=false");
    running.until_it_prints("rng-2 line 3\n");
    let printed = running.printed_so_far();
    assert!(!printed.contains("line 1") && !printed.contains("line 2"), "{printed}");
}
