//! What arrives from one container, sorted into lines that are new and lines that are not.

use crate::batch::{Batch, Splitter};
use crate::continuity::{Continuity, Verdict};
use crate::stamp::{Stamp, StampReader};

/// What becomes of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It goes on.
    Onward,
    /// A known line was expected and is not there; nothing behind it is looked at before that is settled.
    Doubt,
    /// All that was asked for is there.
    Enough,
}

/// How long lines may be, and how much there may be of them.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// What a line has beyond this is left out.
    pub line: usize,
    /// How many bytes of a container are shown, its newlines included.
    pub bytes: Option<u64>,
    /// Whether the time before a line counts as well.
    pub times: bool,
}

/// The log of one container.
#[derive(Debug)]
pub struct Intake {
    splitter: Splitter,
    stamps: StampReader,
    continuity: Continuity,
    /// Of the line before: what has no time is as old as that.
    last: Stamp,
    /// The time of the first line of this stream that is new.
    first: Option<Stamp>,
    left: Option<u64>,
    times: bool,
}

impl Intake {
    /// Nothing has arrived yet; `partial` says whether only the end of the log is asked for.
    #[must_use]
    pub fn new(limits: Limits, partial: bool) -> Self {
        Self {
            splitter: Splitter::new(limits.line),
            stamps: StampReader::default(),
            continuity: Continuity::new(partial),
            last: Stamp::default(),
            first: None,
            left: limits.bytes,
            times: limits.times,
        }
    }

    /// The same log is looked at once more, beside what was seen of it.
    #[must_use]
    pub fn again(seen: &Continuity, longest: usize) -> Self {
        let limits = Limits { line: longest, bytes: None, times: false };
        Self { continuity: seen.clone(), ..Self::new(limits, false) }
    }

    /// What was seen.
    #[must_use]
    pub const fn continuity(&self) -> &Continuity {
        &self.continuity
    }

    /// Another stream of the same log begins; answers from when on it is to be asked for.
    pub fn resume(&mut self) -> Option<Stamp> {
        self.splitter.forget();
        self.first = None;
        self.continuity.resume()
    }

    /// The time of the first line of this stream that is new.
    #[must_use]
    pub const fn first(&self) -> Option<Stamp> {
        self.first
    }

    /// Another log begins: that of the container's next life.
    pub fn begin_anew(&mut self) {
        // It is read as a whole.
        self.splitter.forget();
        self.continuity = Continuity::default();
    }

    /// Only what comes behind this line is wanted.
    pub fn begin_behind(&mut self, stamp: Stamp, line: &[u8]) {
        self.continuity.begin_behind(stamp, line);
    }

    /// Takes in what has arrived.
    pub fn take(&mut self, arrived: &[u8]) -> Flow {
        self.splitter.feed(arrived);
        self.sort()
    }

    /// Says something about the log at this place.
    pub fn remark(&mut self, text: &str) {
        self.splitter.remark(self.last, text);
    }

    /// Goes on in spite of a doubt; some lines may be missing at this place.
    pub fn accept(&mut self, remark: &str) -> Flow {
        self.remark(remark);
        self.continuity.accept();
        self.sort()
    }

    fn sort(&mut self) -> Flow {
        while let Some(found) = self.splitter.next() {
            let line = self.splitter.bytes(&found);
            let (stamp, time) = self.stamps.read(line).map_or((None, 0), |(stamp, length)| (Some(stamp), length));
            match self.continuity.judge(stamp, line) {
                Verdict::Known | Verdict::Rest => continue,
                Verdict::Doubt => {
                    self.splitter.unread(&found);
                    return Flow::Doubt;
                }
                Verdict::New => {}
            }
            self.last = stamp.unwrap_or(self.last);
            self.first.get_or_insert(self.last);
            let length = line.len() - if self.times { 0 } else { time };
            self.splitter.keep(&found, self.last, time);
            if found.left_out > 0 {
                let remark = format!("the line before is {} bytes longer than --max-line shows", found.left_out);
                self.splitter.remark(self.last, &remark);
            }
            if !self.afford(length) {
                return Flow::Enough;
            }
        }
        self.splitter.compact();
        Flow::Onward
    }

    /// Whether more may follow a line of this length, which is shortened to what is left.
    fn afford(&mut self, length: usize) -> bool {
        let Some(left) = &mut self.left else { return true };
        let wanted = length as u64 + 1;
        if wanted > *left {
            self.splitter.shorten(usize::try_from(length as u64 - (*left).min(length as u64)).unwrap_or(0));
        }
        *left = left.saturating_sub(wanted);
        *left > 0
    }

    /// The line that lacks its newline, if there is one.
    #[must_use]
    pub fn unfinished(&mut self) -> Option<Vec<u8>> {
        let found = self.splitter.rest()?;
        let line = self.splitter.bytes(&found).to_vec();
        self.splitter.unread(&found);
        Some(line)
    }

    /// The container has ended, and its last line lacks a newline. What has no time there is no line of the log but says
    /// what went wrong with it; it is answered.
    pub fn finish(&mut self) -> Option<String> {
        let line = self.unfinished()?;
        if self.stamps.read(&line).is_some() {
            self.splitter.feed(b"\n");
            self.sort();
            return None;
        }
        self.splitter.forget();
        Some(String::from_utf8_lossy(&line).into_owned())
    }

    /// Whether there are lines for the output.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        self.splitter.has_lines()
    }

    /// How many bytes are held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.splitter.held()
    }

    /// Hands out the lines, and goes on with an empty batch.
    pub fn hand_out(&mut self, next: Batch) -> Batch {
        self.splitter.hand_out(next)
    }
}

#[cfg(test)]
mod tests;
