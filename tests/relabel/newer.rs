//! A server that knows more than this program: what it says is given back to it, field by field.

use serde_json::json;

use super::judge::{EDITS, Judge, KINDS, workload};
use crate::harness::proxy::{Proxy, Verdict};

/// Fields that the server would fill in with its own values, were they not given back.
const UNHEARD_OF: [(&str, &str); 4] = [
    ("terminationMessagePath", "terminationMessagePlan"),
    ("revisionHistoryLimit", "revisionHistoryCount"),
    ("minReadySeconds", "minReadyMinutes"),
    ("schedulerName", "schedulerNote"),
];

#[test]
#[ignore = "needs a cluster: make test"]
fn fields_that_nobody_has_heard_of_survive_every_change() {
    std::thread::scope(|scope| {
        for kind in KINDS {
            scope.spawn(move || {
                let mut object = workload(kind);
                object["spec"]["minReadySeconds"] = json!(1);
                if kind != "rs" {
                    object["spec"]["revisionHistoryLimit"] = json!(7);
                }
                let pod = &mut object["spec"]["template"]["spec"];
                pod["containers"][0]["terminationMessagePath"] = json!("/dev/elsewhere");
                let judge = Judge::of(kind, &object);
                for edit in EDITS {
                    let before = judge.now();
                    let proxy = Proxy::watching(&judge.ns, |_| Verdict::Renamed(&UNHEARD_OF));
                    judge.relabelled(&format!("{edit} --server {}", proxy.address()));
                    judge.is_as_asked(edit);
                    let now = judge.now();
                    assert_ne!(now["metadata"]["uid"], before["metadata"]["uid"], "it was made anew");
                    for field in ["/spec/minReadySeconds", "/spec/revisionHistoryLimit", "/spec/template/spec"] {
                        assert_eq!(now.pointer(field), before.pointer(field), "{kind} {edit} {field}");
                    }
                }
            });
        }
    });
}
