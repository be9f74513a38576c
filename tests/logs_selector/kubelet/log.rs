//! The log of a container as the kubelet keeps it: raw lines in files, a long line in several of them.

/// A raw line: `2026-11-22T15:00:01.500000001Z stdout F text`.
#[derive(Clone, Debug)]
pub struct Raw {
    /// As the runtime wrote it.
    pub stamp: String,
    /// The same, in seconds and nanoseconds since 1970.
    pub time: (i64, u32),
    /// Whether the line ends here.
    pub full: bool,
    /// What it says.
    pub text: Vec<u8>,
}

/// All that a container has ever written.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub raws: Vec<Raw>,
    /// Where the file begins that is there now: what was rotated away is only sent to those who are connected.
    pub file: usize,
    /// Where this life of the container begins.
    pub life: usize,
    /// Where the life before begins.
    pub before: usize,
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub follow: bool,
    pub previous: bool,
    pub timestamps: bool,
    pub tail: Option<usize>,
    pub since: Option<i64>,
    pub bytes: Option<usize>,
}

impl Asked {
    /// From the query of a URL.
    pub fn read(query: &str) -> Self {
        let mut asked = Self::default();
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match key {
                "follow" => asked.follow = value == "true",
                "previous" => asked.previous = value == "true",
                "timestamps" => asked.timestamps = value == "true",
                "tailLines" => asked.tail = value.parse().ok(),
                "limitBytes" => asked.bytes = value.parse().ok(),
                "sinceSeconds" => asked.since = value.parse().ok().map(|age: i64| super::time(&super::now()).0 - age),
                "sinceTime" => asked.since = super::seconds(&value.replace("%3A", ":")),
                _ => {}
            }
        }
        asked
    }
}

impl Log {
    /// Which raw lines are sent at once: from where, up to where.
    pub fn range(&self, asked: &Asked) -> (usize, usize) {
        let (from, to) =
            if asked.previous { (self.before, self.life) } else { (self.file.max(self.life), self.raws.len()) };
        let from = asked.tail.map_or(from, |tail| from.max(to.saturating_sub(tail)));
        (from, to)
    }

    /// What is sent of a raw line; `fresh` says whether a line begins with it.
    pub fn sent(raw: &Raw, asked: &Asked, fresh: &mut bool) -> Vec<u8> {
        let old = asked.since.is_some_and(|since| raw.time.0 < since);
        let mut sent = Vec::new();
        if !old {
            if *fresh && asked.timestamps {
                sent.extend_from_slice(raw.stamp.as_bytes());
                sent.push(b' ');
            }
            sent.extend_from_slice(&raw.text);
            if raw.full {
                sent.push(b'\n');
            }
        }
        *fresh = raw.full;
        sent
    }
}
