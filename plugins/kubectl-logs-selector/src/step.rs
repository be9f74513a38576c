//! What to read of a container next: decided from what was read, and from what the cluster says of it now.

use crate::pod::{Container, State};

/// How far a container has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The life that is being read; `None` if nothing was read yet.
    pub life: Option<u32>,
    /// Whether that life has ended and all of it was read.
    pub whole: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Read this life, and what it goes on to write.
    Follow(u32),
    /// Read what there is of this life, which has ended.
    Rest {
        /// Which life.
        life: u32,
        /// Whether another one has begun since, so that this is the one before.
        previous: bool,
        /// How many lives lie between the one that was read and this one: their logs are gone.
        missed: u32,
    },
    /// Wait until something changes.
    Wait,
    /// There will be nothing more.
    Done,
}

/// Decides; `container` is `None` when its pod is gone.
#[must_use]
pub fn next(progress: Progress, container: Option<&Container>) -> Step {
    let Some(container) = container else { return Step::Done };
    let now = container.life;
    let rest = |previous, life, missed| Step::Rest { life, previous, missed };
    match (&container.state, progress.life) {
        // A kubelet that has lost its memory counts from zero again.
        (State::Running, None) => Step::Follow(now),
        (State::Running, Some(life)) if life > now || (life == now && !progress.whole) => Step::Follow(now),
        (State::Running, Some(life)) if life < now => match (progress.whole, now - life) {
            (true, 1) => Step::Follow(now),
            (whole, apart) => rest(true, now - 1, missed(whole, apart - 1)),
        },
        (State::Ended, None) => rest(false, now, 0),
        (State::Ended, Some(life)) if life > now || (life == now && !progress.whole) => rest(false, now, 0),
        (State::Ended, Some(life)) if life < now => match (progress.whole, now - life) {
            (true, 1) => rest(false, now, 0),
            (whole, apart) => rest(true, now - 1, missed(whole, apart - 1)),
        },
        _ if container.over => Step::Done,
        _ => Step::Wait,
    }
}

/// Of so many lives between the one that was read and the last: that one itself is no longer to be had if it was not
/// read to its end and is not the one before the present.
const fn missed(whole: bool, between: u32) -> u32 {
    if whole { between.saturating_sub(1) } else { between }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pod::Role;

    fn container(life: u32, state: State, over: bool) -> Container {
        Container { name: "main".into(), role: Role::Main, life, state, started: None, over }
    }

    #[test]
    fn the_next_step_follows_from_what_was_read_and_what_is_there() {
        let read = |life| Progress { life: Some(life), whole: false };
        let whole = |life| Progress { life: Some(life), whole: true };
        let rest = |life, previous, missed| Step::Rest { life, previous, missed };
        let waiting = || State::Waiting("ContainerCreating".into());
        for (progress, life, state, step) in [
            (Progress::default(), 0, waiting(), Step::Wait),
            (Progress::default(), 0, State::Running, Step::Follow(0)),
            (Progress::default(), 4, State::Running, Step::Follow(4)),
            (Progress::default(), 4, State::Ended, rest(4, false, 0)),
            (read(0), 0, State::Running, Step::Follow(0)),
            (read(0), 0, State::Ended, rest(0, false, 0)),
            (whole(0), 0, State::Ended, Step::Wait),
            (whole(0), 0, State::Running, Step::Wait),
            (read(0), 1, State::Running, rest(0, true, 0)),
            (whole(0), 1, State::Running, Step::Follow(1)),
            (read(0), 1, State::Ended, rest(0, true, 0)),
            (whole(0), 1, State::Ended, rest(1, false, 0)),
            (read(0), 2, State::Running, rest(1, true, 1)),
            (whole(0), 2, State::Running, rest(1, true, 0)),
            (whole(0), 3, State::Running, rest(2, true, 1)),
            (read(3), 0, State::Running, Step::Follow(0)),
        ] {
            let container = container(life, state, false);
            assert_eq!(next(progress, Some(&container)), step, "{progress:?} {container:?}");
        }
    }

    #[test]
    fn it_ends_when_there_will_be_no_other_life() {
        let whole = Progress { life: Some(0), whole: true };
        assert_eq!(next(whole, Some(&container(0, State::Ended, true))), Step::Done);
        assert_eq!(
            next(Progress::default(), Some(&container(0, State::Ended, true))),
            Step::Rest { life: 0, previous: false, missed: 0 }
        );
        assert_eq!(next(Progress::default(), None), Step::Done);
        let never = container(0, State::Waiting("not started yet".into()), true);
        assert_eq!(next(Progress::default(), Some(&never)), Step::Done);
    }
}
