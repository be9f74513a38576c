//! Policies, Services and pods that others change, delete or make anew in the middle: left as they are, and told.

use serde_json::{Value, json};

use super::judge::workload;
use super::policies::{budget, policy, with_tier};
use super::state::is_left_clean;
use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, deployment, service};
use crate::harness::proxy::{Proxy, Verdict};
use crate::harness::{Caller, Ended, Moment, Namespace, Pods, killed};

/// Makes the change, and has this done before the first write whose line has these words in it.
fn meddled(
    ns: &Namespace,
    line: &str,
    words: &'static [&'static str],
    deed: impl FnOnce(&Caller) + Send + 'static,
) -> Ended {
    let caller: Caller = (**ns).clone();
    let mut deed = Some(deed);
    let proxy = Proxy::watching(ns, move |request| {
        if request.write().is_none() || !request.has(words) {
            return Verdict::Pass;
        }
        let Some(deed) = deed.take() else { return Verdict::Pass };
        let caller = caller.clone();
        Verdict::Before(Box::new(move || deed(&caller)))
    });
    ns.relabel(&format!("{line} --server {}", proxy.address()))
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_policy_that_somebody_else_changes_or_deletes_in_the_middle_is_left_alone() {
    let ns = Namespace::new();
    for object in [&budget(), &policy(), &with_tier(deployment("rng", 2))] {
        ns.create(object);
    }
    ns.rolled_out("deploy/rng");
    let pods = Pods::watched(&ns);
    let line = "deploy/rng pdb/rng netpol/rng tier=b --overwrite";
    let theirs = json!({"matchLabels": {"app": "theirs"}});
    let spec =
        json!({"spec": {"podSelector": {"matchLabels": {"app": "theirs", "tier": null}, "matchExpressions": null}}});
    meddled(&ns, line, &["PATCH ", "/pods/"], move |caller| caller.patch("netpol/rng", &spec)).refused().said(&[
        "error: the selector of networkpolicy.networking.k8s.io/rng was changed by somebody else, and is left as it is\n  \
         it is {\"matchLabels\":{\"app\":\"theirs\"}}\n",
        "hint: kubectl relabel --abort deploy/rng",
    ]);
    assert_eq!(ns.get("netpol/rng")["spec"]["podSelector"], theirs);
    // That keeps nothing else from being put back.
    let back = "deployment.apps/rng put back\npoddisruptionbudget.policy/rng put back\n";
    let left = "networkpolicy.networking.k8s.io/rng is left as somebody else has made it";
    ns.relabel("--abort deploy/rng --dry-run").done().printed(&back.replace('\n', " (dry run)\n")).said(&[left]);
    ns.relabel("--abort deploy/rng").done().printed(back).said(&[left]);
    assert_eq!(ns.get("netpol/rng")["spec"]["podSelector"], theirs, "nothing of theirs is lost");
    is_left_clean(&ns);
    ns.patch("netpol/rng", &json!({"spec": {"podSelector": policy()["spec"]["podSelector"]}}));

    let again = policy();
    let ended = meddled(&ns, line, &["PATCH ", "/networkpolicies/rng"], move |caller| {
        caller.kubectl("delete netpol/rng");
        caller.create(&again);
    });
    ended.refused().said(&["error: networkpolicy.networking.k8s.io/rng was deleted, or made anew, by somebody else\n"]);
    ns.relabel("--abort deploy/rng").done().printed(back).said(&[left]);
    assert_eq!(ns.get("netpol/rng")["spec"]["podSelector"], policy()["spec"]["podSelector"], "theirs stays as it is");
    is_left_clean(&ns);
    pods.are_untouched();
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_service_or_a_pod_that_somebody_else_makes_anew_in_the_middle_is_left_alone() {
    let ns = Namespace::new();
    ns.create(&daemon_set("rng"));
    ns.create(&service("rng"));
    ns.kubectl("run alone --image=none --labels=app=alone");
    ns.rolled_out("ds/rng");
    let pods = Pods::watched(&ns);
    let again = service("rng");
    let line = "ds/rng svc/rng on=yes";
    let ended = meddled(&ns, line, &["PATCH ", "/pods/"], move |caller| {
        caller.kubectl("delete svc/rng");
        caller.create(&again);
    });
    ended.refused().said(&[
        "error: service/rng was deleted, or made anew, by somebody else\n",
        "hint: kubectl relabel --abort ds/rng",
    ]);
    let left = "service/rng is left as somebody else has made it";
    ns.relabel("--abort ds/rng").done().printed("daemonset.apps/rng put back\n").said(&[left]);
    assert_eq!(ns.get("svc/rng")["spec"]["selector"], json!({"app": "rng"}), "theirs stays as it is");
    is_left_clean(&ns);
    pods.are_untouched();
    let ended = meddled(&ns, "pod/alone other=yes", &["PATCH ", "/pods/alone"], |caller| {
        caller.kubectl("delete pod/alone --grace-period=0 --force");
        caller.kubectl("run alone --image=none --labels=app=alone");
    });
    ended.refused().said(&["pod/alone"]);
    assert_eq!(ns.list("pods -l other").len(), 0, "the next pod of the name is another one");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_rollout_that_begins_between_the_look_and_the_first_write_is_left_alone() {
    std::thread::scope(|scope| {
        for kind in ["ds", "deploy", "sts"] {
            scope.spawn(move || {
                let (ns, target) = (Namespace::new(), format!("{kind}/rng"));
                ns.create(&workload(kind));
                ns.create(&service("rng"));
                ns.rolled_out(&target);
                for flag in ["", " --keep-selector"] {
                    let at = target.clone();
                    let ended =
                        meddled(&ns, &format!("{target} on=yes{flag}"), &["POST ", "/secrets"], move |caller| {
                            caller.kubectl(&format!("rollout restart {at}"));
                        });
                    ended.refused().printed("").said(&[
                        "rng was changed since it was read\n  nothing of it has been touched yet\n",
                        "puts back what was\n",
                    ]);
                    ns.relabel(&format!("--abort {target}")).done();
                    ns.rolled_out(&target);
                }
                let is_owned = |object: &Value| !object["metadata"]["ownerReferences"].is_null();
                assert!(ns.list("pods,rs,controllerrevisions").iter().all(is_owned), "{target}");
                is_left_clean(&ns);
            });
        }
    });
}

#[test]
#[ignore = "needs a cluster: make test"]
fn what_is_being_put_back_is_not_gone_on_with() {
    let ns = Namespace::new();
    ns.create(&daemon_set("rng"));
    ns.create(&service("rng"));
    ns.rolled_out("ds/rng");
    let pods = Pods::watched(&ns);
    let line = "ds/rng svc/rng on=yes";
    let stopped = |words: &'static [&'static str], line: &str| {
        let proxy = Proxy::watching(&ns, move |request| {
            if request.write().is_some() && request.has(words) { Verdict::StopBefore } else { Verdict::Pass }
        });
        let mut running = ns.begin_relabel(&format!("{line} --server {}", proxy.address()));
        assert!(!running.ends_before(|| proxy.has_stopped()), "there is such a write");
        running.signal("KILL");
        drop(proxy);
        running.ended();
    };
    stopped(&["POST ", "/daemonsets"], line);
    // The fence of the way back stands then.
    stopped(&["POST ", "/daemonsets"], "--abort ds/rng");
    ns.relabel(line)
        .refused()
        .printed("")
        .said(&["error: this change is being put back\n", "hint: kubectl relabel --abort ds/rng"]);
    ns.relabel("--abort ds/rng").done();
    is_left_clean(&ns);
    ns.rolled_out("ds/rng");
    ns.relabel(line).done().not_said(&["goes on with", "put back"]);
    pods.are_untouched();
    let start = |server: &str| ns.begin_relabel(&format!("ds/rng svc/rng more=yes {server}"));
    assert!(killed(&ns, Moment::After(2), start).is_none(), "there is more to write than that");
    ns.relabel("ds/rng svc/rng more=yes").done().said(&["goes on with"]).not_said(&["put back"]);
}
