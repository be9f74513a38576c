//! A server that is far away: everything that is sent to it or by it arrives later, in order, and none the slower.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::workload::Workload;

/// A way to a server, as long as this process runs.
pub struct Distance {
    address: SocketAddr,
}

impl Distance {
    /// A way to the server of the workload that takes that long there and back.
    pub fn to(workload: &Workload, round_trip: Duration) -> Outcome<Self> {
        let url = workload.ask(&["config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"], &[])?;
        let server = url.trim_start_matches("https://").to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                // A server that cannot be reached shows as a connection that is closed at once.
                let _ = TcpStream::connect(&server).and_then(|far| join(&near, &far, round_trip / 2));
            }
        });
        Ok(Self { address })
    }

    /// Where it begins.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

fn join(near: &TcpStream, far: &TcpStream, delay: Duration) -> io::Result<()> {
    for (from, to) in [(near, far), (far, near)] {
        to.set_nodelay(true)?;
        let (from, to) = (from.try_clone()?, to.try_clone()?);
        let (sender, receiver) = channel();
        // Either side hangs up when it likes.
        thread::spawn(move || drop(take(from, &sender)));
        thread::spawn(move || drop(bring(to, &receiver, delay)));
    }
    Ok(())
}

fn take(mut from: TcpStream, sender: &Sender<(Instant, Vec<u8>)>) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer)?;
        if length == 0 || sender.send((Instant::now(), buffer[..length].to_vec())).is_err() {
            return Ok(());
        }
    }
}

fn bring(mut to: TcpStream, receiver: &Receiver<(Instant, Vec<u8>)>, delay: Duration) -> io::Result<()> {
    for (sent, bytes) in receiver {
        thread::sleep((sent + delay).saturating_duration_since(Instant::now()));
        to.write_all(&bytes)?;
    }
    to.shutdown(Shutdown::Write)
}
