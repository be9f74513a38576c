//! Fifty pods: no server is flooded, none of them restarts, and no Service is without one of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use super::judge::{EDITS, Judge, workload};
use crate::harness::proxy::{Proxy, Verdict};

const PODS: usize = 50;

/// So many keep a distant server busy, and do not flood it.
const AT_ONCE: usize = 16;

/// How many writes to pods are under way, and were at most.
#[derive(Default)]
struct Count {
    now: AtomicUsize,
    most: AtomicUsize,
    all: AtomicUsize,
}

impl Count {
    fn begins(&self) {
        self.all.fetch_add(1, SeqCst);
        let now = self.now.fetch_add(1, SeqCst) + 1;
        self.most.fetch_max(now, SeqCst);
    }

    fn ends(&self) {
        // A server that is far away answers so late. Without that they would hardly meet.
        sleep(Duration::from_millis(30));
        self.now.fetch_sub(1, SeqCst);
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn fifty_pods_get_a_label_and_lose_one_with_sixteen_writes_at_once() {
    let mut object = workload("deploy");
    object["spec"]["replicas"] = json!(PODS);
    let judge = Judge::of("deploy", &object);
    assert_eq!(judge.uids().len(), PODS);
    let [add, _, remove] = EDITS;
    for edit in [add, remove] {
        let count = Arc::new(Count::default());
        let counting = Arc::clone(&count);
        let proxy = Proxy::watching(&judge.ns, move |request| {
            if request.write().is_none() || !request.has(&["PATCH ", "/pods/"]) {
                return Verdict::Pass;
            }
            counting.begins();
            let counting = Arc::clone(&counting);
            Verdict::After(Box::new(move || counting.ends()))
        });
        judge.relabelled(&format!("{edit} --server {}", proxy.address()));
        judge.is_as_asked(edit);
        assert_eq!(count.most.load(SeqCst), AT_ONCE, "{edit}");
        assert!(count.all.load(SeqCst) >= PODS, "{edit}");
    }
}
