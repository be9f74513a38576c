//! Two commands at the same moment: one does it, the other is told, or finds it done. Nothing is torn.

use std::sync::{Arc, Barrier, Mutex};
use std::thread::sleep;
use std::time::Duration;

use super::cases::{DAEMON_SET_ADD, DEPLOYMENT_CHANGE};
use super::judge::{EDITS, Judge, MOMENTS, Moment, left_nothing, workload};
use super::scene::Scene;
use super::tool::Relabel as _;
use crate::harness::proxy::{Proxy, Verdict};
use crate::harness::{Ended, Namespace, Running};

/// Runs both. When each has decided what to do, their first writes go on together.
fn both(ns: &Namespace, lines: [&str; 2]) -> [Ended; 2] {
    let (together, mut left) = (Arc::new(Barrier::new(2)), 2);
    let proxy = Proxy::watching(ns, move |request| {
        if request.write().is_none() || left == 0 {
            return Verdict::Pass;
        }
        left -= 1;
        let together = Arc::clone(&together);
        Verdict::Before(Box::new(move || {
            together.wait();
        }))
    });
    let running = lines.map(|line| ns.begin_relabel(&format!("{line} --server {}", proxy.address())));
    running.map(Running::ended)
}

/// One of them has done it, the other is told whose it is. Answers with which one has not.
#[track_caller]
fn one_is_told(ended: [Ended; 2]) -> usize {
    let codes = ended.each_ref().map(Ended::code);
    let told = usize::from(codes[0] == Some(0));
    let [first, second] = ended;
    let (done, refused) = if told == 1 { (first, second) } else { (second, first) };
    done.done().not_said(&["under way", "goes on with"]);
    refused.refused().printed("").said(&[
        "says that a change is under way\n  begun by ",
        "if that has ended, this finishes it: kubectl relabel ",
        "hint: kubectl relabel --abort ",
    ]);
    told
}

#[test]
#[ignore = "needs a cluster: make test"]
fn of_two_at_the_same_moment_one_does_it_and_the_other_is_told() {
    std::thread::scope(|scope| {
        for case in [DAEMON_SET_ADD, DEPLOYMENT_CHANGE] {
            scope.spawn(move || {
                let mut scene = Scene::of(case);
                let words = scene.words();
                one_is_told(both(&scene.ns, [&words, &words]));
                scene.is_changed();
                let ended = scene.ns.relabel(&words).done();
                assert!(ended.stdout.lines().all(|line| line.ends_with(" not labeled")), "{ended}");
                // Two that want different things come one after the other.
                scene.number += 1;
                let lines = [scene.words(), format!("{} other=yes", scene.target())];
                let told = one_is_told(both(&scene.ns, lines.each_ref().map(String::as_str)));
                scene.ns.relabel(&lines[told]).done();
                scene.is_changed();
                assert_eq!(scene.ns.list("pods -l other=yes").len(), scene.ns.list("pods").len());
            });
        }
    });
}

/// Runs the first one, and in its middle the others to their ends.
fn in_the_middle(judge: &Judge, line: &str, moment: Moment, others: [String; 2]) -> (Ended, [Ended; 2]) {
    let ended = Arc::new(Mutex::new(None));
    let (ending, caller) = (Arc::clone(&ended), (*judge.ns).clone());
    let mut deed = Some(move || {
        *ending.lock().unwrap() = Some(others.map(|other| caller.relabel(&other)));
        // Whoever waits this long looks whether there is anything left to do.
        sleep(Duration::from_millis(500));
    });
    let proxy = Proxy::watching(&judge.ns, move |request| {
        if request.write().is_none() || !moment(request) {
            return Verdict::Pass;
        }
        deed.take().map_or(Verdict::Pass, |deed| Verdict::Before(Box::new(deed)))
    });
    let first = judge.ns.relabel(&format!("{line} --server {}", proxy.address()));
    (first, ended.lock().unwrap().take().expect("there is such a moment"))
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_same_command_in_its_own_middle_does_it_both_find_it_done_and_another_one_is_refused() {
    let cases = ["ds", "deploy", "sts"].into_iter().zip(EDITS).zip(MOMENTS);
    std::thread::scope(|scope| {
        for ((kind, edit), moment) in cases {
            scope.spawn(move || {
                let judge = Judge::of(kind, &workload(kind));
                let line = format!("{kind}/rng {edit}");
                judge.undisturbed(|| {
                    let others = [format!("{line} another=yes"), line.clone()];
                    let (first, [another, same]) = in_the_middle(&judge, &line, moment, others);
                    another.refused().printed("").said(&["says that a change is under way"]);
                    same.done().said(&["goes on with what "]);
                    first.done().not_said(&["goes on with"]);
                });
                left_nothing(&judge.ns, &format!("{kind}/rng"));
                judge.is_as_asked(edit);
                judge.has("another", None);
            });
        }
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_run_that_was_held_up_while_it_was_put_back_does_nothing_any_more() {
    // The hold finds the owner as it was, and comes when nobody holds it any more.
    let holds: Moment = |request| request.has(&["PATCH ", "/apis/apps/"]);
    let moments = [holds, MOMENTS[1], MOMENTS[2]];
    let cases = ["ds", "deploy"].into_iter().flat_map(|kind| moments.map(|moment| (kind, moment)));
    std::thread::scope(|scope| {
        for (kind, moment) in cases {
            scope.spawn(move || {
                let judge = Judge::of(kind, &workload(kind));
                let others = [format!("--abort {kind}/rng"), "--unfinished".to_owned()];
                judge.undisturbed(|| {
                    let line = format!("{kind}/rng svc/tier tier=front --overwrite");
                    let (first, [back, left]) = in_the_middle(&judge, &line, moment, others);
                    back.done();
                    left.done().said(&["nothing is unfinished in "]);
                    let told = "error: this change was put back meanwhile, or done, by another run of it\n";
                    first.refused().printed("").said(&[told]);
                });
                left_nothing(&judge.ns, &format!("{kind}/rng"));
                judge.has("tier", Some("back"));
            });
        }
    });
}
