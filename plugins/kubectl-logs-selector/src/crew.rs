//! The readers of all containers: who is read, who waits, who comes and goes.

mod choice;
mod talk;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use recast::cluster::Cluster;
use recast::failure::Failure;
use recast::screen::Screen;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::desk::Desk;
use crate::membership::Standing;
use crate::merge::{Merge, Now, Source};
use crate::pod::{Pod, State};
use crate::query::Beginning;
use crate::reader::{News, Reader, Terms};
use crate::scene::Scene;
use crate::traffic::{Counter, Present, Traffic};

pub use choice::Choice;

/// How many logs are asked for at once: the first connections of all would otherwise be made at the same moment.
const OPENED_AT_ONCE: usize = 32;

/// What all that read share.
pub struct Crew<'a> {
    /// Where to talk.
    pub screen: &'a Screen,
    /// Which pods and containers are wanted.
    pub choice: Choice,
    /// What is known of the cluster.
    pub scene: Scene,
    /// The lines under way.
    pub merge: Merge,
    /// Where they become output.
    pub desk: Desk,
    /// Where lines are counted, if they are not printed.
    pub traffic: Option<Traffic>,
    /// What could not be read.
    pub failures: Vec<Failure>,
    cluster: Cluster,
    terms: Rc<Terms>,
    members: BTreeMap<String, Member>,
    /// Whose member a number is.
    sources: Vec<String>,
    /// How many more may be read, if that is bounded, and who waits for it.
    room: Option<usize>,
    waiting: VecDeque<(String, String)>,
    /// Who of them was named.
    named: BTreeSet<String>,
    reading: usize,
    gate: Rc<Semaphore>,
    tell: mpsc::UnboundedSender<(Source, News)>,
    /// Whether those that come are told, and read from their beginning.
    settled: bool,
    /// Whether a connection was found to have gone dead.
    stalled: bool,
    /// Whether those who come and go are told.
    pub talks: bool,
}

/// A pod that was reached.
struct Member {
    pod: Rc<Pod>,
    tell: watch::Sender<Option<Rc<Pod>>>,
    /// What each Service thinks of it.
    standings: Vec<Standing>,
    /// Its containers that are read, or wait to be.
    containers: BTreeMap<String, Option<Source>>,
    gone: bool,
}

/// What a crew is made of.
pub struct Parts<'a> {
    /// Where to talk.
    pub screen: &'a Screen,
    /// The way to the server.
    pub cluster: Cluster,
    /// Which pods and containers are wanted.
    pub choice: Choice,
    /// What is known of the cluster.
    pub scene: Scene,
    /// The lines under way.
    pub merge: Merge,
    /// Where they become output.
    pub desk: Desk,
    /// How logs are read.
    pub terms: Terms,
    /// How many are read at once, if that is bounded.
    pub room: Option<usize>,
    /// Whether those who come and go are told.
    pub talks: bool,
}

impl<'a> Crew<'a> {
    /// Nobody reads yet; answers also with where the readers will tell.
    #[must_use]
    pub fn of(parts: Parts<'a>) -> (Self, mpsc::UnboundedReceiver<(Source, News)>) {
        let (tell, told) = mpsc::unbounded_channel();
        let crew = Self {
            screen: parts.screen,
            choice: parts.choice,
            scene: parts.scene,
            merge: parts.merge,
            desk: parts.desk,
            traffic: None,
            failures: Vec::new(),
            cluster: parts.cluster,
            terms: Rc::new(parts.terms),
            members: BTreeMap::new(),
            sources: Vec::new(),
            room: parts.room,
            waiting: VecDeque::new(),
            named: BTreeSet::new(),
            reading: 0,
            gate: Rc::new(Semaphore::new(OPENED_AT_ONCE)),
            tell,
            settled: false,
            stalled: false,
            talks: parts.talks,
        };
        (crew, told)
    }

    /// Brings the crew up to what the cluster says now.
    pub fn update(&mut self) {
        let pods: Vec<Rc<Pod>> = self.scene.pods.values().cloned().collect();
        let (known, others): (Vec<_>, Vec<_>) = pods.iter().partition(|pod| self.members.contains_key(&pod.uid));
        known.into_iter().for_each(|pod| self.renew(pod));
        for pod in self.choice.in_order(others, &self.scene.fronts) {
            self.join(pod);
        }
        let gone: Vec<String> = self
            .members
            .values()
            .filter(|member| !member.gone)
            .map(|member| &member.pod.uid)
            .filter(|uid| !self.scene.pods.contains_key(*uid))
            .cloned()
            .collect();
        for uid in gone {
            self.part(&uid);
        }
        self.start_waiting();
        self.count_pods();
        self.say_waiting();
    }

    /// What was there at the start is known by now.
    pub fn settle(&mut self) {
        self.settled = true;
    }

    /// Whether a connection was found to have gone dead since this was asked last.
    pub fn was_stalled(&mut self) -> bool {
        std::mem::take(&mut self.stalled)
    }

    /// Whether there is nothing more to read, nor will be: `finite` if no others can come.
    #[must_use]
    pub fn is_over(&self, finite: bool) -> bool {
        finite && self.reading == 0 && self.waiting.is_empty() && self.merge.is_over()
    }

    /// How many pods are read.
    #[must_use]
    pub fn size(&self) -> usize {
        self.members.len()
    }

    /// How many logs were asked for.
    #[must_use]
    pub const fn asked(&self) -> usize {
        self.sources.len()
    }

    /// Whether a container of those that are wanted has begun.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        let reached = self.scene.pods.values().filter(|pod| self.choice.reaches(pod, &self.scene.fronts));
        let mut wanted = reached
            .flat_map(|pod| self.choice.containers(pod).into_iter().filter_map(|name| pod.container(&name)))
            .peekable();
        // For what is not there nobody waits.
        wanted.peek().is_none() || wanted.any(|container| !matches!(container.state, State::Waiting(_)))
    }

    fn join(&mut self, pod: &Rc<Pod>) {
        let standings = self.standings(pod);
        let (tell, _) = watch::channel(Some(Rc::clone(pod)));
        if self.talks {
            self.say_joined(pod, &standings);
        }
        let member = Member { pod: Rc::clone(pod), tell, standings, containers: BTreeMap::new(), gone: false };
        self.members.insert(pod.uid.clone(), member);
        self.enlist(pod);
    }

    /// Puts the containers that are wanted on the list.
    fn enlist(&mut self, pod: &Rc<Pod>) {
        if let Some(note) = self.choice.note(pod).filter(|_| !self.choice.noted) {
            self.choice.noted = true;
            self.screen.say(&note);
        }
        for name in self.choice.containers(pod) {
            let Some(member) = self.members.get_mut(&pod.uid) else { return };
            if !member.containers.contains_key(&name) {
                member.containers.insert(name.clone(), None);
                self.waiting.push_back((pod.uid.clone(), name));
            }
        }
    }

    fn renew(&mut self, pod: &Rc<Pod>) {
        let standings = self.standings(pod);
        let Some(member) = self.members.get_mut(&pod.uid) else { return };
        let before = std::mem::replace(&mut member.standings, standings.clone());
        if !Rc::ptr_eq(&member.pod, pod) {
            member.pod = Rc::clone(pod);
            member.tell.send_replace(Some(Rc::clone(pod)));
            self.enlist(pod);
        }
        if before != standings {
            if self.talks {
                self.say_changed(pod, &before, &standings);
            }
            self.change_faces(&pod.uid);
        }
    }

    fn part(&mut self, uid: &str) {
        let Some(member) = self.members.get_mut(uid) else { return };
        member.gone = true;
        member.tell.send_replace(None);
        let (pod, standings) = (Rc::clone(&member.pod), member.standings.clone());
        self.waiting.retain(|(waiting, _)| waiting != uid);
        if self.talks {
            self.say_gone(&pod, &standings);
        }
        self.forget(uid);
    }

    fn standings(&self, pod: &Pod) -> Vec<Standing> {
        self.scene.fronts.iter().map(|front| front.standing(pod)).collect()
    }

    fn change_faces(&mut self, uid: &str) {
        let Some(member) = self.members.get(uid) else { return };
        let marks = self.marks(&member.standings);
        for (name, source) in &member.containers {
            if let Some(source) = source {
                let face = self.desk.printer.face(&member.pod, name, &marks);
                self.desk.set_face(*source, face);
            }
        }
    }

    fn marks(&self, standings: &[Standing]) -> Vec<(String, Standing)> {
        self.scene.fronts.iter().map(ToString::to_string).zip(standings.iter().copied()).collect()
    }

    /// Starts those that wait, those that serve first, as far as there is room.
    fn start_waiting(&mut self) {
        while !self.waiting.is_empty() && self.room.is_none_or(|room| self.reading < room) {
            let serves = |(uid, _): &(String, String)| {
                self.members.get(uid).is_some_and(|member| member.standings.contains(&Standing::Serving))
            };
            let bounded = self.room.is_some() && self.terms.follow;
            let place = if bounded { self.waiting.iter().position(serves).unwrap_or(0) } else { 0 };
            if let Some((uid, name)) = self.waiting.remove(place) {
                self.start(&uid, &name);
            }
        }
    }

    fn start(&mut self, uid: &str, name: &str) {
        let Some(member) = self.members.get_mut(uid) else { return };
        let source = self.merge.open(&Now::read(), !self.settled);
        member.containers.insert(name.to_owned(), Some(source));
        let waits = member.pod.container(name).is_none_or(|container| matches!(container.state, State::Waiting(_)));
        let credit = Arc::new(Semaphore::new(self.terms.credit()));
        let reader = Reader {
            cluster: self.cluster.clone(),
            terms: Rc::clone(&self.terms),
            source,
            pod: member.tell.subscribe(),
            container: name.to_owned(),
            // What comes later is read from its beginning; but what an old pod wrote is no traffic of now.
            beginning: if self.terms.follow && (waits || (self.settled && self.traffic.is_none())) {
                Beginning::default()
            } else {
                self.terms.beginning
            },
            gate: Rc::clone(&self.gate),
            credit: Arc::clone(&credit),
            spare: Rc::clone(&self.desk.spare),
            news: self.tell.clone(),
        };
        let marks = self.marks(&self.members[uid].standings);
        let face = self.desk.printer.face(&self.members[uid].pod, name, &marks);
        self.desk.add(face, credit);
        self.sources.push(uid.to_owned());
        if let Some(traffic) = &mut self.traffic {
            traffic.read(source, uid);
        }
        self.reading += 1;
        tokio::task::spawn_local(reader.run());
    }

    /// From now on lines are counted, and not printed.
    pub fn count(&mut self, traffic: Traffic) {
        self.traffic = Some(traffic);
        self.count_pods();
    }

    fn count_pods(&mut self) {
        if let Some(traffic) = &mut self.traffic {
            let present = self.members.values().map(|member| Present {
                pod: &member.pod,
                standings: &member.standings,
                gone: member.gone,
            });
            traffic.observe(present, Instant::now());
        }
    }

    /// Lets out what may go; answers when to ask again if nothing else happens.
    pub fn drain(&mut self, now: &Now) -> Option<Instant> {
        match &mut self.traffic {
            None => self.merge.drain(now, &mut self.desk),
            Some(traffic) => self.merge.drain(now, &mut Counter { desk: &mut self.desk, traffic, now: now.instant }),
        }
    }

    /// Takes in what a reader tells; answers with a failure that ends everything.
    pub fn hear(&mut self, source: Source, news: News) -> Result<(), Failure> {
        if let Some(traffic) = &mut self.traffic {
            traffic.hear(source, &news, Instant::now());
        }
        match news {
            News::Begun => self.merge.begun(source, &Now::read()),
            News::Lines(batch) => self.merge.push(source, batch, &Now::read()),
            News::Said(text) | News::Away(text) => self.screen.say(&format!("! {text}")),
            News::Failed(failure) => {
                self.screen.failures(std::slice::from_ref(&failure));
                self.failures.push(failure);
            }
            News::Fatal(failure) => return Err(failure),
            News::Stalled => self.stalled = true,
            News::Closed => {
                self.merge.close(source);
                self.reading -= 1;
                self.stop(source);
                self.start_waiting();
            }
        }
        Ok(())
    }

    /// A container is no longer read.
    fn stop(&mut self, source: Source) {
        let uid = self.sources[source].clone();
        if let Some(member) = self.members.get_mut(&uid) {
            member.containers.values_mut().filter(|number| **number == Some(source)).for_each(|number| *number = None);
        }
        self.forget(&uid);
    }

    /// A pod that is gone is forgotten with its last reader.
    fn forget(&mut self, uid: &str) {
        if self.members.get(uid).is_some_and(|member| member.gone && member.containers.values().all(Option::is_none)) {
            self.members.remove(uid);
        }
    }
}
