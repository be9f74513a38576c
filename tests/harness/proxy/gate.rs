//! The gate through which all bytes pass, until it is shut.

use std::sync::{Condvar, Mutex};

#[derive(Clone, Copy, Default, PartialEq)]
enum State {
    #[default]
    Open,
    Shut,
    Removed,
}

/// Open at first. Who comes when it is shut stands there until it is removed.
#[derive(Default)]
pub struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

impl Gate {
    /// Goes through, if that is still possible.
    pub fn pass(&self) -> Option<()> {
        let state = self.state.lock().expect("nobody panics at the gate");
        let state = self.changed.wait_while(state, |state| *state == State::Shut).expect("nobody panics at the gate");
        (*state == State::Open).then_some(())
    }

    /// Nobody passes any more.
    pub fn shut(&self) {
        self.turn(State::Shut);
    }

    /// Those who stand there go home.
    pub fn remove(&self) {
        self.turn(State::Removed);
    }

    /// Whether it is shut.
    pub fn is_shut(&self) -> bool {
        *self.state.lock().expect("nobody panics at the gate") == State::Shut
    }

    fn turn(&self, next: State) {
        *self.state.lock().expect("nobody panics at the gate") = next;
        self.changed.notify_all();
    }
}
