//! Lines on their way from a container to the output: one buffer for many of them, used again and again.

use memchr::memchr;

use crate::stamp::Stamp;

/// Where a line stands in its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it was written; of what has no time, that of the line before.
    pub stamp: Stamp,
    /// Where its time begins.
    start: u32,
    /// Where its text begins.
    text: u32,
    /// Where it ends, without the newline.
    end: u32,
    /// Whether it is no line of the log, but says something about it.
    pub remark: bool,
}

/// Some lines of one container, in their order.
#[derive(Debug, Default)]
pub struct Batch {
    bytes: Vec<u8>,
    lines: Vec<Line>,
}

impl Batch {
    /// Its lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What the line says.
    #[must_use]
    pub fn text(&self, line: &Line) -> &[u8] {
        &self.bytes[line.text as usize..line.end as usize]
    }

    /// Its time as the server has sent it, with the blank behind it.
    #[must_use]
    pub fn time(&self, line: &Line) -> &[u8] {
        &self.bytes[line.start as usize..line.text as usize]
    }

    /// Empty, for the next lines.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.lines.clear();
        // One very long line must not hold its memory for ever.
        self.bytes.shrink_to(KEPT);
    }
}

/// How much memory an empty batch may hold.
const KEPT: usize = 128 * 1024;

/// A line as it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    start: usize,
    end: usize,
    /// How many bytes of it are left out, since it is too long.
    pub left_out: u64,
}

/// Cuts what arrives into lines. The end of a line may be still to come.
#[derive(Debug)]
pub struct Splitter {
    batch: Batch,
    /// Where the line that is not whole yet begins, and how far it was looked through.
    start: usize,
    looked: usize,
    /// How many bytes of that line are left out so far.
    left_out: u64,
    /// Whether more of that line is still to be left out.
    skipping: bool,
    longest: usize,
}

impl Splitter {
    /// One that leaves out what a line has beyond this length.
    #[must_use]
    pub fn new(longest: usize) -> Self {
        Self { batch: Batch::default(), start: 0, looked: 0, left_out: 0, skipping: false, longest }
    }

    /// Takes in what has arrived.
    pub fn feed(&mut self, mut arrived: &[u8]) {
        if self.skipping {
            let Some(end) = memchr(b'\n', arrived) else {
                self.left_out += arrived.len() as u64;
                return;
            };
            self.left_out += end as u64;
            self.skipping = false;
            arrived = &arrived[end..];
        }
        self.batch.bytes.extend_from_slice(arrived);
    }

    /// The next whole line.
    pub fn next(&mut self) -> Option<Found> {
        if let Some(length) = memchr(b'\n', &self.batch.bytes[self.looked..]) {
            let found = self.found(self.looked + length);
            self.start = self.looked + length + 1;
            self.looked = self.start;
            return Some(found);
        }
        self.looked = self.batch.bytes.len();
        let longest = self.start + self.longest;
        if let Some(more) = self.looked.checked_sub(longest).filter(|more| *more > 0) {
            self.left_out += more as u64;
            self.skipping = true;
            self.batch.bytes.truncate(longest);
            self.looked = longest;
        }
        None
    }

    /// The line that lacks its newline, if there is one: its container has ended.
    pub fn rest(&mut self) -> Option<Found> {
        let end = self.batch.bytes.len();
        let found = (end > self.start).then(|| self.found(end));
        (self.start, self.looked, self.skipping) = (end, end, false);
        found
    }

    fn found(&mut self, end: usize) -> Found {
        let more = (end - self.start).saturating_sub(self.longest);
        Found { start: self.start, end: end - more, left_out: std::mem::take(&mut self.left_out) + more as u64 }
    }

    /// Looks at the line once more, and at all behind it.
    pub fn unread(&mut self, found: &Found) {
        (self.start, self.looked, self.left_out) = (found.start, found.start, found.left_out);
        if found.left_out > 0 {
            // What is left out of it was taken off already, or is still there and will be counted again.
            let there = memchr(b'\n', &self.batch.bytes[found.start..]).unwrap_or(0);
            self.left_out = found.left_out - there.saturating_sub(self.longest) as u64;
        }
    }

    /// Forgets the line that is not whole: it was cut, and comes again.
    pub fn forget(&mut self) {
        self.batch.bytes.truncate(self.start);
        (self.looked, self.left_out, self.skipping) = (self.start, 0, false);
    }

    /// The bytes of a line, time and all.
    #[must_use]
    pub fn bytes(&self, found: &Found) -> &[u8] {
        &self.batch.bytes[found.start..found.end]
    }

    /// Keeps a line for the output; its text begins that many bytes behind its time.
    pub fn keep(&mut self, found: &Found, stamp: Stamp, time: usize) {
        let place = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let (start, end) = (place(found.start), place(found.end));
        self.batch.lines.push(Line { stamp, start, text: place(found.start + time), end, remark: false });
    }

    /// Keeps only so many bytes of the line that was kept last.
    pub fn shorten(&mut self, by: usize) {
        if let Some(line) = self.batch.lines.last_mut() {
            line.end = line.end.saturating_sub(u32::try_from(by).unwrap_or(u32::MAX)).max(line.start);
            line.text = line.text.min(line.end);
        }
    }

    /// Says something about the log at this place. What is not read yet moves behind it.
    pub fn remark(&mut self, stamp: Stamp, text: &str) {
        let unread = self.batch.bytes.split_off(self.start);
        let start = u32::try_from(self.start).unwrap_or(u32::MAX);
        self.batch.bytes.extend_from_slice(text.as_bytes());
        let end = u32::try_from(self.batch.bytes.len()).unwrap_or(u32::MAX);
        self.batch.lines.push(Line { stamp, start, text: start, end, remark: true });
        (self.start, self.looked) = (self.batch.bytes.len(), self.batch.bytes.len());
        self.batch.bytes.extend_from_slice(&unread);
    }

    /// Whether there are lines for the output.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        !self.batch.lines.is_empty()
    }

    /// How many bytes are held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.batch.bytes.len()
    }

    /// Hands out the lines, and goes on with an empty batch.
    pub fn hand_out(&mut self, mut next: Batch) -> Batch {
        next.clear();
        next.bytes.extend_from_slice(&self.batch.bytes[self.start..]);
        self.batch.bytes.truncate(self.start);
        self.looked -= self.start;
        self.start = 0;
        std::mem::replace(&mut self.batch, next)
    }

    /// Drops what was looked at and not kept.
    pub fn compact(&mut self) {
        if self.batch.lines.is_empty() && self.start > 0 {
            self.batch.bytes.drain(..self.start);
            self.looked -= self.start;
            self.start = 0;
        }
    }
}

#[cfg(test)]
mod tests;
