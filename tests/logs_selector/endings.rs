//! How it ends, and how it waits.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use super::kubelet::{Kubelet, now};
use super::tool::{Logs as _, PROGRAM};
use crate::harness::manifests::IMAGE;
use crate::harness::{Namespace, Running, eventually, may};

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_an_interrupt_ends_it_at_once() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    kubelet.write("rng-1", "one");
    let mut running = ns.begin_logs("pod/rng-1 -f");
    running.until_it_prints("one\n");
    running.signal("INT");
    let ended = running.ended();
    assert_eq!((ended.code(), ended.stdout.as_str()), (Some(130), "one\n"), "{ended}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_interrupt_ends_it_while_a_server_takes_calls_and_never_answers() {
    let ns = Namespace::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    for (words, signal) in [("svc/rng", "INT"), ("-l app=rng --service rng -f", "TERM")] {
        let running = ns.begin_logs(&format!("{words} --server https://{address}"));
        let call = silent.accept().unwrap();
        running.signal(signal);
        assert_eq!(running.ended().code(), Some(130), "{words}");
        drop(call);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_an_interrupt_ends_it_while_the_last_lines_wait_for_a_reader_that_does_not_read() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    // More than a pipe holds, and less than waits before more is read.
    kubelet.write("rng-1", &"x".repeat(100_000));
    let mut command = ns.command(PROGRAM);
    command.arg("pod/rng-1").stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It looks once more whether that is all; then there is nothing to do but to write.
    kubelet.was_asked("rng-1", "tailLines=1");
    sleep(Duration::from_secs(1));
    assert_eq!(child.try_wait().unwrap(), None);
    let sent = Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
    let status = eventually("it ends", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(130));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_reader_that_has_seen_enough_ends_it_at_once_and_without_an_error() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    kubelet.write("rng-1", "one");
    let mut command = ns.command(PROGRAM);
    command.args(["pod/rng-1", "-f"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    // Nothing more is written.
    drop(reader);
    let status = eventually("it ends", || child.try_wait().unwrap());
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    assert_eq!((line.as_str(), status.code()), ("one\n", Some(0)), "{said}");
    assert!(!said.contains("error"), "{said}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_head_ends_a_long_log_without_an_error() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    for number in 0..20_000 {
        kubelet.write("rng-1", &format!("number {number} of very many"));
    }
    let mut command = ns.command("sh");
    let script = r#"{ "$0" pod/rng-1; echo "code $?" >&2; } | head -n 2"#;
    let ended = Running::start(
        {
            command.args(["-c", script, PROGRAM]);
            command
        },
        "",
    )
    .ended()
    .done();
    assert_eq!((ended.stdout.lines().count(), ended.stderr.as_str()), (2, "code 0\n"), "{ended}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_cannot_be_listed_is_said_at_once() {
    let ns = Namespace::new();
    for words in ["-l app=rng", "-l app=rng -f"] {
        let nobody = "--server https://127.0.0.1:1";
        ns.logs(&format!("{words} {nobody}")).refused().said(&["error: cannot list pods", "Connection refused"]);
        ns.logs(&format!("{words} --field-selector colour=red"))
            .refused()
            .said(&["error: cannot list pods", "field label not supported: colour"]);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_following_a_pod_ends_with_it() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    kubelet.write("rng-1", "one");
    let mut running = ns.begin_logs("pod/rng-1 -f");
    running.until_it_prints("one\n");
    kubelet.delete_slowly("rng-1");
    kubelet.write("rng-1", "last words");
    kubelet.end("rng-1");
    running.ended().done().printed("one\nlast words\n").said(&["- rng-1 (deleted)"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_pod_that_goes_before_a_silent_stream_has_ended_leaves_no_marker_and_behind_a_line_it_does() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    let marker = "! rng-1/main: lines may be missing here: the pod was gone before all of them were read\n";
    for (late, shown) in [(None, "one\n".to_owned()), (Some("two"), format!("one\ntwo\n{marker}"))] {
        kubelet.clear("rng-1");
        kubelet.pod("rng-1");
        kubelet.write("rng-1", "one");
        let mut running = ns.begin_logs("pod/rng-1 -f");
        running.until_it_prints("one\n");
        kubelet.delete_slowly("rng-1");
        // This end is looked into while the pod is there, and the next one when it is not there any more.
        kubelet.end_streams("rng-1");
        running.until_it_says("- rng-1 (deleted)");
        if let Some(late) = late {
            kubelet.write("rng-1", late);
        }
        kubelet.end_streams("rng-1");
        running.ended().done().printed(&shown);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_where_nothing_matches_it_waits_when_following_and_else_says_so() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    ns.logs("-l app=rng").done().printed("").said(&[&format!("No pods found in {} namespace.", ns.name())]);
    let mut running = ns.begin_logs("-l app=rng -f --tail 0");
    running.until_it_says("no pod yet in ");
    kubelet.write("rng-1", "one");
    kubelet.pod("rng-1");
    // Whoever comes later is read from the beginning.
    running.until_it_prints("rng-1 one\n");
    running.until_it_says("+ rng-1  own-");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_container_that_has_not_started_is_waited_for() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    let waiting = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "late", "labels": {"app": "late"}, "annotations": {"test.recast/waiting": "ContainerCreating"}},
        "spec": {"containers": [{"name": "main", "image": IMAGE}]},
    });
    kubelet.make(waiting);
    ns.logs("pod/late --pod-running-timeout 1s").refused().said(&["error: no container has started within 1s"]);
    let mut running = ns.begin_logs("pod/late -f");
    running.until_it_says("+ late  own-");
    kubelet.write("late", "one");
    kubelet.refuse("late", Some("container \"main\" in pod \"late\" is waiting to start: ContainerCreating"));
    kubelet.tell_running("late");
    kubelet.was_asked("late", "follow=true");
    kubelet.refuse("late", None);
    running.until_it_prints("one\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_whoever_may_not_read_logs_is_told_which_right_is_missing() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    kubelet.write("rng-1", "one");
    let list = may("get list watch", "pods");
    let without = ns.account("without", std::slice::from_ref(&list));
    without.logs("-l app=rng").refused().said(&[
        "error: cannot get pods/log",
        "cannot get resource \"pods/log\" in API group \"\"",
        "hint: kubectl auth can-i get pods/log",
    ]);
    ns.account("with", &[list, may("get", "pods/log")]).logs("-l app=rng").done().printed("rng-1 one\n");
    let nobody = ns.account("nobody", &[may("get", "pods/log")]);
    nobody.logs("-l app=rng").refused().said(&["error: cannot list pods"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_log_that_cannot_be_read_is_named_and_the_others_are_shown() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod("rng-1");
    kubelet.pod("rng-2");
    kubelet.write("rng-1", "one");
    kubelet.refuse("rng-2", Some("the disk is broken"));
    let ended = ns.logs("-l app=rng").refused();
    ended.printed("rng-1 one\n").said(&["error: cannot read the log of rng-2/main\ncaused by: the disk is broken\n"]);
    ns.logs("-l app=rng --ignore-errors").done().printed("rng-1 one\n");
    ns.logs("-l app=rng -p").refused().said(&["cannot read the log of rng-1/main"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_one_log_that_may_not_be_read_does_not_hide_the_others() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    for pod in ["rng-1", "rng-2", "rng-3"] {
        kubelet.pod(pod);
        kubelet.write(pod, "one");
    }
    let reader = ns.account("reader", &[may("get list watch", "pods")]);
    let some = json!({"apiGroups": [""], "resources": ["pods/log"], "resourceNames": ["rng-2"], "verbs": ["get"]});
    let api = "rbac.authorization.k8s.io";
    let of = |kind: &str| json!({"apiVersion": format!("{api}/v1"), "kind": kind, "metadata": {"name": "some"}});
    let (mut role, mut binding) = (of("Role"), of("RoleBinding"));
    role["rules"] = json!([some]);
    binding["roleRef"] = json!({"apiGroup": api, "kind": "Role", "name": "some"});
    binding["subjects"] = json!([{"apiGroup": api, "kind": "User", "name": ns.user("reader")}]);
    ns.create(&role);
    ns.create(&binding);
    eventually("the right is granted", || (reader.try_kubectl("logs rng-2", "").code() == Some(0)).then_some(()));
    let ended = reader.logs("-l app=rng").refused().printed("rng-2 one\n");
    ended.said(&[
        "error: cannot get pods/log",
        "hint: kubectl auth can-i get pods/log",
        "error: cannot read the log of ",
    ]);
    reader.logs("-l app=rng --ignore-errors").done().printed("rng-2 one\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_container_that_no_pod_has_is_an_error_or_waited_for_aloud() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    kubelet.pod_with("rng-1", json!({"app": "rng"}), &["main", "side"]);
    let error = ["error: none of the pods has such a container\n", "caused by: rng-1 has main, side\n"];
    for words in ["pod/rng-1 -c typo", "pod/rng-1 -c typo -f", "-l app=rng -c typo"] {
        ns.logs(words).refused().said(&error);
    }
    assert_eq!(ns.try_kubectl("logs pod/rng-1 -c typo -f", "").code(), Some(1));
    let mut running = ns.begin_logs("-l app=rng -c other -f");
    running.until_it_says("none of the pods has such a container; waiting for one (rng-1 has main, side)\n");
    kubelet.pod_with("rng-2", json!({"app": "rng"}), &["other"]);
    kubelet.write_in("rng-2", "other", &now(), b"one");
    running.until_it_prints("rng-2 one\n");
}
