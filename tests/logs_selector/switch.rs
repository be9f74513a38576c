//! The Service is moved by `kubectl relabel` while its logs are followed.

use std::path::Path;

use serde_json::json;

use super::kubelet::Kubelet;
use super::tool::{Logs as _, PROGRAM};
use crate::harness::manifests::{deployment, service};
use crate::harness::{Caller, Endpoints, Namespace, eventually};

/// The names of the ready pods of a Deployment.
fn pods_of(caller: &Caller, name: &str, count: usize) -> Vec<String> {
    eventually(&format!("the pods of {name} run"), || {
        let pods = caller.list(&format!("pods -l of={name}"));
        let running = pods.iter().filter(|pod| pod["status"]["phase"] == "Running");
        let names: Vec<_> = running.map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned()).collect();
        (names.len() == count).then_some(names)
    })
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_service_that_is_relabelled_while_it_is_followed_says_who_leaves_and_why() {
    let relabel = Path::new(PROGRAM).with_file_name("kubectl-relabel");
    assert!(relabel.exists(), "it is built by cargo test --workspace");
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    for name in ["new", "old"] {
        let mut workload = deployment(name, 2);
        workload["spec"]["selector"]["matchLabels"] = json!({"of": name});
        workload["spec"]["template"]["metadata"]["labels"] = json!({"of": name, "app": "rng"});
        workload["spec"]["template"]["spec"]["nodeName"] = json!(kubelet.node());
        ns.create(&workload);
    }
    ns.create(&service("rng"));
    let (new, old) = (pods_of(&ns, "new", 2), pods_of(&ns, "old", 2));
    let endpoints = Endpoints::of(&ns, "rng", 4);
    let mut running = ns.begin_logs("svc/rng -f");
    let node = kubelet.node();
    for (name, pods) in [("new", &new), ("old", &old)] {
        for pod in pods {
            running.until_it_says(&format!("+ {pod}  {node}  in service/rng  of deployment.apps/{name}\n"));
            kubelet.write(pod, "before");
            running.until_it_prints(&format!("{pod} before\n"));
        }
    }
    let words = "deploy/new svc/rng isactive=yes";
    ns.start(relabel.to_str().unwrap(), words, "").ended().done();
    endpoints.reach(2);
    running.until_it_says("~ service/rng  selects app=rng,isactive=yes (before: app=rng)\n");
    for pod in &old {
        let why = "selector changed to app=rng,isactive=yes: label isactive is missing";
        running.until_it_says(&format!("- {pod}  left service/rng ({why})\n"));
        kubelet.write(pod, "after");
        running.until_it_prints(&format!("{pod} [not selected] after\n"));
    }
    for pod in &new {
        kubelet.write(pod, "after");
        running.until_it_prints(&format!("{pod} after\n"));
        assert!(!running.said_so_far().contains(&format!("- {pod}")), "{}", running.said_so_far());
    }
    // And back.
    ns.start(relabel.to_str().unwrap(), "svc/rng isactive-", "").ended().done();
    endpoints.reach(4);
    for pod in &old {
        running.until_it_says(&format!("+ {pod}  {node}  in service/rng\n"));
        kubelet.write(pod, "again");
        running.until_it_prints(&format!("{pod} again\n"));
    }
}
