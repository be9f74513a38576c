//! The port of a kubelet: `GET /containerLogs/NAMESPACE/POD/CONTAINER?…` over TLS.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{sleep, spawn};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::log::{Asked, Log};
use super::{Fault, State};
use crate::harness::settings;

type Tls = StreamOwned<ServerConnection, TcpStream>;

/// The API server takes any certificate of a kubelet: one of the cluster's own will do.
pub fn identity() -> Arc<ServerConfig> {
    let folder = settings::cluster_folder().join("pki");
    let chain = CertificateDer::pem_file_iter(folder.join("admin.crt")).unwrap().collect::<Result<_, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("admin.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

/// Answers whoever comes.
pub fn serve(listener: TcpListener, state: Arc<State>) {
    let identity = identity();
    spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if state.is_dead() {
                // As if nobody listened.
                drop(stream);
                continue;
            }
            let (state, identity) = (Arc::clone(&state), Arc::clone(&identity));
            spawn(move || {
                let session = ServerConnection::new(identity).unwrap();
                state.streams.fetch_add(1, Ordering::SeqCst);
                // Whoever leaves does not matter.
                let _ = answer(StreamOwned::new(session, stream), &state);
                state.streams.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
}

fn answer(tls: Tls, state: &State) -> std::io::Result<()> {
    let mut reader = BufReader::new(tls);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
    }
    let mut tls = reader.into_inner();
    let target = first.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let name = path.trim_start_matches("/containerLogs/").split_once('/').map_or("", |split| split.1).to_owned();
    let asked = Asked::read(query);
    state.asked(&format!("{name}?{query}"));
    while state.is_silent(&name) {
        sleep(Duration::from_millis(50));
    }
    if let Some(refusal) = state.refusal(&name, &asked) {
        let head = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n";
        write!(tls, "{head}Content-Length: {}\r\n\r\n{refusal}", refusal.len())?;
        tls.conn.send_close_notify();
        return tls.flush();
    }
    send(&mut tls, state, &name, &asked)
}

/// The answer begins with the first line, or the end: a kubelet says nothing before.
fn begin(tls: &mut Tls, begun: &mut bool) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    if std::mem::replace(begun, true) { Ok(()) } else { tls.write_all(head.as_bytes()) }
}

fn send(tls: &mut Tls, state: &State, name: &str, asked: &Asked) -> std::io::Result<()> {
    let age = state.age(name);
    let life = state.look(name, |log| log.life);
    let (mut next, end) = state.look(name, |log| log.range(asked));
    let mut fresh = true;
    // What is enough looks like an end.
    let limit = asked.bytes.map(|after| Fault { after, clean: true });
    let mut budget = state.fault(name).or(limit);
    let mut begun = false;
    loop {
        // Asked first: what was written before the end is sent.
        let ends = state.ends(name, age);
        let raws: Vec<_> = state.look(name, |log| {
            // What the next life writes is not for those who read this one.
            let last = if log.life == life { log.raws.len() } else { log.life };
            let to = if asked.follow { last } else { end };
            log.raws.get(next..to.max(next)).unwrap_or_default().iter().take(500).cloned().collect()
        });
        for raw in &raws {
            if state.is_dead() {
                return finish(tls, false);
            }
            let mut sent = Log::sent(raw, asked, &mut fresh);
            next += 1;
            if !sent.is_empty() {
                begin(tls, &mut begun)?;
            }
            if let Some(Fault { after, .. }) = &mut budget {
                let cut = sent.len() >= *after;
                sent.truncate(*after);
                *after -= sent.len();
                chunk(tls, &sent)?;
                if cut {
                    return finish(tls, budget.is_some_and(|fault| fault.clean));
                }
            } else {
                chunk(tls, &sent)?;
            }
        }
        tls.flush()?;
        if state.is_dead() {
            return finish(tls, false);
        }
        if raws.is_empty() {
            if !asked.follow || ends {
                begin(tls, &mut begun)?;
                return finish(tls, true);
            }
            state.wait(name, next, age);
        }
    }
}

fn chunk(tls: &mut Tls, bytes: &[u8]) -> std::io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    write!(tls, "{:x}\r\n", bytes.len())?;
    tls.write_all(bytes)?;
    tls.write_all(b"\r\n")
}

fn finish(tls: &mut Tls, clean: bool) -> std::io::Result<()> {
    if clean {
        tls.write_all(b"0\r\n\r\n")?;
        tls.conn.send_close_notify();
        tls.flush()?;
    }
    tls.flush()?;
    tls.sock.shutdown(Shutdown::Both)
}
