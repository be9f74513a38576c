//! The roles of `examples/rbac` grant what a command takes, and nothing besides.

use super::tool::Cast as _;
use crate::harness::manifests::{deployment, service};
use crate::harness::{Caller, Namespace, one_verb_less};

fn rng(ns: &Namespace) {
    ns.create(&deployment("rng", 1));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
}

fn holder(ns: &Namespace, role: &str) -> Caller {
    ns.account(role, &ns.role(role))
}

#[test]
#[ignore = "needs a cluster: make test"]
fn each_role_is_enough_for_its_command() {
    let ns = Namespace::new();
    rng(&ns);
    holder(&ns, "ds-cast").cast("rng").done();
    holder(&ns, "ds-cast-replace").cast("rng --replace").done();
    assert!(ns.has("ds/rng") && !ns.has("deploy/rng"));
    holder(&ns, "ds-cast-undo").cast("--undo ds/rng").done();
    assert!(ns.has("deploy/rng") && !ns.has("ds/rng"));
    let both = [ns.role("ds-cast"), ns.role("look-around")].concat();
    ns.account("onlooker", &both).cast("rng").done().not_said(&["not looked at"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_cast_is_refused() {
    let ns = Namespace::new();
    rng(&ns);
    refused(&ns, "ds-cast", "rng", &[]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_a_replacement_is_refused() {
    let ns = Namespace::new();
    rng(&ns);
    refused(&ns, "ds-cast-replace", "rng --replace", &[]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_an_undo_is_refused() {
    let ns = Namespace::new();
    rng(&ns);
    ns.cast("rng --replace").done();
    refused(&ns, "ds-cast-undo", "--undo ds/rng", &[]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_an_adoption_is_refused() {
    let ns = Namespace::new();
    rng(&ns);
    // No pod is one too many there.
    refused(&ns, "ds-cast-adopt", "rng --adopt", &["delete pods"]);
    holder(&ns, "ds-cast-adopt").cast("rng --adopt").done();
    assert!(ns.has("ds/rng") && !ns.has("deploy/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn with_one_verb_less_the_undoing_of_an_adoption_is_refused() {
    let ns = Namespace::new();
    rng(&ns);
    ns.cast("rng --adopt").done();
    refused(&ns, "ds-cast-undo-adopted", "--undo ds/rng", &[]);
    holder(&ns, "ds-cast-undo-adopted").cast("--undo ds/rng").done();
    assert!(ns.has("deploy/rng") && !ns.has("ds/rng"));
}

/// Each verb of the role is missed when it is missing, and named, but for these.
#[track_caller]
fn refused(ns: &Namespace, role: &str, words: &str, but: &[&str]) {
    let before = versions(ns);
    let less = one_verb_less(&ns.role(role)).into_iter().enumerate();
    for (position, (right, rules)) in less.filter(|(_, (right, _))| !but.contains(&right.as_str())) {
        let ended = ns.account(&format!("{role}-{position}"), &rules).cast(words);
        assert_eq!(ended.code(), Some(1), "{role} without {right}: {ended}");
        ended.refused().printed("").said(&[&format!("hint: kubectl auth can-i {right}")]);
    }
    assert_eq!(versions(ns), before, "{role}");
}

/// Of all that could be changed.
fn versions(ns: &Namespace) -> String {
    ns.kubectl(
        "get deploy,ds,svc -o custom-columns=KIND:.kind,NAME:.metadata.name,UID:.metadata.uid,G:.metadata.generation",
    )
}
