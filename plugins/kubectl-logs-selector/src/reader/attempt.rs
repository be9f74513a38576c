//! One stream of a log, from its request to its end.

use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use recast::cluster::{ClusterError, Parts};
use recast::kind::Kind;
use recast::object::ObjectId;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::end::ANSWER;
use super::stall::Silence;
use super::{News, Work};
use crate::intake::Flow;
use crate::pod::{Pod, State};
use crate::query::Beginning;

/// How a stream ended.
#[derive(Debug)]
pub enum Ending {
    /// As if there were no more.
    Clean,
    /// In the middle.
    Cut,
    /// It goes on, but the life of the container that it is of is over, and nothing comes any more.
    Left,
    /// All that was asked for is there.
    Enough,
    /// It is of another life of the container than it should be.
    OtherLife,
    /// It did not begin.
    Refused(ClusterError),
}

/// What the server says to a question for a log.
type Answer = Result<Option<Parts>, ClusterError>;

/// How long a stream may still bring something after its container has ended.
const GRACE: Duration = Duration::from_secs(2);

/// How long an answer may take before the next one is asked for.
const PROMPT: Duration = Duration::from_millis(300);

/// How long the cluster may take to say that a container was restarted.
const LAG: Duration = Duration::from_secs(5);

/// How soon the server is asked again.
const AGAIN: Duration = Duration::from_millis(500);

/// How much is taken in at once if it is there: as much as a record of TLS, since the lines of many logs should still be
/// in the processor's cache when their turn comes.
const AT_ONCE: usize = 16 * 1024;

/// With less than this it is worth to look for more.
const LITTLE: usize = 4 * 1024;

const GAP: &str = "lines may be missing here: the log was rotated or cut while nobody read it";

impl Work {
    /// Reads a stream to its end. `life` is the one that it should be of, where that is known.
    pub(super) async fn attempt(&mut self, follow: bool, previous: bool, life: Option<u32>) -> Ending {
        self.tell(News::Asked);
        let since = self.intake.resume();
        let beginning = since.map_or_else(|| self.first_beginning(), Beginning::at);
        self.tried = true;
        let path = self.query(follow, previous, beginning);
        let watched = life.filter(|_| follow);
        match self.answer(&path, watched, previous).await {
            Err(ending) => ending,
            Ok(Err(error)) => Ending::Refused(error),
            // A pod without a node has no log.
            Ok(Ok(None)) => Ending::Clean,
            Ok(Ok(Some(parts))) => {
                self.begun.get_or_insert_with(Instant::now);
                self.reader.terms.admitted.set(true);
                self.tell(News::Begun);
                // It may be of another life, of which nothing would tell: what is read after a restart is looked at.
                let late = !follow || (self.lives > 1 && since.is_none());
                if let Some(life) = life.filter(|_| late)
                    && !self.is_still(if previous { life + 1 } else { life }).await
                {
                    return Ending::OtherLife;
                }
                let ending = self.take(parts, watched, life.filter(|_| !previous), previous).await;
                self.send().await;
                ending
            }
        }
    }

    /// Where a log begins of which nothing was seen yet.
    pub(super) fn first_beginning(&self) -> Beginning {
        let (wanted, begun) = (self.wanted.elapsed(), self.begun.map(|begun| begun.elapsed()));
        match self.beginning {
            asked if !self.tried => asked,
            asked if self.reader.terms.follow => asked.later(wanted, begun),
            // What is written meanwhile is not asked for.
            asked => Beginning { tail: asked.tail, ..Beginning { tail: None, ..asked }.later(wanted, begun) },
        }
    }

    /// The answer, if there will be one that matters. `life` is the one that is followed.
    async fn answer(&mut self, path: &str, life: Option<u32>, previous: bool) -> Result<Answer, Ending> {
        let gate = Rc::clone(&self.reader.gate);
        let permit = gate.acquire().await;
        let cluster = self.reader.cluster.clone();
        let mut opening = pin!(cluster.stream(path, "pods/log"));
        tokio::select! {
            answer = &mut opening => return Ok(answer),
            () = sleep(PROMPT) => drop(permit),
        }
        let mut silence = self.silence_of_an_answer(previous).await;
        loop {
            tokio::select! {
                answer = &mut opening => return Ok(answer),
                () = self.left(life) => return Err(Ending::Left),
                () = sleep_until(silence.until()) => {}
            }
            if self.is_stalled(&mut silence, life.is_some(), previous).await {
                self.tell(News::Stalled);
                return Err(Ending::Cut);
            }
        }
    }

    /// A kubelet answers only with the first line. Whoever waits for what is new wants to know that nothing is.
    async fn silence_of_an_answer(&mut self, previous: bool) -> Silence {
        if self.reader.terms.beginning.tail != Some(0) {
            return Silence::begins(self.patience);
        }
        if self.beginning.tail == Some(0) && self.intake.continuity().newest().is_none() {
            self.begin_behind_the_last(previous).await;
            return Silence::begins(self.patience);
        }
        Silence::doubted(self.patience)
    }

    /// Waits until nothing more is to be expected of this life of the container.
    async fn left(&mut self, life: Option<u32>) {
        let Some(life) = life else { return std::future::pending().await };
        while !self.is_left(life) {
            if !self.changed().await {
                break;
            }
        }
        sleep(GRACE).await;
    }

    /// Whether this life of the container has ended.
    fn is_left(&self, life: u32) -> bool {
        let presence = self.reader.presence.borrow();
        let container = presence.pod().and_then(|pod| pod.container(&self.reader.container));
        container.is_none_or(|container| container.life != life || container.state == State::Ended)
    }

    /// The life that this stream is of, if that is a later one than the cluster said when it was asked for: it was asked
    /// for after a restart that the cluster did not know of yet.
    fn later_life(&self, life: u32) -> Option<u32> {
        let presence = self.reader.presence.borrow();
        let container = presence.pod()?.container(&self.reader.container)?;
        let started = container.started.filter(|_| container.life > life)?;
        (self.intake.first()? >= started).then_some(container.life)
    }

    /// Between the life that was read before and this one may be another; if none was read before, the one that was to be.
    fn note_skipped(&mut self) {
        if self.lives > 1 {
            self.intake.remark("lines before these may be missing: the container was restarted twice in a moment");
        } else if self.beginning == Beginning::default() {
            self.intake.remark("lines before these may be missing: the container was restarted as it was to be read");
        }
    }

    /// Takes in what comes. `watched` is the life whose end ends the stream, `life` the one that it should be of.
    async fn take(
        &mut self,
        mut parts: Parts,
        mut watched: Option<u32>,
        mut life: Option<u32>,
        previous: bool,
    ) -> Ending {
        let mut silence = Silence::begins(self.patience);
        let mut leave: Option<Instant> = None;
        let mut known = true;
        loop {
            if let Some(later) = watched.and_then(|life| self.later_life(life)) {
                (watched, life) = (Some(later), Some(later));
                self.progress.life = watched;
                self.note_skipped();
                self.send().await;
            }
            if leave.is_none() && watched.is_some_and(|life| self.is_left(life)) {
                leave = Some(Instant::now() + GRACE);
            }
            let never = Instant::now() + Duration::from_hours(1);
            tokio::select! {
                biased;
                part = parts.next() => {
                    let Some(part) = part else { return Ending::Clean };
                    let Ok(part) = part else { return Ending::Cut };
                    let (flow, ending) = self.take_all(&part, &mut parts).await;
                    self.send().await;
                    match flow {
                        Flow::Onward => {}
                        Flow::Enough => return Ending::Enough,
                        Flow::Doubt => if let Some(ending) = self.settle(life).await { return ending },
                    }
                    if let Some(ending) = ending {
                        return ending;
                    }
                    leave = None;
                    silence = Silence::begins(self.patience);
                }
                changed = self.reader.presence.changed(), if known && watched.is_some() => known = changed.is_ok(),
                () = sleep_until(leave.unwrap_or(never)), if leave.is_some() => return Ending::Left,
                () = sleep_until(silence.until()) => {
                    if self.is_stalled(&mut silence, watched.is_some(), previous).await {
                        self.tell(News::Stalled);
                        return Ending::Cut;
                    }
                }
            }
        }
    }

    /// Takes in a part, and what is there behind it. A server may send each line alone: what is not shown at once anyway is
    /// then taken together, since many lines take little more than one.
    async fn take_all(&mut self, part: &[u8], parts: &mut Parts) -> (Flow, Option<Ending>) {
        let flow = self.intake.take(part);
        let mut taken = self.take_there(flow, parts);
        let mut held = 0;
        while matches!(taken, (Flow::Onward, None)) && self.is_worth_more(held) {
            held = self.intake.held();
            // The connection has its turn.
            yield_now().await;
            taken = self.take_there(Flow::Onward, parts);
        }
        taken
    }

    /// Whether there is little to show yet, but more than before.
    fn is_worth_more(&self, before: usize) -> bool {
        !self.reader.terms.follow && (before + 1..LITTLE).contains(&self.intake.held())
    }

    fn take_there(&mut self, mut flow: Flow, parts: &mut Parts) -> (Flow, Option<Ending>) {
        while flow == Flow::Onward && self.intake.held() < AT_ONCE {
            match parts.next().now_or_never() {
                None => break,
                Some(Some(Ok(part))) => flow = self.intake.take(&part),
                Some(Some(Err(_))) => return (flow, Some(Ending::Cut)),
                Some(None) => return (flow, Some(Ending::Clean)),
            }
        }
        (flow, None)
    }

    /// Another line has come than should: the container was restarted, which the cluster may say a little later, or the
    /// log was rotated.
    async fn settle(&mut self, life: Option<u32>) -> Option<Ending> {
        let until = Instant::now() + LAG;
        while let Some(life) = life {
            if !self.is_still(life).await {
                return Some(Ending::OtherLife);
            }
            if Instant::now() >= until {
                break;
            }
            tokio::select! {
                true = self.changed() => {}
                () = sleep(AGAIN) => {}
            }
        }
        let flow = self.intake.accept(GAP);
        self.send().await;
        (flow == Flow::Enough).then_some(Ending::Enough)
    }

    /// Whether the container has not been restarted, as far as the server knows: a watch may know it later.
    async fn is_still(&self, life: u32) -> bool {
        let id = ObjectId::new(Kind::Pod, &self.reader.pod.namespace, &self.reader.pod.name);
        let read = timeout(ANSWER, self.reader.cluster.get(&id)).await.ok().and_then(Result::ok).flatten();
        let read = read.and_then(|object| Pod::read(&object));
        let seen = self.reader.presence.borrow().pod().cloned();
        let of = |pod: &Pod| pod.container(&self.reader.container).map(|container| container.life);
        let same = |pod: &Pod| of(pod) == Some(life);
        match (read, seen) {
            (Some(read), Some(seen)) => read.uid == seen.uid && same(&read),
            (None, Some(seen)) => same(&seen),
            (_, None) => false,
        }
    }
}
