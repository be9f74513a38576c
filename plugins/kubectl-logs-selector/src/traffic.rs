//! Who really gets traffic: the lines of each pod, counted as they arrive, beside what the Services think of it.

mod arrival;
pub mod expectation;
mod row;
pub mod table;
mod tally;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Instant;

use memchr::memmem::Finder;

use crate::batch::{Batch, Line};
use crate::desk::Desk;
use crate::filter::Filter;
use crate::membership::{Front, Standing};
use crate::merge::{Outlet, Source};
use crate::pod::Pod;
use crate::reader::News;
use arrival::Stream;
use expectation::Case;
use tally::{Place, Tally};
use verdict::Verdict;

pub use row::Row;

/// By this a kubelet tells who it is when it asks whether a container is well.
const PROBE: &str = "kube-probe/";

/// What has arrived.
pub struct Traffic {
    begun: Instant,
    filter: Filter,
    probe: Finder<'static>,
    pods: BTreeMap<String, Watched>,
    streams: BTreeMap<Source, (String, Stream)>,
}

/// A pod that is watched.
struct Watched {
    pod: Rc<Pod>,
    standings: Vec<Standing>,
    tally: Tally,
}

/// A pod as it is now.
pub struct Present<'a> {
    /// The pod.
    pub pod: &'a Rc<Pod>,
    /// What each Service thinks of it.
    pub standings: &'a [Standing],
    /// Whether it is gone.
    pub gone: bool,
}

impl Traffic {
    /// Nothing has arrived yet. Lines that the filter does not want do not count.
    #[must_use]
    pub fn new(filter: Filter, begun: Instant) -> Self {
        let probe = Finder::new(PROBE);
        Self { begun, filter, probe, pods: BTreeMap::new(), streams: BTreeMap::new() }
    }

    /// When the watch began.
    #[must_use]
    pub const fn begun(&self) -> Instant {
        self.begun
    }

    /// Takes in who is there now; whoever is not told of any more is gone.
    pub fn observe<'p>(&mut self, present: impl Iterator<Item = Present<'p>>, now: Instant) {
        let mut there = BTreeSet::new();
        for Present { pod, standings, .. } in present.filter(|present| !present.gone) {
            let (begun, best) = (self.begun, best(standings));
            let watched = self.pods.entry(pod.uid.clone()).or_insert_with(|| Watched {
                pod: Rc::clone(pod),
                standings: Vec::new(),
                tally: Tally::new(Place::of(best, false), begun, now),
            });
            watched.pod = Rc::clone(pod);
            watched.standings = standings.to_vec();
            watched.tally.gone = None;
            watched.tally.be(Place::of(best, watched.tally.has_left), now);
            there.insert(pod.uid.as_str());
        }
        for (_, watched) in self.pods.iter_mut().filter(|(uid, _)| !there.contains(uid.as_str())) {
            watched.tally.be(Place::Out, now);
            watched.tally.gone.get_or_insert(now);
        }
    }

    /// A log of a pod is read from now on.
    /// `before` is by which number it was read until its pod had left.
    pub fn read(&mut self, source: Source, uid: &str, before: Option<Source>) {
        let known = before.and_then(|before| self.streams.get(&before)).map(|(_, stream)| stream.clone());
        self.streams.insert(source, (uid.to_owned(), known.unwrap_or_default()));
    }

    /// What its reader tells says whether its lines are of the moment.
    pub fn hear(&mut self, source: Source, news: &News, now: Instant) {
        let Some((_, stream)) = self.streams.get_mut(&source) else { return };
        match news {
            News::Asked => stream.is_asked(now),
            News::Quiet => stream.is_quiet(now),
            News::Begun => stream.begins(now),
            News::Idle | News::Closed | News::Left(_) => stream.rests(),
            News::Away(_) | News::Stalled | News::Failed(_) | News::Denied(..) => stream.is_lost(),
            News::Lines(_) | News::Said(_) => {}
        }
    }

    /// A line has come.
    fn line(&mut self, source: Source, text: &[u8], now: Instant) {
        let Some((uid, stream)) = self.streams.get_mut(&source) else { return };
        let arrival = stream.line(now);
        if self.filter.wants(text)
            && self.probe.find(text).is_none()
            && let Some(watched) = self.pods.get_mut(uid.as_str())
        {
            watched.tally.line(arrival, now);
        }
    }

    /// The pods, by namespace and name.
    #[must_use]
    pub fn rows(&self, fronts: &[Front], now: Instant) -> Vec<Row> {
        let all: u64 = self.pods.values().map(|watched| watched.tally.lines).sum();
        let mut rows: Vec<Row> = self.pods.values().map(|watched| watched.row(fronts, all, now)).collect();
        rows.sort_by(|one, other| (&one.namespace, &one.pod).cmp(&(&other.namespace, &other.pod)));
        rows
    }

    /// The pods, as they are judged.
    #[must_use]
    pub fn cases(&self, fronts: &[Front], now: Instant) -> Vec<Case> {
        let known = self.known(now);
        let case = |(uid, watched): (&String, &Watched)| {
            let tally = &watched.tally;
            Case {
                name: watched.pod.name.clone(),
                serves: tally.place == Place::In,
                outside: tally.place == Place::Out,
                since: now.saturating_duration_since(tally.since),
                served: tally.served,
                strayed: if fronts.is_empty() { tally.sure } else { tally.strayed },
                dark: tally.gone.is_none() && !known.contains(uid.as_str()),
                verdict: watched.verdict(now).to_string(),
            }
        };
        let mut cases: Vec<Case> = self.pods.iter().map(case).collect();
        cases.sort_by(|one, other| one.name.cmp(&other.name));
        cases
    }

    /// The pods of which all that they write is known: a log of each is read, and none cannot be.
    fn known(&self, now: Instant) -> BTreeSet<&str> {
        let of = |dark: bool| {
            let streams = self.streams.values().filter(move |(_, stream)| stream.is_dark(now) == dark);
            streams.map(|(uid, _)| uid.as_str()).collect::<BTreeSet<_>>()
        };
        &of(false) - &of(true)
    }
}

/// What the Service thinks of a pod that thinks best of it.
fn best(standings: &[Standing]) -> Option<Standing> {
    standings.iter().min().copied()
}

impl Watched {
    fn verdict(&self, now: Instant) -> Verdict {
        Verdict::of(&self.tally, best(&self.standings), self.pod.deleting, now)
    }

    #[allow(clippy::cast_precision_loss, reason = "a share is shown in whole percents")]
    fn row(&self, fronts: &[Front], all: u64, now: Instant) -> Row {
        let Self { pod, tally, .. } = self;
        Row {
            namespace: pod.namespace.clone(),
            pod: pod.name.clone(),
            owner: pod.owner.as_ref().map(|owner| owner.name.clone()).unwrap_or_default(),
            node: pod.node.clone(),
            standings: fronts.iter().map(ToString::to_string).zip(self.standings.iter().copied()).collect(),
            lines: tally.lines,
            rate: tally.rate(now),
            trend: tally.trend(now),
            share: if all == 0 { 0.0 } else { tally.lines as f64 / all as f64 },
            last: tally.last.map(|last| now.saturating_duration_since(last)),
            verdict: self.verdict(now),
            active: tally.is_active(now) && tally.gone.is_none(),
        }
    }
}

/// Where lines are counted, and not printed.
pub struct Counter<'a> {
    /// Where batches are used up.
    pub desk: &'a mut Desk,
    /// Where lines are counted.
    pub traffic: &'a mut Traffic,
    /// When they have come.
    pub now: Instant,
}

impl Outlet for Counter<'_> {
    fn line(&mut self, source: Source, batch: &Batch, line: &Line) {
        if line.remark {
            self.desk.set_aside(source, batch, line);
        } else {
            self.traffic.line(source, batch.text(line), self.now);
        }
    }

    fn spent(&mut self, source: Source, batch: Batch) {
        self.desk.spent(source, batch);
    }

    fn is_full(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests;
