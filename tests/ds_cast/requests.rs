//! How many requests a command takes, and in which order: no more than needed.

use super::tool::Cast as _;
use crate::harness::audit::Audit;
use crate::harness::manifests::{deployment, service};
use crate::harness::{Namespace, may};

/// The requests of one run, made by an account of its own.
fn requests(ns: &Namespace, account: &str, words: &str) -> Vec<String> {
    let audit = Audit::from_now();
    let caller = ns.account(account, &[may("*", "*"), may("list", "nodes")]);
    caller.cast(words).done();
    audit.requests_of(&ns.user(account))
}

/// Reads go out side by side: in no order.
fn sorted(requests: &[impl AsRef<str>]) -> Vec<&str> {
    let mut requests: Vec<&str> = requests.iter().map(AsRef::as_ref).collect();
    requests.sort_unstable();
    requests
}

fn rng(ns: &Namespace) {
    ns.create(&deployment("rng", 2));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_cast_reads_once_and_writes_once() {
    let ns = Namespace::new();
    rng(&ns);
    let requests = requests(&ns, "caster", "rng");
    assert_eq!(requests.first().unwrap(), "get deployments rng");
    assert_eq!(requests.last().unwrap(), "create daemonsets rng");
    let mut wanted = SURROUNDINGS.to_vec();
    wanted.insert(0, "get daemonsets rng");
    assert_eq!(sorted(&requests[1..requests.len() - 1]), wanted);
}

/// What the report looks at.
const SURROUNDINGS: [&str; 7] = [
    "list endpointslices",
    "list horizontalpodautoscalers",
    "list nodes",
    "list poddisruptionbudgets",
    "list pods",
    "list replicasets",
    "list services",
];

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_quiet_cast_asks_for_nothing_that_only_the_report_needs() {
    let ns = Namespace::new();
    rng(&ns);
    let wanted = ["get deployments rng", "get daemonsets rng", "create daemonsets rng"];
    assert_eq!(requests(&ns, "caster", "rng -q"), wanted);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_cast_of_many_reads_no_more_often_than_of_one() {
    let ns = Namespace::new();
    for name in ["a", "b", "c", "d"] {
        ns.create(&deployment(name, 0));
    }
    let requests = requests(&ns, "caster", "--all");
    let reads = requests.iter().filter(|line| line.starts_with("list ") || line.starts_with("get ")).count();
    assert!(reads <= 1 + SURROUNDINGS.len() + 3, "{requests:#?}");
    assert_eq!(requests.iter().filter(|line| line.starts_with("create ") && !line.ends_with("dry run")).count(), 4);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_replacement_asks_first_then_writes_twice_and_polls_nothing() {
    let ns = Namespace::new();
    rng(&ns);
    let requests = requests(&ns, "caster", "rng --replace");
    let (reads, others): (Vec<_>, Vec<_>) = requests.into_iter().partition(|line| line.starts_with("list "));
    // A watch begins with a list of its own.
    let mut surroundings = vec!["list daemonsets rng", "list deployments rng"];
    surroundings.extend(SURROUNDINGS);
    assert_eq!(sorted(&reads), surroundings);
    let (watches, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|line| line.starts_with("watch "));
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let moving = ["daemonsets rng", "deployments rng", "endpointslices", "pods", "replicasets", "services"];
    assert_eq!(sorted(&watches), moving.map(|what| format!("watch {what}")));
    // The dry runs go out side by side.
    assert_eq!(
        [&others[..1], &sorted(&others[1..3]), &others[3..]].concat(),
        [
            "get deployments rng",
            "create daemonsets rng dry run",
            "delete deployments rng dry run",
            "create daemonsets rng",
            "delete deployments rng",
        ]
    );
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_an_undo_asks_first_then_writes_twice() {
    let ns = Namespace::new();
    rng(&ns);
    ns.cast("rng").done();
    ns.kubectl("delete deploy/rng");
    ns.rolled_out("ds/rng");
    let requests = requests(&ns, "caster", "--undo ds/rng");
    let watched = |line: &&String| line.starts_with("list ") || line.starts_with("watch ");
    let (reads, others): (Vec<_>, Vec<_>) = requests.iter().partition(watched);
    let others: Vec<&str> = others.into_iter().map(String::as_str).collect();
    assert_eq!(
        [&others[..1], &sorted(&others[1..3]), &others[3..]].concat(),
        [
            "get daemonsets rng",
            "create deployments rng dry run",
            "delete daemonsets rng dry run",
            "create deployments rng",
            "delete daemonsets rng",
        ]
    );
    let needed = ["daemonsets rng", "deployments rng", "endpointslices", "pods", "replicasets", "services"];
    let wanted = ["list", "watch"].map(|verb| needed.map(|what| format!("{verb} {what}"))).concat();
    assert_eq!(sorted(&reads), wanted);
}
