//! Several workloads and Services in one command.

use serde_json::json;

use super::judge::left_nothing;
use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, deployment, replica_set, service, stateful_set};
use crate::harness::{Endpoints, Namespace, Pods};

const TARGETS: [&str; 4] = ["ds/rng", "deploy/hasher", "sts/redis", "rs/worker"];

#[test]
#[ignore = "needs a cluster: make test"]
fn workloads_of_every_kind_and_their_services_at_once() {
    let ns = Namespace::new();
    let names = TARGETS.map(|target| target.split_once('/').unwrap().1);
    for object in [daemon_set("rng"), deployment("hasher", 2), stateful_set("redis", 2), replica_set("worker", 2)] {
        ns.create(&object);
    }
    for name in names {
        ns.create(&service(name));
    }
    for target in &TARGETS[..3] {
        ns.rolled_out(target);
    }
    let nodes = ns.get("ds/rng")["status"]["desiredNumberScheduled"].as_u64().unwrap();
    let counts = [("rng", usize::try_from(nodes).unwrap()), ("hasher", 2), ("redis", 2), ("worker", 2)];
    let endpoints = Endpoints::of_each(&ns, &counts);
    let pods = Pods::watched(&ns);
    let services = names.map(|name| format!("svc/{name}")).join(" ");
    let ended = ns.relabel(&format!("{} {services} isactive=yes", TARGETS.join(" "))).done();
    assert_eq!(ended.stdout.lines().count(), 8, "{ended}");
    pods.are_untouched();
    endpoints.never_were_fewer();
    for target in TARGETS {
        let spec = &ns.get(target)["spec"];
        assert_eq!(spec["selector"]["matchLabels"]["isactive"], "yes", "{target}");
        assert_eq!(spec["template"]["metadata"]["labels"]["isactive"], "yes", "{target}");
        left_nothing(&ns, target);
    }
    for name in names {
        let selector = &ns.get(&format!("svc/{name}"))["spec"]["selector"];
        assert_eq!(*selector, json!({"app": name, "isactive": "yes"}));
    }
}
