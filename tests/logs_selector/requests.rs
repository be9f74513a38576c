//! What the API server is asked for.

use super::kubelet::Kubelet;
use super::tool::Logs as _;
use crate::harness::audit::Audit;
use crate::harness::manifests::service;
use crate::harness::{Endpoints, Namespace};

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_each_kind_is_listed_once_and_watched_once_however_many_pods_there_are() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    ns.create(&service("rng"));
    let names: Vec<String> = (1..=5).map(|number| format!("rng-{number}")).collect();
    kubelet.pods(&names);
    Endpoints::of(&ns, "rng", 5);
    for name in &names {
        kubelet.write(name, "one");
    }
    let reader = ns.account("reader", &ns.role("logs-selector"));
    let audit = Audit::from_now();
    let mut running = reader.begin_logs("svc/rng -f");
    for name in &names {
        running.until_it_prints(&format!("{name} one\n"));
    }
    // Who comes later is seen by the watches that there are.
    kubelet.pod("rng-6");
    kubelet.write("rng-6", "two");
    running.until_it_prints("rng-6 two\n");
    running.signal("INT");
    running.ended();
    let requests = audit.requests_of(&ns.user("reader"));
    let mut once: Vec<_> = requests.iter().filter(|request| !request.starts_with("get pods log ")).cloned().collect();
    once.sort();
    let kinds = ["endpointslices", "pods", "services"];
    let lists =
        kinds.map(|kind| if kind == "services" { "list services rng".to_owned() } else { format!("list {kind}") });
    let watches =
        kinds.map(|kind| if kind == "services" { "watch services rng".to_owned() } else { format!("watch {kind}") });
    let expected: Vec<String> = std::iter::once("get services rng".to_owned()).chain(lists).chain(watches).collect();
    assert_eq!(once, expected, "{requests:#?}");

    // Of the first one's watches it may be logged only now that they have ended.
    let another = ns.account("another", &ns.role("logs-selector"));
    let audit = Audit::from_now();
    another.logs("svc/rng --tail 1").done();
    let requests = audit.requests_of(&ns.user("another"));
    for kind in kinds {
        for verb in ["list", "watch"] {
            let count = requests.iter().filter(|request| request.starts_with(&format!("{verb} {kind}"))).count();
            assert!(count <= 1, "{verb} {kind}: {requests:#?}");
        }
    }
}
