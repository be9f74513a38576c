//! Whom a change of labels touches besides its targets: whatever selects pods, and selects others from then on.

mod budgets;
mod monitors;
mod placement;
mod policies;
mod scalers;
mod selection;
mod services;
mod workloads;

use recast::failure::Failure;
use recast::label::relabel;
use recast::object::{Object, ObjectId};

use crate::allowance::Allowance;
use crate::change::{Change, Target};

pub use monitors::{pod_monitor, service_monitor};

/// One object, and what it selects from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The object.
    pub object: ObjectId,
    /// What becomes of it.
    pub what: String,
    /// How much that matters.
    pub severity: Severity,
}

/// How much it matters that an object selects other pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It is worth knowing.
    Note,
    /// Pods fall out of what protects them.
    Exposed,
    /// Pods fall out of what lets them talk to each other.
    CutOff,
    /// A Service is left without a ready pod.
    Empty,
}

impl Row {
    fn note(object: ObjectId, what: impl Into<String>) -> Self {
        Self { object, what: what.into(), severity: Severity::Note }
    }

    /// The word before its line.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self.severity {
            Severity::Note => "impact",
            _ => "warn",
        }
    }
}

/// Everything that selects other pods when the change is done.
#[must_use]
pub fn rows(change: &Change<'_>) -> Vec<Row> {
    let pods = change.pods();
    let all = [
        services::rows(change, &pods),
        budgets::rows(change, &pods),
        policies::rows(change, &pods),
        workloads::rows(change, &pods),
        scalers::rows(change),
        monitors::rows(change, &pods),
        placement::rows(change, &pods),
    ];
    all.concat()
}

/// The rows as lines of a table.
#[must_use]
pub fn table(rows: &[Row]) -> Vec<String> {
    let names: Vec<String> = rows.iter().map(|row| row.object.to_string()).collect();
    let width = names.iter().map(String::len).max().unwrap_or(0);
    rows.iter().zip(&names).map(|(row, name)| format!("{name:<width$}  {}", row.what)).collect()
}

/// The Services that would be left empty, and can be taken along.
#[must_use]
pub fn taken_along(rows: &[Row], change: &Change<'_>) -> Vec<ObjectId> {
    let empty = rows.iter().filter(|row| row.severity == Severity::Empty);
    empty.filter(|row| helps(change, row)).map(|row| row.object.clone()).collect()
}

/// What must not happen unasked.
#[must_use]
pub fn refusals(rows: &[Row], change: &Change<'_>, allowed: Allowance) -> Vec<Failure> {
    let refused = rows.iter().filter(|row| match row.severity {
        Severity::Note => false,
        Severity::Exposed | Severity::CutOff => !allowed.impact,
        Severity::Empty => !allowed.empty,
    });
    refused.map(|row| Failure::new(format!("{} {}", row.object, row.what)).hint(hint(change, row))).collect()
}

fn hint(change: &Change<'_>, row: &Row) -> String {
    let flag = if row.severity == Severity::Empty { "--allow-empty" } else { "--allow-impact" };
    if !helps(change, row) {
        return format!("{flag} does it all the same");
    }
    let along = match row.severity {
        Severity::Empty => change.command(change.ids(), &["--with-services"]),
        _ => change.command(change.ids().chain([&row.object]), &[]),
    };
    format!("{along} takes it along; {flag} does it all the same")
}

/// Whether the object loses nothing where it is a target as well.
fn helps(change: &Change<'_>, row: &Row) -> bool {
    let Some(object) = change.snapshot.get(&row.object).filter(|_| row.severity != Severity::CutOff) else {
        return false;
    };
    let Some(target) = as_target(change, &row.object, object) else { return false };
    let targets = [change.targets, &[target]].concat();
    let wider = Change { targets: &targets, ..*change };
    let pods = wider.pods();
    match row.severity {
        Severity::Empty => crate::preflight::empty(&wider, Allowance::default())
            .iter()
            .all(|failure| !failure.message().starts_with(&format!("{} ", row.object))),
        _ => selection::of_target(&wider, &row.object, &pods).is_none_or(|selection| selection.lost().is_empty()),
    }
}

fn as_target(change: &Change<'_>, id: &ObjectId, object: &Object) -> Option<Target> {
    let after = relabel(id.kind, object.value(), change.edits, false).ok()?.finish().1;
    (after != *object.value()).then(|| Target { id: id.clone(), before: object.clone(), after })
}

#[cfg(test)]
mod tests;
