//! Services: their endpoints.

use recast::kind::Kind;
use recast::object::{Object, ObjectId};

use super::selection::{Selection, every, is_changed, of_field};
use super::{Row, Severity};
use crate::change::{Change, Moved};
use crate::preflight::serves;

/// The Services that select other pods.
pub fn rows(change: &Change<'_>, pods: &[Moved<'_>]) -> Vec<Row> {
    let selecting = of_services(change, pods).into_iter();
    selecting.filter_map(|(id, service, selection)| row(change, id, service, &selection)).collect()
}

/// What each Service selects that selects anything.
pub fn of_services<'a>(change: &'a Change<'_>, pods: &[Moved<'a>]) -> Vec<(ObjectId, &'a Object, Selection<'a>)> {
    let services = every(change, Kind::Service);
    let services = services.filter(|(_, service)| service.at("/spec/type").is_none_or(|kind| *kind != "ExternalName"));
    services
        .map(|(id, service)| {
            let selection = of_field(change, &id, service, "selector", pods);
            (id, service, selection)
        })
        .collect()
}

fn row(change: &Change<'_>, id: ObjectId, service: &Object, selection: &Selection<'_>) -> Option<Row> {
    if is_changed(change, &id) {
        let what = if selection.is_same() {
            "moves with it (target)".to_owned()
        } else {
            format!("selects {} (target)", selection.shown())
        };
        return Some(Row::note(id, what));
    }
    if selection.is_same() {
        return None;
    }
    let serve = |pods: &[&Object]| pods.iter().any(|pod| serves(service, pod));
    let what = format!("selects {}", selection.shown());
    if serve(&selection.before) && !serve(&selection.after) {
        return Some(Row { object: id, what: format!("{what}: left without a ready pod"), severity: Severity::Empty });
    }
    Some(Row::note(id, what))
}
