//! A way to the cluster that is slow or breaks: between the program and the API server, request by request.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::mpsc::channel;
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use super::{Caller, settings};

/// What happens to the answers of some requests.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// Each part of the answer comes that much later.
    Late(Duration),
    /// The connection is lost after that time.
    Lost(Duration),
}

/// An address for `--server`. It speaks for the caller; it is gone with the test.
pub struct Proxy {
    kubectl: Child,
    address: String,
}

impl Proxy {
    /// A proxy with trouble for requests whose first line has all of these words in it.
    pub fn with(caller: &Caller, words: &'static [&'static str], trouble: Trouble) -> Self {
        let mut command = caller.command(settings::kubectl());
        command.args(["proxy", "--port=0"]).stdout(Stdio::piped());
        let mut kubectl = command.spawn().expect("kubectl runs");
        let mut line = String::new();
        BufReader::new(kubectl.stdout.take().expect("stdout is a pipe")).read_line(&mut line).expect("it says where");
        let behind = line.trim().rsplit(' ').next().expect("an address comes last").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let behind = behind.clone();
                spawn(move || pass_on(client, &behind, words, trouble));
            }
        });
        Self { kubectl, address }
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.kubectl.kill();
        let _ = self.kubectl.wait();
    }
}

/// One request and its answer. A connection that breaks is the end of it, as it is for the program.
fn pass_on(client: TcpStream, behind: &str, words: &[&str], trouble: Trouble) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
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
    // So that each request has a connection of its own.
    let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let mut server = TcpStream::connect(behind).ok()?;
    server.write_all(&[head.as_bytes(), &body].concat()).ok()?;
    let first = head.lines().next().unwrap_or_default();
    let troubled = words.iter().all(|word| first.contains(word));
    answer(client, server, troubled.then_some(trouble))
}

fn answer(mut client: TcpStream, mut server: TcpStream, trouble: Option<Trouble>) -> Option<()> {
    let late = if let Some(Trouble::Late(time)) = trouble { time } else { Duration::ZERO };
    if let Some(Trouble::Lost(time)) = trouble {
        let ends = (client.try_clone().ok()?, server.try_clone().ok()?);
        spawn(move || {
            sleep(time);
            // Whatever has ended already cannot be ended again.
            let _ = (ends.0.shutdown(Shutdown::Both), ends.1.shutdown(Shutdown::Both));
        });
    }
    let (sender, parts) = channel::<(Instant, Vec<u8>)>();
    spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = server.read(&mut buffer) {
            if sender.send((Instant::now() + late, buffer[..count].to_vec())).is_err() {
                break;
            }
        }
    });
    for (due, part) in parts {
        sleep(due.saturating_duration_since(Instant::now()));
        client.write_all(&part).ok()?;
    }
    client.shutdown(Shutdown::Both).ok()
}
