//! An API server in small whose pods have written much: it sends their logs over TLS, in blocks as large as a client could
//! wish or line by line as a kubelet does, and takes little of the processor for it. It is a kubelet as well, so that a
//! real API server can ask it.
//!
//! It speaks HTTP/1.1, one log a connection at a time; clients that could do HTTP/2 do as well without.

mod answer;
mod discovery;
mod lines;
mod server;

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::Outcome;
use crate::measure::Scratch;

/// The label of its pods.
pub const SELECTOR: &str = "app=replay";

/// What there is to be read.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// How many pods there are.
    pub pods: usize,
    /// How many lines each of them has written. Whoever follows gets another one each second.
    pub lines: usize,
    /// Whether each line is sent alone.
    pub line_by_line: bool,
}

impl Scene {
    /// The names of its pods.
    pub fn names(self) -> impl Iterator<Item = String> {
        (0..self.pods).map(|pod| format!("replay-{pod:03}"))
    }

    /// How many lines there are in all.
    pub const fn total(self) -> usize {
        self.pods * self.lines
    }
}

/// A server on loopback, for as long as this process runs.
pub struct Replay {
    address: SocketAddr,
    scene: Scene,
    home: Scratch,
}

impl Replay {
    /// Listens on a free port; `keys` is where the cluster keeps those of its administrator.
    pub fn start(scene: Scene, keys: &Path) -> Outcome<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let home = Scratch::new(&format!("replay-{}", address.port()))?;
        server::serve(listener, server::identity(keys)?, scene);
        let replay = Self { address, scene, home };
        // Whether the certificate is the right one is not what is measured.
        let kubeconfig = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "replay",
            "clusters": [{"name": "replay", "cluster": {
                "server": format!("https://{address}"), "insecure-skip-tls-verify": true,
            }}],
            "users": [{"name": "replay", "user": {"token": "none"}}],
            "contexts": [{"name": "replay", "context": {"cluster": "replay", "user": "replay", "namespace": "default"}}],
        });
        fs::write(replay.kubeconfig(), kubeconfig.to_string())?;
        Ok(replay)
    }

    /// The port that it listens on.
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// How a client of Kubernetes finds it.
    pub fn kubeconfig(&self) -> PathBuf {
        self.home.path().join("kubeconfig")
    }

    /// A folder for what clients keep from one run to the next.
    pub fn cache(&self) -> PathBuf {
        self.home.path().join("cache")
    }

    /// What curl is told, to read all logs at once, with their times or without.
    pub fn curl(&self, times: bool) -> Outcome<Vec<String>> {
        self.curl_at(&format!("https://{}", self.address), "default", times)
    }

    /// The same through an API server, with the administrator's key.
    pub fn curl_through(&self, server: &str, namespace: &str, keys: &Path) -> Outcome<Vec<String>> {
        let keys = [("cert", "admin.crt"), ("key", "admin.key")]
            .map(|(flag, file)| [format!("--{flag}"), keys.join(file).display().to_string()])
            .concat();
        Ok([self.curl_at(server, namespace, true)?, keys].concat())
    }

    fn curl_at(&self, server: &str, namespace: &str, times: bool) -> Outcome<Vec<String>> {
        let logs = self.scene.names().map(|name| {
            let path = format!("/api/v1/namespaces/{namespace}/pods/{name}/log?container=main&timestamps={times}");
            format!("url = \"{server}{path}\"\noutput = \"-\"\n")
        });
        let file = self.home.path().join(format!("curl-{namespace}-{times}"));
        fs::write(&file, logs.collect::<String>())?;
        let words = "--silent --insecure --http1.1 --parallel --parallel-immediate --parallel-max 300 --config";
        Ok(words.split(' ').map(str::to_owned).chain([file.display().to_string()]).collect())
    }
}
