//! A server that has too much to do: what it puts off is asked again.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::cases::{DAEMON_SET_ADD, PODS};
use super::scene::Scene;
use super::tool::Relabel as _;
use crate::harness::proxy::{Proxy, Verdict};

#[test]
#[ignore = "needs a cluster: make test"]
fn writes_that_the_server_puts_off_are_sent_again() {
    let scene = Scene::of(DAEMON_SET_ADD);
    let put_off = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = Arc::clone(&put_off);
    let proxy = Proxy::watching(&scene.ns, move |request| {
        // Each write to a pod, or of the owner, once.
        let counts = request.write().is_some() && !request.has(&["dryRun"]);
        let counts = counts && (request.has(&["PATCH ", "/pods/"]) || request.has(&["POST ", "/daemonsets"]));
        if counts && seen.lock().unwrap().insert(request.line().to_owned()) { Verdict::Busy } else { Verdict::Pass }
    });
    scene.ns.relabel(&format!("{} --server {}", scene.words(), proxy.address())).done();
    assert_eq!(put_off.lock().unwrap().len(), PODS + 1);
    scene.is_changed();
}
