//! Who gets traffic: lines are counted as they arrive.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

use serde_json::{Value, json};

use super::kubelet::Kubelet;
use super::tool::{Logs as _, PROGRAM};
use crate::harness::manifests::service;
use crate::harness::{Ended, Endpoints, Namespace, Running};

const IN: [&str; 2] = ["rng-1", "rng-2"];
const OUT: &str = "rng-3";

/// Three pods, of which the Service selects two.
fn scene(ns: &Namespace) -> Kubelet<'_> {
    let kubelet = Kubelet::of(ns);
    let mut front = service("rng");
    front["spec"]["selector"]["isactive"] = json!("yes");
    ns.create(&front);
    for pod in IN {
        kubelet.pod_with(pod, json!({"app": "rng", "isactive": "yes"}), &["main"]);
    }
    kubelet.pod(OUT);
    Endpoints::of(ns, "rng", 2);
    for pod in IN.into_iter().chain([OUT]) {
        // What was written before does not count.
        kubelet.write(pod, "GET /old HTTP/1.1 200");
    }
    kubelet
}

/// While something runs, each of the pods writes this again and again.
fn while_written<T>(kubelet: &Kubelet<'_>, pods: &[&str], text: &str, run: impl FnOnce() -> T) -> T {
    struct Ends<'a>(&'a AtomicBool);
    impl Drop for Ends<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let over = AtomicBool::new(false);
    scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                for pod in pods {
                    kubelet.write(pod, text);
                }
                sleep(Duration::from_millis(20));
            }
        });
        // However it ends.
        let _ends = Ends(&over);
        run()
    })
}

fn with_traffic<T>(kubelet: &Kubelet<'_>, pods: &[&str], run: impl FnOnce() -> T) -> T {
    while_written(kubelet, pods, "10.0.0.9 \"GET /32 HTTP/1.1\" 200", run)
}

/// The object of a pod.
#[track_caller]
fn of(ended: &Ended, pod: &str) -> Value {
    let objects = ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    objects.into_iter().find(|object| object["pod"] == pod).unwrap_or_else(|| panic!("{pod} is not shown\n{ended}"))
}

fn interrupted(running: Running) -> Ended {
    running.signal("INT");
    let ended = running.ended();
    assert_eq!(ended.code(), Some(130), "{ended}");
    ended
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_who_gets_traffic_is_shown_beside_who_should() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    let words = "-l app=rng --service svc/rng --traffic --duration 8s";
    let ended = with_traffic(&kubelet, &IN, || ns.logs(&format!("{words} -o json"))).done();
    for pod in IN {
        let object = of(&ended, pod);
        assert_eq!((&object["verdict"], &object["active"]), (&json!("serving"), &json!(true)), "{ended}");
        assert_eq!(object["membership"], json!({"service/rng": "serving"}));
        assert_eq!((&object["node"], &object["owner"]), (&json!(kubelet.node()), &Value::Null));
        assert!(object["lines"].as_u64() > Some(0) && object["linesPerSecond"].as_f64() > Some(0.0), "{ended}");
        assert!(object["share"].as_f64() > Some(0.3), "{ended}");
    }
    let silent = of(&ended, OUT);
    assert_eq!((&silent["verdict"], &silent["lines"]), (&json!("silent"), &json!(0)), "{ended}");
    assert_eq!(silent["membership"], json!({"service/rng": "not selected"}));
    assert_eq!(silent["lastLineSecondsAgo"], Value::Null);

    let ended = with_traffic(&kubelet, &["rng-1", OUT], || ns.logs(words)).done();
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let head = "POD     OWNER    NODE";
    assert!(lines.len() == 4 && lines[0].starts_with(head) && lines[0].ends_with("   VERDICT"), "{ended}");
    assert!(lines[1].starts_with("rng-1   <none>   own-") && lines[1].ends_with("   serving"), "{ended}");
    assert!(lines[2].contains("   serving   ") && lines[2].ends_with("<never>   silent"), "{ended}");
    assert!(lines[3].contains("   not selected   ") && lines[3].contains("   not serving, yet "), "{ended}");
    ended.said(&["2 of 3 pods are active\n"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_pod_that_has_left_and_still_gets_traffic_is_told() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    for words in ["svc/rng --traffic -o json", "svc/rng --traffic"] {
        let ended = with_traffic(&kubelet, &IN, || {
            let mut running = ns.begin_logs(words);
            kubelet.was_asked("rng-2", "tailLines=0");
            sleep(Duration::from_secs(1));
            ns.kubectl("label pod/rng-2 isactive-");
            running.until_it_says("- rng-2  left service/rng (label isactive is missing)\n");
            sleep(Duration::from_secs(3));
            interrupted(running)
        });
        if words.ends_with("json") {
            let left = of(&ended, "rng-2");
            assert_eq!((&left["verdict"], &left["active"]), (&json!("left"), &json!(true)), "{ended}");
            assert!(left["stillLinesPerSecond"].as_f64() > Some(0.0), "{ended}");
            assert!(left["secondsAgo"].as_f64() > Some(1.0), "{ended}");
            assert_eq!(of(&ended, "rng-1")["verdict"], "serving", "{ended}");
        } else {
            let line = ended.stdout.lines().find(|line| line.starts_with("rng-2")).unwrap();
            assert!(
                line.contains("   left ") && line.contains(" s ago, still ") && line.ends_with(" lines/s"),
                "{ended}"
            );
        }
        ns.kubectl("label pod/rng-2 isactive=yes");
        Endpoints::of(&ns, "rng", 2);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_pod_on_its_way_out_is_draining_and_then_gone() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    ns.kubectl("annotate pod/rng-2 test.recast/gone-after=3s");
    let mut running = ns.begin_logs("svc/rng --traffic -o json");
    kubelet.was_asked("rng-2", "tailLines=0");
    sleep(Duration::from_secs(1));
    ns.kubectl("delete pod/rng-2 --wait=false");
    running.until_it_says("- rng-2  left service/rng (terminating)\n");
    running.until_it_says("- rng-2 (deleted)\n");
    let ended = interrupted(running);
    assert_eq!(of(&ended, "rng-2")["verdict"], "gone", "{ended}");
    ended.not_said(&["+ rng-1"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_expected_traffic_is_there_or_it_is_said_who_falls_short() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    let words = "-l app=rng --service svc/rng --expect-traffic";
    // As soon as all have some: nobody would wait for the end of this.
    let ended = with_traffic(&kubelet, &IN, || ns.logs(&format!("{words} 1h"))).done();
    ended.said(&["2 of 2 pods that serve get traffic\n"]);
    let ended = with_traffic(&kubelet, &["rng-1", OUT], || ns.logs(&format!("{words} 8s"))).refused();
    ended.said(&["error: 1 of 2 pods that serve got no traffic within 8s\n  rng-2: no line (serving for "]);
    // Without a Service all are meant.
    let ended = with_traffic(&kubelet, &IN, || ns.logs("-l app=rng --expect-traffic 8s")).refused();
    ended.said(&["error: 1 of 3 pods got no traffic within 8s\n  rng-3: no line (there for "]);
    ns.patch("svc/rng", &json!({"spec": {"selector": {"isactive": "no"}}}));
    Endpoints::of(&ns, "rng", 0);
    let ended = with_traffic(&kubelet, &IN, || ns.logs(&format!("{words} 2s"))).refused();
    ended.said(&["error: none of 3 pods serves, so that none could get traffic\n"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_expected_silence_holds_or_it_is_said_who_breaks_it() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    let words = "-l app=rng --service svc/rng --expect-silence 8s";
    let ended = with_traffic(&kubelet, &IN, || ns.logs(words)).done();
    ended.said(&["1 of 1 pods that do not serve are silent\n"]);
    let ended = with_traffic(&kubelet, &["rng-1", OUT], || ns.logs(words)).refused();
    ended
        .said(&["error: 1 of 1 pods that do not serve were not silent for 8s\n  rng-3: ", " lines (not serving, yet "]);
    // Both must hold, and each is said.
    let ended = with_traffic(&kubelet, &[OUT], || ns.logs(&format!("{words} --expect-traffic 1s"))).refused();
    ended.said(&["error: 2 of 2 pods that serve got no traffic within 1s\n", "error: 1 of 1 pods that do not serve"]);
    let ended = with_traffic(&kubelet, &IN, || ns.logs(&format!("{words} --expect-traffic 1h"))).done();
    ended.said(&["2 of 2 pods that serve get traffic\n", "1 of 1 pods that do not serve are silent\n"]);
    // Whoever leaves meanwhile must be silent from then on.
    let ended = with_traffic(&kubelet, &IN, || {
        let mut running = ns.begin_logs("svc/rng --expect-silence 20s");
        kubelet.was_asked("rng-2", "tailLines=0");
        ns.kubectl("label pod/rng-2 isactive-");
        running.until_it_says("- rng-2  left service/rng");
        running.ended().refused()
    });
    ended.said(&["error: 1 of 1 pods that do not serve were not silent for 20s\n  rng-2: ", " lines (left "]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_log_that_cannot_be_read_proves_no_silence() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    kubelet.refuse(OUT, Some("the disk is broken"));
    let ended = ns.logs("-l app=rng --service svc/rng --expect-silence 3s").refused();
    // A kubelet that refuses is asked again while following.
    ended.said(&["error: ", "rng-3"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_log_that_nobody_has_read_proves_no_silence() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    kubelet.hush(OUT, true);
    let words = "-l app=rng --service svc/rng --expect-silence 3s";
    ns.logs(words).refused().said(&["were not silent for 3s\n  rng-3: its log could not be read\n"]);
    kubelet.hush(OUT, false);
    ns.logs(words).done().said(&["1 of 1 pods that do not serve are silent\n"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_pod_that_leaves_the_selector_and_returns_is_counted_on() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    let mut running = ns.begin_logs("-l app=rng --service svc/rng --traffic -o json");
    kubelet.was_asked("rng-2", "tailLines=0");
    sleep(Duration::from_secs(1));
    kubelet.write("rng-2", "GET /1");
    ns.kubectl("label pod/rng-2 app-");
    running.until_it_says("- rng-2  left service/rng (no longer matches -l app=rng)\n");
    // Until it is read no more.
    sleep(Duration::from_secs(3));
    ns.kubectl("label pod/rng-2 app=rng");
    running.until_it_says("+ rng-2  ");
    Endpoints::of(&ns, "rng", 2);
    kubelet.was_asked("rng-2", "sinceTime=");
    sleep(Duration::from_secs(2));
    kubelet.write("rng-2", "GET /2");
    sleep(Duration::from_secs(1));
    let ended = interrupted(running);
    let pod = of(&ended, "rng-2");
    assert_eq!(
        (&pod["lines"], &pod["verdict"], &pod["active"]),
        (&json!(2), &json!("serving"), &json!(true)),
        "{ended}"
    );
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_probes_and_what_is_filtered_out_are_no_traffic() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    let probe = "10.0.0.1 \"GET /healthz HTTP/1.1\" 200 kube-probe/1.37";
    let ended = while_written(&kubelet, &IN, probe, || ns.logs("svc/rng --traffic --duration 2s -o json")).done();
    assert_eq!(of(&ended, "rng-1")["lines"], 0, "{ended}");
    while_written(&kubelet, &IN, probe, || ns.logs("svc/rng --expect-traffic 2s")).refused();
    for (flags, counts) in [("-e /32", false), ("-i PUT", false), ("-i get -I", true)] {
        let words = format!("svc/rng {flags} --expect-traffic {}", if counts { "1h" } else { "2s" });
        let ended = with_traffic(&kubelet, &IN, || ns.logs(&words));
        assert_eq!(ended.code(), Some(i32::from(!counts)), "{ended}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_what_comes_again_behind_a_cut_is_counted_once() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    let running = ns.begin_logs("svc/rng --traffic -o json");
    kubelet.was_asked("rng-1", "tailLines=0");
    sleep(Duration::from_secs(1));
    for round in 0..3 {
        (0..10).for_each(|number| kubelet.write("rng-1", &format!("GET /{round}/{number}")));
        sleep(Duration::from_millis(500));
        kubelet.end_streams("rng-1");
        sleep(Duration::from_millis(500));
    }
    kubelet.was_asked("rng-1", "sinceTime=");
    sleep(Duration::from_secs(1));
    assert_eq!(of(&interrupted(running), "rng-1")["lines"], 30);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_what_a_pod_wrote_before_it_joined_is_no_traffic() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    let mut running = ns.begin_logs("svc/rng --traffic -o json");
    kubelet.was_asked("rng-1", "tailLines=0");
    ns.kubectl(&format!("label pod/{OUT} isactive=yes"));
    running.until_it_says(&format!("+ {OUT}  "));
    kubelet.was_asked(OUT, "tailLines=0");
    sleep(Duration::from_secs(1));
    kubelet.write(OUT, "GET /new");
    sleep(Duration::from_secs(1));
    let ended = interrupted(running);
    assert_eq!(of(&ended, OUT)["lines"], 1, "{ended}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_where_there_is_no_pod_nothing_can_be_expected() {
    let ns = Namespace::new();
    let _kubelet = Kubelet::of(&ns);
    ns.create(&service("rng"));
    for flag in ["--expect-traffic 1s", "--expect-silence 1s"] {
        ns.logs(&format!("svc/rng {flag}")).refused().printed("").said(&["error: there was no pod within 1s\n"]);
    }
    ns.logs("svc/rng --traffic --duration 1s").done().printed("").said(&["No pods found"]);
    ns.logs("svc/rng --traffic -o raw").refused().said(&["error: -o raw prints lines, and --traffic counts them\n"]);
}

/// The program on a terminal of this size, and what has come out of that.
fn on_a_terminal(ns: &Namespace, columns: u16, rows: u16, words: &str) -> Ended {
    let line = format!("stty columns {columns} rows {rows}; exec {PROGRAM} {words}");
    let mut command = ns.command("script");
    command.args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"]).env("TERM", "xterm");
    Running::start(command, "").ended()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_on_a_terminal_the_table_is_live_and_fits() {
    let ns = Namespace::new();
    let kubelet = scene(&ns);
    let words = "-l app=rng --service svc/rng --traffic --duration 8s --color never";
    let ended = with_traffic(&kubelet, &IN, || on_a_terminal(&ns, 72, 24, words)).done();
    let drawn: Vec<&str> = ended.stdout.split("\u{1b}[J").collect();
    assert!(drawn.len() > 3, "it is drawn again and again\n{ended}");
    assert!(drawn.iter().any(|table| table.contains("2 of 3 pods are active")), "{ended}");
    // Where it is drawn over, it goes up by as many lines as there are.
    assert!(ended.stdout.contains("\u{1b}[6A\r\u{1b}[2KPOD "), "{ended}");
    for line in ended.stdout.lines() {
        let text = line.trim_end().rsplit('\u{1b}').next().unwrap().trim_start_matches("[2K").trim_start_matches("[J");
        assert!(text.chars().count() <= 72, "{text}\n{ended}");
    }
    let last = drawn.last().unwrap();
    assert!(last.starts_with("POD ") && last.contains("   serving") && !last.contains('\u{1b}'), "{ended}");

    // Three pods and no room for them: the one that should not be forgotten is shown.
    let ended = with_traffic(&kubelet, &["rng-1", "rng-2", OUT], || on_a_terminal(&ns, 72, 6, words)).done();
    assert!(ended.stdout.contains("\u{1b}[2Krng-3 ") && ended.stdout.contains("\u{1b}[2Kand 2 more"), "{ended}");
    // Json is no table, and nothing that moves.
    let ended = on_a_terminal(&ns, 72, 24, "svc/rng --traffic --duration 1s -o json").done();
    assert!(!ended.stdout.contains('\u{1b}'), "{ended}");
}
