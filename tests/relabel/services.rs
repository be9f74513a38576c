//! Services: moved alone, or with what is behind them, and never to where nobody serves.

use std::path::Path;

use serde_json::{Value, json};

use super::tool::{PROGRAM, Relabel as _};
use crate::harness::audit::Audit;
use crate::harness::manifests::{deployment, service};
use crate::harness::{Ended, Endpoints, Moment, Namespace, Pods, eventually, killed, may};

/// A Deployment and a Service in front of it, with so many ready pods.
fn rng(ns: &Namespace, replicas: u32) {
    ns.create(&deployment("rng", replicas));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    Endpoints::of(ns, "rng", replicas as usize);
}

/// The exercise: one pod of a Deployment and one on each node, by `kubectl ds-cast`; answers with how many nodes.
fn cast(ns: &Namespace) -> usize {
    ns.create(&deployment("rng", 1));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    ds_cast(ns, "rng -q");
    ns.rolled_out("ds/rng");
    let count = ns.get("ds/rng")["status"]["numberReady"].as_u64().unwrap();
    usize::try_from(count).unwrap()
}

/// The other plugin, beside this one.
fn ds_cast(ns: &Namespace, words: &str) -> Ended {
    let program = Path::new(PROGRAM).with_file_name("kubectl-ds_cast");
    ns.start(program.to_str().unwrap(), words, "").ended().done()
}

/// Labels some pods as a person would.
fn label(ns: &Namespace, count: usize, words: &str) {
    for pod in &ns.list("pods")[..count] {
        ns.kubectl(&format!("label pod/{} {words}", pod["metadata"]["name"].as_str().unwrap()));
    }
}

/// Nothing but the Service and its selector is left of a change.
#[track_caller]
fn nothing_is_left(ns: &Namespace) {
    assert_eq!(ns.get("svc/rng")["metadata"]["labels"], Value::Null);
    assert_eq!(ns.kubectl("get secrets -o name"), "");
    assert_eq!(ns.kubectl("get services -o name"), "service/rng\n");
    eventually("the slices lose the marker too", || {
        let slices = Value::from(ns.list("endpointslices")).to_string();
        (!slices.contains("kube-recast")).then_some(())
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_exercise_goes_from_its_refusal_to_its_end_without_an_outage() {
    let ns = Namespace::new();
    let nodes = cast(&ns);
    let endpoints = Endpoints::of(&ns, "rng", nodes + 1);
    let pods = Pods::watched(&ns);
    let refused = ns.relabel("svc/rng isactive=yes").refused().printed("");
    assert_eq!(
        refused.stderr,
        format!(
            "error: service/rng would select no ready pod\n  \
             behind it now: {nodes} pods of daemonset.apps/rng, 1 of deployment.apps/rng; none has isactive=yes\n\
             hint: kubectl relabel ds/rng svc/rng isactive=yes\n"
        )
    );
    let ended = ns.relabel("ds/rng svc/rng isactive=yes").done().printed(&format!(
        "daemonset.apps/rng labeled (selector, template, {nodes} pods; 0 restarted)\n\
         service/rng labeled ({} -> {nodes} endpoints)\n",
        nodes + 1
    ));
    ended.said(&[
        &format!("  impact   service/rng  selects {} pods -> {nodes} (target)\n", nodes + 1),
        "  hint     --keep-selector moves the service as well, without recreating daemonset.apps/rng\n",
    ]);
    endpoints.reach(nodes);
    assert!(endpoints.fewest() >= nodes, "{} of {nodes}", endpoints.fewest());
    pods.are_untouched();
    nothing_is_left(&ns);
    for place in ["/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
        assert_eq!(ns.get("ds/rng").pointer(place), Some(&json!({"app": "rng", "isactive": "yes"})), "{place}");
    }
    ns.relabel("svc/rng isactive=yes").done().printed("service/rng not labeled\n");
    // It is still the cast of the deployment, which may go now.
    ds_cast(&ns, "rng --replace").printed("deployment.apps/rng deleted\n");
    assert!(endpoints.fewest() >= nodes, "{} of {nodes}", endpoints.fewest());
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_service_alone_follows_the_pods_that_carry_the_label_and_says_how_many() {
    let ns = Namespace::new();
    rng(&ns, 3);
    label(&ns, 2, "on=yes");
    let pods = Pods::watched(&ns);
    let endpoints = Endpoints::of(&ns, "rng", 3);
    ns.relabel("svc/rng on=yes").done().printed("service/rng labeled (3 -> 2 endpoints)\n");
    endpoints.reach(2);
    assert_eq!(ns.get("svc/rng")["spec"]["selector"], json!({"app": "rng", "on": "yes"}));
    nothing_is_left(&ns);
    ns.relabel("svc/rng on-").done().printed("service/rng unlabeled (2 -> 3 endpoints)\n");
    endpoints.reach(3);
    nothing_is_left(&ns);
    assert_eq!(endpoints.fewest(), 2);
    pods.are_untouched();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_service_keeps_the_labels_that_it_has() {
    let ns = Namespace::new();
    rng(&ns, 1);
    label(&ns, 1, "on=yes");
    ns.kubectl("label svc/rng team=a");
    ns.relabel("svc/rng on=yes").done();
    assert_eq!(ns.get("svc/rng")["metadata"]["labels"], json!({"team": "a"}));
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_insists_gets_a_service_without_endpoints() {
    let ns = Namespace::new();
    rng(&ns, 1);
    let endpoints = Endpoints::of(&ns, "rng", 1);
    ns.relabel("svc/rng on=yes").refused().said(&[
        "error: service/rng would select no ready pod\n  behind it now: 1 pod of deployment.apps/rng; none has on=yes\n",
        "hint: kubectl relabel deploy/rng svc/rng on=yes\n",
    ]);
    assert_eq!(endpoints.fewest(), 1);
    ns.relabel("svc/rng on=yes --allow-empty").done().printed("service/rng labeled (1 -> 0 endpoints)\n");
    endpoints.reach(0);
    nothing_is_left(&ns);
    ns.relabel("svc/rng on-").done().printed("service/rng unlabeled (0 -> 1 endpoints)\n");
    endpoints.reach(1);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_selects_nothing_that_could_be_edited_is_refused() {
    let ns = Namespace::new();
    let outside = json!({"type": "ExternalName", "externalName": "example.com"});
    ns.create(&json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "outside"}, "spec": outside}));
    let by_hand = json!({"ports": [{"port": 80}]});
    ns.create(&json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "by-hand"}, "spec": by_hand}));
    ns.create(&service("rng"));
    for (words, said) in [
        ("svc/outside on=yes", "error: service/outside: a service of type ExternalName has no pods\n"),
        ("svc/by-hand on=yes", "error: service/by-hand: it has no selector\n"),
        ("svc/rng app-", "error: service/rng: without 'app' the selector would ask pods for no label at all\n"),
    ] {
        let before = ns.kubectl("get services -o json");
        for flags in ["", " --allow-empty", " --wait=false"] {
            ns.relabel(&format!("{words}{flags}")).refused().printed("").said(&[said]);
        }
        assert_eq!(ns.kubectl("get services -o json"), before, "{words}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_a_service_alone_is_few_reads_and_one_write_if_nobody_waits() {
    let ns = Namespace::new();
    rng(&ns, 2);
    label(&ns, 2, "on=yes");
    let rules = [may("get patch list watch", "services"), may("list", "pods"), may("list watch", "endpointslices")];
    let caller = ns.account("mover", &rules);
    let audit = Audit::from_now();
    caller.relabel("svc/rng on=yes --wait=false").done().printed("service/rng labeled\n");
    // That nobody else has it under way is asked, too; it may not be told, and is no obstacle.
    let requests = ["get services rng", "get secrets kube-recast.service.rng", "list pods", "patch services rng"];
    assert_eq!(audit.requests_of(&ns.user("mover")), requests);
    nothing_is_left(&ns);
    let audit = Audit::from_now();
    caller.relabel("svc/rng on-").done().printed("service/rng unlabeled (2 -> 2 endpoints)\n");
    let mut writes = audit.writes_of(&ns.user("mover"));
    writes.retain(|line| !line.starts_with("create selfsubject"));
    assert_eq!(writes, ["patch services rng", "patch services rng"], "the marker goes");
    nothing_is_left(&ns);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_same_command_finishes_a_service_alone_too() {
    let ns = Namespace::new();
    rng(&ns, 1);
    label(&ns, 1, "on=yes");
    let start = |server: &str| ns.begin_relabel(&format!("svc/rng on=yes {server}"));
    assert!(killed(&ns, Moment::After(1), start).is_none(), "the marker is to go yet");
    assert_ne!(ns.get("svc/rng")["metadata"]["labels"], Value::Null);
    ns.relabel("svc/rng on=yes").done().printed("service/rng labeled (1 -> 1 endpoints)\n");
    nothing_is_left(&ns);
    ns.relabel("svc/rng on=yes").done().printed("service/rng not labeled\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_would_put_a_service_back_is_named_where_it_moves_alone() {
    let ns = Namespace::new();
    let mut front = service("rng");
    front["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "shop:/Service:web/rng"});
    ns.create(&front);
    ns.create(&service("plain"));
    ns.try_kubectl("apply --server-side --field-manager=team -f -", &service("applied").to_string()).done();
    for (name, warning) in [
        (
            "rng",
            "  warn     service/rng is managed by Argo CD application shop, which may put back what was: \
             kubectl relabel -f FILE svc/rng on=yes\n",
        ),
        (
            "applied",
            "  warn     service/applied is managed by team (server-side apply), whose next change puts back what was: \
             kubectl relabel -f FILE svc/applied on=yes\n",
        ),
    ] {
        ns.relabel(&format!("svc/{name} on=yes --allow-empty --dry-run")).done().said(&[warning]);
        ns.relabel(&format!("svc/{name} on=yes --allow-empty")).done().said(&[warning]);
    }
    ns.relabel("svc/plain on=yes --allow-empty").done().not_said(&["warn", "impact"]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn the_old_manifest_of_a_service_is_a_conflict_and_the_new_one_is_none() {
    let ns = Namespace::new();
    let apply = |front: &Value| ns.try_kubectl("apply --server-side --field-manager=team -f -", &front.to_string());
    let mut front = service("rng");
    apply(&front).done();
    ns.create(&deployment("rng", 1));
    ns.rolled_out("deploy/rng");
    ns.relabel("deploy/rng svc/rng on=yes").done();
    let ended = apply(&front);
    assert_ne!(ended.code(), Some(0), "{ended}");
    ended.said(&["conflict with \"recast\""]);
    front["spec"]["selector"]["on"] = json!("yes");
    apply(&front).done();
    assert_eq!(ns.get("svc/rng")["spec"]["selector"], json!({"app": "rng", "on": "yes"}));
}
