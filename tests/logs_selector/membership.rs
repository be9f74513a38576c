//! What the Service thinks of the pods, and how that changes.

use serde_json::{Value, json};

use super::kubelet::Kubelet;
use super::tool::Logs as _;
use crate::harness::manifests::service;
use crate::harness::{Endpoints, Namespace};

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_joins_and_leaves_are_said_with_their_reasons() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    ns.create(&service("rng"));
    kubelet.pod("rng-1");
    kubelet.pod("rng-2");
    let endpoints = Endpoints::of(&ns, "rng", 2);
    let node = kubelet.node();
    let mut running = ns.begin_logs("svc/rng -f");
    running.until_it_says(&format!("+ rng-1  {node}  in service/rng\n"));
    running.until_it_says(&format!("+ rng-2  {node}  in service/rng\n"));
    kubelet.write("rng-1", "served");
    running.until_it_prints("rng-1 served\n");
    ns.kubectl("label pod/rng-1 app-");
    running.until_it_says("- rng-1  left service/rng (label app is missing)\n");
    // It is followed on, and marked.
    kubelet.write("rng-1", "still here");
    running.until_it_prints("rng-1 [not selected] still here\n");
    ns.kubectl("label pod/rng-1 app=rng");
    endpoints.reach(2);
    kubelet.write("rng-1", "back");
    running.until_it_prints("rng-1 back\n");
    ns.patch("svc/rng", &json!({"spec": {"selector": {"isactive": "yes"}}}));
    running.until_it_says("~ service/rng  selects app=rng,isactive=yes (before: app=rng)\n");
    for pod in ["rng-1", "rng-2"] {
        let reason = "selector changed to app=rng,isactive=yes: label isactive is missing";
        running.until_it_says(&format!("- {pod}  left service/rng ({reason})\n"));
    }
    ns.kubectl("label pod/rng-2 isactive=yes");
    endpoints.reach(1);
    ns.kubectl("delete pod/rng-2 --wait=false");
    running.until_it_says("- rng-2");
    kubelet.pod_with("rng-3", json!({"app": "rng", "isactive": "yes"}), &["main"]);
    running.until_it_says(&format!("+ rng-3  {node}  "));
    running.signal("INT");
    assert_eq!(running.ended().code(), Some(130));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_wider_selector_than_the_service_s_shows_who_is_in_and_who_is_out() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    let mut front = service("rng");
    front["spec"]["selector"]["isactive"] = json!("yes");
    ns.create(&front);
    kubelet.pod_with("rng-1", json!({"app": "rng", "isactive": "yes"}), &["main"]);
    kubelet.pod("rng-2");
    Endpoints::of(&ns, "rng", 1);
    kubelet.write("rng-1", "one");
    kubelet.write("rng-2", "two");
    ns.logs("-l app=rng --service svc/rng").done().printed("rng-1 one\nrng-2 [not selected] two\n");
    ns.logs("-l app=rng --service rng --show-membership")
        .done()
        .printed("rng-1 [serving] one\nrng-2 [not selected] two\n");
    ns.logs("svc/rng").done().printed("rng-1 one\n");
    let lines = ns.logs("-l app=rng --service rng -o json").done();
    let standings: Vec<Value> = lines
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["membership"]["service/rng"].take())
        .collect();
    assert_eq!(standings, ["serving", "not selected"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_endpoints_that_somebody_wrote_by_hand_are_known_by_their_addresses() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    let mut manual = service("manual");
    manual["spec"].as_object_mut().unwrap().remove("selector");
    ns.create(&manual);
    for name in ["rng-1", "rng-2"] {
        kubelet.pod(name);
        kubelet.write(name, "one");
    }
    let address = |name: &str| json!(if name == "rng-1" { "10.0.0.1" } else { "10.0.0.2" });
    for name in ["rng-1", "rng-2"] {
        let status = json!({"status": {"podIP": address(name), "podIPs": [{"ip": address(name)}]}});
        ns.kubectl_with(&format!("patch pod/{name} --subresource=status --type=merge -p"), &status.to_string());
    }
    ns.create(&json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": "by-hand", "labels": {"kubernetes.io/service-name": "manual"}},
        "endpoints": [{"addresses": [address("rng-1")], "conditions": {"ready": true}}], "ports": [{"port": 80}],
    }));
    let mut lines: Vec<String> =
        ns.logs("-l app=rng --service manual --show-membership").done().stdout.lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["rng-1 [serving] one", "rng-2 [not selected] one"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_pod_that_is_not_ready_or_on_its_way_out_is_marked() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    ns.create(&service("rng"));
    kubelet.pod("rng-1");
    let endpoints = Endpoints::of(&ns, "rng", 1);
    let mut running = ns.begin_logs("svc/rng -f");
    running.until_it_says("in service/rng\n");
    let unready = json!([{"type": "Ready", "status": "False", "reason": "Probe", "message": "it does not answer"}]);
    let patch = json!([{"op": "replace", "path": "/status/conditions", "value": unready}]);
    ns.kubectl_with("patch pod/rng-1 --subresource=status --type=json -p", &patch.to_string());
    endpoints.reach(0);
    running.until_it_says("- rng-1  left service/rng (not ready: it does not answer)\n");
    kubelet.write("rng-1", "alone");
    running.until_it_prints("rng-1 [not ready] alone\n");
    kubelet.delete_slowly("rng-1");
    running.until_it_says("  rng-1  draining in service/rng (terminating)\n");
    kubelet.write("rng-1", "last words");
    running.until_it_prints("rng-1 [draining] last words\n");
    running.until_it_says("- rng-1 (deleted)\n");
}
