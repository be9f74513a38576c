//! Whose logs: services, workloads, pods, by name or by labels.

use serde_json::json;

use super::kubelet::Kubelet;
use super::tool::Logs as _;
use crate::harness::manifests::{IMAGE, daemon_set, deployment, service, stateful_set};
use crate::harness::{Caller, Namespace, eventually};

/// Pods of a workload whose pods all come to the kubelet.
fn on(kubelet: &Kubelet<'_>, mut workload: serde_json::Value) -> serde_json::Value {
    workload["spec"]["template"]["spec"]["nodeName"] = json!(kubelet.node());
    workload
}

fn pods(ns: &Caller, label: &str, count: usize) -> Vec<String> {
    eventually("the pods are there", || {
        let pods = ns.list(&format!("pods -l {label}"));
        let ready =
            |pod: &serde_json::Value| pod["status"]["phase"] == "Running" || pod["status"]["phase"] == "Succeeded";
        let names: Vec<String> = pods
            .iter()
            .filter(|pod| ready(pod))
            .map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned())
            .collect();
        (names.len() == count).then_some(names)
    })
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_the_pods_of_a_workload_are_those_that_it_controls() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    // All of them have the same label: a selector could not tell them apart.
    for mut workload in [deployment("rng", 2), stateful_set("set", 1)] {
        workload["spec"]["selector"]["matchLabels"] = json!({"app": "rng"});
        workload["spec"]["template"]["metadata"]["labels"] = json!({"app": "rng"});
        ns.create(&on(&kubelet, workload));
    }
    let job = json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "once"},
        "spec": {"template": {"metadata": {"labels": {"app": "rng"}}, "spec": {
            "nodeName": kubelet.node(), "restartPolicy": "Never", "containers": [{"name": "main", "image": IMAGE}]}}},
    });
    ns.create(&job);
    for pod in pods(&ns, "app=rng", 4) {
        kubelet.write(&pod, &format!("I am {pod}"));
    }
    for (target, count, beginning) in
        [("deploy/rng", 2, "rng-"), ("sts/set", 1, "set-0"), ("job/once", 1, "once-"), ("rng", 2, "rng-")]
    {
        let ended = ns.logs(&format!("{target} -o raw")).done();
        let lines: Vec<_> = ended.stdout.lines().collect();
        assert_eq!(lines.len(), count, "{target}: {ended}");
        assert!(lines.iter().all(|line| line.starts_with(&format!("I am {beginning}"))), "{target}: {ended}");
    }
    assert_eq!(ns.logs("deploy/rng sts/set -o raw").done().stdout.lines().count(), 3);
    let set = ns.list("replicasets").remove(0)["metadata"]["name"].as_str().unwrap().to_owned();
    assert_eq!(ns.logs(&format!("rs/{set} -o raw")).done().stdout.lines().count(), 2);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_the_pods_of_a_daemon_set_and_of_all_jobs_of_a_cron_job_are_followed_as_they_come() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    let mut set = daemon_set("agent");
    let spec = &mut set["spec"]["template"]["spec"];
    // On no other node than that of the kubelet, which nobody else tolerates.
    spec["nodeSelector"] = json!({"test": ns.name()});
    spec["tolerations"] = json!([{"operator": "Exists"}]);
    ns.create(&set);
    let template = json!({"spec": {"nodeName": kubelet.node(), "restartPolicy": "Never",
                                   "containers": [{"name": "main", "image": IMAGE}]},
                          "metadata": {"labels": {"app": "backup"}}});
    ns.create(&json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "backup"},
        "spec": {"schedule": "0 0 1 1 *", "suspend": true, "jobTemplate": {"spec": {"template": template}}},
    }));
    let agent = pods(&ns, "app=agent", 1).remove(0);
    kubelet.write(&agent, "I am an agent");
    ns.logs("ds/agent").done().printed(&format!("{agent} I am an agent\n"));
    let mut running = ns.begin_logs("ds/agent cj/backup -f -o raw");
    running.until_it_prints("I am an agent\n");
    // As the controller does it, minute by minute.
    for name in ["backup-29384723", "backup-29384724", "made-by-hand"] {
        ns.kubectl(&format!("create job {name} --from=cronjob/backup"));
        let pod = pods(&ns, &format!("job-name={name}"), 1).remove(0);
        kubelet.write(&pod, &format!("I am of {name}"));
        running.until_it_prints(&format!("I am of {name}\n"));
    }
    // Of nobody's: its name proves nothing.
    ns.kubectl(&format!("create job backup-1 --image {IMAGE}"));
    pods(&ns, "job-name=backup-1", 1);
    let listed = ns.logs("cj/backup --order pod --prefix").done().stdout;
    assert!(!listed.contains("backup-1-") && listed.contains("made-by-hand"), "{listed}");
    ns.kubectl(&format!("delete pod/{agent} --wait=false"));
    let next = eventually("there is another agent", || {
        let pods = ns.list("pods -l app=agent");
        let name = pods.iter().find_map(|pod| pod["metadata"]["name"].as_str().filter(|name| *name != agent))?;
        Some(name.to_owned())
    });
    kubelet.write(&next, "I am the next agent");
    running.until_it_prints("I am the next agent\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_bare_name_is_a_service_s_and_what_is_not_clear_is_said() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    ns.create(&deployment("rng", 0));
    ns.create(&daemon_set("other"));
    ns.create(&stateful_set("other", 0));
    kubelet.pod("rng-1");
    kubelet.write("rng-1", "one");
    ns.logs("rng").done().printed("").said(&["No pods found in"]);
    ns.create(&service("rng"));
    ns.logs("rng")
        .done()
        .said(&["rng is taken for service/rng; there is deploy/rng too"])
        .printed("rng-1 [not ready] one\n".replace(" [not ready]", "").as_str());
    ns.logs("other").refused().said(&[
        "error: other is the name of several: ds/other, sts/other",
        "hint: say which: kubectl logs-selector ds/other",
    ]);
    ns.logs("rng-1").done().printed("one\n");
    ns.logs("nobody").refused().said(&["error: there is no service, workload or pod nobody in namespace "]);
    ns.logs("deploy/nobody").refused().said(&["error: deployment.apps/nobody not found in namespace "]);
    ns.logs("secret/x").refused().said(&["there is no resource type \"secret\" that has pods with logs"]);
    ns.logs("").refused().said(&["error: nothing is named"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_service_that_selects_no_pods_is_refused() {
    let ns = Namespace::new();
    let external = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"},
                          "spec": {"type": "ExternalName", "externalName": "db.example.com"}});
    ns.create(&external);
    let mut manual = service("manual");
    manual["spec"].as_object_mut().unwrap().remove("selector");
    ns.create(&manual);
    ns.logs("svc/db").refused().said(&["error: service/db is another name for db.example.com, and has no pods"]);
    ns.logs("svc/manual").refused().said(&[
        "error: service/manual has no selector: somebody else writes its endpoints",
        "hint: name the pods: kubectl logs-selector -l SELECTOR --service svc/manual",
    ]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_pods_of_all_namespaces_can_be_read() {
    let (one, two) = (Namespace::new(), Namespace::new());
    let label = json!({"all": one.name()});
    let kubelets = [Kubelet::of(&one), Kubelet::of(&two)];
    for (number, kubelet) in kubelets.iter().enumerate() {
        kubelet.pod_with("p", label.clone(), &["main"]);
        kubelet.write("p", &format!("{number}"));
    }
    let ended = one.logs(&format!("-A -l all={}", one.name())).done();
    assert_eq!(ended.stdout, format!("{}/p 0\n{}/p 1\n", one.name(), two.name()));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_bound_on_the_streams_names_who_waits_and_lets_them_in_later() {
    let ns = Namespace::new();
    let kubelet = Kubelet::of(&ns);
    ns.create(&service("rng"));
    let mut front = service("rng");
    front["spec"]["selector"] = json!({"isactive": "yes"});
    ns.apply(&front);
    ns.patch("svc/rng", &json!({"spec": {"selector": {"app": null, "isactive": "yes"}}}));
    kubelet.pod("a-first");
    kubelet.pod_with("b-serves", json!({"app": "rng", "isactive": "yes"}), &["main"]);
    crate::harness::Endpoints::of(&ns, "rng", 1);
    for pod in ["a-first", "b-serves"] {
        kubelet.write(pod, &format!("I am {pod}"));
    }
    let mut running = ns.begin_logs("-l app=rng --service rng -f --max-log-requests 1 -o raw");
    running.until_it_says("waiting for another to end (--max-log-requests): a-first\n");
    running.until_it_prints("I am b-serves\n");
    assert_eq!(running.printed_so_far(), "I am b-serves\n");
    // Who comes later is named, too, and waits behind those who came before.
    kubelet.pod("c-last");
    kubelet.write("c-last", "I am c-last");
    running.until_it_says("waiting for another to end (--max-log-requests): c-last\n");
    ns.kubectl("delete pod/b-serves --wait=false");
    running.until_it_prints("I am a-first\n");
    ns.kubectl("delete pod/a-first --wait=false");
    running.until_it_prints("I am c-last\n");
    assert_eq!(running.printed_so_far(), "I am b-serves\nI am a-first\nI am c-last\n");
}
