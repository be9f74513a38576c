//! Another log in the place of the one that was read: its container began anew, or its file was rotated.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::continuity::{count, counted};
use super::kubelet::Kubelet;
use super::tool::Logs as _;
use crate::harness::{Namespace, Running};

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_restarted_container_is_read_to_its_end_and_then_from_its_beginning() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    count(&kubelet, "rng-1", 0..10);
    let mut running = ns.begin_logs("pod/rng-1 -f");
    counted(&mut running, 10);
    // What is written while nobody reads, and the cluster knows of nothing.
    kubelet.refuse("rng-1", Some("the container runtime is down"));
    kubelet.end_streams("rng-1");
    count(&kubelet, "rng-1", 10..20);
    kubelet.restart("rng-1");
    count(&kubelet, "rng-1", 20..30);
    kubelet.refuse("rng-1", None);
    kubelet.tell_restart("rng-1");
    counted(&mut running, 30);
    assert!(!running.printed_so_far().contains("missing"), "{}", running.printed_so_far());
    is_told_late(&kubelet, &mut running, 30);
}

/// The stream is of the next life before the cluster says that there is one.
fn is_told_late(kubelet: &Kubelet<'_>, running: &mut Running, first: usize) {
    for end in (first + 20..first + 200).step_by(20) {
        count(kubelet, "rng-1", end - 20..end - 10);
        counted(running, end - 10);
        let markers = running.printed_so_far().matches("missing").count();
        let began = Instant::now();
        kubelet.restart("rng-1");
        count(kubelet, "rng-1", end - 10..end);
        sleep(Duration::from_millis(500));
        kubelet.tell_restart("rng-1");
        let in_time = began.elapsed() < Duration::from_secs(4);
        counted(running, end);
        // If it is told very late there is a marker, for nothing: then it is tried once more.
        if in_time {
            let printed = running.printed_so_far();
            assert_eq!(printed.matches("missing").count(), markers, "{printed}");
            return;
        }
    }
    panic!("it never was told in time");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_log_that_is_rotated_while_nobody_reads_has_a_marker_where_lines_are_gone() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    count(&kubelet, "rng-1", 0..10);
    let mut running = ns.begin_logs("pod/rng-1 -f");
    counted(&mut running, 10);
    // While connected it costs nothing.
    kubelet.rotate("rng-1");
    count(&kubelet, "rng-1", 10..20);
    counted(&mut running, 20);
    assert!(!running.printed_so_far().contains("missing"));
    kubelet.kill();
    count(&kubelet, "rng-1", 20..30);
    kubelet.rotate("rng-1");
    count(&kubelet, "rng-1", 30..40);
    kubelet.revive();
    running.until_it_prints("number 39;");
    let printed = running.printed_so_far();
    let lines: Vec<_> = printed.lines().skip(19).take(3).collect();
    let marker = "! rng-1/main: lines may be missing here: the log was rotated or cut while nobody read it";
    assert_eq!(lines, ["number 19;", marker, "number 30;"], "{printed}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_life_that_was_over_before_it_could_be_read_leaves_a_marker() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    count(&kubelet, "rng-1", 0..10);
    kubelet.restart("rng-1");
    let mut running = ns.begin_logs("pod/rng-1 -f");
    kubelet.was_asked("rng-1", "follow=true");
    kubelet.write("rng-1", "number 10;");
    running.until_it_prints("number 10;\n");
    kubelet.tell_restart("rng-1");
    let marker = "! rng-1/main: lines before these may be missing: the container was restarted as it was to be read\n";
    running.until_it_prints(marker);
    assert_eq!(running.printed_so_far(), format!("number 10;\n{marker}"));
}
