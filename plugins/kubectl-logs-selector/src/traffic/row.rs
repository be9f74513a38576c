//! A pod as it is shown: in a line of a table, or as an object.

use std::time::Duration;

use recast::kind::Kind;
use serde_json::{Value, json};

use super::tally::TREND;
use super::verdict::Verdict;
use crate::membership::Standing;

/// A pod as it is shown.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub pod: String,
    /// What controls it, `daemonset.apps/rng`; empty if nothing does.
    pub owner: String,
    /// The node that it is on, empty if none.
    pub node: String,
    /// What each Service thinks of it.
    pub standings: Vec<(String, Standing)>,
    /// How many lines have come.
    pub lines: u64,
    /// How many a second come.
    pub rate: f64,
    /// How many came in each of the last seconds.
    pub trend: [u32; TREND],
    /// Its part of all lines.
    pub share: f64,
    /// How long ago the last one came.
    pub last: Option<Duration>,
    /// What is to be thought of it.
    pub verdict: Verdict,
    /// Whether lines come.
    pub active: bool,
}

impl Row {
    /// Whether the pod is gone.
    #[must_use]
    pub const fn is_gone(&self) -> bool {
        matches!(self.verdict, Verdict::Gone { .. })
    }

    /// The owner as a person types it, `ds/rng`.
    #[must_use]
    pub fn short_owner(&self) -> String {
        let Some((kind, name)) = self.owner.split_once('/') else { return "<none>".to_owned() };
        let short = Kind::from_word(kind).and_then(Kind::short);
        let singular = kind.split_once('.').map_or(kind, |(singular, _)| singular);
        format!("{}/{name}", short.unwrap_or(singular))
    }

    /// What the Services think of it. Of several those are named that know it.
    #[must_use]
    pub fn membership(&self) -> String {
        if let [(_, standing)] = self.standings.as_slice() {
            return standing.to_string();
        }
        let concerned = self.standings.iter().filter(|(_, standing)| *standing != Standing::NotSelected);
        let known: Vec<String> = concerned.map(|(service, standing)| format!("{service} {standing}")).collect();
        if known.is_empty() { Standing::NotSelected.to_string() } else { known.join(", ") }
    }

    /// As an object.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut value = json!({
            "namespace": self.namespace,
            "pod": self.pod,
            "owner": (!self.owner.is_empty()).then_some(&self.owner),
            "node": self.node,
            "lines": self.lines,
            "linesPerSecond": rounded(self.rate),
            "share": rounded(self.share),
            "lastLineSecondsAgo": self.last.map(|last| rounded(last.as_secs_f64())),
            "active": self.active,
            "verdict": self.verdict.word(),
        });
        if let Verdict::Left { ago, .. } | Verdict::Gone { ago } = self.verdict {
            value["secondsAgo"] = json!(rounded(ago.as_secs_f64()));
        }
        if let Verdict::Left { rate, .. } | Verdict::Draining { rate } | Verdict::Outside { rate } = self.verdict {
            value["stillLinesPerSecond"] = json!(rounded(rate));
        }
        if !self.standings.is_empty() {
            let each = self.standings.iter().map(|(service, standing)| (service.clone(), json!(standing.name())));
            value["membership"] = Value::Object(each.collect());
        }
        value
    }
}

/// More digits would say more than is known.
fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            namespace: "web".into(),
            pod: "rng-1".into(),
            owner: "daemonset.apps/rng".into(),
            node: "node-1".into(),
            standings: vec![("service/rng".into(), Standing::NotSelected)],
            lines: 480,
            rate: 40.0,
            trend: [40; TREND],
            share: 1.0 / 3.0,
            last: Some(Duration::from_millis(20)),
            verdict: Verdict::Left { ago: Duration::from_secs(12), rate: 40.0 },
            active: true,
        }
    }

    #[test]
    fn an_owner_is_shown_as_it_is_typed() {
        for (owner, shown) in [
            ("daemonset.apps/rng", "ds/rng"),
            ("job.batch/once", "job/once"),
            ("rollout.argoproj.io/web", "rollout/web"),
            ("", "<none>"),
        ] {
            assert_eq!(Row { owner: owner.into(), ..row() }.short_owner(), shown);
        }
    }

    #[test]
    fn of_several_services_those_are_named_that_know_the_pod() {
        let of = |standings: &[(&str, Standing)]| {
            let standings = standings.iter().map(|(name, standing)| ((*name).to_owned(), *standing)).collect();
            Row { standings, ..row() }.membership()
        };
        assert_eq!(of(&[("service/a", Standing::NotReady)]), "not ready");
        assert_eq!(of(&[("service/a", Standing::Serving), ("service/b", Standing::NotSelected)]), "service/a serving");
        assert_eq!(of(&[("service/a", Standing::NotSelected), ("service/b", Standing::NotSelected)]), "not selected");
    }

    #[test]
    fn an_object_has_numbers_and_words_for_programs() {
        assert_eq!(
            row().json(),
            json!({
                "namespace": "web", "pod": "rng-1", "owner": "daemonset.apps/rng", "node": "node-1", "lines": 480,
                "linesPerSecond": 40.0, "share": 0.333, "lastLineSecondsAgo": 0.02, "active": true,
                "verdict": "left", "secondsAgo": 12.0, "stillLinesPerSecond": 40.0,
                "membership": {"service/rng": "not selected"},
            })
        );
    }
}
