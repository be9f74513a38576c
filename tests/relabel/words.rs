//! The grammar and the messages of `kubectl label`, and the flags that only show what would be done.

use serde_json::{Value, json};

use super::tool::Relabel as _;
use crate::harness::audit::Audit;
use crate::harness::manifests::{daemon_set, deployment, service};
use crate::harness::{Caller, Endpoints, Namespace, eventually, may};

/// Two Services that select the pods of one Deployment, and are labelled themselves.
fn fronts(ns: &Namespace) {
    ns.create(&deployment("rng", 1));
    for name in ["a", "b"] {
        let mut front = service(name);
        front["metadata"]["labels"] = json!({"tier": "front"});
        front["spec"]["selector"] = json!({"app": "rng"});
        ns.create(&front);
    }
    ns.rolled_out("deploy/rng");
    ns.kubectl("label pods --all on=yes tier=x");
    Endpoints::of_each(ns, &[("a", 1), ("b", 1)]);
}

fn selector(ns: &Caller, service: &str) -> Value {
    ns.get(&format!("svc/{service}"))["spec"]["selector"].clone()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_words_of_kubectl_label_mean_and_say_the_same() {
    let ns = Namespace::new();
    fronts(&ns);
    for (words, printed, said) in [
        ("svc/a on=yes", "service/a labeled (1 -> 1 endpoints)\n", ""),
        ("svc/a on=yes", "service/a not labeled\n", ""),
        ("svc/a none-", "service/a not labeled\n", "label \"none\" not found.\n"),
        ("svc/a tier=x on-", "service/a modified (1 -> 1 endpoints)\n", ""),
        ("svc/a tier-", "service/a unlabeled (1 -> 1 endpoints)\n", ""),
        ("svc a b on=yes", "service/a labeled (1 -> 1 endpoints)\nservice/b labeled (1 -> 1 endpoints)\n", ""),
        (
            "services -l tier=front on-",
            "service/a unlabeled (1 -> 1 endpoints)\nservice/b unlabeled (1 -> 1 endpoints)\n",
            "",
        ),
        ("svc --all on=yes", "service/a labeled (1 -> 1 endpoints)\nservice/b labeled (1 -> 1 endpoints)\n", ""),
        (
            "svc/a service/b svc/a on- none-",
            "service/a unlabeled (1 -> 1 endpoints)\nservice/b unlabeled (1 -> 1 endpoints)\n",
            "label \"none\" not found.\nlabel \"none\" not found.\n",
        ),
        ("svc -l tier=nothing on=yes", "", "No resources found in "),
    ] {
        let ended = ns.relabel(words).done().printed(printed).said(&[said]);
        if said.is_empty() {
            ended.not_said(&["not found", "No resources"]);
        }
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn words_that_are_wrong_are_refused_with_nothing_done() {
    let ns = Namespace::new();
    fronts(&ns);
    ns.relabel("svc/a on=yes").done();
    let version = ns.get("svc/b")["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let before = ns.kubectl("get services,pods -o json");
    for (words, said, hint) in [
        (
            "svc/a on=no",
            "error: service/a: 'on' already has a value (yes), and --overwrite is false\n",
            "hint: --overwrite changes it\n",
        ),
        ("svc/a svc/b on=no", "error: service/a: 'on' already has a value (yes), and --overwrite is false\n", ""),
        ("svc/a x=1 x-", "error: can not both modify and remove a label in the same command\n", ""),
        ("svc/a x=1=2", "error: invalid label spec: x=1=2\n", ""),
        ("svc/a", "error: at least one label update is required", ""),
        ("on=yes", "error: ", ""),
        ("svc/a svc/none on=yes", "error: service/none not found in namespace ", ""),
        ("configmaps/x on=yes", "error: there is no resource type \"configmaps\" that this command works on\n", ""),
        (
            "svc/a on- --resource-version=1",
            "error: service/a has another resourceVersion: ",
            "hint: it was changed since: look at it again\n",
        ),
        (
            "svc/a svc/b on- --resource-version=1",
            "error: --resource-version may only be used with a single resource\n",
            "",
        ),
        (
            "svc/a on- -i",
            "error: --interactive needs a terminal\n",
            "hint: leave it out, or look first with --dry-run\n",
        ),
        ("svc/a on=yes --list", "error: --list edits no label: on=yes\n", ""),
        ("pods --all pod-template-hash=1", "error: ", ""),
    ] {
        ns.relabel(words).refused().printed("").said(&[said, hint]);
    }
    assert_eq!(ns.kubectl("get services,pods -o json"), before, "nothing is done");
    for words in ["svc --all -l tier=front on=yes", "--list --prune svc/a", "--unfinished --abort svc/a"] {
        let ended = ns.relabel(words);
        assert_ne!(ended.code(), Some(0), "{ended}");
        ended.said(&["cannot be used with"]);
    }
    ns.relabel("svc/a on=no --overwrite --allow-empty --wait=false").done().printed("service/a labeled\n");
    ns.relabel(&format!("svc/b on=yes --resource-version={version}")).done();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn values_that_yaml_takes_for_something_else_stay_strings() {
    let ns = Namespace::new();
    fronts(&ns);
    for value in ["yes", "true", "1", "null", ""] {
        ns.relabel(&format!("svc/a v={value} --overwrite --allow-empty --wait=false")).done();
        assert_eq!(selector(&ns, "a"), json!({"app": "rng", "v": value}));
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_replica_set_of_a_deployment_is_refused_with_the_deployments_name() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    let set = ns.kubectl("get rs -o jsonpath={.items[0].metadata.name}");
    ns.relabel(&format!("rs/{set} on=yes")).refused().printed("").said(&[
        &format!("error: replicaset.apps/{set} belongs to deployment.apps/rng, which makes its replica sets itself\n"),
        "hint: kubectl relabel deploy/rng on=yes\n",
    ]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_takes_a_label_from_a_pod_is_told_beforehand_that_another_is_started() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    Endpoints::of(&ns, "rng", 1);
    let pod = ns.kubectl("get pods -o jsonpath={.items[0].metadata.name}");
    let set = ns.kubectl("get rs -o jsonpath={.items[0].metadata.name}");
    let text = format!("replicaset.apps/{set}  lets pod/{pod} go, and starts another\n");
    ns.relabel(&format!("pod/{pod} app-"))
        .refused()
        .printed("")
        .said(&["error: service/rng selects 1 pod -> 0: left without a ready pod\n"]);
    ns.relabel(&format!("pod/{pod} app- --allow-empty --dry-run")).done().said(&[&text]);
    assert_eq!(ns.list("pods").len(), 1, "nothing is done yet");
    let ended = ns.relabel(&format!("pod/{pod} app- --allow-empty")).done().said(&[&text]);
    ended.printed(&format!("pod/{pod} unlabeled\n"));
    eventually("another is started", || (ns.list("pods -l app=rng").len() == 1).then_some(()));
    assert!(ns.has(&format!("pod/{pod}")), "the one that was let go runs on");
    ns.relabel(&format!("pod/{pod} debug=yes")).done().not_said(&["starts another"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_result_is_printed_as_it_is_asked_for() {
    let ns = Namespace::new();
    fronts(&ns);
    let patch = ns.relabel("svc/a on=yes -o patch --dry-run").done().json();
    let test = json!({"op": "test", "path": "/spec/selector", "value": {"app": "rng"}});
    assert_eq!(patch, json!([test, {"op": "add", "path": "/spec/selector/on", "value": "yes"}]));
    ns.relabel("svc/a on=yes -o name --dry-run").done().printed("service/a\n");
    let shown = ns.relabel("svc/a on=yes -o json").done().json();
    assert_eq!(shown["spec"]["selector"], json!({"app": "rng", "on": "yes"}));
    let shown = ns.relabel("svc/a on- -o yaml").done().stdout;
    assert!(shown.contains("\nkind: Service\n") && !shown.contains("on: \"yes\""), "{shown}");
    ns.relabel("svc/a on=yes -q --wait=false").done().printed("service/a labeled\n");
    ns.relabel("svc/a on=yes -o name").done().printed("service/a\n");
    let quiet = ns.relabel("deploy/rng svc/a svc/b more=yes -q").done();
    assert_eq!(quiet.stderr, "", "{quiet}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn labels_are_listed_with_the_places_where_they_count() {
    let ns = Namespace::new();
    let mut set = daemon_set("rng");
    set["spec"]["template"]["metadata"]["labels"]["on"] = json!("yes");
    ns.create(&set);
    ns.create(&service("rng"));
    ns.relabel("--list ds/rng").done().printed("app=rng  (selector, template)\non=yes  (template)\n");
    ns.relabel("--list ds/rng svc/rng").done().printed(
        "Listing labels for daemonset.apps/rng:\n app=rng  (selector, template)\n on=yes  (template)\n\
         Listing labels for service/rng:\n app=rng\n",
    );
    ns.relabel("--list ds/none").refused().printed("").said(&["error: daemonset.apps/none not found in namespace "]);
}

/// What the looker has written; who asks what it may do, and who it is, writes nothing.
fn writes(audit: &Audit, ns: &Namespace) -> Vec<String> {
    let all = audit.writes_of(&ns.user("looker")).into_iter();
    all.filter(|line| !line.starts_with("create selfsubject")).collect()
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_no_dry_run_explanation_list_or_refusal_writes() {
    let ns = Namespace::new();
    fronts(&ns);
    let caller = ns.account("looker", &[may("*", "*")]);
    let audit = Audit::from_now();
    for targets in
        ["svc/a on=yes", "deploy/rng svc/a svc/b new=yes", "deploy/rng new=yes --keep-selector", "pods --all new=yes"]
    {
        caller.relabel(&format!("{targets} --dry-run=client")).done();
        caller.relabel(&format!("{targets} --dry-run=client -o yaml")).done();
        let script = caller.relabel(&format!("{targets} --explain")).done().stdout;
        assert!(script.starts_with("# 1. ") && script.contains("\nkubectl patch "), "{script}");
    }
    caller.relabel("--list deploy/rng svc/a").done();
    caller.relabel("svc/a nobody=has-it").refused();
    assert_eq!(writes(&audit, &ns), Vec::<String>::new());

    let audit = Audit::from_now();
    caller.relabel("deploy/rng new=yes -i").refused().said(&["--interactive needs a terminal"]);
    for (targets, printed) in [
        ("svc/a on=yes", "service/a labeled (server dry run)\n"),
        (
            "deploy/rng svc/a svc/b new=yes",
            "deployment.apps/rng labeled (selector, template, 1 pod) (server dry run)\n\
             service/a labeled (server dry run)\nservice/b labeled (server dry run)\n",
        ),
    ] {
        caller.relabel(&format!("{targets} --dry-run=server")).done().printed(printed);
    }
    let writes = writes(&audit, &ns);
    assert!(writes.iter().all(|line| line.ends_with("dry run")), "{writes:?}");
    for kind in ["patch services a", "delete deployments rng", "patch pods ", "create secrets "] {
        assert!(writes.iter().any(|line| line.starts_with(kind)), "the server is asked: {kind} {writes:?}");
    }
}
