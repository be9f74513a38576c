//! What is said about a cast.

use serde_json::json;

use super::tool::Cast as _;
use crate::harness::Namespace;
use crate::harness::manifests::{deployment, replica_set, service};

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_the_report_says_what_became_of_everything() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    crate::harness::Endpoints::of(&ns, "rng", 1);
    let ended = ns.cast("rng").done().printed("daemonset.apps/rng created\n");
    assert_eq!(
        ended.stderr,
        "  carried  template, selector, 1 label, revisionHistoryLimit
  changed  strategy RollingUpdate 25%/25% -> updateStrategy RollingUpdate, maxUnavailable 25%
  dropped  replicas 1, progressDeadlineSeconds 600    (remembered: kubectl ds-cast --undo ds/rng)
  nodes    will run on 4 of 5; not on cp-1: taint node-role.kubernetes.io/control-plane:NoSchedule
  note     25% rounds down in a deployment, up in a daemon set
  note     deployment.apps/rng still runs 1 pod beside it: service/rng will have 5 endpoints, 1 of them the deployment's
  next     kubectl relabel ds/rng svc/rng isactive=yes    (only the daemon set's pods serve)
  next     kubectl ds-cast deploy/rng --replace           (the deployment goes)
"
    );
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_label_is_proposed_only_where_it_would_tell_the_pods_apart() {
    let ns = Namespace::new();
    ns.create(&replica_set("set", 1));
    let mut labelled = deployment("labelled", 1);
    labelled["spec"]["template"]["metadata"]["labels"]["isactive"] = json!("no");
    ns.create(&labelled);
    ns.create(&deployment("empty", 0));
    ns.create(&deployment("alone", 1));
    for name in ["set", "labelled", "empty"] {
        ns.create(&service(name));
    }
    for name in ["rs/set", "deploy/labelled", "deploy/alone"] {
        ns.kubectl(&format!("wait --for=jsonpath={{.status.readyReplicas}}=1 {name} --timeout=120s"));
    }
    let command = "kubectl relabel ds/set svc/set isactive=yes --keep-selector";
    ns.cast("rs/set").done().said(&[&format!("next     {command} "), "(only the daemon set's pods serve)"]);
    for name in ["labelled", "empty", "alone"] {
        ns.cast(name).done().not_said(&["kubectl relabel"]);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn every_service_that_balances_over_both_is_named() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    for name in ["first", "second", "stranger"] {
        let mut service = service("rng");
        service["metadata"]["name"] = json!(name);
        service["spec"]["selector"] = json!({"app": if name == "stranger" { "stranger" } else { "rng" }});
        ns.create(&service);
    }
    let ended = ns.cast("rng").done();
    ended.said(&["service/first will have", "service/second will have"]).not_said(&["service/stranger"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_the_nodes_where_it_will_not_run_are_said_with_the_reason() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 0));
    let nodes = |words: &str| {
        let ended = ns.cast(&format!("rng --dry-run=client {words}")).done();
        ended.stderr.lines().find_map(|line| line.strip_prefix("  nodes    ")).expect("it says where").to_owned()
    };
    let taint = "not on cp-1: taint node-role.kubernetes.io/control-plane:NoSchedule";
    assert_eq!(nodes(""), format!("will run on 4 of 5; {taint}"));
    assert_eq!(nodes("--toleration other"), format!("will run on 4 of 5; {taint}"));
    assert_eq!(nodes("--every-node"), "will run on 5 of 5");
    assert_eq!(nodes("--toleration node-role.kubernetes.io/control-plane:NoSchedule"), "will run on 5 of 5");
    let selected = "will run on 1 of 5; not on cp-1, node-1, node-3, node-4: node selector disktype=ssd";
    assert_eq!(nodes("--node-selector disktype=ssd"), selected);
    assert_eq!(nodes("--node-selector disktype=tape").split(';').next(), Some("will run on 0 of 5"));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_it_runs_where_the_report_says() {
    let ns = Namespace::new();
    let affinity = |operator: &str| {
        json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
        "nodeSelectorTerms": [{"matchExpressions": [
            {"key": "topology.kubernetes.io/zone", "operator": operator, "values": ["zone-a"]}]}]}}})
    };
    for (name, operator, count) in [("in", "In", 2), ("out", "NotIn", 2)] {
        let mut source = deployment(name, 0);
        source["spec"]["template"]["spec"]["affinity"] = affinity(operator);
        ns.create(&source);
        ns.cast(name).done().said(&[&format!("will run on {count} of "), "node affinity topology.kubernetes.io/zone"]);
        ns.rolled_out(&format!("ds/{name}"));
        assert_eq!(ns.get(&format!("ds/{name}"))["status"]["desiredNumberScheduled"], count);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_next_command_can_be_typed_as_it_stands() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    let words = format!("rng --name other --every-node --node-selector kubernetes.io/os=linux -n {}", ns.name());
    let ended = ns.cast(&words).done();
    let next = ended.stderr.lines().find_map(|line| line.trim().strip_prefix("next "));
    let command = next.and_then(|line| line.split("    (").next()).unwrap_or_else(|| panic!("{ended}")).trim();
    let words = command.strip_prefix("kubectl ds-cast ").unwrap_or_else(|| panic!("{ended}"));
    ns.cast(words).done().printed("deployment.apps/rng deleted\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn quiet_is_silent_but_for_results_and_errors() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    for words in ["rng -q", "rng --quiet --dry-run=client", "rng -q --replace", "--undo ds/rng -q"] {
        let ended = ns.cast(words).done();
        assert!(ended.stderr.is_empty() && !ended.stdout.is_empty(), "{ended}");
    }
    ns.cast("nothing -q").refused();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_warning_of_the_server_is_said_once_and_not_to_the_quiet() {
    let ns = Namespace::new();
    for name in ["loud", "quiet"] {
        let mut twice = deployment(name, 0);
        // The server warns of a variable that hides another one.
        twice["spec"]["template"]["spec"]["containers"][0]["env"] =
            json!([{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]);
        ns.create(&twice);
    }
    let loud = ns.cast("loud --replace").done().said(&["Warning: "]);
    assert_eq!(loud.stderr.matches("hides previous definition").count(), 1, "{}", loud.stderr);
    assert_eq!(ns.cast("quiet --replace -q").done().stderr, "");
}
