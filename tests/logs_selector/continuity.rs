//! Neither lost nor doubled, one trouble at a time.

use std::thread::sleep;
use std::time::Duration;

use super::cable::Cable;
use super::forgetful::Forgetful;
use super::kubelet::{Fault, Kubelet, stamp};
use super::tool::Logs as _;
use crate::harness::proxy::{Proxy, Verdict};
use crate::harness::{Caller, Namespace, Running};

/// The container counts on.
pub fn count(kubelet: &Kubelet<'_>, pod: &str, numbers: std::ops::Range<usize>) {
    for number in numbers {
        kubelet.write(pod, &format!("number {number};"));
    }
}

/// Each number was printed once and in order, up to this one, which is waited for.
#[track_caller]
pub fn counted(running: &mut Running, end: usize) {
    running.until_it_prints(&format!("number {};", end - 1));
    let printed = running.printed_so_far();
    let numbers: Vec<usize> =
        printed.lines().filter_map(|line| line.split_once("number ")?.1.strip_suffix(';')?.parse().ok()).collect();
    assert_eq!(numbers, (0..end).collect::<Vec<_>>(), "{printed}\n{}", running.said_so_far());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_stream_that_ends_as_if_there_were_no_more_is_taken_up_again() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    count(&kubelet, "rng-1", 0..100);
    let mut running = ns.begin_logs("pod/rng-1 -f");
    counted(&mut running, 100);
    for round in 1..6 {
        kubelet.end_streams("rng-1");
        count(&kubelet, "rng-1", round * 100..(round + 1) * 100);
        counted(&mut running, (round + 1) * 100);
    }
    assert!(!running.printed_so_far().contains("missing"), "{}", running.printed_so_far());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_stream_may_be_cut_at_any_byte() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    // Inside the time, at its end, inside the line, at its end, and some lines later.
    let faults: Vec<_> = [3, 29, 30, 31, 35, 41, 42, 100, 171, 300]
        .into_iter()
        .enumerate()
        .map(|(number, after)| Fault { after, clean: number % 2 == 0 })
        .collect();
    kubelet.fail("rng-1", &faults);
    count(&kubelet, "rng-1", 0..50);
    let mut running = ns.begin_logs("pod/rng-1 -f");
    counted(&mut running, 50);
    let once = ns.logs("pod/rng-1").done();
    assert_eq!(once.stdout.lines().count(), 50, "{once}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_without_following_a_cut_stream_is_completed_too() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    count(&kubelet, "rng-1", 0..500);
    kubelet.fail("rng-1", &[Fault { after: 777, clean: false }, Fault { after: 5000, clean: true }]);
    let ended = ns.logs("pod/rng-1 --tail 400").done();
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[399]), (400, "number 100;", "number 499;"), "{ended}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_without_following_a_kubelet_that_is_killed_twice_costs_no_line() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    count(&kubelet, "rng-1", 0..500);
    let all = (0..500).map(|number| format!("number {number};\n")).collect::<Vec<_>>().concat();
    let cut = |after| Fault { after, clean: true };
    // Behind ten lines, and before the next ones; a question for the last line comes through.
    kubelet.fail("rng-1", &[cut(410), cut(100_000), cut(10), cut(10)]);
    ns.logs("pod/rng-1").done().printed(&all);
    // Before the first line of what is wanted.
    for words in ["--tail 500", "--since 1h"] {
        kubelet.fail("rng-1", &[cut(5)]);
        ns.logs(&format!("pod/rng-1 {words}")).done().printed(&all);
    }
    ns.logs("pod/rng-1 --tail 0").done().printed("");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_where_the_end_of_a_log_cannot_be_had_that_is_said() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    count(&kubelet, "rng-1", 0..50);
    let cut = |after| Fault { after, clean: true };
    // The last line is always told, and what leads there always ends before it.
    kubelet.fail("rng-1", &[cut(410), cut(10_000), cut(410)].repeat(40));
    let ended = ns.logs("pod/rng-1").done();
    let marker = "\n! rng-1/main: lines may be missing here: the end of the log could not be read\n";
    assert!(ended.stdout.ends_with(marker), "{ended}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_what_is_written_while_nothing_was_read_yet_is_not_lost() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    for (pod, words, query, away) in [
        ("rng-1", "--tail 0", "tailLines=0", 0),
        ("rng-2", "--since 5s", "sinceSeconds=5", 8),
        ("rng-3", "--tail 0", "tailLines=0", 8),
    ] {
        kubelet.pod(pod);
        let mut running = ns.begin_logs(&format!("pod/{pod} -f {words}"));
        kubelet.was_asked(pod, query);
        kubelet.kill();
        kubelet.write(pod, "one");
        sleep(Duration::from_secs(away));
        kubelet.revive();
        kubelet.write(pod, "two");
        running.until_it_prints("two\n");
        assert_eq!(running.printed_so_far(), "one\ntwo\n", "{words}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_long_line_and_silence_behind_it_are_no_dead_connection() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    let long = "x".repeat(40_000);
    kubelet.write("rng-1", &long);
    let mut running = ns.begin_logs("pod/rng-1 -f");
    running.until_it_prints("x\n");
    kubelet.was_asked("rng-1", "tailLines=1");
    // As long as it takes to lose patience with a line that does not come.
    sleep(Duration::from_secs(3));
    // Without following it is the last line, too.
    ns.logs("pod/rng-1").done().printed(&format!("{long}\n"));
    kubelet.write("rng-1", "after it");
    running.until_it_prints("after it\n");
    assert_eq!(running.printed_so_far(), format!("{long}\nafter it\n"));
    assert_eq!(kubelet.times_asked("rng-1", "follow=true"), 1);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_pod_that_goes_while_the_rest_of_its_log_is_read_leaves_a_marker() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    for words in ["", "-f"] {
        kubelet.clear("rng-1");
        kubelet.pod("rng-1");
        count(&kubelet, "rng-1", 0..100);
        kubelet.end("rng-1");
        kubelet.tell_end("rng-1");
        kubelet.fail("rng-1", &[Fault { after: 777, clean: true }]);
        let caller = Caller::clone(&ns);
        let mut deed = Some(move || {
            caller.kubectl("delete pod/rng-1 --force --grace-period=0");
        });
        let proxy = Proxy::watching(&ns, move |request| {
            let deed = if request.has(&["tailLines=1"]) { deed.take() } else { None };
            deed.map_or(Verdict::Pass, |deed| Verdict::Before(Box::new(deed)))
        });
        let ended = ns.logs(&format!("pod/rng-1 {words} --server {}", proxy.address())).done();
        let marker = "\n! rng-1/main: lines may be missing here: the pod was gone before all of them were read\n";
        assert!(ended.stdout.starts_with("number 0;\n") && ended.stdout.ends_with(marker), "{ended}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_kubelet_that_is_killed_and_comes_back_costs_no_line() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    count(&kubelet, "rng-1", 0..100);
    let mut running = ns.begin_logs("pod/rng-1 -f");
    counted(&mut running, 100);
    kubelet.kill();
    count(&kubelet, "rng-1", 100..200);
    running.until_it_says("rng-1/main: no log at the moment, trying again: ");
    kubelet.revive();
    count(&kubelet, "rng-1", 200..300);
    counted(&mut running, 300);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_connection_that_is_cut_reset_or_half_closed_costs_no_line() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    let cable = Cable::new();
    count(&kubelet, "rng-1", 0..100);
    let mut running = ns.begin_logs(&format!("pod/rng-1 -f {}", cable.words()));
    counted(&mut running, 100);
    let troubles = [Cable::cut, Cable::reset, Cable::half_close];
    for (round, trouble) in (1..10).zip(troubles.into_iter().cycle()) {
        count(&kubelet, "rng-1", round * 100..(round + 1) * 100);
        trouble(&cable);
        counted(&mut running, (round + 1) * 100);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_watch_that_has_expired_is_begun_anew() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pods(&["rng-1".to_owned(), "rng-2".to_owned()]);
    let forgetful = Forgetful::of(&ns);
    let cable = Cable::to(forgetful.address());
    let mut running = ns.begin_logs(&format!("-l app=rng -f {}", cable.words()));
    for pod in ["rng-1", "rng-2"] {
        kubelet.write(pod, "one");
        running.until_it_prints(&format!("{pod} one\n"));
    }
    // What happens now is in no watch: only another list shows it.
    forgetful.forget();
    cable.cut();
    ns.kubectl("delete pod/rng-1 --wait=false");
    kubelet.pod("rng-3");
    kubelet.write("rng-3", "one");
    running.until_it_prints("rng-3 one\n");
    running.until_it_says("- rng-1 (deleted");
    kubelet.write("rng-2", "two");
    running.until_it_prints("rng-2 two\n");
    let printed = running.printed_so_far();
    let mut lines: Vec<_> = printed.lines().filter(|line| !line.starts_with("! rng-1/")).collect();
    lines.sort_unstable();
    assert_eq!(lines, ["rng-1 one", "rng-2 one", "rng-2 two", "rng-3 one"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_connection_that_has_gone_dead_is_noticed() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    let cable = Cable::new();
    count(&kubelet, "rng-1", 0..10);
    let mut running = ns.begin_logs(&format!("pod/rng-1 -f {}", cable.words()));
    counted(&mut running, 10);
    cable.go_dead();
    count(&kubelet, "rng-1", 10..20);
    counted(&mut running, 20);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_watch_that_has_gone_dead_with_the_logs_is_begun_anew() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    let cable = Cable::new();
    kubelet.write("rng-1", "one");
    let mut running = ns.begin_logs(&format!("-l app=rng -f {}", cable.words()));
    running.until_it_prints("rng-1 one\n");
    cable.go_dead();
    kubelet.write("rng-1", "two");
    kubelet.pod("rng-2");
    kubelet.write("rng-2", "one");
    running.until_it_prints("rng-1 two\n");
    running.until_it_prints("rng-2 one\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_pod_that_goes_before_all_of_its_log_was_read_leaves_a_marker() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pods(&["rng-1".to_owned(), "rng-2".to_owned()]);
    kubelet.write("rng-1", "one");
    kubelet.write("rng-2", "one");
    let mut running = ns.begin_logs("-l app=rng -f");
    running.until_it_prints("rng-1 one\n");
    running.until_it_prints("rng-2 one\n");
    // One of them is read to its end, the other one is not.
    kubelet.delete_slowly("rng-2");
    kubelet.end("rng-2");
    running.until_it_says("- rng-2 (deleted");
    kubelet.refuse("rng-1", Some("the container runtime is down"));
    kubelet.end_streams("rng-1");
    kubelet.write("rng-1", "two");
    running.until_it_says("rng-1/main: no log at the moment, trying again: ");
    ns.kubectl("delete pod/rng-1 --wait=false");
    let marker = "! rng-1/main: lines may be missing here: the pod was gone before all of them were read\n";
    running.until_it_prints(marker);
    assert!(!running.printed_so_far().contains("! rng-2"), "{}", running.printed_so_far());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_long_line_is_whole_and_its_rest_is_no_line() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    let long = "x".repeat(100_000);
    kubelet.write_at("rng-1", &stamp(1_790_000_000, 0), &long);
    let mut running = ns.begin_logs("pod/rng-1 -f");
    running.until_it_prints("xxx\n");
    // A line that is written slowly: its end is asked for without its beginning.
    kubelet.write_part("rng-1", &stamp(1_790_000_001, 0), "beginning, ", false);
    kubelet.write_part("rng-1", &stamp(1_790_000_009, 0), "end", true);
    kubelet.write_at("rng-1", &stamp(1_790_000_009, 5), "after it");
    running.until_it_prints("after it\n");
    kubelet.end_streams("rng-1");
    kubelet.was_asked("rng-1", "sinceTime=2026-09-21T14%3A13%3A28Z");
    kubelet.write_at("rng-1", &stamp(1_790_000_010, 0), "last");
    running.until_it_prints("last\n");
    assert_eq!(running.printed_so_far(), format!("{long}\nbeginning, end\nafter it\nlast\n"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_lines_out_of_order_around_a_second_are_neither_lost_nor_doubled() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    let mut running = ns.begin_logs("pod/rng-1 -f");
    let mut expected = String::new();
    for (number, (second, nanos)) in
        [(0, 999_000_000), (1, 1_000_000), (0, 998_000_000), (1, 1_000_000), (1, 999_999_999), (2, 0), (1, 999_999_998)]
            .into_iter()
            .enumerate()
    {
        // Two of the same time, and with the same text.
        let text = format!("line {}", if number == 3 { 1 } else { number });
        kubelet.write_at("rng-1", &stamp(1_790_000_000 + second, nanos), &text);
        expected.extend([text.as_str(), "\n"]);
        crate::harness::eventually("the line is there", || (running.printed_so_far() == expected).then_some(()));
        kubelet.end_streams("rng-1");
    }
    kubelet.write("rng-1", "the end");
    running.until_it_prints("the end\n");
    assert_eq!(running.printed_so_far(), format!("{expected}the end\n"));
}
