//! Flags that kubectl has, beside kubectl itself: what needs more than a container that runs.

use serde_json::{Value, json};

use super::kubelet::{Kubelet, stamp};
use super::tool::Logs as _;
use crate::harness::manifests::IMAGE;
use crate::harness::{Caller, Namespace};

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// Both print the same lines, of several containers in any order.
#[track_caller]
fn agree(caller: &Caller, words: &str) {
    let theirs = caller.try_kubectl(&format!("logs {words}"), "").done();
    let ours = caller.logs(words).done();
    assert!(!theirs.stdout.is_empty(), "{words}: {theirs}");
    assert_eq!(sorted(&ours.stdout), sorted(&theirs.stdout), "{words}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_what_a_container_wrote_before_its_restart_is_what_kubectl_shows() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    let count = |from: i64| {
        for number in from..from + 5 {
            kubelet.write_at("rng-1", &stamp(1_790_000_000 + number, 0), &format!("number {number}"));
        }
    };
    count(0);
    kubelet.restart("rng-1");
    kubelet.tell_restart("rng-1");
    count(5);
    for words in
        ["", "-p", "-p --tail 2", "-p --timestamps", "-p --prefix", "--previous --since-time 2026-09-21T14:13:23Z"]
    {
        agree(&ns, &format!("pod/rng-1 {words}"));
    }
    ns.logs("pod/rng-1 -p").done().printed("number 0\nnumber 1\nnumber 2\nnumber 3\nnumber 4\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_following_a_container_that_ends_shows_what_kubectl_shows() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    for number in 0..20 {
        kubelet.write_at("rng-1", &stamp(1_790_000_000 + number, 0), &format!("number {number}"));
    }
    kubelet.end("rng-1");
    kubelet.tell_end("rng-1");
    for words in
        ["-f", "-f --tail 3", "-f --timestamps --tail 1", "--follow --prefix --since-time 2026-09-21T14:13:30Z"]
    {
        agree(&ns, &format!("pod/rng-1 {words}"));
    }
}

/// The API server is told of containers of the pod `all`.
fn status(ns: &Caller, which: &str, statuses: &Value) {
    let patch = json!([{"op": "add", "path": format!("/status/{which}"), "value": statuses}]);
    ns.kubectl_with("patch pod/all --subresource=status --type=json -p", &patch.to_string());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_init_and_ephemeral_containers_are_read_as_kubectl_reads_them() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    let container = |name: &str| json!({"name": name, "image": IMAGE});
    kubelet.make(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "all", "labels": {"app": "all"}},
        "spec": {"containers": [container("main"), container("side")], "initContainers": [container("setup")]},
    }));
    kubelet.runs("all");
    let ended = json!([{"name": "setup", "image": IMAGE, "imageID": "", "ready": true, "restartCount": 0,
                        "state": {"terminated": {"exitCode": 0, "startedAt": null, "finishedAt": null}}}]);
    status(&ns, "initContainerStatuses", &ended);
    for (number, name) in ["setup", "main", "side", "debugger"].into_iter().enumerate() {
        let second = 1_790_000_000 + i64::try_from(number).unwrap();
        kubelet.write_in("all", name, &stamp(second, 0), format!("I am {name}").as_bytes());
    }
    let mut running = ns.begin_logs("pod/all --all-containers -f");
    running.until_it_prints("all main I am main\n");
    ns.kubectl(&format!("debug all --image {IMAGE} --container debugger --attach=false"));
    let runs = json!([{"name": "debugger", "image": IMAGE, "imageID": "", "ready": false, "restartCount": 0,
                       "state": {"running": {"startedAt": "2026-09-21T14:13:20Z"}}}]);
    status(&ns, "ephemeralContainerStatuses", &runs);
    // Who comes while it follows is followed, too.
    running.until_it_prints("all debugger I am debugger\n");
    for words in ["-c setup", "-c debugger", "--all-containers --prefix", "--all-containers --timestamps --prefix"] {
        agree(&ns, &format!("pod/all {words}"));
    }
    assert_eq!(ns.logs("pod/all").done().stderr, ns.try_kubectl("logs pod/all", "").done().stderr);
    let some = ns.logs("pod/all --all-containers --exclude-container ^s --exclude-container BUG -I").done();
    some.printed("all main I am main\n");
    let several = ns.logs("pod/all -c setup -c side").done();
    several.printed("all setup I am setup\nall side I am side\n");
    ns.logs("pod/all -c nobody").refused().said(&["error: none of the pods has such a container"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_pods_with_a_label_are_read_as_kubectl_reads_them() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pods(&["rng-1".to_owned(), "rng-2".to_owned(), "rng-3".to_owned()]);
    for number in 0..30 {
        let (pod, text) = (format!("rng-{}", number % 3 + 1), format!("number {number}"));
        kubelet.write_at(&pod, &stamp(1_790_000_000 + number, 0), &text);
    }
    for words in [
        "--tail=-1 --prefix",
        "--tail 2 --prefix",
        "--tail=-1 --prefix --max-log-requests 1",
        "--tail=-1 --prefix --timestamps --since-time 2026-09-21T14:13:40Z",
    ] {
        agree(&ns, &format!("-l app=rng {words}"));
    }
    kubelet.write("rng-2", "fresh");
    agree(&ns, "-l app=rng --tail=-1 --prefix --since 1h");
    ns.logs("-l app=rng --since 1h").done().printed("rng-2 fresh\n");
    // One that fails: kubectl says so among the lines.
    kubelet.refuse("rng-2", Some("the disk is broken"));
    let words = "-l app=rng --tail=-1 --prefix --ignore-errors";
    let theirs = ns.try_kubectl(&format!("logs {words}"), "").done().stdout;
    let lines: Vec<_> = sorted(&theirs).into_iter().filter(|line| line.starts_with('[')).collect();
    assert_eq!((lines.len(), sorted(&ns.logs(words).done().stdout)), (20, lines));
    // Without the flag, both fail; kubectl with what comes behind it unread.
    let words = "-l app=rng --tail=-1";
    assert_eq!((ns.try_kubectl(&format!("logs {words}"), "").code(), ns.logs(words).code()), (Some(1), Some(1)));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_stream_is_chosen_by_the_server_if_it_can() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    kubelet.write_at("rng-1", &stamp(1_790_000_000, 0), "one");
    let ended = ns.logs("pod/rng-1 --stream stderr");
    let query = "/api/v1/namespaces/{ns}/pods/rng-1/log?stream=Stderr".replace("{ns}", ns.name());
    let theirs = ns.try_kubectl(&format!("get --raw {query}"), "");
    if theirs.code() == Some(0) {
        kubelet.was_asked("rng-1", "stream=Stderr");
        assert_eq!((ended.clone().done().stdout, theirs.stdout), ("one\n".to_owned(), "one\n".to_owned()), "{ended}");
    } else {
        // The API server's own words.
        ended.refused().said(&["error: cannot read the log of rng-1/main", "stream"]);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_container_that_does_not_start_in_time_is_an_error_to_both() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.make(json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "late", "labels": {"app": "late"}, "annotations": {"test.recast/waiting": "ContainerCreating"}},
        "spec": {"containers": [{"name": "main", "image": IMAGE}]},
    }));
    kubelet.refuse("late", Some("container \"main\" in pod \"late\" is waiting to start: ContainerCreating"));
    for words in ["pod/late --pod-running-timeout 1s", "-l app=late --pod-running-timeout 1s"] {
        assert_eq!(ns.try_kubectl(&format!("logs {words}"), "").code(), Some(1), "{words}");
        ns.logs(words).refused().said(&["error: no container has started within 1s"]);
    }
}
