//! Monitors of Prometheus: told when they scrape other pods, on a cluster that has such.

use serde_json::{Value, json};

use super::tool::Relabel as _;
use crate::harness::manifests::{deployment, service};
use crate::harness::{Caller, Namespace, Pods, eventually};

const GROUP: &str = "monitoring.coreos.com";

const KINDS: [(&str, &str); 2] = [("PodMonitor", "podmonitors"), ("ServiceMonitor", "servicemonitors")];

/// The kinds of monitors, which the cluster has for a while. They go with the test.
struct Kinds<'c>(&'c Caller);

impl Kinds<'_> {
    fn of(caller: &Caller) -> Kinds<'_> {
        let kinds = Kinds(caller);
        for (kind, plural) in KINDS {
            let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
            let versions = json!([{"name": "v1", "served": true, "storage": true, "schema": schema}]);
            let names = json!({"kind": kind, "plural": plural});
            caller.create(&json!({
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": {"name": format!("{plural}.{GROUP}")},
                "spec": {"group": GROUP, "scope": "Namespaced", "names": names, "versions": versions},
            }));
        }
        eventually("the server serves them", || {
            let listed = caller.try_kubectl("get podmonitors,servicemonitors", "");
            (listed.code() == Some(0)).then_some(())
        });
        kinds
    }
}

impl Drop for Kinds<'_> {
    fn drop(&mut self) {
        for (_, plural) in KINDS {
            self.0.try_kubectl(&format!("delete crd {plural}.{GROUP} --ignore-not-found --timeout=60s"), "");
        }
    }
}

fn monitor(kind: &str, name: &str, (key, value): (&str, &str)) -> Value {
    let spec = json!({"selector": {"matchLabels": { key: value }}});
    json!({"apiVersion": format!("{GROUP}/v1"), "kind": kind, "metadata": {"name": name}, "spec": spec})
}

/// Two pods behind a Service of another team's, and who watches them: by their label, by others, elsewhere.
fn watched(ns: &Namespace) {
    let mut workload = deployment("rng", 2);
    workload["spec"]["template"]["metadata"]["labels"]["tier"] = json!("a");
    ns.create(&workload);
    let mut front = service("rng");
    front["metadata"]["labels"] = json!({"team": "x"});
    front["spec"]["selector"] = json!({"tier": "a"});
    ns.create(&front);
    let mut elsewhere = monitor("PodMonitor", "elsewhere", ("tier", "a"));
    elsewhere["spec"]["namespaceSelector"] = json!({"matchNames": ["default"]});
    for object in [
        monitor("PodMonitor", "before", ("tier", "a")),
        monitor("PodMonitor", "afterwards", ("tier", "b")),
        monitor("PodMonitor", "by-app", ("app", "rng")),
        elsewhere,
        monitor("ServiceMonitor", "team-x", ("team", "x")),
        monitor("ServiceMonitor", "team-y", ("team", "y")),
    ] {
        ns.create(&object);
    }
    ns.rolled_out("deploy/rng");
}

/// The lines of the table that are about monitors.
fn told(stderr: &str) -> Vec<String> {
    let about = stderr.lines().filter(|line| line.contains(GROUP));
    about.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Whatever kind is new to the cluster stops the garbage collector for a moment, and is listed by all others.
#[test]
#[ignore = "needs a cluster: make test"]
fn controllers_learn_of_monitors_and_those_that_scrape_other_pods_are_told_beforehand() {
    let ns = Namespace::new();
    let _kinds = Kinds::of(&ns);
    watched(&ns);
    let pods_scraped = [
        format!("impact podmonitor.{GROUP}/afterwards scrapes 0 pods -> 2"),
        format!("impact podmonitor.{GROUP}/before scrapes 2 pods -> 0"),
    ];
    let behind_the_service = format!("impact servicemonitor.{GROUP}/team-x scrapes 2 pods -> 0 of service/rng");
    let alone = [&pods_scraped[..], &[behind_the_service]].concat();
    let pods = Pods::watched(&ns);
    for flags in ["--dry-run", "--dry-run --keep-selector"] {
        let ended = ns.relabel(&format!("deploy/rng tier=b --overwrite --allow-empty {flags}")).done();
        assert_eq!(told(&ended.stderr), alone, "{ended}");
        // A Service that moves with its pods is scraped as before.
        let ended = ns.relabel(&format!("deploy/rng svc/rng tier=b --overwrite {flags}")).done();
        assert_eq!(told(&ended.stderr), pods_scraped, "{ended}");
        let ended = ns.relabel(&format!("deploy/rng on=yes {flags}")).done();
        assert_eq!(told(&ended.stderr), Vec::<String>::new(), "nobody goes by this label: {ended}");
    }
    // Whoever may not look is told so, whether the workload is made anew or not.
    let may_not =
        ["podmonitors", "servicemonitors"].map(|plural| format!("not looked at: may not list {plural}.{GROUP}\n"));
    let role = ns.role("relabel-deployment");
    let (blind, onlooker) = (ns.account("blind", &role), [role, ns.role("look-around")].concat());
    for flags in ["--keep-selector", ""] {
        let ended = blind.relabel(&format!("deploy/rng svc/rng on=yes {flags}")).done();
        ended.said(&[&may_not[0], &may_not[1]]);
    }
    let ended =
        ns.account("onlooker", &onlooker).relabel("deploy/rng svc/rng tier=b --overwrite --keep-selector").done();
    assert_eq!(told(&ended.stderr), pods_scraped, "{ended}");
    pods.are_untouched();
}
