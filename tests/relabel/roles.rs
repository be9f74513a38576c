//! The roles of `examples/rbac` grant what a command takes, and nothing besides.

use serde_json::json;

use super::prune::with_a_pod_let_go;
use super::tool::Relabel as _;
use crate::harness::audit::Audit;
use crate::harness::manifests::{daemon_set, service};
use crate::harness::{Caller, Namespace, one_verb_less};

/// A DaemonSet whose pods have a label that the Service could select.
fn rng(ns: &Namespace) {
    let mut set = daemon_set("rng");
    set["spec"]["template"]["metadata"]["labels"]["tier"] = json!("back");
    ns.create(&set);
    ns.create(&service("rng"));
    ns.rolled_out("ds/rng");
}

fn holder(ns: &Namespace, role: &str) -> Caller {
    ns.account(role, &ns.role(role))
}

#[test]
#[ignore = "needs a cluster: make test"]
fn each_role_is_enough_for_its_command() {
    let ns = Namespace::new();
    rng(&ns);
    holder(&ns, "relabel").relabel("ds/rng svc/rng on=yes").done().not_said(&["begins anew"]);
    holder(&ns, "relabel-keep-selector").relabel("ds/rng more=yes --keep-selector").done();
    holder(&ns, "relabel-service").relabel("svc/rng more=yes").done();
    let around = [ns.role("relabel"), ns.role("look-around")].concat();
    let ended = ns.account("onlooker", &around).relabel("ds/rng svc/rng on-").done();
    ended.not_said(&["may not list networkpolicies", "may not list poddisruptionbudgets"]);
}

/// What an interrupted run has left is looked for among the secrets, where that is allowed.
#[test]
#[ignore = "needs a cluster: make test"]
fn the_role_is_enough_for_what_a_selector_chooses() {
    let ns = Namespace::new();
    rng(&ns);
    ns.kubectl("label ds/rng svc/rng team=a --overwrite");
    let ended = holder(&ns, "relabel").relabel("ds,svc -l team=a on=yes").done();
    let labeled: Vec<_> = ended.stdout.lines().filter_map(|line| line.split_once(" labeled")).collect();
    assert!(matches!(labeled[..], [("daemonset.apps/rng", _), ("service/rng", _)]), "{ended}");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_with_one_verb_less_a_change_is_refused_before_the_first_write() {
    let ns = Namespace::new();
    rng(&ns);
    refused(&ns, "relabel", "ds/rng svc/rng on=yes", &HISTORY);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_with_one_verb_less_a_change_that_keeps_the_selector_is_refused_before_the_first_write() {
    let ns = Namespace::new();
    rng(&ns);
    refused(&ns, "relabel-keep-selector", "ds/rng more=yes --keep-selector", &[]);
}

#[test]
#[ignore = "needs a cluster: make test"]
fn kwok_with_one_verb_less_a_change_of_a_service_is_refused_before_the_first_write() {
    let ns = Namespace::new();
    rng(&ns);
    refused(&ns, "relabel-service", "svc/rng tier=back", &[]);
}

/// Without these the history begins anew.
const HISTORY: [&str; 3] =
    ["get controllerrevisions.apps", "create controllerrevisions.apps", "delete controllerrevisions.apps"];

/// Each verb of the role is missed when it is missing, and named, but for these.
#[track_caller]
fn refused(ns: &Namespace, role: &str, words: &str, but: &[&str]) {
    let less = one_verb_less(&ns.role(role)).into_iter().enumerate();
    for (position, (right, rules)) in less.filter(|(_, (right, _))| !but.contains(&right.as_str())) {
        let name = format!("{role}-{position}");
        let caller = ns.account(&name, &rules);
        let audit = Audit::from_now();
        let ended = caller.relabel(words);
        assert_eq!(ended.code(), Some(1), "{role} without {right}: {ended}");
        ended.refused().printed("").said(&[&format!("kubectl auth can-i {right}")]);
        let writes = audit.writes_of(&ns.user(&name)).into_iter();
        // Whoever asks what may be done, or for a dry run, writes nothing. Nor does whoever just tries, for a Service.
        let writes = writes.filter(|line| !line.ends_with("dry run") && !line.starts_with("create selfsubject"));
        let writes = writes.filter(|line| !line.starts_with(&right));
        assert_eq!(writes.collect::<Vec<_>>(), Vec::<String>::new(), "{role} without {right}");
    }
}

#[test]
#[ignore = "needs a cluster: make test"]
fn whoever_prunes_needs_no_more_than_the_role() {
    let ns = Namespace::new();
    let pod = with_a_pod_let_go(&ns);
    for (position, (right, rules)) in one_verb_less(&ns.role("relabel-prune")).into_iter().enumerate() {
        let ended = ns.account(&format!("pruner-{position}"), &rules).relabel("--prune ds/rng --yes");
        assert_eq!(ended.code(), Some(1), "without {right}: {ended}");
        ended.refused().printed("").said(&[&format!("kubectl auth can-i {right}")]);
    }
    let ended = holder(&ns, "relabel-prune").relabel("--prune ds/rng --yes");
    ended.done().printed(&format!("pod/{pod} deleted\n"));
}
