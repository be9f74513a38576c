//! Its port: TLS with one of the cluster's own certificates, a thread a connection.

use std::io::{self, BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Scene, answer};
use crate::Outcome;

/// Who it is: clients are told not to mind, and the API server takes any certificate of a kubelet.
pub fn identity(keys: &Path) -> Outcome<Arc<ServerConfig>> {
    let chain = CertificateDer::pem_file_iter(keys.join("admin.crt"))?.collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_file(keys.join("admin.key"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(builder.with_no_client_auth().with_single_cert(chain, key)?))
}

/// Answers whoever comes.
pub fn serve(listener: TcpListener, identity: Arc<ServerConfig>, scene: Scene) {
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let identity = Arc::clone(&identity);
            // Whoever hangs up has heard enough.
            thread::spawn(move || drop(converse(stream, identity, scene)));
        }
    });
}

fn converse(stream: TcpStream, identity: Arc<ServerConfig>, scene: Scene) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let session = ServerConnection::new(identity).map_err(io::Error::other)?;
    let mut reader = BufReader::new(StreamOwned::new(session, stream));
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut header = String::new();
        while reader.read_line(&mut header)? > 2 {
            header.clear();
        }
        answer::write(line.split(' ').nth(1).unwrap_or_default(), scene, reader.get_mut())?;
    }
}
