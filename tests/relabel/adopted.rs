//! Beside `kubectl ds-cast --adopt`: its unfinished changes are seen, and what it has made is relabelled as all else.

use std::path::Path;

use super::tool::{PROGRAM, Relabel as _};
use crate::harness::manifests::{deployment, service};
use crate::harness::{Endpoints, Moment, Namespace, Pods, Running, killed};

/// The other plugin, beside this one.
fn begin_cast(ns: &Namespace, words: &str) -> Running {
    let program = Path::new(PROGRAM).with_file_name("kubectl-ds_cast");
    ns.start(program.to_str().unwrap(), words, "")
}

fn rng(replicas: u32) -> Namespace {
    let ns = Namespace::new();
    ns.create(&deployment("rng", replicas));
    ns.create(&service("rng"));
    ns.rolled_out("deploy/rng");
    ns
}

#[test]
#[ignore = "needs a cluster: make test"]
fn an_unfinished_adoption_is_listed_and_not_trampled_on() {
    let ns = rng(2);
    let start = |server: &str| begin_cast(&ns, &format!("rng --adopt {server}"));
    assert!(killed(&ns, Moment::After(5), start).is_none());
    let name = ns.name();
    ns.relabel("--unfinished").done().said(&[
        "urgent   deployment.apps/rng is held: its pods run on, but none is replaced until daemonset.apps/rng is there",
        &format!("next     kubectl ds-cast deploy/rng --adopt -n {name}"),
        &format!("or       kubectl ds-cast --undo ds/rng -n {name}"),
    ]);
    for words in ["deploy/rng on=yes", "ds/rng on=yes", "--abort deploy/rng", "--abort ds/rng"] {
        let said = ["says that a change is under way", "kubectl ds-cast --undo ds/rng puts back what was"];
        ns.relabel(words).refused().said(&said);
    }
    begin_cast(&ns, "--undo ds/rng").ended().done().printed("deployment.apps/rng put back\n");
    ns.relabel("--unfinished").done().said(&["nothing is unfinished"]);
    ns.rolled_out("deploy/rng");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_was_adopted_is_relabelled_and_goes_back_without_a_restart() {
    let ns = rng(4);
    let endpoints = Endpoints::of(&ns, "rng", 4);
    let pods = Pods::watched(&ns);
    begin_cast(&ns, "rng --adopt").ended().done();
    let ended = ns.relabel("ds/rng svc/rng isactive=yes").done();
    assert!(ended.stdout.contains("4 pods; 0 restarted"), "{ended}");
    begin_cast(&ns, "--undo ds/rng").ended().done();
    ns.rolled_out("deploy/rng");
    pods.are_untouched();
    endpoints.never_were_fewer();
    assert_eq!(ns.get("deploy/rng")["spec"]["template"]["metadata"]["labels"]["isactive"], "yes");
}
