//! One order for the lines of many containers, in bounded memory.
//!
//! Without following, the next line is the earliest of the first ones of all containers: each must have one, or have
//! ended. Following, a quiet container cannot be waited for, so that a line goes out when it is older than a small window:
//! until then an earlier one may still arrive. The order within a container is never changed.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::batch::{Batch, Line};
use crate::stamp::Stamp;

/// In which order the lines of several containers are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Order {
    /// By their times
    #[default]
    Time,
    /// One container after the other
    Pod,
    /// As they arrive
    Arrival,
}

/// For how long a container must send nothing to have sent all that it had written before.
const QUIET: Duration = Duration::from_millis(100);

/// How long is waited for the first part of what it had written before.
const PATIENCE: Duration = Duration::from_millis(1500);

/// When something happens: by a clock that never goes back, and by the one that lines are compared with.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// For spans of time.
    pub instant: Instant,
    /// For lines.
    pub stamp: Stamp,
}

impl Now {
    /// Now.
    #[must_use]
    pub fn read() -> Self {
        Self { instant: Instant::now(), stamp: Stamp::now() }
    }
}

/// A container as the merge knows it: by its number.
pub type Source = usize;

/// Who takes what comes out.
pub trait Outlet {
    /// The next line.
    fn line(&mut self, source: Source, batch: &Batch, line: &Line);

    /// The batch is used up.
    fn spent(&mut self, source: Source, batch: Batch);

    /// Whether no more is taken for now.
    fn is_full(&self) -> bool;
}

/// The lines of all containers that have not gone out yet.
#[derive(Debug)]
pub struct Merge {
    order: Order,
    /// How long a line waits for earlier ones; `None` if all that there is will come.
    window: Option<Duration>,
    sources: Vec<Queue>,
    /// The first lines of those that have any, by time.
    heads: BinaryHeap<Reverse<(Stamp, Source)>>,
    /// Whose batches go out next, in the order of arrival.
    arrived: VecDeque<Source>,
    /// How many are open and have no line here.
    awaited: usize,
    /// Those that may still send what was written before they were opened.
    early: Vec<Source>,
}

#[derive(Debug, Default)]
struct Queue {
    batches: VecDeque<Batch>,
    /// How many lines of the first batch have gone out.
    taken: usize,
    open: bool,
    /// The time of the line that went out last, which none goes before.
    last: Stamp,
    touched: Option<Instant>,
    /// Whether anything has arrived since it was opened.
    begun: bool,
    /// When the first batch has arrived.
    latest: Stamp,
}

impl Merge {
    /// Nothing is open yet.
    #[must_use]
    pub fn new(order: Order, window: Option<Duration>) -> Self {
        Self {
            order,
            window,
            sources: Vec::new(),
            heads: BinaryHeap::new(),
            arrived: VecDeque::new(),
            awaited: 0,
            early: Vec::new(),
        }
    }

    /// Another container. What those have written before that are there at the start is merged as a whole; for whoever
    /// comes later nobody waits.
    pub fn open(&mut self, now: &Now, at_the_start: bool) -> Source {
        let source = self.sources.len();
        self.sources.push(Queue { open: true, touched: Some(now.instant), ..Queue::default() });
        if self.order == Order::Time {
            self.awaited += 1;
            if at_the_start {
                self.early.push(source);
            }
        }
        source
    }

    /// Its answer has begun: what was written before comes now, or nothing was.
    pub fn begun(&mut self, source: Source, now: &Now) {
        let queue = &mut self.sources[source];
        (queue.begun, queue.touched) = (true, Some(now.instant));
    }

    /// Some of its lines.
    pub fn push(&mut self, source: Source, batch: Batch, now: &Now) {
        let queue = &mut self.sources[source];
        (queue.begun, queue.touched, queue.latest) = (true, Some(now.instant), now.stamp);
        queue.batches.push_back(batch);
        match self.order {
            Order::Arrival => self.arrived.push_back(source),
            Order::Time if queue.batches.len() == 1 => {
                self.awaited -= usize::from(queue.open);
                let key = queue.key(self.window.is_some());
                self.heads.push(Reverse((key, source)));
            }
            Order::Time | Order::Pod => {}
        }
    }

    /// No more comes from it.
    pub fn close(&mut self, source: Source) {
        let queue = &mut self.sources[source];
        if std::mem::take(&mut queue.open) && queue.batches.is_empty() && self.order == Order::Time {
            self.awaited -= 1;
        }
        self.early.retain(|early| *early != source);
    }

    /// Whether all has gone out, and nothing will come.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.sources.iter().all(|queue| !queue.open && queue.batches.is_empty())
    }

    /// Lets out what may go; answers when to ask again if nothing else happens.
    pub fn drain(&mut self, now: &Now, outlet: &mut impl Outlet) -> Option<Instant> {
        match self.order {
            Order::Time => self.drain_by_time(now, outlet),
            Order::Pod => self.drain_by_pod(outlet),
            Order::Arrival => self.drain_by_arrival(outlet),
        }
    }

    fn drain_by_arrival(&mut self, outlet: &mut impl Outlet) -> Option<Instant> {
        while !outlet.is_full()
            && let Some(source) = self.arrived.pop_front()
        {
            self.sources[source].let_out(source, outlet);
        }
        None
    }

    fn drain_by_pod(&mut self, outlet: &mut impl Outlet) -> Option<Instant> {
        for (source, queue) in self.sources.iter_mut().enumerate() {
            while !outlet.is_full() && queue.let_out(source, outlet) {}
            if queue.open || !queue.batches.is_empty() {
                break;
            }
        }
        None
    }

    fn drain_by_time(&mut self, now: &Now, outlet: &mut impl Outlet) -> Option<Instant> {
        let mut again = None;
        let limit = match self.window {
            None => (self.awaited > 0).then_some(Stamp(i64::MIN)),
            Some(window) => {
                again = self.pass_the_beginning(now, window);
                Some(if again.is_some() { Stamp(i64::MIN) } else { now.stamp.less(window) })
            }
        };
        while !outlet.is_full()
            && let Some(mut head) = self.heads.peek_mut()
        {
            let Reverse((stamp, source)) = *head;
            // Where every container has a line here, none can send an earlier one.
            if self.awaited > 0 && limit.is_some_and(|limit| stamp > limit) {
                let wait = limit.zip(self.window).map(|(limit, _)| stamp.since(limit));
                return again.or_else(|| Some(now.instant + wait?));
            }
            let queue = &mut self.sources[source];
            queue.last = stamp;
            if queue.let_out_one(source, outlet) {
                *head = Reverse((queue.key(self.window.is_some()), source));
            } else {
                std::collections::binary_heap::PeekMut::pop(head);
                if queue.open {
                    self.awaited += 1;
                    self.window?;
                    if self.early.contains(&source) {
                        return Some(now.instant + QUIET);
                    }
                }
            }
        }
        again
    }

    /// Looks who has sent what was written before it was opened; answers when to look again if one has not.
    fn pass_the_beginning(&mut self, now: &Now, window: Duration) -> Option<Instant> {
        let sources = &mut self.sources;
        let mut again: Option<Instant> = None;
        self.early.retain(|source| {
            let queue = &sources[*source];
            if !queue.batches.is_empty() {
                // Up to the present, all of it.
                return queue.newest().is_none_or(|newest| newest < now.stamp.less(window));
            }
            let patience = if queue.begun { QUIET } else { PATIENCE };
            let until = queue.touched.unwrap_or(now.instant) + patience;
            if until <= now.instant {
                return false;
            }
            again = Some(again.map_or(until, |again| again.min(until)));
            true
        });
        again
    }
}

impl Queue {
    /// The time by which its first line is ordered. A clock that is ahead of ours does not hold lines back: none was
    /// written after it has arrived.
    fn key(&self, following: bool) -> Stamp {
        let stamp = self.batches.front().and_then(|batch| batch.lines().get(self.taken)).map_or(self.last, |l| l.stamp);
        (if following { stamp.min(self.latest) } else { stamp }).max(self.last)
    }

    fn newest(&self) -> Option<Stamp> {
        Some(self.batches.back()?.lines().last()?.stamp)
    }

    /// Lets one line out; answers whether there is another.
    fn let_out_one(&mut self, source: Source, outlet: &mut impl Outlet) -> bool {
        let Some(batch) = self.batches.front() else { return false };
        if let Some(line) = batch.lines().get(self.taken) {
            outlet.line(source, batch, line);
            self.taken += 1;
        }
        if self.taken >= batch.lines().len() {
            self.taken = 0;
            if let Some(batch) = self.batches.pop_front() {
                outlet.spent(source, batch);
            }
        }
        !self.batches.is_empty()
    }

    /// Lets a whole batch out; answers whether there was one.
    fn let_out(&mut self, source: Source, outlet: &mut impl Outlet) -> bool {
        let Some(batch) = self.batches.pop_front() else { return false };
        for line in &batch.lines()[self.taken..] {
            outlet.line(source, &batch, line);
        }
        self.taken = 0;
        outlet.spent(source, batch);
        true
    }
}

#[cfg(test)]
mod steady;
#[cfg(test)]
mod tests;
