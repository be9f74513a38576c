//! What a program prints, while it prints it.

use std::fs;
use std::io::Read as _;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::Outcome;
use crate::contest::Reader;

/// A program at work. It is ended when this goes.
pub struct Stream {
    child: Child,
    output: ChildStdout,
    buffer: Vec<u8>,
    /// How many lines it has printed so far.
    printed: usize,
}

impl Stream {
    /// Starts it.
    pub fn open(reader: &Reader) -> Outcome<Self> {
        let mut child = Command::new(&reader.program)
            .args(&reader.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = child.stdout.take().ok_or("it has an output")?;
        Ok(Self { child, output, buffer: vec![0; 64 * 1024], printed: 0 })
    }

    /// Its resident set, in MiB. Linux only.
    pub fn memory(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? / 1024.0)
    }

    /// Waits until it has printed so many lines.
    pub fn lines(&mut self, wanted: usize) -> Outcome<()> {
        while self.printed < wanted {
            if !self.more()? {
                return Err(format!("it has ended with {} lines of {wanted}", self.printed).into());
            }
        }
        Ok(())
    }

    /// Waits until it ends; answers how many lines it has printed in all.
    pub fn rest(&mut self) -> Outcome<usize> {
        while self.more()? {}
        let status = self.child.wait()?;
        if status.success() { Ok(self.printed) } else { Err(format!("it has ended with {status}").into()) }
    }

    fn more(&mut self) -> Outcome<bool> {
        let length = self.output.read(&mut self.buffer)?;
        self.printed += memchr::memchr_iter(b'\n', &self.buffer[..length]).count();
        Ok(length > 0)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
