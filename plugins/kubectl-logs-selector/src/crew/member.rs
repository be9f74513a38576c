//! A pod that was reached, and its containers.

use std::collections::BTreeMap;
use std::rc::Rc;

use tokio::sync::watch;

use crate::membership::Standing;
use crate::merge::Source;
use crate::pod::Pod;
use crate::reader::{Memory, Presence};

/// A pod that was reached.
pub struct Member {
    /// The pod.
    pub pod: Rc<Pod>,
    /// Its readers are told how it is.
    pub tell: watch::Sender<Presence>,
    /// What each Service thinks of it.
    pub standings: Vec<Standing>,
    /// Its containers that are wanted.
    pub containers: BTreeMap<String, Seat>,
    /// Where it is.
    pub place: Place,
}

/// Where a pod is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among those that were asked for.
    Here,
    /// It is no longer shown; the server was asked why.
    Unknown,
    /// It lives, and is no longer what was asked for.
    Elsewhere,
    /// It is gone.
    Nowhere,
}

/// A container that is wanted.
#[derive(Debug)]
pub enum Seat {
    /// It waits to be read.
    Waits(Memory),
    /// It is read, by this number.
    Read(Source),
    /// It was read, and may be again.
    Left(Memory),
    /// There is nothing more to read.
    Done,
}

impl Member {
    /// One of which nothing is read yet.
    pub fn new(pod: &Rc<Pod>, standings: Vec<Standing>) -> Self {
        let (tell, _) = watch::channel(Presence::There(Rc::clone(pod)));
        Self { pod: Rc::clone(pod), tell, standings, containers: BTreeMap::new(), place: Place::Here }
    }

    /// Whether it is not, or no longer, what was asked for.
    pub const fn is_away(&self) -> bool {
        matches!(self.place, Place::Elsewhere | Place::Nowhere)
    }

    /// Whether nothing will be read of it any more.
    pub fn is_done(&self) -> bool {
        self.place == Place::Nowhere && self.containers.values().all(|seat| matches!(seat, Seat::Done))
    }

    /// The numbers of those that are read.
    pub fn sources(&self) -> impl Iterator<Item = (&String, Source)> {
        self.containers.iter().filter_map(|(name, seat)| match seat {
            Seat::Read(source) => Some((name, *source)),
            Seat::Waits(_) | Seat::Left(_) | Seat::Done => None,
        })
    }

    /// Who waits may come back later.
    pub fn stand_up(&mut self) {
        self.change_seats(|seat| match seat {
            Seat::Waits(memory) => Seat::Left(memory),
            other => other,
        });
    }

    /// Those who were read before wait to be read again; answers with their names.
    pub fn sit_down(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        for (name, seat) in &mut self.containers {
            *seat = match std::mem::replace(seat, Seat::Done) {
                Seat::Left(memory) => {
                    names.push(name.clone());
                    Seat::Waits(memory)
                }
                other => other,
            };
        }
        names
    }

    /// Nobody who is not read will be.
    pub fn go_home(&mut self) {
        self.change_seats(|seat| match seat {
            Seat::Read(source) => Seat::Read(source),
            Seat::Waits(_) | Seat::Left(_) | Seat::Done => Seat::Done,
        });
    }

    /// What becomes of the one that was read by this number.
    pub fn rise(&mut self, source: Source, then: Seat) {
        let seat = self.containers.values_mut().find(|seat| matches!(seat, Seat::Read(number) if *number == source));
        if let Some(seat) = seat {
            *seat = then;
        }
    }

    fn change_seats(&mut self, change: impl Fn(Seat) -> Seat) {
        for seat in self.containers.values_mut() {
            *seat = change(std::mem::replace(seat, Seat::Done));
        }
    }
}
