//! A terminal on which a program shows what it has to show.

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::spawn;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::harness::{Running, eventually};

/// Starts the program with its stdout on a terminal, and answers with all that it has written there when this is among
/// it. A terminal ends lines with `\r\n`.
pub fn shown(mut command: Command, text: &str) -> String {
    let near = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are terminals");
    grantpt(&near).and_then(|()| unlockpt(&near)).expect("it is ours");
    let name = ptsname(&near, Vec::new()).expect("it has a name");
    let far = open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("it can be opened");
    command.stdout(Stdio::from(far)).env("TERM", "xterm");
    let running = Running::with_stdout(command);
    let written = Arc::new(Mutex::new(Vec::new()));
    let writing = Arc::clone(&written);
    let mut near = File::from(near);
    spawn(move || {
        let mut buffer = [0; 8192];
        // It fails when nobody has it open any more.
        while let Ok(count @ 1..) = near.read(&mut buffer) {
            writing.lock().expect("no reader panics").extend_from_slice(&buffer[..count]);
        }
    });
    eventually(&format!("the terminal shows {text:?}"), || {
        let written = String::from_utf8_lossy(&written.lock().expect("no reader panics")).into_owned();
        assert!(!running.said_so_far().contains("error: "), "{}", running.said_so_far());
        written.contains(text).then_some(written)
    })
}
