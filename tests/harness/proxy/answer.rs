//! An answer on its way back, part by part as it comes.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::channel;
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use super::Deed;
use super::gate::Gate;
use super::renaming::Renaming;

/// How the answer of one request travels.
pub struct Answer {
    /// How much later each part comes.
    pub late: Duration,
    /// After which time the connection is lost.
    pub lost: Option<Duration>,
    /// The names in which it is said.
    pub names: Option<Renaming>,
    /// What is done when its first part is here, before it goes on.
    pub first: Option<Deed>,
}

impl Answer {
    /// At once and whole.
    pub fn untroubled() -> Self {
        Self { late: Duration::ZERO, lost: None, names: None, first: None }
    }

    /// Passes it on until its end.
    pub fn pass_on(mut self, mut client: TcpStream, mut server: TcpStream, gate: &Gate) -> Option<()> {
        if let Some(time) = self.lost {
            let ends = (client.try_clone().ok()?, server.try_clone().ok()?);
            spawn(move || {
                sleep(time);
                // Whatever has ended already cannot be ended again.
                let _ = (ends.0.shutdown(Shutdown::Both), ends.1.shutdown(Shutdown::Both));
            });
        }
        let (sender, parts) = channel::<(Instant, Vec<u8>)>();
        let (late, mut names) = (self.late, self.names.take());
        spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = server.read(&mut buffer) {
                let part =
                    names.as_mut().map_or_else(|| buffer[..count].to_vec(), |names| names.take(&buffer[..count]));
                if sender.send((Instant::now() + late, part)).is_err() {
                    break;
                }
            }
        });
        for (due, part) in parts {
            sleep(due.saturating_duration_since(Instant::now()));
            if let Some(deed) = self.first.take() {
                deed();
            }
            gate.pass()?;
            client.write_all(&part).ok()?;
        }
        client.shutdown(Shutdown::Both).ok()
    }
}
