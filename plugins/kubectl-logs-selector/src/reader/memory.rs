//! What is kept of a container while nobody reads it, so that its log goes on where it was left.

use tokio::time::Instant;

use crate::intake::{Intake, Limits};
use crate::merge::Source;
use crate::query::Beginning;
use crate::step::Progress;

/// What is kept of a container while nobody reads it.
#[derive(Debug)]
pub struct Memory {
    /// What was seen of its log.
    pub(super) intake: Intake,
    /// How far it was read.
    pub(super) progress: Progress,
    /// How many lives of the container were read.
    pub(super) lives: u32,
    /// Where its log begins if nothing of it was seen yet.
    pub(super) beginning: Beginning,
    /// When it was to be read.
    pub(super) wanted: Instant,
    /// Whether it was asked for, or had to wait for that.
    pub(super) tried: bool,
    /// When the server answered first.
    pub(super) begun: Option<Instant>,
    /// By which number it was read before.
    pub source: Option<Source>,
}

impl Memory {
    /// Of a log that is to be read from now on.
    #[must_use]
    pub fn new(limits: Limits, beginning: Beginning) -> Self {
        Self {
            intake: Intake::new(limits, beginning != Beginning::default()),
            progress: Progress::default(),
            lives: 0,
            beginning,
            wanted: Instant::now(),
            tried: false,
            begun: None,
            source: None,
        }
    }

    /// There was no room for it when it was to be read: what was written meanwhile is wanted too.
    pub const fn had_to_wait(&mut self) {
        self.tried = true;
    }
}
