#![allow(clippy::needless_pass_by_value, reason = "json!() literals read best by value")]

use recast::kind::Kind;
use serde_json::{Value, json};

use super::*;
use crate::scene::{
    Scene, Thing, daemon_set, deployment, labels, pod, replica_set, service, shown, stateful_set, with,
};

/// A DaemonSet with two pods, and one pod of its own beside it.
fn rng() -> Vec<Thing> {
    vec![
        daemon_set("rng", "app=rng,tier=a"),
        pod("rng-1", "app=rng,tier=a", Some("ds/rng")),
        pod("rng-2", "app=rng,tier=a", Some("ds/rng")),
        pod("alone", "app=rng,tier=a", None),
    ]
}

fn thing(kind: Kind, name: &str, spec: Value) -> Thing {
    (kind, json!({"metadata": {"name": name, "namespace": "web", "uid": name}, "spec": spec}))
}

fn matching(pairs: &str) -> Value {
    json!({"matchLabels": labels(pairs)})
}

/// What becomes of the things around when the line is carried out, and how much it matters.
fn about(things: &[Thing], line: &str) -> Vec<(String, Severity)> {
    let scene = Scene::new(&[rng(), things.to_vec()].concat(), line);
    rows(&scene.change()).into_iter().map(|row| (format!("{} {}", row.object, row.what), row.severity)).collect()
}

fn check(thing: Thing, line: &str, expected: Option<(&str, Severity)>) {
    let found = about(std::slice::from_ref(&thing), line);
    let expected: Vec<_> = expected.map(|(what, severity)| (what.to_owned(), severity)).into_iter().collect();
    assert_eq!(found, expected, "{line}: {}", thing.1);
}

use Severity::{CutOff, Empty, Exposed, Note};

#[test]
fn services_that_select_other_pods_are_listed() {
    let headless = with(&service("s", "tier=a"), "/spec/type", json!("ExternalName"));
    let alone = [("ds/rng tier=b", 3, 1), ("pod/alone tier=b", 3, 2), ("pod/alone tier-", 3, 2)];
    for (line, before, after) in alone {
        let text = format!("service/s selects {before} pods -> {after}");
        check(service("s", "app=rng,tier=a"), line, Some((&text, Note)));
    }
    check(service("s", "tier=b"), "pod/alone tier=b", Some(("service/s selects 0 pods -> 1", Note)));
    check(service("s", "app=rng"), "ds/rng tier=b", None);
    check(service("s", "tier=a"), "ds/rng on=yes", None);
    check(headless, "ds/rng tier=b", None);
    check(service("s", ""), "ds/rng tier=b", None);
    check(service("s", "app=rng"), "ds/rng svc/s on=yes", Some(("service/s selects 3 pods -> 2 (target)", Note)));
    check(service("s", "app=rng"), "ds/rng pod/alone svc/s on=yes", Some(("service/s moves with it (target)", Note)));
}

#[test]
fn a_service_that_is_left_empty_is_refused_or_taken_along() {
    let mut things: Vec<Thing> = rng().into_iter().filter(|thing| thing.1["metadata"]["name"] != "alone").collect();
    things.push(service("s", "tier=a"));
    let scene = Scene::new(&things, "ds/rng tier=b");
    let (change, none) = (scene.change(), Allowance::default());
    let rows = rows(&change);
    assert_eq!(rows[0].severity, Empty);
    assert_eq!(
        shown(&refusals(&rows, &change, none)),
        "error: service/s selects 2 pods -> 0: left without a ready pod\n\
         hint: kubectl relabel ds/rng tier=b --overwrite --with-services takes it along; --allow-empty does it all the same\n"
    );
    assert_eq!(refusals(&rows, &change, Allowance { empty: true, ..none }), []);
    assert_eq!(taken_along(&rows, &change), [ObjectId::new(Kind::Service, "web", "s")]);
}

#[test]
fn a_service_that_cannot_be_taken_along_is_not() {
    let things =
        [daemon_set("rng", "app=rng,tier=a"), pod("rng-1", "app=rng,tier=a", Some("ds/rng")), service("s", "tier=a")];
    let scene = Scene::new(&things, "ds/rng tier-");
    let change = scene.change();
    let rows = rows(&change);
    assert_eq!(taken_along(&rows, &change), [], "the last label that it selects would go");
    let text = shown(&refusals(&rows, &change, Allowance::default()));
    assert!(text.ends_with("hint: --allow-empty does it all the same\n"), "{text}");
}

#[test]
fn budgets_that_lose_pods_are_refused() {
    let budget =
        |selector: Value| thing(Kind::PodDisruptionBudget, "b", json!({"minAvailable": 1, "selector": selector}));
    let named = "poddisruptionbudget.policy/b";
    let text = format!("{named} loses 2 pods: nothing limits their evictions");
    check(budget(matching("tier=a")), "ds/rng tier=b", Some((&text, Exposed)));
    check(budget(matching("tier=b")), "ds/rng tier=b", Some((&format!("{named} counts 0 pods -> 2"), Note)));
    check(
        budget(matching("tier=a")),
        "ds/rng pdb/b tier=b",
        Some((&format!("{named} counts 3 pods -> 2 (target)"), Note)),
    );
    check(
        budget(matching("tier=a")),
        "ds/rng pod/alone pdb/b tier=b",
        Some((&format!("{named} moves with it (target)"), Note)),
    );
    check(budget(matching("app=rng")), "ds/rng tier=b", None);
    check(budget(json!({})), "ds/rng tier=b", None);
    check(budget(Value::Null), "ds/rng tier=b", None);
}

#[test]
fn policies_that_fail_open_are_refused() {
    let policy = |spec: Value| thing(Kind::NetworkPolicy, "n", spec);
    let own = |pairs: &str| policy(json!({"podSelector": matching(pairs)}));
    let named = "networkpolicy.networking.k8s.io/n";
    check(own("tier=a"), "ds/rng tier=b", Some((&format!("{named} loses 2 pods: it fails open"), Exposed)));
    check(own("tier=a"), "pod/alone tier-", Some((&format!("{named} loses 1 pod: it fails open"), Exposed)));
    let taken = format!("{named} takes in 2 pods: what it does not allow them is shut");
    check(own("tier=b"), "ds/rng tier=b", Some((&taken, Note)));
    check(own("tier=a"), "ds/rng netpol/n tier=b", Some((&format!("{named} is for 3 pods -> 2 (target)"), Note)));
    check(own("app=rng"), "ds/rng tier=b", None);
    check(policy(json!({"podSelector": {}})), "ds/rng tier=b", None);
    check(policy(json!({})), "ds/rng tier=b", None);
}

#[test]
fn policies_that_cut_pods_off_are_refused() {
    let policy = |way: &str, field: &str, peer: Value| {
        let mut spec = json!({"podSelector": matching("app=other")});
        spec[way] = json!([{ field: [peer] }]);
        thing(Kind::NetworkPolicy, "n", spec)
    };
    let peer = |pairs: &str| json!({"podSelector": matching(pairs)});
    let of = |namespaces: Value| json!({"podSelector": matching("tier=a"), "namespaceSelector": namespaces});
    let named = "networkpolicy.networking.k8s.io/n";
    let cut = format!("{named} no longer lets 2 pods come to its pods");
    check(policy("ingress", "from", peer("tier=a")), "ds/rng tier=b", Some((&cut, CutOff)));
    let unreached = format!("{named} no longer lets 2 pods be reached from its pods");
    check(policy("egress", "to", peer("tier=a")), "ds/rng tier=b", Some((&unreached, CutOff)));
    let more = format!("{named} lets 2 pods more come to its pods");
    check(policy("ingress", "from", peer("tier=b")), "ds/rng tier=b", Some((&more, Note)));
    check(policy("ingress", "from", peer("app=rng")), "ds/rng tier=b", None);
    check(policy("ingress", "from", of(json!({}))), "ds/rng tier=b", Some((&cut, CutOff)));
    check(
        policy("ingress", "from", of(matching("kubernetes.io/metadata.name=web"))),
        "ds/rng tier=b",
        Some((&cut, CutOff)),
    );
    check(policy("ingress", "from", of(matching("kubernetes.io/metadata.name=other"))), "ds/rng tier=b", None);
    check(policy("ingress", "from", json!({"ipBlock": {"cidr": "10.0.0.0/8"}})), "ds/rng tier=b", None);
}

#[test]
fn what_protects_pods_can_be_named_as_well_or_insisted_on() {
    let policy = thing(Kind::NetworkPolicy, "n", json!({"podSelector": matching("tier=a")}));
    let peer = json!([{"from": [{"podSelector": matching("tier=a")}]}]);
    let cut = thing(Kind::NetworkPolicy, "n", json!({"podSelector": matching("app=other"), "ingress": peer}));
    let alone = ["pod/alone tier=b", "ds/rng tier=b"];
    for (thing, line, hint) in [
        (
            policy.clone(),
            "ds/rng pod/alone tier=b",
            "kubectl relabel ds/rng po/alone netpol/n tier=b --overwrite takes it along; ",
        ),
        (policy, alone[1], ""),
        (cut, "ds/rng pod/alone tier=b", ""),
    ] {
        let scene = Scene::new(&[rng(), vec![thing]].concat(), line);
        let change = scene.change();
        let rows = rows(&change);
        let text = shown(&refusals(&rows, &change, Allowance::default()));
        assert!(text.ends_with(&format!("hint: {hint}--allow-impact does it all the same\n")), "{line}: {text}");
        assert_eq!(refusals(&rows, &change, Allowance { impact: true, ..Allowance::default() }), [], "{line}");
    }
}

#[test]
fn owners_of_single_pods_are_listed() {
    let set = |kind: &str| pod("x-1", "app=x", Some(kind));
    for (owner, of, line, what) in [
        (
            replica_set("x", "app=x", None),
            "rs/x",
            "pod/x-1 app-",
            Some("replicaset.apps/x lets pod/x-1 go, and starts another"),
        ),
        (
            daemon_set("x", "app=x"),
            "ds/x",
            "pod/x-1 app=y",
            Some("daemonset.apps/x lets pod/x-1 go, and starts another"),
        ),
        (
            stateful_set("x", "app=x"),
            "sts/x",
            "pod/x-1 app-",
            Some("statefulset.apps/x lets pod/x-1 go, and starts no other while that name is taken"),
        ),
        (daemon_set("x", "app=x"), "ds/x", "pod/x-1 on=yes", None),
        (daemon_set("x", "app=x"), "ds/x", "ds/x app=y", None),
    ] {
        let expected: Vec<_> = what.map(|what| (what.to_owned(), Note)).into_iter().collect();
        assert_eq!(about(&[owner, set(of)], line), expected, "{line}");
    }
    let web = [
        deployment("web", "app=web"),
        replica_set("web-1", "app=web", Some("deploy/web")),
        pod("web-1-a", "app=web", Some("rs/web-1")),
    ];
    assert_eq!(about(&web, "deploy/web app=x"), [], "its pods follow it");
    let taker = daemon_set("taker", "on=yes");
    let text = "daemonset.apps/taker takes in pod/alone, which has no owner, and may delete it";
    check(taker.clone(), "pod/alone on=yes", Some((text, Note)));
    check(taker, "ds/rng on=yes", None);
}

#[test]
fn scalers_of_what_is_made_anew_are_listed() {
    let scaler = |kind: &str, name: &str| {
        thing(Kind::HorizontalPodAutoscaler, "h", json!({"scaleTargetRef": {"kind": kind, "name": name}}))
    };
    let text = "horizontalpodautoscaler.autoscaling/h follows deployment.apps/web by its name";
    for (kind, name, line, told) in [
        ("Deployment", "web", "deploy/web on=yes", true),
        ("Deployment", "web", "deploy/web on=yes --keep-selector", false),
        ("StatefulSet", "web", "deploy/web on=yes", false),
        ("Deployment", "other", "deploy/web on=yes", false),
    ] {
        let expected: Vec<_> = told.then(|| (text.to_owned(), Note)).into_iter().collect();
        assert_eq!(about(&[deployment("web", "app=web"), scaler(kind, name)], line), expected, "{kind} {name} {line}");
    }
}

#[test]
fn monitors_that_scrape_other_pods_are_listed() {
    let pods = |spec: Value| thing(pod_monitor(), "m", spec);
    let text = "podmonitor.monitoring.coreos.com/m scrapes 3 pods -> 1";
    check(pods(json!({"selector": matching("tier=a")})), "ds/rng tier=b", Some((text, Note)));
    check(pods(json!({"selector": matching("app=rng")})), "ds/rng tier=b", None);
    let elsewhere = json!({"selector": matching("tier=a"), "namespaceSelector": {"matchNames": ["other"]}});
    check(pods(elsewhere), "ds/rng tier=b", None);
    let labelled = with(&service("s", "tier=a"), "/metadata/labels", labels("team=x"));
    for (pairs, told) in [("team=x", true), ("team=y", false)] {
        let monitor = thing(service_monitor(), "m", json!({"selector": matching(pairs)}));
        let found = about(&[labelled.clone(), monitor], "ds/rng tier=b");
        let text = "servicemonitor.monitoring.coreos.com/m scrapes 3 pods -> 1 of service/s";
        assert_eq!(found.iter().any(|(what, _)| what == text), told, "{found:?}");
    }
}

#[test]
fn spread_and_affinity_that_go_by_the_label_are_listed() {
    let term = |key: &str| json!({"topologyKey": "zone", "labelSelector": matching(&format!("{key}=a"))});
    let spread = |term: Value| json!({"topologySpreadConstraints": [term]});
    let required = |field: &str, term: Value| json!({"affinity": { field: {"requiredDuringSchedulingIgnoredDuringExecution": [term]} }});
    let preferred = |term: Value| {
        let weighted = json!([{"weight": 1, "podAffinityTerm": term}]);
        json!({"affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": weighted}}})
    };
    let compared = json!({"topologyKey": "zone", "labelSelector": {}, "matchLabelKeys": ["tier"]});
    let expression = json!({
        "topologyKey": "zone", "labelSelector": {"matchExpressions": [{"key": "tier", "operator": "Exists"}]},
    });
    for (name, spec, line, what) in [
        ("web", spread(term("tier")), "ds/rng tier=b", Some("topology spread")),
        ("web", required("podAffinity", term("tier")), "ds/rng tier=b", Some("affinity")),
        ("web", required("podAntiAffinity", term("tier")), "ds/rng tier=b", Some("anti-affinity")),
        ("web", preferred(term("tier")), "ds/rng tier=b", Some("anti-affinity")),
        ("web", spread(term("app")), "ds/rng tier=b", None),
        ("web", spread(term("on")), "ds/rng on=yes", None),
        ("web", spread(expression.clone()), "ds/rng tier=b", None),
        ("web", spread(expression), "deploy/web tier=b", Some("topology spread")),
        ("web", spread(compared.clone()), "deploy/web tier=b", Some("topology spread")),
        ("web", spread(compared), "ds/rng tier=b", None),
    ] {
        let web = with(&deployment(name, "app=web"), "/spec/template/spec", spec.clone());
        let text = what.map(|what| format!("deployment.apps/web its {what} over zone goes by tier"));
        let expected: Vec<_> = text.map(|text| (text, Note)).into_iter().collect();
        assert_eq!(about(&[web], line), expected, "{line} {spec}");
    }
}

#[test]
fn the_table_is_aligned() {
    let scene =
        Scene::new(&[rng(), vec![service("a", "tier=a"), service("longer", "tier=a")]].concat(), "ds/rng tier=b");
    assert_eq!(
        table(&rows(&scene.change())),
        ["service/a       selects 3 pods -> 1", "service/longer  selects 3 pods -> 1"]
    );
    assert_eq!(table(&[]), Vec::<String>::new());
}
