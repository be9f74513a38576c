//! The readers of all containers: who is read, who waits, who comes and goes.

mod choice;
mod fate;
mod member;
mod talk;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use recast::cluster::Cluster;
use recast::failure::Failure;
use recast::screen::Screen;
use tokio::sync::{Semaphore, mpsc};

use crate::desk::Desk;
use crate::membership::Standing;
use crate::merge::{Merge, Now, Source};
use crate::pod::{Pod, State};
use crate::query::Beginning;
use crate::reader::{Memory, News, Presence, Reader, Terms};
use crate::scene::Scene;
use crate::traffic::{Counter, Present, Traffic};

use member::{Member, Place, Seat};

pub use choice::Choice;
pub use fate::Fate;

/// How many logs are asked for at once: the first connections of all would otherwise be made at the same moment.
const OPENED_AT_ONCE: usize = 32;

/// What is being learned of a pod.
type Learning = Pin<Box<dyn Future<Output = (String, Fate)>>>;

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
    /// What is being learned of pods that are no longer shown.
    fates: FuturesUnordered<Learning>,
    gate: Rc<Semaphore>,
    tell: mpsc::UnboundedSender<(Source, News)>,
    /// Whether those that come are told, and read from their beginning.
    settled: bool,
    /// Whether a connection was found to have gone dead.
    stalled: bool,
    /// What was said that is said once.
    said: Said,
    /// Whether those who come and go are told.
    pub talks: bool,
}

/// What is said once.
#[derive(Debug, Default)]
struct Said {
    /// That the user may not read a log.
    denied: bool,
    /// That no pod has a container that is wanted.
    lacking: bool,
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
            fates: FuturesUnordered::new(),
            gate: Rc::new(Semaphore::new(OPENED_AT_ONCE)),
            tell,
            settled: false,
            stalled: false,
            said: Said::default(),
            talks: parts.talks,
        };
        (crew, told)
    }

    /// Brings the crew up to what the cluster says now.
    pub fn update(&mut self) {
        let pods: Vec<Rc<Pod>> = self.scene.pods.values().cloned().collect();
        let (known, others): (Vec<_>, Vec<_>) = pods.iter().partition(|pod| self.members.contains_key(&pod.uid));
        for pod in known {
            self.renew(pod);
        }
        for pod in self.choice.in_order(others, &self.scene) {
            self.join(pod);
        }
        let here = self.members.values().filter(|member| member.place == Place::Here);
        let missing = here.map(|member| &member.pod.uid).filter(|uid| !self.scene.pods.contains_key(*uid));
        for uid in missing.cloned().collect::<Vec<_>>() {
            self.miss(&uid);
        }
        self.start_waiting();
        self.count_pods();
        self.say_waiting();
        self.say_lacking();
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

    /// What the pods have instead, if none of them has a container that is wanted.
    #[must_use]
    pub fn lacks(&self) -> Option<String> {
        let first = self.members.values().min_by_key(|member| &member.pod.name)?;
        let names = || choice::all_containers(&first.pod).join(", ");
        (self.sources.is_empty() && self.waiting.is_empty()).then(|| format!("{} has {}", first.pod.name, names()))
    }

    /// Whether a container of those that are wanted has begun.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        let reached = self.scene.pods.values().filter(|pod| self.choice.reaches(pod, &self.scene));
        let mut wanted = reached
            .flat_map(|pod| self.choice.containers(pod).into_iter().filter_map(|name| pod.container(&name)))
            .peekable();
        // For what is not there nobody waits.
        wanted.peek().is_none() || wanted.any(|container| !matches!(container.state, State::Waiting(_)))
    }

    fn join(&mut self, pod: &Rc<Pod>) {
        let standings = self.standings(pod);
        if self.talks {
            self.say_joined(pod, &standings);
        }
        self.members.insert(pod.uid.clone(), Member::new(pod, standings));
        self.enlist(pod);
    }

    /// Puts the containers that are wanted on the list.
    fn enlist(&mut self, pod: &Rc<Pod>) {
        if let Some(note) = self.choice.note(pod).filter(|_| !self.choice.noted) {
            self.choice.noted = true;
            self.screen.say(&note);
        }
        for name in self.choice.containers(pod) {
            let memory = Memory::new(self.terms.limits, self.beginning(pod, &name));
            let Some(member) = self.members.get_mut(&pod.uid) else { return };
            if !member.containers.contains_key(&name) {
                member.containers.insert(name.clone(), Seat::Waits(memory));
                self.waiting.push_back((pod.uid.clone(), name));
            }
        }
    }

    /// Where the log of a container begins. What comes later is read from its beginning; but what an old pod wrote is no
    /// traffic of now.
    fn beginning(&self, pod: &Pod, name: &str) -> Beginning {
        let waits = pod.container(name).is_none_or(|container| matches!(container.state, State::Waiting(_)));
        let later = waits || (self.settled && self.traffic.is_none());
        if self.terms.follow && later { Beginning::default() } else { self.terms.beginning }
    }

    fn renew(&mut self, pod: &Rc<Pod>) {
        let standings = self.standings(pod);
        let Some(member) = self.members.get_mut(&pod.uid) else { return };
        match std::mem::replace(&mut member.place, Place::Here) {
            Place::Here | Place::Unknown => {}
            Place::Elsewhere | Place::Nowhere => return self.welcome(pod, standings),
        }
        let before = std::mem::replace(&mut member.standings, standings.clone());
        if !Rc::ptr_eq(&member.pod, pod) {
            member.pod = Rc::clone(pod);
            member.tell.send_replace(Presence::There(Rc::clone(pod)));
            self.enlist(pod);
        }
        if before != standings {
            if self.talks {
                self.say_changed(pod, &before, &standings);
            }
            self.change_faces(&pod.uid);
        }
    }

    /// One that had left is back: its logs go on where they were left.
    fn welcome(&mut self, pod: &Rc<Pod>, standings: Vec<Standing>) {
        if self.talks {
            self.say_joined(pod, &standings);
        }
        let Some(member) = self.members.get_mut(&pod.uid) else { return };
        (member.pod, member.standings) = (Rc::clone(pod), standings);
        member.tell.send_replace(Presence::There(Rc::clone(pod)));
        self.enlist(pod);
        self.enlist_again(&pod.uid);
        self.change_faces(&pod.uid);
    }

    /// Puts those on the list again that were read before their pod had left.
    fn enlist_again(&mut self, uid: &str) {
        let Some(member) = self.members.get_mut(uid) else { return };
        self.waiting.extend(member.sit_down().into_iter().map(|name| (uid.to_owned(), name)));
    }

    /// One is no longer shown. Where all are watched it is gone; else the server is asked.
    fn miss(&mut self, uid: &str) {
        let Some(member) = self.members.get_mut(uid) else { return };
        if self.choice.condition.is_none() {
            return self.part(uid);
        }
        member.place = Place::Unknown;
        self.fates.push(Box::pin(fate::learn(self.cluster.clone(), Rc::clone(&member.pod))));
    }

    /// What has become of one that is no longer shown; never if there is none.
    pub async fn next_fate(&mut self) -> (String, Fate) {
        match self.fates.next().await {
            Some(fate) => fate,
            None => std::future::pending().await,
        }
    }

    /// Takes in what has become of one that was no longer shown.
    pub fn learn(&mut self, uid: &str, fate: Fate) {
        let place = self.members.get(uid).map(|member| member.place);
        match fate {
            Fate::Left(pod) if place == Some(Place::Unknown) => self.leave(uid, &pod),
            // It may have been elsewhere for a while.
            Fate::Gone if matches!(place, Some(Place::Unknown | Place::Elsewhere)) => self.part(uid),
            Fate::Left(_) | Fate::Gone => return,
        }
        self.start_waiting();
        self.count_pods();
    }

    /// It lives, and is no longer what was asked for.
    fn leave(&mut self, uid: &str, pod: &Rc<Pod>) {
        let Some(member) = self.members.get_mut(uid) else { return };
        member.place = Place::Elsewhere;
        member.tell.send_replace(Presence::Left(Rc::clone(pod)));
        member.stand_up();
        let standings = member.standings.clone();
        self.waiting.retain(|(waiting, _)| waiting != uid);
        if self.talks {
            self.say_left(pod, &standings);
        }
    }

    fn part(&mut self, uid: &str) {
        let Some(member) = self.members.get_mut(uid) else { return };
        member.place = Place::Nowhere;
        member.tell.send_replace(Presence::Gone);
        member.go_home();
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
        for (name, source) in member.sources() {
            let face = self.desk.printer.face(&member.pod, name, &marks);
            self.desk.set_face(source, face);
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
        let Some(seat @ Seat::Waits(_)) = member.containers.get_mut(name) else { return };
        let source = self.merge.open(&Now::read(), !self.settled);
        let Seat::Waits(mut memory) = std::mem::replace(seat, Seat::Read(source)) else { return };
        if self.settled && self.traffic.is_none() {
            memory.had_to_wait();
        }
        let credit = Arc::new(Semaphore::new(self.terms.credit()));
        let reader = Reader {
            cluster: self.cluster.clone(),
            terms: Rc::clone(&self.terms),
            source,
            pod: Rc::clone(&member.pod),
            presence: member.tell.subscribe(),
            container: name.to_owned(),
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
            traffic.read(source, uid, memory.source);
        }
        self.reading += 1;
        tokio::task::spawn_local(reader.run(memory));
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
                gone: member.is_away(),
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
            News::Failed(failure) => self.fail(failure),
            News::Denied(failure, short) => {
                let others = self.terms.admitted.get() || self.reading > 1 || !self.waiting.is_empty();
                if self.terms.follow && !others {
                    return Err(failure);
                }
                let said = std::mem::replace(&mut self.said.denied, true);
                self.fail(if said { short } else { failure });
            }
            News::Stalled => self.stalled = true,
            News::Closed => self.stop(source, Seat::Done),
            News::Left(memory) => self.stop(source, Seat::Left(*memory)),
            News::Asked | News::Quiet | News::Idle => {}
        }
        Ok(())
    }

    /// A log cannot be read.
    fn fail(&mut self, failure: Failure) {
        self.screen.failures(std::slice::from_ref(&failure));
        self.failures.push(failure);
    }

    /// A container is no longer read.
    fn stop(&mut self, source: Source, then: Seat) {
        self.merge.close(source);
        self.reading -= 1;
        let uid = self.sources[source].clone();
        if let Some(member) = self.members.get_mut(&uid) {
            member.rise(source, then);
            match member.place {
                Place::Elsewhere => {}
                // It is back already.
                Place::Here | Place::Unknown => self.enlist_again(&uid),
                Place::Nowhere => member.go_home(),
            }
        }
        self.forget(&uid);
        self.start_waiting();
    }

    /// A pod that is gone is forgotten with its last reader.
    fn forget(&mut self, uid: &str) {
        if self.members.get(uid).is_some_and(Member::is_done) {
            self.members.remove(uid);
        }
    }
}
