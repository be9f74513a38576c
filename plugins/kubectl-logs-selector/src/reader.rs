//! Reads the log of one container, as long as there is anything to read.

mod attempt;
mod pace;
mod rest;
mod stall;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use recast::cluster::{Cluster, ClusterError};
use recast::failure::Failure;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::batch::Batch;
use crate::intake::{Intake, Limits};
use crate::merge::Source;
use crate::pod::Pod;
use crate::query::{Beginning, Query, Stream};
use crate::stamp::Stamp;
use crate::step::{Progress, Step, next};
use attempt::Ending;
use pace::Pace;

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
    /// Nothing can be read at all.
    Fatal(Failure),
    /// The connection had gone dead without a word: others may have, too.
    Stalled,
    /// There is nothing more.
    Closed,
}

/// How a pod is known to its readers; `None` once it is gone.
pub type Pods = watch::Receiver<Option<Rc<Pod>>>;

/// Reads the log of one container.
pub struct Reader {
    /// The way to the server.
    pub cluster: Cluster,
    /// What all readers have in common.
    pub terms: Rc<Terms>,
    /// Its number.
    pub source: Source,
    /// The pod.
    pub pod: Pods,
    /// The name of the container.
    pub container: String,
    /// Where the log begins that is there at the start.
    pub beginning: Beginning,
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
    namespace: String,
    name: String,
    intake: Intake,
    pace: Pace,
    progress: Progress,
    /// How many lives of the container were read.
    lives: u32,
    /// When the server answered first.
    begun: Option<Stamp>,
    /// The latest line when it was asked last whether there are more.
    checked: Option<Stamp>,
    /// Whether a failure was told that has not passed yet.
    troubled: bool,
    /// The latest line (the zero of time if there was none) when the pod was about to go and there was nothing behind it.
    caught_up: Option<Stamp>,
    /// How long a stream may be silent until that is looked into.
    patience: Duration,
}

impl Reader {
    /// Reads until there is nothing more.
    pub async fn run(self) {
        let Some(pod) = self.pod.borrow().clone() else { return };
        let intake = Intake::new(self.terms.limits, self.beginning != Beginning::default());
        let (namespace, name) = (pod.namespace.clone(), pod.name.clone());
        let (pace, progress) = (Pace::default(), Progress::default());
        let mut work = Work {
            reader: self,
            namespace,
            name,
            intake,
            pace,
            progress,
            lives: 0,
            begun: None,
            checked: None,
            troubled: false,
            caught_up: None,
            patience: stall::FIRST,
        };
        if work.reader.terms.follow {
            work.follow().await;
        } else {
            work.read_to_the_end(work.reader.terms.previous, None).await;
        }
        work.tell(News::Closed);
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
    fn tell(&self, news: News) {
        // If nobody listens any more, the command is about to end.
        let _ = self.reader.news.send((self.reader.source, news));
    }

    fn say(&self, text: &str) {
        self.tell(News::Said(self.titled(text)));
    }

    fn titled(&self, text: &str) -> String {
        format!("{}/{}: {text}", self.name, self.reader.container)
    }

    /// The container as the cluster knows it now.
    fn step(&self) -> Step {
        let pod = self.reader.pod.borrow();
        next(self.progress, pod.as_ref().and_then(|pod| pod.container(&self.reader.container)))
    }

    /// Waits until the pod has changed; answers whether it can.
    async fn changed(&mut self) -> bool {
        self.reader.pod.changed().await.is_ok()
    }

    async fn follow(&mut self) {
        loop {
            let after = match self.step() {
                Step::Done => {
                    self.note_lost().await;
                    return;
                }
                Step::Wait => {
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
                self.reader.beginning = Beginning::default();
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
        loop {
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
                    if !again && !self.has_more(previous).await {
                        break;
                    }
                    unfinished = rest;
                    self.pause().await;
                }
            }
        }
        if let Some(said) = self.intake.finish() {
            self.say(&said);
        }
        self.send().await;
        After::Onward
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
                self.tell(News::Fatal(error.into()));
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
                let failure = Failure::new(format!("cannot read the log of {}/{}", self.name, self.reader.container));
                let cause = if message.is_empty() { Failure::from(error).message().to_owned() } else { message };
                self.tell(News::Failed(failure.cause(cause)));
                return After::Stop;
            }
        }
        self.pause().await;
        After::Onward
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
            namespace: &self.namespace,
            pod: &self.name,
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
