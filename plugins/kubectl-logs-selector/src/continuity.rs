//! Neither lost nor doubled: what of a log was seen, so that it can be taken up again after a stream has ended.
//!
//! The server is asked again from a second before the last line that was seen, and sends some lines once more. A log only
//! grows, so these are the very lines that were seen last: each is known by its time and a hash of its bytes. If the
//! first one is not, it is another log: the file was rotated, or the container restarted.

use std::collections::{HashMap, VecDeque};

use crate::stamp::Stamp;

/// How far before the last line the server is asked, in seconds: lines of stdout and stderr may be written out of order.
const OVERLAP: i64 = 1;

/// What is to be done with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is new.
    New,
    /// It was seen before the stream ended.
    Known,
    /// It is the rest of a long line whose beginning is before the time that was asked for: that line was seen.
    Rest,
    /// It is new where a known one was expected. It is judged again once that was [accepted](Continuity::accept).
    Doubt,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// All lines are new.
    #[default]
    Onward,
    /// The first line of another stream is still to come.
    Resumed,
    /// Known lines come again, up to one that is later than this.
    Overlap(Stamp),
}

/// What was seen of the log of one container.
#[derive(Clone, Debug, Default)]
pub struct Continuity {
    newest: Option<Stamp>,
    /// The time of the first line that was seen of a log that was not asked for from its beginning: lines before it may
    /// come now that are not wanted.
    first: Option<Stamp>,
    partial: bool,
    /// What was seen since [`OVERLAP`] before the newest line.
    seen: VecDeque<(Stamp, u32)>,
    /// What of it comes again.
    expected: HashMap<(Stamp, u32), u32>,
    phase: Phase,
}

impl Continuity {
    /// Nothing was seen yet; `partial` says whether only the end of the log was asked for.
    #[must_use]
    pub fn new(partial: bool) -> Self {
        Self { partial, ..Self::default() }
    }

    /// The time of the latest line that was seen.
    #[must_use]
    pub const fn newest(&self) -> Option<Stamp> {
        self.newest
    }

    /// From when on the server is to be asked for what follows; `None` if nothing was seen.
    pub fn resume(&mut self) -> Option<Stamp> {
        self.expected.clear();
        let Some(newest) = self.newest else {
            self.phase = Phase::Onward;
            return None;
        };
        let from = newest.second_before(OVERLAP);
        for line in self.seen.iter().filter(|(stamp, _)| *stamp >= from) {
            *self.expected.entry(*line).or_default() += 1;
        }
        self.phase = Phase::Resumed;
        Some(from)
    }

    /// Takes this line for seen: if a stream ends before the first one that is, the log is taken up behind it.
    pub fn begin_behind(&mut self, stamp: Stamp, line: &[u8]) {
        self.note(stamp, hash(line));
    }

    /// Judges the next line of the stream.
    pub fn judge(&mut self, stamp: Option<Stamp>, line: &[u8]) -> Verdict {
        match (self.phase, stamp) {
            (Phase::Onward, Some(stamp)) => self.note(stamp, hash(line)),
            (Phase::Resumed, None) => return Verdict::Rest,
            (Phase::Resumed, Some(stamp)) => {
                if !self.expects(stamp, hash(line)) {
                    let unwanted = self.first.is_some_and(|first| stamp.second_before(0) <= first);
                    return if unwanted && self.newest >= Some(stamp) { Verdict::Known } else { Verdict::Doubt };
                }
                self.phase = self.newest.map_or(Phase::Onward, Phase::Overlap);
                return Verdict::Known;
            }
            (Phase::Overlap(last), Some(stamp)) => {
                let hash = hash(line);
                if self.expects(stamp, hash) {
                    return Verdict::Known;
                }
                // Some lines may be out of order.
                if self.expected.is_empty() || stamp.second_before(OVERLAP) > last {
                    self.expected.clear();
                    self.phase = Phase::Onward;
                }
                self.note(stamp, hash);
            }
            (Phase::Onward | Phase::Overlap(_), None) => {}
        }
        Verdict::New
    }

    /// Goes on although the known lines are not there: between them and the next line some may be missing.
    pub fn accept(&mut self) {
        self.expected.clear();
        self.phase = Phase::Onward;
    }

    /// Whether this line was seen lately.
    #[must_use]
    pub fn knows(&self, stamp: Stamp, line: &[u8]) -> bool {
        self.newest.is_some_and(|newest| stamp < newest) || self.seen.contains(&(stamp, hash(line)))
    }

    fn expects(&mut self, stamp: Stamp, hash: u32) -> bool {
        let Some(count) = self.expected.get_mut(&(stamp, hash)) else { return false };
        *count -= 1;
        if *count == 0 {
            self.expected.remove(&(stamp, hash));
        }
        true
    }

    fn note(&mut self, stamp: Stamp, hash: u32) {
        self.seen.push_back((stamp, hash));
        if self.partial {
            self.first.get_or_insert(stamp);
        }
        if self.newest.is_none_or(|newest| newest < stamp) {
            self.newest = Some(stamp);
            let from = stamp.second_before(OVERLAP);
            while self.seen.front().is_some_and(|(stamp, _)| *stamp < from) {
                self.seen.pop_front();
            }
        }
    }
}

/// A quick hash, of sixteen bytes at a time. Lines of the same nanosecond are few, so that a weak one is enough to tell
/// them apart.
fn hash(bytes: &[u8]) -> u32 {
    const KEYS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f];
    let mix = |state: u64, block: &[u8; 16]| {
        let (halves, _) = block.as_chunks::<8>();
        let [first, second] = [halves[0], halves[1]].map(u64::from_le_bytes);
        let (low, high) = (state ^ first ^ KEYS[0]).carrying_mul(second ^ KEYS[1], 0);
        low ^ high
    };
    let (blocks, rest) = bytes.as_chunks::<16>();
    let mut last = [0; 16];
    last[..rest.len()].copy_from_slice(rest);
    let state = mix(blocks.iter().fold(bytes.len() as u64, mix), &last);
    u32::try_from((state ^ (state >> 32)) & 0xffff_ffff).unwrap_or(0)
}

#[cfg(test)]
mod tests;
