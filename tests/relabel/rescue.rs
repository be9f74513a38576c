//! The way back by hand that the documentation shows, without this program.

use crate::harness::manifests::{daemon_set, service};
use crate::harness::proxy::{Proxy, Verdict};
use crate::harness::{Endpoints, Namespace, Pods, Running, eventually};

use super::tool::PROGRAM;

/// The page, and the lines in it that put an owner back.
const PAGE: &str = include_str!("../../docs/relabel.md");
const BEGIN: &str = "<!-- rescue: begin -->\n```\n";
const END: &str = "```\n<!-- rescue: end -->";

#[test]
#[ignore = "needs a cluster: make test"]
fn an_owner_that_is_gone_is_made_again_from_the_journal_without_the_program() {
    let ns = Namespace::new();
    ns.create(&daemon_set("rng"));
    ns.create(&service("rng"));
    ns.rolled_out("ds/rng");
    let count = ns.list("pods").len();
    let pods = Pods::watched(&ns);
    let endpoints = Endpoints::of(&ns, "rng", count);
    // Between the old owner and the next one there is none: nobody replaces a pod, and nothing on the cluster knows it.
    let proxy = Proxy::watching(&ns, |request| {
        let creates = request.write().is_some() && request.has(&["POST ", "/daemonsets"]);
        if creates { Verdict::StopBefore } else { Verdict::Pass }
    });
    let words = format!("ds/rng svc/rng isactive=yes --server {}", proxy.address());
    let mut running = ns.start(PROGRAM, &words, "");
    assert!(!running.ends_before(|| proxy.has_stopped()), "it comes to the creation");
    running.signal("KILL");
    drop(proxy);
    running.ended();
    assert!(!ns.has("ds/rng"), "it is gone");

    let (_, lines) = PAGE.split_once(BEGIN).expect("the page has the marker of the beginning");
    let (lines, _) = lines.split_once(END).expect("the page has the marker of the end");
    let mut shell = ns.command("bash");
    shell.args(["-euo", "pipefail", "-c", lines]);
    Running::start(shell, "").ended().done();

    eventually("the daemon set has taken its pods", || {
        let status = ns.get("ds/rng")["status"]["updatedNumberScheduled"].clone();
        let owner = ns.get("ds/rng")["metadata"]["uid"].clone();
        let taken = ns.list("pods").iter().all(|pod| pod["metadata"]["ownerReferences"][0]["uid"] == owner);
        (taken && status == count).then_some(())
    });
    assert!(
        ns.list("secrets -l kube-recast/journal").is_empty() && ns.list("services -l kube-recast/journal").is_empty()
    );
    pods.are_untouched();
    endpoints.never_were_fewer();
}
