//! What is asked, and what is answered: whole documents at once, logs and watches part by part.

use std::io::{self, Write};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use super::{Scene, discovery, lines};

/// How much of a log is sent at once.
const BLOCK: usize = 32 * 1024;

/// How often a followed pod writes.
const PACE: Duration = Duration::from_secs(1);

/// A log that is wanted.
#[derive(Clone, Copy, Debug)]
struct Asked {
    pod: usize,
    times: bool,
    follow: bool,
    tail: Option<usize>,
}

/// Answers a request; nothing more is answered on this connection if this fails.
pub fn write(target: &str, scene: Scene, out: &mut impl Write) -> io::Result<()> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if let Some(asked) = asked(path, query) {
        return log(asked, scene, out);
    }
    let pods = "/api/v1/namespaces/default/pods";
    let document = if path == pods && query.contains("watch=") {
        return watch(query, scene, out);
    } else if path == pods {
        Some(discovery::pods(scene))
    } else if let Some(name) = path.strip_prefix(&format!("{pods}/")) {
        Some(discovery::pod(name))
    } else {
        discovery::kinds(path)
    };
    let (status, body) = match document {
        Some(document) => ("200 OK", document.to_string()),
        None => ("404 Not Found", r#"{"kind":"Status","apiVersion":"v1","status":"Failure","code":404}"#.to_owned()),
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
    out.write_all((head + &body).as_bytes())?;
    out.flush()
}

/// A request for a log, of a client to an API server or of an API server to a kubelet.
fn asked(path: &str, query: &str) -> Option<Asked> {
    let of_kubelet = path.strip_prefix("/containerLogs/").and_then(|rest| rest.split('/').nth(1));
    let name = of_kubelet.or_else(|| path.strip_suffix("/log")?.rsplit('/').next())?;
    let value = |key: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(name, value)| (name == key).then_some(value))
    };
    Some(Asked {
        pod: name.rsplit('-').next()?.parse().ok()?,
        times: value("timestamps") == Some("true"),
        follow: value("follow") == Some("true"),
        tail: value("tailLines").and_then(|tail| tail.parse().ok()),
    })
}

/// A watch: nothing changes here, but what has happened since an older state; stern begins with one.
fn watch(query: &str, scene: Scene, out: &mut impl Write) -> io::Result<()> {
    begin("application/json", out)?;
    let (mut part, mut chunk) = (Vec::new(), Vec::new());
    if !query.contains(&format!("resourceVersion={}", discovery::VERSION)) {
        for name in scene.names() {
            writeln!(part, "{}", json!({"type": "ADDED", "object": discovery::pod(&name)}))?;
        }
    }
    send(&mut part, &mut chunk, out)?;
    out.flush()
}

fn begin(kind: &str, out: &mut impl Write) -> io::Result<()> {
    write!(out, "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n")
}

fn log(asked: Asked, scene: Scene, out: &mut impl Write) -> io::Result<()> {
    begin("text/plain", out)?;
    out.flush()?;
    let enough = if scene.line_by_line { 1 } else { BLOCK };
    let first = asked.tail.map_or(0, |tail| scene.lines.saturating_sub(tail));
    let (mut part, mut chunk) = (Vec::with_capacity(2 * BLOCK), Vec::with_capacity(2 * BLOCK));
    for line in first..scene.lines {
        lines::write(asked.pod, line, asked.times, &mut part);
        if part.len() >= enough {
            send(&mut part, &mut chunk, out)?;
        }
    }
    send(&mut part, &mut chunk, out)?;
    for line in scene.lines.. {
        if !asked.follow {
            break;
        }
        sleep(PACE);
        lines::write(asked.pod, line, asked.times, &mut part);
        send(&mut part, &mut chunk, out)?;
    }
    out.write_all(b"0\r\n\r\n")?;
    out.flush()
}

/// Sends what there is as a chunk of its own, in one piece.
fn send(part: &mut Vec<u8>, chunk: &mut Vec<u8>, out: &mut impl Write) -> io::Result<()> {
    if part.is_empty() {
        return Ok(());
    }
    chunk.clear();
    write!(chunk, "{:x}\r\n", part.len())?;
    chunk.extend_from_slice(part);
    chunk.extend_from_slice(b"\r\n");
    part.clear();
    out.write_all(chunk)?;
    out.flush()
}
