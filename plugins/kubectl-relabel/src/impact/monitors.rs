//! Prometheus' monitors: what is scraped.

use recast::kind::{ForeignKind, Kind};
use recast::object::Object;
use recast::selector::{label_selector, matches};
use serde_json::Value;

use super::Row;
use super::selection::{Selection, every};
use super::services::of_services;
use crate::change::{Change, Moved};

/// `monitoring.coreos.com/v1` `PodMonitor`: it selects pods.
#[must_use]
pub fn pod_monitor() -> Kind {
    monitor("PodMonitor", "podmonitors")
}

/// `monitoring.coreos.com/v1` `ServiceMonitor`: it selects Services by their own labels.
#[must_use]
pub fn service_monitor() -> Kind {
    monitor("ServiceMonitor", "servicemonitors")
}

fn monitor(kind: &str, plural: &str) -> Kind {
    let [group, version, kind, plural] = ["monitoring.coreos.com", "v1", kind, plural].map(str::to_owned);
    Kind::foreign(ForeignKind { group, version, kind, plural })
}

/// The monitors that scrape other pods.
pub fn rows(change: &Change<'_>, pods: &[Moved<'_>]) -> Vec<Row> {
    let of_pods = every(change, pod_monitor()).filter(|(id, object)| is_here(object, id.namespace()));
    let of_pods = of_pods.filter_map(|(id, object)| {
        let selection = Selection::of(pods, &label_selector(object.at("/spec/selector")?).ok()?);
        (!selection.is_same()).then(|| Row::note(id, format!("scrapes {}", selection.shown())))
    });
    let mut rows: Vec<Row> = of_pods.collect();
    let services = of_services(change, pods);
    for (id, object) in every(change, service_monitor()).filter(|(id, object)| is_here(object, id.namespace())) {
        let Some(selector) = object.at("/spec/selector").and_then(|selector| label_selector(selector).ok()) else {
            continue;
        };
        let scraped = services
            .iter()
            .filter(|(_, service, selection)| !selection.is_same() && matches(&selector, service.labels()));
        rows.extend(scraped.map(|(service, _, selection)| {
            Row::note(id.clone(), format!("scrapes {} of {service}", selection.shown()))
        }));
    }
    rows
}

/// Whether the monitor looks into its own namespace.
fn is_here(monitor: &Object, namespace: &str) -> bool {
    let of = monitor.at("/spec/namespaceSelector").unwrap_or(&Value::Null);
    let named = of["matchNames"].as_array();
    of["any"] == true || named.is_none_or(|names| names.is_empty() || names.iter().any(|name| name == namespace))
}
