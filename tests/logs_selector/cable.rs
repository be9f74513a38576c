//! A cable between the program and the API server: it can be cut, and it can go dead.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::spawn;

use crate::harness::settings;

/// What passes and what does not.
#[derive(Default)]
struct State {
    ends: Mutex<Vec<TcpStream>>,
    /// Up to which connection nothing passes any more.
    dead: Mutex<usize>,
    changed: Condvar,
}

/// An address for `--server`, behind which the API server is.
pub struct Cable {
    port: u16,
    state: Arc<State>,
}

impl Cable {
    /// A cable on which nothing happens yet.
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let behind = settings::server().trim_start_matches("https://").to_owned();
        let state = Arc::new(State::default());
        let kept = Arc::clone(&state);
        spawn(move || {
            for (number, near) in listener.incoming().map_while(Result::ok).enumerate() {
                let Ok(far) = TcpStream::connect(&behind) else { continue };
                let (Ok(near_too), Ok(far_too)) = (near.try_clone(), far.try_clone()) else { continue };
                let mut ends = kept.ends.lock().unwrap();
                ends.extend([&near, &far].into_iter().filter_map(|end| end.try_clone().ok()));
                let (there, back) = (Arc::clone(&kept), Arc::clone(&kept));
                spawn(move || pass(near, far, number, &there));
                spawn(move || pass(far_too, near_too, number, &back));
            }
        });
        Self { port, state }
    }

    /// The words that lead a program over it.
    pub fn words(&self) -> String {
        format!("--server https://127.0.0.1:{}", self.port)
    }

    /// All connections are lost.
    pub fn cut(&self) {
        for end in self.state.ends.lock().unwrap().drain(..) {
            // What has ended already cannot be ended again.
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    /// On all connections that there are nothing passes any more, and nobody is told; on others it does.
    pub fn go_dead(&self) {
        let count = self.state.ends.lock().unwrap().len() / 2;
        *self.state.dead.lock().unwrap() = count;
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, number: usize, state: &State) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let dead = state.dead.lock().unwrap();
        // For ever: the thread ends with the test.
        drop(state.changed.wait_while(dead, |dead| number < *dead).unwrap());
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
