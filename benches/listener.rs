//! An API server in small: it knows that there are Deployments, and nothing else. It notes when it is first asked.

use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;

/// How long a program may take to ask.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on loopback.
pub struct Listener {
    address: SocketAddr,
    requests: Receiver<(Instant, String)>,
}

/// The first that a program asked.
pub struct Request {
    /// The time since the program was started.
    pub after: Duration,
    /// What it asked.
    pub line: String,
}

impl Listener {
    /// Listens on a free port.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let (sender, requests) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sender = sender.clone();
                // A client that hangs up early has heard enough.
                thread::spawn(move || drop(serve(&stream, &sender)));
            }
        });
        Ok(Self { address, requests })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Starts a program, and waits for its first request and for its end.
    pub fn first_request(&self, program: &OsStr, arguments: &[&str], home: &Path) -> Outcome<Request> {
        while self.requests.try_recv().is_ok() {}
        let started = Instant::now();
        let mut child = Command::new(program)
            .args(arguments)
            .env("HOME", home)
            .env("KUBECONFIG", "/dev/null")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let first = self.requests.recv_timeout(PATIENCE);
        child.wait()?;
        let (asked, line) = first.map_err(|_| format!("{} asked nothing", program.display()))?;
        Ok(Request { after: asked - started, line })
    }
}

fn serve(mut stream: &TcpStream, sender: &Sender<(Instant, String)>) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        // Nobody is left to tell when the measurement is over.
        let _ = sender.send((Instant::now(), line.trim_end().to_owned()));
        let mut header = String::new();
        while reader.read_line(&mut header)? > 2 {
            header.clear();
        }
        let (status, body) = answer(line.split(' ').nth(1).unwrap_or_default());
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
        // In one piece, or the kernel would hold the second back until the first is acknowledged.
        stream.write_all((head + body).as_bytes())?;
    }
}

/// What discovery needs, and nothing found besides.
fn answer(target: &str) -> (&'static str, &'static str) {
    match target.split('?').next().unwrap_or_default() {
        "/api" => ("200 OK", r#"{"kind":"APIVersions","versions":["v1"]}"#),
        // An empty list would not be cached.
        "/api/v1" => (
            "200 OK",
            r#"{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"v1","resources":[
                {"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["get","list"]}]}"#,
        ),
        "/apis" => (
            "200 OK",
            r#"{"kind":"APIGroupList","apiVersion":"v1","groups":[{"name":"apps",
                "versions":[{"groupVersion":"apps/v1","version":"v1"}],
                "preferredVersion":{"groupVersion":"apps/v1","version":"v1"}}]}"#,
        ),
        "/apis/apps/v1" => (
            "200 OK",
            r#"{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"apps/v1","resources":[
                {"name":"deployments","singularName":"deployment","namespaced":true,"kind":"Deployment",
                 "verbs":["get","list"],"shortNames":["deploy"]}]}"#,
        ),
        _ => (
            "404 Not Found",
            r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404,
                "message":"not found"}"#,
        ),
    }
}
