//! Reads the log of one container, as long as there is anything to read.

mod attempt;
mod end;
mod memory;
mod pace;
mod presence;
mod rest;
mod stall;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use recast::cluster::{Cluster, ClusterError};
use recast::failure::Failure;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;

use crate::batch::Batch;
use crate::intake::{Intake, Limits};
use crate::merge::Source;
use crate::pod::Pod;
use crate::query::{Beginning, Query, Stream};
use crate::stamp::Stamp;
use crate::step::{Progress, Step, next};
use attempt::Ending;
use end::More;
use pace::Pace;
use presence::{Pods, departure};

pub use memory::Memory;
pub use presence::Presence;

/// What all readers have in common.
#[derive(Debug)]
pub struct Terms {
    /// Whether logs are followed.
    pub follow: bool,
    /// Whether it is about what was written before a restart.
    pub previous: bool,
    /// From where on logs are read that are there at the start.
    pub beginning: Beginning,
    /// Which stream, if the server is to choose.
    pub stream: Option<Stream>,
    /// Whether the API server may talk to kubelets whose certificates it does not know.
    pub insecure: bool,
    /// How long lines may be, and how much there may be of them.
    pub limits: Limits,
    /// Whether the server has let anybody read.
    pub admitted: Cell<bool>,
}

impl Terms {
    /// How much of one container may be on its way to the output. Following, some of it only waits for its time; else it is
    /// as little as can be, which stays in the processor's cache until it is shown.
    #[must_use]
    pub const fn credit(&self) -> usize {
        if self.follow { 2 } else { 1 }
    }
}

/// What a reader tells.
#[derive(Debug)]
pub enum News {
    /// The server was asked, and has not answered yet.
    Asked,
    /// The container does not run: for now there is nothing to be read.
    Idle,
    /// There is nothing that was not read: that was asked beside the stream.
    Quiet,
    /// The server has answered.
    Begun,
    /// Some lines.
    Lines(Batch),
    /// Something that a person should know.
    Said(String),
    /// The log cannot be read for now; what a person should know of that.
    Away(String),
    /// The log cannot be read.
    Failed(Failure),
    /// The user may not read the log. What is to be said of that: in full, and where it was said of another log before.
    Denied(Failure, Failure),
    /// The connection had gone dead without a word: others may have, too.
    Stalled,
    /// There is nothing more.
    Closed,
    /// The pod has left, and its log is not read any more; if it comes back, it goes on with this.
    Left(Box<Memory>),
}

/// Reads the log of one container.
pub struct Reader {
    /// The way to the server.
    pub cluster: Cluster,
    /// What all readers have in common.
    pub terms: Rc<Terms>,
    /// Its number.
    pub source: Source,
    /// The pod as it was when it was to be read.
    pub pod: Rc<Pod>,
    /// How it is now.
    pub presence: Pods,
    /// The name of the container.
    pub container: String,
    /// How many logs may be asked for at once.
    pub gate: Rc<Semaphore>,
    /// How much may be on its way.
    pub credit: Arc<Semaphore>,
    /// Batches that were used up.
    pub spare: Rc<RefCell<Vec<Batch>>>,
    /// Who is told.
    pub news: mpsc::UnboundedSender<(Source, News)>,
}

/// A reader at work.
struct Work {
    reader: Reader,
    intake: Intake,
    pace: Pace,
    progress: Progress,
    /// How many lives of the container were read.
    lives: u32,
    /// Where the log begins if nothing of it was seen yet.
    beginning: Beginning,
    /// When it was to be read.
    wanted: Instant,
    /// Whether it was asked for, or had to wait for that.
    tried: bool,
    /// When the server answered first.
    begun: Option<Instant>,
    /// Whether a failure was told that has not passed yet.
    troubled: bool,
    /// The latest line (the zero of time if there was none) when the pod was about to go and there was nothing behind it.
    caught_up: Option<Stamp>,
    /// How long a stream may be silent until that is looked into.
    patience: Duration,
}

impl Reader {
    /// Reads until there is nothing more, or the pod has left.
    pub async fn run(self, memory: Memory) {
        let leaving = departure(self.presence.clone());
        let mut work = Work::of(self, memory);
        if !work.reader.terms.follow {
            work.read_to_the_end(work.reader.terms.previous, None).await;
            return work.tell(News::Closed);
        }
        tokio::select! {
            () = work.follow() => work.tell(News::Closed),
            () = leaving => {
                work.send().await;
                work.leave();
            }
        }
    }
}

/// Whether to go on with a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// What follows is decided by what the cluster says.
    Onward,
    /// The same, but not all of it was read.
    Again,
    /// All that was asked for is there, or nothing can be had.
    Stop,
}

impl Work {
    /// Goes on with what is remembered.
    fn of(reader: Reader, memory: Memory) -> Self {
        Self {
            reader,
            intake: memory.intake,
            pace: Pace::default(),
            progress: memory.progress,
            lives: memory.lives,
            beginning: memory.beginning,
            wanted: memory.wanted,
            tried: memory.tried,
            begun: memory.begun,
            troubled: false,
            caught_up: None,
            patience: stall::FIRST,
        }
    }

    /// Nothing is read any more, and all that is known is remembered.
    fn leave(self) {
        let (source, news) = (self.reader.source, self.reader.news);
        let memory = Memory {
            intake: self.intake,
            progress: self.progress,
            lives: self.lives,
            beginning: self.beginning,
            wanted: self.wanted,
            tried: self.tried,
            begun: self.begun,
            source: Some(source),
        };
        // If nobody listens any more, the command is about to end.
        let _ = news.send((source, News::Left(Box::new(memory))));
    }

    fn tell(&self, news: News) {
        // If nobody listens any more, the command is about to end.
        let _ = self.reader.news.send((self.reader.source, news));
    }

    fn say(&self, text: &str) {
        self.tell(News::Said(self.titled(text)));
    }

    fn titled(&self, text: &str) -> String {
        format!("{}/{}: {text}", self.reader.pod.name, self.reader.container)
    }

    /// The container as the cluster knows it now.
    fn step(&self) -> Step {
        let presence = self.reader.presence.borrow();
        next(self.progress, presence.pod().and_then(|pod| pod.container(&self.reader.container)))
    }

    /// Waits until the pod has changed; answers whether it can.
    async fn changed(&mut self) -> bool {
        self.reader.presence.changed().await.is_ok()
    }

    async fn follow(&mut self) {
        loop {
            let after = match self.step() {
                Step::Done => {
                    self.note_lost().await;
                    return;
                }
                Step::Wait => {
                    self.tell(News::Idle);
                    if !self.changed().await {
                        return;
                    }
                    After::Onward
                }
                Step::Follow(life) => {
                    self.enter(life);
                    self.follow_life(life).await
                }
                Step::Rest { life, previous, missed } => {
                    self.enter(life);
                    if missed > 0 {
                        self.intake.remark(&format!(
                            "lines are missing here: {missed} earlier lives of the container are gone"
                        ));
                    }
                    let after = self.read_to_the_end(previous, Some(life)).await;
                    self.progress.whole = after == After::Onward;
                    after
                }
            };
            if after == After::Stop {
                return;
            }
        }
    }

    /// Begins with another life of the container, if it is one.
    fn enter(&mut self, life: u32) {
        if self.progress.life != Some(life) {
            if self.progress.life.is_some() {
                // Only what was there at the start may be shown in part.
                self.beginning = Beginning::default();
                self.intake.begin_anew();
            }
            self.lives += 1;
            self.caught_up = None;
            self.progress = Progress { life: Some(life), whole: false };
        }
    }

    /// Follows a life of the container until its stream ends.
    async fn follow_life(&mut self, life: u32) -> After {
        let ending = self.attempt(true, false, Some(life)).await;
        self.judge(&ending, false).await;
        match ending {
            Ending::Enough => After::Stop,
            // A clean end does not prove that the container has ended.
            Ending::Clean | Ending::Cut | Ending::Left | Ending::OtherLife => {
                self.pause().await;
                After::Onward
            }
            Ending::Refused(error) => self.weather(error, true).await,
        }
    }

    /// Reads what there is of a life, again and again until nothing is missing.
    async fn read_to_the_end(&mut self, previous: bool, life: Option<u32>) -> After {
        let mut unfinished = None;
        let more = loop {
            let ending = self.attempt(false, previous, life).await;
            self.judge(&ending, previous).await;
            match ending {
                Ending::Enough => return After::Stop,
                Ending::Cut => self.pause().await,
                Ending::OtherLife => {
                    self.pause().await;
                    return After::Again;
                }
                Ending::Refused(error) => match self.weather(error, life.is_some()).await {
                    After::Onward if life.is_some() && self.is_over() => return After::Again,
                    After::Onward | After::Again => {}
                    After::Stop => return if life.is_some() { After::Onward } else { After::Stop },
                },
                Ending::Clean | Ending::Left => {
                    // A kubelet that dies looks just the same; whoever asks again knows.
                    let rest = self.intake.unfinished();
                    let again = rest.is_some() && rest != unfinished;
                    let more = if again { More::Yes } else { self.has_more(previous).await };
                    if more != More::Yes {
                        break more;
                    }
                    unfinished = rest;
                    self.pause().await;
                }
            }
        };
        self.finish(more, life.is_some()).await
    }

    /// Nothing more is to be had.
    async fn finish(&mut self, more: More, followed: bool) -> After {
        if let Some(said) = self.intake.finish() {
            self.say(&said);
        }
        let unsure = more == More::Gone && self.caught_up.is_none();
        if more == More::Lost {
            self.intake.remark("lines may be missing here: the end of the log could not be read");
        } else if unsure && !followed {
            self.intake.remark(rest::UNREAD);
        }
        self.send().await;
        // That a pod is gone is said when the cluster says so too.
        if unsure && followed { After::Again } else { After::Onward }
    }

    /// Waits a little before the next attempt, the longer the more of them came to nothing; a change ends the wait.
    async fn pause(&mut self) {
        let wait = self.pace.next();
        if wait.is_zero() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            true = self.changed() => {}
        }
    }

    /// What to do when the server refuses. What may pass is waited for; following for ever, else a while.
    async fn weather(&mut self, error: ClusterError, follow: bool) -> After {
        let code = error.status().map_or(0, |status| status.code);
        let message = error.status().map(|status| status.message.clone()).unwrap_or_default();
        match code {
            401 | 403 if !(follow && self.may_be_admitted()) => {
                let short = self.failure().cause(message);
                self.tell(News::Denied(error.into(), short));
                return After::Stop;
            }
            400 if follow && message.contains("previous terminated container") => {
                self.intake.remark("lines may be missing here: the log of the life before is gone");
                self.send().await;
                return After::Stop;
            }
            // Waiting to start: the kubelet knows a little later what the API server knows.
            400 if follow && message.contains("waiting to start") => {}
            0 | 400 | 401 | 403 | 404 | 429 | 500..=599 if follow => self.complain(error, message),
            0 | 429 | 500..=599 if self.pace.is_fresh() => {}
            _ => {
                let cause = if message.is_empty() { Failure::from(error).message().to_owned() } else { message };
                self.tell(News::Failed(self.failure().cause(cause)));
                return After::Stop;
            }
        }
        self.pause().await;
        After::Onward
    }

    fn failure(&self) -> Failure {
        Failure::new(format!("cannot read the log of {}/{}", self.reader.pod.name, self.reader.container))
    }

    /// Whether a refusal for want of rights may pass: a server that has just begun does not know yet who may do what. Whoever
    /// could read before can do so again; where only others could, there is a limit to it.
    fn may_be_admitted(&self) -> bool {
        self.begun.is_some() || (self.reader.terms.admitted.get() && self.pace.is_hopeful())
    }

    /// Says once that the log cannot be read, if that takes a while.
    fn complain(&mut self, error: ClusterError, message: String) {
        if self.pace.is_slow() && !std::mem::replace(&mut self.troubled, true) {
            let why = if message.is_empty() { Failure::from(error).message().to_owned() } else { message };
            self.tell(News::Away(self.titled(&format!("no log at the moment, trying again: {why}"))));
        }
    }

    /// Sends the lines that are there, as soon as there is room for them.
    async fn send(&mut self) {
        if !self.intake.has_lines() {
            return;
        }
        self.pace.reset();
        self.patience = stall::FIRST;
        self.troubled = false;
        // It is never closed.
        if let Ok(permit) = self.reader.credit.acquire().await {
            permit.forget();
        }
        let spare = self.reader.spare.borrow_mut().pop().unwrap_or_default();
        let batch = self.intake.hand_out(spare);
        self.tell(News::Lines(batch));
    }

    fn query(&self, follow: bool, previous: bool, beginning: Beginning) -> String {
        let query = Query {
            namespace: &self.reader.pod.namespace,
            pod: &self.reader.pod.name,
            container: &self.reader.container,
            follow,
            previous,
            beginning,
            stream: self.reader.terms.stream,
            insecure: self.reader.terms.insecure,
        };
        query.to_string()
    }

    async fn open(&self, path: &str) -> Result<Option<recast::cluster::Parts>, ClusterError> {
        self.reader.cluster.stream(path, "pods/log").await
    }
}
