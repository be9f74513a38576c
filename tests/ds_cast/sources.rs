//! How sources are named, and what is said to names that name nothing.

use serde_json::json;

use super::tool::Cast as _;
use crate::harness::Namespace;
use crate::harness::manifests::{daemon_set, deployment, replica_set, stateful_set};

#[test]
#[ignore = "needs a cluster: make test"]
fn a_source_can_be_named_in_every_form_that_kubectl_accepts() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.create(&replica_set("set", 0));
    ns.create(&stateful_set("cache", 0));
    for (words, name) in [
        ("rng", "rng"),
        ("deploy/rng", "rng"),
        ("deploy rng", "rng"),
        ("deployment/rng", "rng"),
        ("deployment rng", "rng"),
        ("deployments rng", "rng"),
        ("Deployment/rng", "rng"),
        ("deployments.apps/rng", "rng"),
        ("deployment.apps rng", "rng"),
        ("deployments.v1.apps/rng", "rng"),
        ("rs/set", "set"),
        ("replicaset set", "set"),
        ("replicasets.apps/set", "set"),
        ("sts/cache", "cache"),
        ("statefulset cache", "cache"),
        ("statefulsets.apps/cache", "cache"),
    ] {
        ns.cast(&format!("{words} --dry-run=client -o name")).done().printed(&format!("daemonset.apps/{name}\n"));
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn several_sources_are_cast_at_once() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.create(&deployment("hasher", 0));
    ns.create(&stateful_set("cache", 0));
    let ended = ns.cast("deploy/rng deploy/hasher sts/cache").done();
    for name in ["rng", "hasher", "cache"] {
        assert!(ended.stdout.contains(&format!("daemonset.apps/{name} created\n")), "{ended}");
        assert!(ns.has(&format!("ds/{name}")), "{ended}");
    }
    ns.cast("rng hasher").done().printed("daemonset.apps/rng unchanged\ndaemonset.apps/hasher unchanged\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn one_that_is_refused_keeps_the_others_from_being_cast() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    ns.cast("rng hasher").refused().said(&["error: deployment.apps/hasher not found"]).printed("");
    assert!(!ns.has("ds/rng"));
    let ended = ns.cast("rng hasher --skip-refused").said(&["deployment.apps/hasher not found"]);
    assert_eq!(ended.stdout, "daemonset.apps/rng created\n", "{ended}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_selector_casts_what_it_matches() {
    let ns = Namespace::new();
    for (name, tier) in [("rng", "back"), ("hasher", "back"), ("webui", "front")] {
        let mut source = deployment(name, 0);
        source["metadata"]["labels"]["tier"] = json!(tier);
        ns.create(&source);
    }
    ns.cast("-l tier=back").done();
    assert_eq!(ns.kubectl("get ds -o name"), "daemonset.apps/hasher\ndaemonset.apps/rng\n");
    ns.cast("deploy --selector tier!=back").done().printed("daemonset.apps/webui created\n");
    ns.cast("sts -l tier=back").done().said(&["No resources found"]).printed("");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn all_casts_everything_but_what_a_deployment_owns() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.create(&replica_set("set", 0));
    ns.create(&stateful_set("cache", 0));
    ns.rolled_out("deploy/rng");
    let ended = ns.cast("deploy,rs,sts --all").done().said(&["belongs to a deployment and is left as it is"]);
    assert_eq!(ended.stdout.lines().count(), 3, "{ended}");
    assert_eq!(ns.list("ds").len(), 3);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_bare_name_that_is_another_kinds_is_answered_with_the_command_to_type() {
    let ns = Namespace::new();
    ns.create(&stateful_set("cache", 0));
    ns.create(&replica_set("set", 0));
    let ended = ns.cast("cache").refused();
    let ended = ended.said(&["error: deployment.apps/cache not found", "there is a statefulset.apps/cache"]);
    assert!(ended.stderr.contains("hint: kubectl ds-cast sts/cache"), "{ended}");
    ns.cast("set").refused().said(&["there is a replicaset.apps/set", "hint: kubectl ds-cast rs/set"]);
    assert!(!ns.has("ds"), "nothing is written");
    ns.cast("sts/cache").done().printed("daemonset.apps/cache created\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn names_that_name_nothing_are_said() {
    let ns = Namespace::new();
    ns.create(&daemon_set("already"));
    let not_found = format!("error: deployment.apps/rng not found in namespace {}", ns.name());
    ns.cast("rng").refused().said(&[&not_found, "hint: kubectl get "]);
    ns.cast("deploy/rng").refused().said(&[&not_found, "hint: kubectl get deployments"]);
    ns.cast("nonsense/rng").refused().said(&["no resource type \"nonsense\"", "deployment, replicaset, statefulset"]);
    ns.cast("pod/rng").refused().said(&["pod/rng is not of a kind that this works on", "hint: the kinds are"]);
    ns.cast("svc rng").refused().said(&["service/rng is not of a kind"]);
    ns.cast("ds/already").refused().said(&["is a daemon set already", "--undo"]);
    ns.cast("--all").done().said(&["No resources found"]).printed("");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_wrong_command_line_ends_with_one_and_says_why() {
    let ns = Namespace::new();
    for words in [
        "",
        "deploy",
        "deploy/",
        "deploy/rng hasher",
        "rng --all",
        "rng -l a=b",
        "--all -l a=b",
        "rng -f x.yml",
        "rng --no-such-flag",
        "rng -o wide",
        "rng --dry-run=maybe",
        "rng --name Rng",
        "rng --node-selector disktype",
        "rng --toleration a:b:c",
        "rng --allow-fewer",
        "rng --replicas 3",
        "rng --undo --replace",
        "rng --timeout soon",
        "-l a==b==c",
        "-l !",
    ] {
        let ended = ns.cast(words).refused();
        assert!(ended.stdout.is_empty(), "{ended}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kubectl_finds_it_as_a_plugin() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let folder = std::path::Path::new(super::tool::PROGRAM).parent().unwrap();
    let script = format!("PATH={}:$PATH kubectl ds-cast rng --dry-run=client -o name", folder.display());
    let mut command = ns.command("sh");
    command.args(["-c", &script]);
    crate::harness::Running::start(command, "").ended().done().printed("daemonset.apps/rng\n");
}
