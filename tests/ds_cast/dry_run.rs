//! Dry runs: what they show, and that they leave nothing behind.

use serde_json::{Value, json};

use super::tool::Cast as _;
use crate::harness::Namespace;
use crate::harness::audit::Audit;
use crate::harness::manifests::{deployment, service, stateful_set};
use crate::harness::may;

/// Words that a clean manifest has no use for.
const OF_ONE_CLUSTER: [&str; 12] = [
    "uid:",
    "resourceVersion",
    "generation:",
    "creationTimestamp: \"",
    "managedFields",
    "status:",
    "last-applied",
    "deployment.kubernetes.io",
    "kube-recast",
    "selfLink",
    "ownerReferences",
    "namespace:",
];

#[test]
#[ignore = "needs a cluster: make test"]
fn a_manifest_from_a_dry_run_can_be_applied_and_kept() {
    let ns = Namespace::new();
    ns.apply(&deployment("rng", 2));
    ns.rolled_out("deploy/rng");
    let manifest = ns.cast("rng --dry-run=client -o yaml").done().stdout;
    for word in OF_ONE_CLUSTER {
        assert!(!manifest.contains(word), "{word}:\n{manifest}");
    }
    let applied = ns.try_kubectl("apply --validate=strict -f -", &manifest).done();
    let applied = applied.not_said(&["Warning"]);
    assert_eq!(applied.stdout, "daemonset.apps/rng created\n", "{applied}");
    let again = ns.try_kubectl("apply -f -", &manifest).done();
    assert_eq!(again.stdout, "daemonset.apps/rng unchanged\n", "{again}");
    ns.cast("rng").done().printed("daemonset.apps/rng unchanged\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_manifest_is_as_clean_when_the_daemon_set_is_there() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let show = || ns.cast("rng --dry-run=client -o yaml").done().stdout;
    let before = show();
    ns.cast("rng").done();
    assert_eq!(show(), before);
    let undo = || ns.cast("--undo ds/rng --dry-run=client -o yaml").done().stdout;
    let beside = undo();
    for word in OF_ONE_CLUSTER {
        assert!(!beside.contains(word), "{word}:\n{beside}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_namespace_is_in_the_manifest_only_if_it_is_asked_for() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let shown = |words: &str| ns.cast(&format!("rng --dry-run=client -o json {words}")).done().json();
    assert_eq!(shown("")["metadata"]["namespace"], Value::Null);
    assert_eq!(shown(&format!("-n {}", ns.name()))["metadata"]["namespace"], ns.name());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_server_dry_run_shows_what_the_server_would_make_of_it() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let shown = ns.cast("rng --dry-run=server -o json").done().json();
    assert_eq!(shown["spec"]["updateStrategy"]["rollingUpdate"]["maxSurge"], 0, "the server's defaults");
    assert!(shown["metadata"]["uid"].is_string(), "{shown}");
    ns.cast("rng --dry-run=server").done().printed("daemonset.apps/rng created (server dry run)\n");
    ns.cast("rng --dry-run=client").done().printed("daemonset.apps/rng created (dry run)\n");
    ns.cast("rng --dry-run").done().printed("daemonset.apps/rng created (dry run)\n");
    assert!(!ns.has("ds/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_server_dry_run_says_what_the_server_refuses() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.create(&json!({
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"},
        "spec": {"hard": {"count/daemonsets.apps": "0"}},
    }));
    crate::harness::eventually("the quota is in force", || {
        ns.get("quota/none")["status"]["hard"].is_object().then_some(())
    });
    ns.cast("rng --dry-run=server").refused().said(&["cannot create daemonset.apps/rng", "exceeded quota: none"]);
    ns.cast("rng --dry-run=client").done();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_dry_run_of_a_replacement_names_both_steps() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    for (words, suffix) in [("client", "dry run"), ("server", "server dry run")] {
        let wanted = format!("daemonset.apps/rng created ({suffix})\ndeployment.apps/rng deleted ({suffix})\n");
        ns.cast(&format!("rng --replace --dry-run={words}")).done().printed(&wanted);
    }
    assert!(ns.has("deploy/rng") && !ns.has("ds/rng"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_no_dry_run_explanation_or_refusal_writes() {
    let ns = Namespace::new();
    let audit = Audit::from_now();
    let all = [may("*", "*"), may("list", "nodes")];
    let caller = ns.account("caster", &all);
    ns.create(&deployment("rng", 1));
    ns.create(&service("rng"));
    let mut held = stateful_set("held", 0);
    held["spec"]["updateStrategy"] = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 1}});
    ns.create(&held);
    ns.rolled_out("deploy/rng");
    for words in [
        "rng --dry-run=client",
        "rng --dry-run=client -o yaml",
        "rng --dry-run=client --replace",
        "rng --dry-run=client -o patch",
        "rng --explain",
        "rng --explain --replace",
    ] {
        caller.cast(words).done();
    }
    caller.cast("sts/held").refused();
    caller.cast("nothing --replace").refused();
    assert_eq!(audit.writes_of(&ns.user("caster")), Vec::<String>::new());

    caller.cast("rng --dry-run=server").done();
    caller.cast("rng --dry-run=server --replace").done();
    let mut writes = audit.writes_of(&ns.user("caster"));
    // They go out side by side.
    writes.sort_unstable();
    assert_eq!(
        writes,
        ["create daemonsets rng dry run", "create daemonsets rng dry run", "delete deployments rng dry run",]
    );
    ns.cast("rng").done();
    caller.cast("--undo ds/rng --dry-run=client").done();
    caller.cast("--undo ds/rng --explain").done();
    assert_eq!(audit.writes_of(&ns.user("caster")).len(), writes.len());
}
