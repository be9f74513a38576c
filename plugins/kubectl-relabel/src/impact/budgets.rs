//! Disruption budgets: what limits evictions.

use recast::difference::count;
use recast::kind::Kind;

use super::selection::{every, is_changed, of_field};
use super::{Row, Severity};
use crate::change::{Change, Moved};

/// The budgets that count other pods.
pub fn rows(change: &Change<'_>, pods: &[Moved<'_>]) -> Vec<Row> {
    let row = |(id, budget)| {
        let selection = of_field(change, &id, budget, "selector", pods);
        if is_changed(change, &id) {
            let same = selection.is_same();
            let what = if same { "moves with it".to_owned() } else { format!("counts {}", selection.shown()) };
            return Some(Row::note(id, format!("{what} (target)")));
        }
        let lost = selection.lost().len();
        if lost > 0 {
            let what = format!("loses {}: nothing limits their evictions", count(lost, "pod", "pods"));
            return Some(Row { object: id, what, severity: Severity::Exposed });
        }
        (!selection.is_same()).then(|| Row::note(id, format!("counts {}", selection.shown())))
    };
    every(change, Kind::PodDisruptionBudget).filter_map(row).collect()
}
