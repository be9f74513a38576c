//! Which lines are shown, in which order, and how: where kubectl can do it, as kubectl does.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use super::kubelet::{Kubelet, now, stamp};
use super::tool::{Logs as _, PROGRAM};
use crate::harness::Namespace;

/// Three pods whose lines interleave: `rng-1` writes at the seconds 0, 3, 6, ….
fn three(kubelet: &Kubelet<'_>) {
    for pod in 1..=3 {
        kubelet.pod(&format!("rng-{pod}"));
    }
    for number in 0..9 {
        let pod = number % 3 + 1;
        kubelet.write_at(&format!("rng-{pod}"), &stamp(1_790_000_000 + number, 0), &format!("GET /{number}"));
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_each_flag_that_kubectl_has_does_what_it_does_there() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod_with("two", json!({"app": "two"}), &["main", "side"]);
    for number in 0..20 {
        kubelet.write_in("two", "main", &stamp(1_790_000_000 + number, 7), format!("main {number}").as_bytes());
        kubelet.write_in("two", "side", &stamp(1_790_000_000 + number, 9), format!("side {number}").as_bytes());
    }
    kubelet.write_in("two", "main", &stamp(1_790_000_020, 0), b"");
    kubelet.write_in("two", "main", &stamp(1_790_000_021, 0), b"\xff\xfe no text");
    for words in [
        "pod/two",
        "pod/two -c side",
        "pod/two --tail 3",
        "pod/two --tail 0",
        "pod/two --tail=-1 --timestamps",
        "pod/two --since-time 2026-09-21T14:13:30Z",
        "pod/two --since-time 2026-09-21T16:13:30+02:00 --timestamps --tail 5",
        "pod/two --since 9999h",
        "pod/two --prefix",
        "pod/two -c side --prefix --timestamps",
    ] {
        let theirs = ns.try_kubectl(&format!("logs {words}"), "").done();
        let ours = ns.logs(words).done();
        assert_eq!(ours.stdout, theirs.stdout, "{words}");
    }
    // Where kubectl ends in the middle of a line, it gets its newline here.
    for (limit, flags) in [(1, ""), (6, ""), (7, ""), (30, ""), (50, "--timestamps"), (100_000, "")] {
        let words = format!("pod/two --limit-bytes {limit} {flags}");
        let theirs = ns.try_kubectl(&format!("logs {}", words.trim_end()), "").done().stdout;
        let newline = if theirs.ends_with('\n') { "" } else { "\n" };
        ns.logs(words.trim_end()).done().printed(&(theirs + newline));
    }
    // kubectl takes the containers in any order.
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let words = "pod/two --all-containers --prefix";
    let theirs = ns.try_kubectl(&format!("logs {words}"), "").done();
    assert_eq!(sorted(&ns.logs(words).done().stdout), sorted(&theirs.stdout));
    let said = "Defaulted container \"main\" out of: main, side\n";
    assert_eq!(ns.logs("pod/two").stderr, said);
    // kubectl gives the last newline too.
    assert_eq!(ns.logs("pod/two --limit-bytes 9 -c side").stdout, "side 0\nsi\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_lines_of_several_pods_are_in_the_order_of_time_of_pods_or_as_they_come() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    three(&kubelet);
    let by_time = (0..9).map(|number| format!("rng-{} GET /{number}\n", number % 3 + 1)).collect::<Vec<_>>().concat();
    ns.logs("-l app=rng").done().printed(&by_time);
    let by_pod: String =
        [0, 3, 6, 1, 4, 7, 2, 5, 8].map(|number| format!("rng-{} GET /{number}\n", number % 3 + 1)).concat();
    ns.logs("pod/rng-1 pod/rng-2 pod/rng-3 --order pod").done();
    let pods = ns.logs("-l app=rng --order pod").done();
    assert_eq!(pods.stdout.lines().count(), 9);
    let bounded = ns.logs("-l app=rng --max-log-requests 1").done();
    bounded.clone().said(&["one pod after the other: that is what --max-log-requests means without -f"]);
    for text in [&pods.stdout, &bounded.stdout] {
        let mut lines: Vec<_> = text.lines().collect();
        lines.sort_by_key(|line| line.split(' ').next().unwrap_or_default().to_owned());
        assert_eq!(lines.join("\n") + "\n", by_pod, "the lines of each pod are in order");
        let changes = text.lines().map(|line| &line[..5]).collect::<Vec<_>>();
        let changes = changes.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert_eq!(changes, 2, "one pod after the other:\n{text}");
    }
    assert_eq!(ns.logs("-l app=rng --order arrival -o raw").done().stdout.lines().count(), 9);
    let mut running = ns.begin_logs("-l app=rng -f");
    running.until_it_prints("GET /8\n");
    assert_eq!(running.printed_so_far(), by_time, "what was written before is in order as a whole");
    ns.logs("-l app=rng -f --order pod").refused().said(&["error: --order pod has no end with -f"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_lines_are_chosen_and_shown_as_asked_for() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    three(&kubelet);
    ns.logs("-l app=rng --tail 1").done().printed("rng-1 GET /6\nrng-2 GET /7\nrng-3 GET /8\n");
    ns.logs("-l app=rng -i /[1-4] -i /7 -e 3")
        .done()
        .printed("rng-2 GET /1\nrng-3 GET /2\nrng-2 GET /4\nrng-2 GET /7\n");
    ns.logs("-l app=rng -i get./8 -I").done().printed("rng-3 GET /8\n");
    ns.logs("-l app=rng -o raw --exclude-pod 1$|2$").done().printed("GET /2\nGET /5\nGET /8\n");
    ns.logs(&format!("-l app=rng -o raw --node {} --tail 1", kubelet.node()))
        .done()
        .printed("GET /6\nGET /7\nGET /8\n");
    ns.logs("-l app=rng --node node-1").done().printed("").said(&["No pods found in "]);
    ns.logs("-l app=rng --field-selector metadata.name=rng-2 --tail 1 --prefix")
        .done()
        .printed("[pod/rng-2/main] GET /7\n");
    let coloured = ns.logs("pod/rng-1 --tail 1 -H [0-9]+ --color always --prefix=false").done();
    assert_eq!(coloured.stdout, "GET /\u{1b}[7m6\u{1b}[27m\n");
    let json: Value = serde_json::from_str(&ns.logs("pod/rng-3 --tail 1 -o json").done().stdout).unwrap();
    assert_eq!(
        json,
        json!({"time": "2026-09-21T14:13:28.000000000Z", "namespace": ns.name(), "pod": "rng-3", "container": "main",
               "node": kubelet.node(), "owner": null, "message": "GET /8"})
    );
    ns.logs("-l app=rng -i (").refused().said(&["error: --include \"(\" is no regular expression"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_bytes_that_are_no_text_are_passed_as_they_are() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    let bytes: Vec<u8> = (0..=255).filter(|byte| *byte != b'\n').collect();
    kubelet.write_in("rng-1", "main", &stamp(1_790_000_000, 0), &bytes);
    kubelet.write_in("rng-1", "main", &stamp(1_790_000_001, 0), b"\xff\xfe\x00\xc3");
    let expected = [bytes.as_slice(), b"\n\xff\xfe\x00\xc3\n"].concat();
    for words in [&["pod/rng-1"][..], &["pod/rng-1", "-o", "raw"], &["pod/rng-1", "-i", "."]] {
        assert_eq!(ns.command(PROGRAM).args(words).output().unwrap().stdout, expected, "{words:?}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_as_much_is_said_beside_the_lines_as_is_wanted() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod_with("rng-1", json!({"app": "rng"}), &["main", "side"]);
    kubelet.write_at("rng-1", &stamp(1_790_000_000, 0), &"x".repeat(2000));
    let (line, note) =
        (format!("rng-1 {}\n", "x".repeat(1024 - 31)), "Defaulted container \"main\" out of: main, side\n");
    let words = "-l app=rng --no-follow --max-line 1024";
    let remark = "! rng-1/main: the line before is 1007 bytes longer than --max-line shows\n";
    let ended = ns.logs(words).done();
    assert_eq!((ended.stdout, ended.stderr), (format!("{line}{remark}"), note.to_owned()));
    let ended = ns.logs(&format!("{words} --only-log-lines")).done();
    assert_eq!((ended.stdout, ended.stderr), (line.clone(), format!("{note}{remark}")));
    let ended = ns.logs(&format!("{words} -q")).done();
    assert_eq!((ended.stdout, ended.stderr), (format!("{line}{remark}"), String::new()));
    kubelet.refuse("rng-1", Some("the disk is broken"));
    let failed = "error: cannot read the log of rng-1/main\ncaused by: the disk is broken\n";
    assert_eq!(ns.logs(&format!("{words} -q")).refused().stderr, failed);
    kubelet.refuse("rng-1", None);
    // Nor is it said who comes and goes.
    for flag in ["--only-log-lines", "-q"] {
        let mut running = ns.begin_logs(&format!("-l app=rng -f {flag}"));
        running.until_it_prints("xxx\n");
        kubelet.pod("rng-2");
        kubelet.write("rng-2", "two");
        running.until_it_prints("rng-2 two\n");
        kubelet.end("rng-2");
        ns.kubectl("delete pod/rng-2");
        kubelet.clear("rng-2");
        let said = running.said_so_far();
        assert!(!said.lines().any(|line| line.starts_with("+ ") || line.starts_with("- ")), "{said}");
        assert_eq!(said.is_empty(), flag == "-q", "{said}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_line_waits_for_earlier_ones_as_long_as_the_window_is() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    for (app, window, shown) in [("long", "10s", "earlier\nlater\n"), ("none", "0s", "later\nearlier\n")] {
        let pods = [1, 2].map(|number| format!("{app}-{number}"));
        for pod in &pods {
            kubelet.pod_with(pod, json!({"app": app}), &["main"]);
        }
        let mut running = ns.begin_logs(&format!("-l app={app} -f -o raw --window {window}"));
        for pod in &pods {
            kubelet.was_asked(pod, "follow=true");
        }
        // What was there at the start is merged as a whole.
        sleep(Duration::from_secs(2));
        let earlier = now();
        kubelet.write(&pods[0], "later");
        sleep(Duration::from_secs(1));
        kubelet.write_at(&pods[1], &earlier, "earlier");
        running.until_it_prints(shown);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_line_of_many_mebibytes_is_shown_as_far_as_asked_for() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    kubelet.write_at("rng-1", &stamp(1_790_000_000, 0), &"x".repeat(3_000_000));
    kubelet.write_at("rng-1", &stamp(1_790_000_001, 0), "short");
    let ended = ns.logs("pod/rng-1").done();
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!((lines.len(), lines[0].len(), lines[2]), (3, 1024 * 1024 - 31, "short"));
    assert_eq!(
        lines[1],
        format!("! rng-1/main: the line before is {} bytes longer than --max-line shows", 3_000_000 + 31 - 1024 * 1024)
    );
    let whole = ns.logs("pod/rng-1 --max-line 4000000").done();
    assert_eq!(whole.stdout.lines().map(str::len).collect::<Vec<_>>(), [3_000_000, 5]);
}
