//! A cable between the program and the API server: it can be cut in several ways, and it can go dead.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::spawn;

use rustix::net::connect_unspec;

use crate::harness::settings;

/// An address for `--server`, behind which the API server is.
pub struct Cable {
    address: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    wires: Mutex<Wires>,
    changed: Condvar,
}

/// The connections that there were.
#[derive(Default)]
struct Wires {
    /// Of each that was not cut its end at the program and its end at the API server.
    ends: Vec<(TcpStream, TcpStream)>,
    count: usize,
    /// Up to which connection nothing passes any more.
    dead: usize,
}

impl Cable {
    /// A cable to the API server on which nothing happens yet.
    pub fn new() -> Self {
        Self::to(settings::server())
    }

    /// A cable to whoever listens at this address.
    pub fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (scheme, behind) = server.split_once("://").expect("an address has a scheme");
        let (address, behind) = (format!("{scheme}://127.0.0.1:{port}"), behind.to_owned());
        let state = Arc::new(State::default());
        let kept = Arc::clone(&state);
        spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                // Who is not there is not there for the program either.
                let _ = connect(near, &behind, &kept);
            }
        });
        Self { address, state }
    }

    /// The words that lead a program over it.
    pub fn words(&self) -> String {
        format!("--server {}", self.address)
    }

    /// All connections end on both sides, in the middle of whatever was said.
    pub fn cut(&self) {
        for (near, far) in self.state.lock().ends.drain(..) {
            // What has ended already cannot be ended again.
            let _ = (near.shutdown(Shutdown::Both), far.shutdown(Shutdown::Both));
        }
    }

    /// All connections are reset on both sides.
    pub fn reset(&self) {
        for (near, far) in self.state.lock().ends.drain(..) {
            let _ = (connect_unspec(&near), connect_unspec(&far));
        }
    }

    /// On all connections the server ends its half, in the middle of whatever it said; the program may still talk.
    pub fn half_close(&self) {
        for (near, _) in &self.state.lock().ends {
            let _ = near.shutdown(Shutdown::Write);
        }
    }

    /// On all connections that there are nothing passes any more, and nobody is told; on others it does.
    pub fn go_dead(&self) {
        let mut wires = self.state.lock();
        wires.dead = wires.count;
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        self.cut();
        self.state.lock().dead = 0;
        self.state.changed.notify_all();
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Wires> {
        self.wires.lock().expect("nobody panics at a wire")
    }
}

fn connect(near: TcpStream, behind: &str, state: &Arc<State>) -> std::io::Result<()> {
    let far = TcpStream::connect(behind)?;
    let (near_too, far_too) = (near.try_clone()?, far.try_clone()?);
    let mut wires = state.lock();
    wires.ends.push((near.try_clone()?, far.try_clone()?));
    let number = wires.count;
    wires.count += 1;
    let (there, back) = (Arc::clone(state), Arc::clone(state));
    spawn(move || pass(near, far, number, &there));
    spawn(move || pass(far_too, near_too, number, &back));
    Ok(())
}

fn pass(mut from: TcpStream, mut to: TcpStream, number: usize, state: &State) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        drop(state.changed.wait_while(state.lock(), |wires| number < wires.dead).expect("nobody panics at a wire"));
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
