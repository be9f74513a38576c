//! What may befall a log, or the way to it.

use std::thread::sleep;
use std::time::Duration;

use super::super::cable::Cable;
use super::super::forgetful::Forgetful;
use super::super::kubelet::{Fault, Kubelet};
use super::containers::{Container, Containers};
use crate::harness::Running;
use crate::harness::chance::Chance;

/// What may befall a log, or the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A stream ends as if there were no more, and the container goes on.
    CleanEnd,
    /// Two streams after each other are cut inside a line or its time.
    CutInside,
    /// The kubelet is killed, and comes back.
    KubeletKilled,
    /// All connections to the API server end.
    Cut,
    /// They are reset.
    Reset,
    /// The API server's half of them ends.
    HalfClosed,
    /// They go dead without a word.
    Stalled,
    /// A line is written so slowly that the log is taken up again inside it.
    SlowLine,
    /// Lines are out of order around a second, and the stream ends.
    OutOfOrder,
    /// The log is rotated while it is read.
    Rotated,
    /// The log is rotated while nobody can read it.
    RotatedAway,
    /// The container is restarted.
    Restarted,
    /// The pod is deleted, and another one comes.
    Deleted,
    /// The watches have expired.
    WatchExpired,
}

impl Trouble {
    const ALL: [Self; 14] = [
        Self::CleanEnd,
        Self::CutInside,
        Self::KubeletKilled,
        Self::Cut,
        Self::Reset,
        Self::HalfClosed,
        Self::Stalled,
        Self::SlowLine,
        Self::OutOfOrder,
        Self::Rotated,
        Self::RotatedAway,
        Self::Restarted,
        Self::Deleted,
        Self::WatchExpired,
    ];

    /// Each of them once, and some of them twice, in any order.
    pub fn schedule(chance: &mut Chance) -> Vec<Self> {
        let mut all = Self::ALL.to_vec();
        all.extend((0..6).map(|_| chance.one_of(&all)).collect::<Vec<_>>());
        let mut schedule = Vec::new();
        while !all.is_empty() {
            let place = chance.below(all.len() as u64);
            schedule.push(all.swap_remove(usize::try_from(place).unwrap()));
        }
        schedule
    }
}

/// All that can be troubled.
pub struct Ground<'a, 'n> {
    pub kubelet: &'a Kubelet<'n>,
    pub cable: &'a Cable,
    pub forgetful: &'a Forgetful,
    pub containers: &'a Containers,
}

impl Ground<'_, '_> {
    /// Brings it about.
    pub fn trouble(&self, trouble: Trouble, running: &mut Running, chance: &mut Chance) {
        let Self { kubelet, cable, forgetful, containers } = self;
        let victim = containers.one_of(chance);
        let name = victim.name();
        match trouble {
            Trouble::CleanEnd => kubelet.end_streams(name),
            Trouble::CutInside => {
                let after = usize::try_from(chance.below(2000)).unwrap();
                kubelet.fail(name, &[Fault { after, clean: true }, Fault { after: after / 3, clean: false }]);
                kubelet.end_streams(name);
            }
            Trouble::KubeletKilled => {
                kubelet.kill();
                sleep(Duration::from_millis(chance.below(300)));
                kubelet.revive();
            }
            Trouble::Cut => cable.cut(),
            Trouble::Reset => cable.reset(),
            Trouble::HalfClosed => cable.half_close(),
            Trouble::Stalled => cable.go_dead(),
            Trouble::SlowLine => victim.write_slowly(kubelet),
            Trouble::OutOfOrder => victim.write_out_of_order(kubelet),
            Trouble::Rotated => self.rotate(&victim, running),
            Trouble::RotatedAway => {
                victim.is_read(running);
                kubelet.kill();
                victim.lose(|| kubelet.rotate(name));
                kubelet.revive();
            }
            Trouble::Restarted => {
                victim.is_read(running);
                victim.restart(kubelet);
                sleep(Duration::from_millis(chance.below(200)));
                kubelet.tell_restart(name);
            }
            Trouble::Deleted => {
                // Of what nobody has seen run nobody knows that it has written anything.
                victim.is_read(running);
                containers.replace(&victim, kubelet, chance.below(2) == 0);
            }
            Trouble::WatchExpired => {
                forgetful.forget();
                cable.cut();
            }
        }
    }

    fn rotate(&self, victim: &Container, running: &mut Running) {
        // A log that is rotated before anybody has begun to read it leaves no trace.
        victim.is_read(running);
        victim.lose(|| self.kubelet.rotate(victim.name()));
    }
}
