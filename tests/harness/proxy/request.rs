//! A request on its way.

use std::io::BufRead;

use super::renaming::{Names, back};

/// A request, whole.
#[derive(Clone, Debug)]
pub struct Request {
    head: String,
    body: Vec<u8>,
    pub(super) write: Option<usize>,
}

impl Request {
    /// Reads one.
    pub(super) fn read(reader: &mut impl BufRead) -> Option<Self> {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let start = head.len();
            reader.read_line(&mut head).ok().filter(|count| *count > 0)?;
            let line = head[start..].to_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(Self { head, body, write: None })
    }

    /// Its first line: `PATCH /api/v1/namespaces/default/pods/rng?fieldManager=recast HTTP/1.1`.
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// Whether its first line has all of these words in it.
    pub fn has(&self, words: &[&str]) -> bool {
        words.iter().all(|word| self.line().contains(word))
    }

    /// What it sends.
    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The how-manieth it is, from 1, of those that change something.
    pub fn write(&self) -> Option<usize> {
        self.write
    }

    /// Neither does a dry run change anything, nor a question about rights.
    pub(super) fn changes_something(&self) -> bool {
        let harmless = ["GET ", "HEAD ", "OPTIONS "].iter().any(|method| self.line().starts_with(method));
        let asked = ["dryRun=All", "/selfsubject"].iter().any(|word| self.line().contains(word));
        // A DELETE may say in its body that it is a dry run.
        !harmless && !asked && !self.body().contains("\"dryRun\":[\"All\"]")
    }

    /// Says in the API server's names what the program says in others.
    pub(super) fn rename_back(&mut self, names: Names) {
        back(&mut self.body, names);
    }

    /// As it is sent on: each request has a connection of its own.
    pub(super) fn alone(&self) -> Vec<u8> {
        let head = self.head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        [head.as_bytes(), &self.body].concat()
    }
}
