//! What is asked on a terminal, and what becomes of each answer.

use super::cases::DAEMON_SET_ADD;
use super::interrupted::killed_when_held;
use super::prune::with_a_pod_let_go;
use super::scene::Scene;
use super::tool::{PROGRAM, Relabel as _};
use crate::harness::{Ended, Namespace, Running};

/// Types the answer on a terminal when something is asked there, and not before; then goes away, unless it is to stay. Whoever
/// has started the tests in the background has had Ctrl-C ignored by all that they start.
const TYPIST: &str = r#"
rm -f "$2" "$2.ended"
{ until grep -qs y/N "$2" || [ -e "$2.ended" ]; do sleep 0.05; done
  printf %s "$3"
  until [ "$4" = goes ] || [ -e "$2.ended" ]; do sleep 0.05; done; } |
{ env --default-signal=INT,QUIT script --quiet --flush --return --command "$1" "$2"; code=$?; touch "$2.ended"; exit $code; }
"#;

/// Runs it on a terminal, where this is answered. All that is to be seen there is its stdout.
fn typed(ns: &Namespace, words: &str, answer: &str) -> Ended {
    typed_into(ns, &format!("'{PROGRAM}' {words}"), [answer, "goes"])
}

fn typed_into(ns: &Namespace, line: &str, typist: [&str; 2]) -> Ended {
    let mut command = ns.command("sh");
    command.args(["-c", TYPIST, "sh", line]).arg(ns.folder().join("terminal")).args(typist);
    Running::start(command, "").ended()
}

/// Ctrl-C is typed where it asks this. It ends, and the terminal is as it was.
#[track_caller]
fn is_interrupted(ns: &Namespace, words: &str, question: &str) {
    // The shell stays, to look at the terminal once more.
    let line = format!("trap : INT; stty -g; '{PROGRAM}' {words}; code=$?; echo; stty -g; exit $code");
    let ended = typed_into(ns, &line, ["\x03", "stays"]);
    assert_eq!(ended.code(), Some(130), "{ended}");
    shows(&ended, &[question]);
    let mut settings = ended.stdout.lines();
    let (before, after) = (settings.next(), settings.next_back());
    assert!(before.is_some_and(|line| line.contains(':')), "{ended}");
    assert_eq!(after, before, "{ended}");
    let times = |sequence: &str| ended.stdout.matches(sequence).count();
    assert_eq!(times("\x1b[?25l"), times("\x1b[?25h"), "the cursor is shown: {ended}");
}

#[track_caller]
fn shows(ended: &Ended, texts: &[&str]) {
    for text in texts {
        assert!(ended.stdout.contains(text), "\"{text}\" is not shown\n{ended}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_change_is_carried_out_if_the_answer_is_yes_and_not_otherwise() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let words = format!("{} -i", scene.words());
    let state = || scene.ns.kubectl("get ds,pods,services,secrets,controllerrevisions -o json");
    let before = state();
    // Whoever goes away has not said yes.
    for answer in ["n\n", "\n", "yy\n", ""] {
        let ended = typed(&scene.ns, &words, answer).done();
        let plan = ["create secret/kube-recast.daemonset.rng: ", "delete daemonset.apps/rng: ", "patch service/rng: "];
        shows(&ended, &plan);
        shows(&ended, &["service/rng", "moves with it (target)", "Carry this out? [y/N] "]);
        assert!(!ended.stdout.contains("labeled"), "{answer:?}: {ended}");
    }
    assert_eq!(state(), before, "nothing is done");
    // What is asked where nobody sees it is not asked.
    let ended = typed(&scene.ns, &format!("{words} 2>/dev/null"), "y\n");
    assert_eq!(ended.code(), Some(1), "{ended}");
    assert_eq!(state(), before, "nothing is done");

    shows(
        &typed(&scene.ns, &words, "y\n").done(),
        &["daemonset.apps/rng labeled (selector, template, 2 pods; 0 restarted)"],
    );
    scene.is_changed();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_is_unfinished_is_gone_on_with_if_the_answer_is_yes_and_not_otherwise() {
    let scene = Scene::of(DAEMON_SET_ADD);
    killed_when_held(&scene);
    let words = format!("{} -i", scene.words());
    let ended = typed(&scene.ns, &words, "n\n").done();
    shows(&ended, &["goes on with what ", "create daemonset.apps/rng: ", "Carry this out? [y/N] "]);
    assert!(scene.uid().is_none(), "it is held as before");
    typed(&scene.ns, &words, "y\n").done();
    scene.is_changed();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_was_left_behind_is_pruned_if_the_answer_is_yes_and_not_otherwise() {
    let ns = Namespace::new();
    let pod = with_a_pod_let_go(&ns);
    for answer in ["n\n", ""] {
        let ended = typed(&ns, "--prune ds/rng", answer).done();
        shows(&ended, &[&format!("pod/{pod}: made by a controller, and without owner"), "Delete 1 pod? [y/N] "]);
        assert!(!ended.stdout.contains("deleted"), "{answer:?}: {ended}");
    }
    assert!(ns.has(&format!("pod/{pod}")));
    shows(&typed(&ns, "--prune ds/rng", "Yes\n").done(), &[&format!("pod/{pod} deleted")]);
    ns.kubectl(&format!("wait --for=delete pod/{pod} --timeout=120s"));
    let ended = typed(&ns, "--prune ds/rng", "").done();
    assert!(!ended.stdout.contains("[y/N]"), "nothing is asked about nothing: {ended}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn ctrl_c_at_a_question_ends_it_and_nothing_is_done() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let words = format!("{} -i", scene.words());
    let state = || scene.ns.kubectl("get ds,pods,services,secrets,controllerrevisions -o json");
    let before = state();
    is_interrupted(&scene.ns, &words, "Carry this out? [y/N] ");
    assert_eq!(state(), before, "nothing is done");
    scene.is_as_before();
    // What is half done is left as it is.
    killed_when_held(&scene);
    let before = state();
    is_interrupted(&scene.ns, &words, "Carry this out? [y/N] ");
    assert_eq!(state(), before, "nothing is done");
    scene.ns.relabel("--abort ds/rng").done();
    scene.is_as_before();

    let ns = Namespace::new();
    let pod = with_a_pod_let_go(&ns);
    let state = || ns.kubectl("get ds,pods,services,secrets,controllerrevisions -o json");
    let before = state();
    is_interrupted(&ns, "--prune ds/rng", "Delete 1 pod? [y/N] ");
    assert_eq!(state(), before, "nothing is done");
    ns.relabel("--prune ds/rng --yes").done().printed(&format!("pod/{pod} deleted\n"));
}
