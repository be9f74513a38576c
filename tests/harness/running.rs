//! A program that runs, and how it ended.

use std::fmt;
use std::io::{Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::eventually::{DEADLINE, eventually};

/// A program under way. It is killed when the test forgets it.
pub struct Running {
    child: Child,
    title: String,
    stdout: Stream,
    stderr: Stream,
}

impl Running {
    /// Starts it, with the text on its standard input.
    pub fn start(mut command: Command, stdin: &str) -> Self {
        command.stdout(Stdio::piped());
        let mut running = Self::with_stdout(command);
        running.stdout = Stream::of(running.child.stdout.take().expect("stdout is a pipe"));
        // A program that does not read all of it is no failure.
        let _ = running.child.stdin.take().expect("stdin is a pipe").write_all(stdin.as_bytes());
        running
    }

    /// Starts it with the standard output that the command has; only what it says is seen here.
    pub fn with_stdout(mut command: Command) -> Self {
        let title = title(&command);
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{title}: {error}"));
        let stderr = Stream::of(child.stderr.take().expect("stderr is a pipe"));
        Self { child, title, stdout: Stream::default(), stderr }
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has said this on stderr.
    pub fn until_it_says(&mut self, text: &str) {
        let title = self.title.clone();
        eventually(&format!("{title} says {text}"), || {
            let said = self.stderr.so_far();
            let ended = self.child.try_wait().expect("the child can be asked");
            assert!(ended.is_none() || said.contains(text), "{title} ended and did not say {text}:\n{said}");
            said.contains(text).then_some(())
        });
    }

    /// Its results so far.
    pub fn printed_so_far(&self) -> String {
        self.stdout.so_far()
    }

    /// What it has said so far.
    pub fn said_so_far(&self) -> String {
        self.stderr.so_far()
    }

    /// Waits until it has printed this.
    pub fn until_it_prints(&mut self, text: &str) {
        let begun = Instant::now();
        while !self.stdout.has(text) {
            let ended = self.child.try_wait().expect("the child can be asked").is_some();
            if begun.elapsed() > DEADLINE || (ended && !self.stdout.has(text)) {
                let (title, printed, said) = (&self.title, self.stdout.so_far(), self.stderr.so_far());
                panic!("{title} does not print {text}:\n{printed}---\n{said}");
            }
            sleep(Duration::from_millis(5));
        }
    }

    /// Sends a signal, such as `INT`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success(), "no signal {name} for {}", self.title);
    }

    /// Waits until it has ended by itself, or this has come true; answers whether it has ended.
    pub fn ends_before(&mut self, other: impl Fn() -> bool) -> bool {
        let begun = Instant::now();
        loop {
            // Asked first: what ends because of the other has not ended by itself.
            if other() {
                return false;
            }
            if self.child.try_wait().expect("the child can be asked").is_some() {
                return true;
            }
            assert!(begun.elapsed() < DEADLINE, "{} hangs:\n{}", self.title, self.stderr.so_far());
            sleep(Duration::from_millis(2));
        }
    }

    /// Waits for the end.
    pub fn ended(mut self) -> Ended {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                break status;
            }
            assert!(begun.elapsed() < DEADLINE, "{} hangs:\n{}", self.title, self.stderr.so_far());
            sleep(Duration::from_millis(5));
        };
        Ended { title: self.title.clone(), status, stdout: self.stdout.all(), stderr: self.stderr.all() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a program ended.
#[derive(Clone, Debug)]
pub struct Ended {
    title: String,
    status: ExitStatus,
    /// Its results.
    pub stdout: String,
    /// Its talk.
    pub stderr: String,
}

impl Ended {
    /// The exit code; none if a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// It must have succeeded.
    #[track_caller]
    pub fn done(self) -> Self {
        assert!(self.status.success(), "{self}");
        self
    }

    /// It must have refused or failed, with an error and no panic.
    #[track_caller]
    pub fn refused(self) -> Self {
        assert_eq!(self.code(), Some(1), "{self}");
        assert!(self.stderr.contains("error: "), "{self}");
        assert!(!self.stderr.contains("panicked"), "{self}");
        self
    }

    /// It must have said each of these on stderr.
    #[track_caller]
    pub fn said(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stderr.contains(text), "\"{text}\" was not said\n{self}");
        }
        self
    }

    /// It must have said none of these on stderr.
    #[track_caller]
    pub fn not_said(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(!self.stderr.contains(text), "\"{text}\" was said\n{self}");
        }
        self
    }

    /// It must have shown none of these, neither on stderr nor among its results.
    #[track_caller]
    pub fn hides(self, secrets: &[&str]) -> Self {
        for secret in secrets {
            assert!(!self.stdout.contains(secret), "\"{secret}\" was printed\n{self}");
        }
        self.not_said(secrets)
    }

    /// Its results must be just this.
    #[track_caller]
    pub fn printed(self, stdout: &str) -> Self {
        assert_eq!(self.stdout, stdout, "{self}");
        self
    }

    /// Its results as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, status, stdout, stderr } = self;
        write!(f, "$ {title}\n{status}\n--- stdout\n{stdout}--- stderr\n{stderr}---")
    }
}

/// What a program writes, read as it comes.
#[derive(Default)]
struct Stream {
    text: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&text);
        let reader = spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                written.lock().expect("no reader panics").extend_from_slice(&buffer[..count]);
            }
        });
        Self { text, reader: Some(reader) }
    }

    fn has(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.text.lock().expect("no reader panics")).contains(text)
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().expect("no reader panics")).into_owned()
    }

    fn all(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("no reader panics");
        }
        self.so_far()
    }
}

fn title(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
