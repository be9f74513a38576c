//! Who serves, who does not, and why.

use super::*;
use serde_json::json;

fn object(value: Value) -> Object {
    Object::new(value).unwrap()
}

fn front(selector: &Value) -> Front {
    let mut front = Front::new("web", "rng");
    front.observe(&object(json!({"metadata": {"name": "rng"}, "spec": {"selector": selector}})));
    front
}

fn slice(name: &str, endpoints: &[(&str, Option<bool>)]) -> Object {
    let endpoint =
        |(uid, ready): &(&str, Option<bool>)| json!({"targetRef": {"uid": uid}, "conditions": {"ready": ready}});
    let endpoints: Vec<_> = endpoints.iter().map(endpoint).collect();
    object(json!({"metadata": {"name": name, "labels": {SERVICE_NAME: "rng"}}, "endpoints": endpoints}))
}

fn pod(uid: &str, labels: &Value, conditions: &Value, deleting: bool) -> Pod {
    let gone = deleting.then_some("2026-11-22T15:00:01Z");
    let metadata = json!({"name": uid, "uid": uid, "namespace": "web", "labels": labels, "deletionTimestamp": gone});
    Pod::read(&object(json!({"metadata": metadata, "status": {"conditions": conditions}}))).unwrap()
}

fn ready() -> Value {
    json!([{"type": "Ready", "status": "True"}])
}

#[test]
fn a_pod_is_what_slices_labels_and_its_own_state_say() {
    let mut front = front(&json!({"app": "rng"}));
    front.observe_slice(&slice("s1", &[("in", Some(true)), ("unknown", None), ("waiting", Some(false))]));
    let app = json!({"app": "rng"});
    for (uid, labels, deleting, standing) in [
        ("in", &app, false, Standing::Serving),
        ("unknown", &app, false, Standing::Serving),
        ("waiting", &app, false, Standing::NotReady),
        ("absent", &app, false, Standing::NotReady),
        ("absent", &app, true, Standing::Draining),
        ("absent", &json!({}), false, Standing::NotSelected),
        ("absent", &json!({"app": "web"}), true, Standing::NotSelected),
        // As long as it is in a slice it gets traffic, whatever its labels.
        ("in", &json!({}), false, Standing::Serving),
    ] {
        assert_eq!(front.standing(&pod(uid, labels, &ready(), deleting)), standing, "{uid} {labels} {deleting}");
    }
}

#[test]
fn a_slice_that_changes_or_goes_takes_its_endpoints_along() {
    let mut front = front(&json!({"app": "rng"}));
    let pod = pod("p", &json!({"app": "rng"}), &ready(), false);
    front.observe_slice(&slice("s1", &[("p", Some(true))]));
    front.observe_slice(&slice("s2", &[]));
    assert_eq!(front.standing(&pod), Standing::Serving);
    front.observe_slice(&slice("s1", &[]));
    assert_eq!(front.standing(&pod), Standing::NotReady);
    front.observe_slice(&slice("s2", &[("p", Some(true))]));
    front.lose_slice("s2");
    assert_eq!(front.standing(&pod), Standing::NotReady);
}

#[test]
fn an_endpoint_that_somebody_wrote_by_hand_is_known_by_its_address() {
    let mut front = front(&json!({}));
    let endpoint = |address: &str| json!({"addresses": [address], "conditions": {"ready": true}});
    front.observe_slice(&object(json!({
        "metadata": {"name": "by-hand", "labels": {SERVICE_NAME: "rng"}},
        "endpoints": [endpoint("10.0.0.1"), endpoint("10.0.0.9")],
    })));
    for (address, standing) in [("10.0.0.1", Standing::Serving), ("10.0.0.2", Standing::NotSelected)] {
        let pod = Pod { addresses: vec![address.to_owned()], ..pod("p", &json!({}), &ready(), false) };
        assert_eq!(front.standing(&pod), standing, "{address}");
    }
}

#[test]
fn whoever_may_not_see_slices_goes_by_readiness() {
    let mut front = front(&json!({"app": "rng"}));
    front.blind = true;
    assert_eq!(front.standing(&pod("p", &json!({"app": "rng"}), &ready(), false)), Standing::Serving);
    assert_eq!(front.standing(&pod("p", &json!({"app": "rng"}), &json!([]), false)), Standing::NotReady);
}

#[test]
fn why_a_pod_left_is_said() {
    let unready = json!([{"type": "Ready", "status": "False", "message": "containers with unready status: [main]"}]);
    let all = json!({"app": "rng", "isactive": "yes"});
    for (labels, conditions, deleting, reason) in [
        (all.clone(), ready(), true, "terminating"),
        (json!({"app": "rng"}), ready(), false, "label isactive is missing"),
        (json!({"app": "rng", "isactive": "no"}), ready(), false, "label isactive is \"no\", not \"yes\""),
        (all.clone(), unready, false, "not ready: containers with unready status: [main]"),
        (all, json!([]), false, "not ready"),
    ] {
        let front = front(&json!({"app": "rng", "isactive": "yes"}));
        assert_eq!(front.reason(&pod("p", &labels, &conditions, deleting)), reason);
    }
}

#[test]
fn a_changed_selector_is_the_reason_for_those_it_matched_before() {
    let mut front = front(&json!({"app": "rng"}));
    let service = json!({"metadata": {"name": "rng"}, "spec": {"selector": {"app": "rng", "isactive": "yes"}}});
    assert!(front.observe(&object(service.clone())));
    assert!(!front.observe(&object(service)));
    assert_eq!(
        front.reason(&pod("p", &json!({"app": "rng"}), &ready(), false)),
        "selector changed to app=rng,isactive=yes: label isactive is missing"
    );
    assert_eq!(front.reason(&pod("p", &json!({}), &ready(), false)), "label app is missing");
}
