//! A server that no longer knows from when on a program watches: it says so, and the program has to list anew.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::harness::Caller;
use crate::harness::proxy::{Proxy, Verdict};

/// An address for `--server`.
pub struct Forgetful {
    proxy: Proxy,
    times: Arc<AtomicUsize>,
}

impl Forgetful {
    /// A server that has forgotten nothing yet.
    pub fn of(caller: &Caller) -> Self {
        let times = Arc::new(AtomicUsize::new(0));
        let (now, mut said) = (Arc::clone(&times), BTreeMap::<String, usize>::new());
        let proxy = Proxy::watching(caller, move |request| {
            let times = now.load(Ordering::SeqCst);
            let path = request.line().split('?').next().unwrap_or_default().to_owned();
            // Of each kind once: a list that is made anew is known.
            if !request.has(&["watch=true"]) || said.insert(path, times).unwrap_or(0) == times {
                return Verdict::Pass;
            }
            Verdict::Instead(expired())
        });
        Self { proxy, times }
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        self.proxy.address()
    }

    /// Whoever goes on with a watch is told that it has expired. Those that are under way are not ended by this.
    pub fn forget(&self) {
        self.times.fetch_add(1, Ordering::SeqCst);
    }
}

/// As the API server says it (`newErrWatcher` in its watch cache): in a stream that has begun.
fn expired() -> String {
    let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 410,
                        "message": "too old resource version: 1 (2)", "reason": "Expired"});
    json!({"type": "ERROR", "object": status}).to_string() + "\n"
}
