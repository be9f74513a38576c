//! A way to the cluster on which things happen: between a program and the API server, request by request.

mod answer;
mod gate;
mod renaming;
mod request;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::spawn;
use std::time::Duration;

use answer::Answer;
use gate::Gate;
use renaming::{Names, Renaming};
pub use request::Request;

use super::{Caller, settings};

/// What happens to the answers of some requests.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// Each part of the answer comes that much later; their order stays.
    Late(Duration),
    /// The connection is lost after that time.
    Lost(Duration),
}

/// Something that happens in the middle of a command.
pub type Deed = Box<dyn FnOnce() + Send>;

/// What happens to a request.
pub enum Verdict {
    /// Nothing.
    Pass,
    /// Its answer is troubled.
    Trouble(Trouble),
    /// The program gets this answer, and the API server is not asked.
    Instead(String),
    /// The program sees other names of fields than the API server.
    Renamed(Names),
    /// This is done before the API server gets it.
    Before(Deed),
    /// This is done when the API server has answered, before the program gets the answer.
    After(Deed),
    /// It never reaches the API server: the program hears that it is to come again in a second.
    Busy,
    /// It never reaches the API server, and from here on nothing passes, neither requests nor answers.
    StopBefore,
    /// The API server answers, the program never knows: from here on nothing passes, neither requests nor answers.
    StopAfter,
}

/// The answer of a server that has too much to do.
const TOO_MANY: &[u8] =
    b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// An address for `--server`. It speaks for the caller; it is gone with the test.
pub struct Proxy {
    kubectl: Child,
    address: String,
    gate: Arc<Gate>,
}

impl Proxy {
    /// A proxy that asks about each request, in the order in which they come.
    pub fn watching(caller: &Caller, rule: impl FnMut(&Request) -> Verdict + Send + 'static) -> Self {
        let mut command = caller.command(settings::kubectl());
        command.args(["proxy", "--port=0"]).stdout(Stdio::piped());
        let mut kubectl = command.spawn().expect("kubectl runs");
        let mut line = String::new();
        BufReader::new(kubectl.stdout.take().expect("stdout is a pipe")).read_line(&mut line).expect("it says where");
        let behind = line.trim().rsplit(' ').next().expect("an address comes last").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let gate = Arc::new(Gate::default());
        let way = Arc::new(Way { behind, gate: Arc::clone(&gate), judge: Mutex::new(Judge { writes: 0, rule }) });
        spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let way = Arc::clone(&way);
                spawn(move || way.pass_on(client));
            }
        });
        Self { kubectl, address, gate }
    }

    /// A proxy with trouble for requests whose first line has all of these words in it.
    pub fn with(caller: &Caller, words: &'static [&'static str], trouble: Trouble) -> Self {
        Self::watching(
            caller,
            move |request| {
                if request.has(words) { Verdict::Trouble(trouble) } else { Verdict::Pass }
            },
        )
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether nothing passes any more.
    pub fn has_stopped(&self) -> bool {
        self.gate.is_shut()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.gate.remove();
        let _ = self.kubectl.kill();
        let _ = self.kubectl.wait();
    }
}

/// What all connections share.
struct Way<R> {
    behind: String,
    gate: Arc<Gate>,
    judge: Mutex<Judge<R>>,
}

struct Judge<R> {
    writes: usize,
    rule: R,
}

impl<R: FnMut(&Request) -> Verdict> Way<R> {
    /// One request and its answer. A connection that breaks is the end of it, as it is for the program.
    fn pass_on(&self, mut client: TcpStream) -> Option<()> {
        let mut request = Request::read(&mut BufReader::new(client.try_clone().ok()?))?;
        self.gate.pass()?;
        let mut answer = Answer::untroubled();
        match self.judge(&mut request) {
            Verdict::Pass => {}
            Verdict::Instead(body) => {
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
                return write!(&client, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).ok();
            }
            Verdict::Trouble(Trouble::Late(time)) => answer.late = time,
            Verdict::Trouble(Trouble::Lost(time)) => answer.lost = Some(time),
            Verdict::Renamed(names) => {
                request.rename_back(names);
                answer.names = Some(Renaming::of(names));
            }
            Verdict::Before(deed) => deed(),
            Verdict::After(deed) => answer.first = Some(deed),
            Verdict::Busy => return client.write_all(TOO_MANY).ok(),
            Verdict::StopBefore => {
                self.gate.shut();
                self.gate.pass()?;
            }
            Verdict::StopAfter => {
                let gate = Arc::clone(&self.gate);
                answer.first = Some(Box::new(move || gate.shut()));
            }
        }
        let mut server = TcpStream::connect(&self.behind).ok()?;
        server.write_all(&request.alone()).ok()?;
        answer.pass_on(client, server, &self.gate)
    }

    fn judge(&self, request: &mut Request) -> Verdict {
        let mut judge = self.judge.lock().expect("no rule panics");
        if request.changes_something() {
            judge.writes += 1;
            request.write = Some(judge.writes);
        }
        (judge.rule)(request)
    }
}
