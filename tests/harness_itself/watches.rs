//! What is watched in the background is seen.

use serde_json::json;

use crate::harness::manifests::{deployment, service};
use crate::harness::{Endpoints, Namespace, Pods};

#[test]
#[ignore = "needs a cluster: make test"]
fn pods_that_come_and_go_are_seen() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 2));
    ns.rolled_out("deploy/rng");
    let pods = Pods::watched(&ns);
    pods.are_untouched();
    let first = ns.list("pods")[0]["metadata"]["name"].as_str().unwrap().to_owned();
    ns.kubectl(&format!("delete pod/{first}"));
    ns.rolled_out("deploy/rng");
    assert_eq!(pods.lost(), [first]);
    assert_eq!(pods.created().len(), 1);
    assert_eq!(pods.restarts(), 0);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_containers_that_restart_are_counted() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    let name = ns.list("pods")[0]["metadata"]["name"].as_str().unwrap().to_owned();
    let restarted = |times: u32| {
        let mut statuses = ns.get(&format!("pod/{name}"))["status"]["containerStatuses"].clone();
        statuses[0]["restartCount"] = json!(times);
        ns.patch(&format!("pod/{name} --subresource=status"), &json!({"status": {"containerStatuses": statuses}}));
    };
    restarted(3);
    let pods = Pods::watched(&ns);
    assert_eq!(pods.restarts(), 0, "what was before does not count");
    restarted(5);
    assert_eq!(pods.restarts(), 2);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn endpoints_of_each_service_are_counted() {
    let ns = Namespace::new();
    ns.create(&deployment("rng", 3));
    ns.create(&service("rng"));
    ns.create(&service("other"));
    ns.rolled_out("deploy/rng");
    let endpoints = Endpoints::of_each(&ns, &[("rng", 3), ("other", 0)]);
    endpoints.never_were_fewer();
    ns.kubectl("scale deploy/rng --replicas=1");
    endpoints.reach(1);
    ns.kubectl("scale deploy/rng --replicas=2");
    endpoints.reach_of("rng", 2);
    assert_eq!((endpoints.fewest(), endpoints.fewest_of("other")), (1, 0));
}
