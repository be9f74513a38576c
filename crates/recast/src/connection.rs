//! The arguments that say which cluster, as whom, and how: named and read as kubectl does.

mod overlay;

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::Args;
use kube::Config;
use kube::config::{Kubeconfig, KubeconfigError};
use thiserror::Error;

use crate::failure::Failure;
use crate::timeout::Timeout;

/// Heading of these flags in `--help`.
const HEADING: &str = "Connection";

/// Which cluster, as whom, and how.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = HEADING)]
pub struct ConnectionArgs {
    /// Namespace to work in, instead of the context's
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// Kubeconfig file to use, instead of $KUBECONFIG or ~/.kube/config
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig to use
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// Cluster of the kubeconfig to use
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// User of the kubeconfig to use
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Address of the API server
    #[arg(short, long, value_name = "URL")]
    server: Option<String>,
    /// Bearer token to authenticate with
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// User to impersonate
    #[arg(long = "as", value_name = "USER")]
    impersonate: Option<String>,
    /// Group to impersonate; may be repeated
    #[arg(long = "as-group", value_name = "GROUP")]
    impersonate_groups: Vec<String>,
    /// UID to impersonate
    #[arg(long = "as-uid", value_name = "UID")]
    impersonate_uid: Option<String>,
    /// File with the certificate authority of the API server
    #[arg(long, value_name = "FILE")]
    certificate_authority: Option<String>,
    /// File with the client certificate
    #[arg(long, value_name = "FILE")]
    client_certificate: Option<String>,
    /// File with the client certificate's key
    #[arg(long, value_name = "FILE")]
    client_key: Option<String>,
    /// Name that the server's certificate must have, if it is not the one in the address
    #[arg(long, value_name = "NAME")]
    tls_server_name: Option<String>,
    /// Do not verify the server's certificate (insecure)
    #[arg(long)]
    insecure_skip_tls_verify: bool,
    /// Give up on a single request after this time, such as 5s or 2m; 0 waits for ever
    #[arg(long, value_name = "TIME", default_value = "0")]
    pub request_timeout: Timeout,
    /// Name of the manager that owns the fields written
    #[arg(long, value_name = "NAME", default_value = "recast")]
    pub field_manager: String,
    /// How much to say about requests on stderr: 6 names each one
    #[arg(short, long = "v", value_name = "LEVEL", default_value_t = 0)]
    pub verbosity: u8,
}

/// Why no connection could be set up.
#[derive(Debug, Error)]
pub enum ConnectionError {
    /// The kubeconfig cannot be read, or names what it does not have.
    #[error("cannot use the kubeconfig")]
    Kubeconfig(#[from] KubeconfigError),
    /// Neither a kubeconfig nor a pod's own service account.
    #[error("no cluster is configured: there is no kubeconfig, and this is no pod")]
    Unconfigured,
    /// The kubeconfig names no context as the current one.
    #[error("the kubeconfig has no current context")]
    NoContext,
    /// `--context`, `--cluster` or the context's own cluster or user is not in the kubeconfig.
    #[error("the kubeconfig has no {0} \"{1}\"")]
    Missing(&'static str, String),
    /// The client cannot be built, such as from a broken certificate.
    #[error("cannot set up the connection")]
    Client(#[from] kube::Error),
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        let failure = match std::error::Error::source(&error) {
            Some(cause) => Self::caused_by(error.to_string(), cause),
            None => Self::new(error.to_string()),
        };
        failure.hint("kubectl config get-contexts shows what there is; --kubeconfig names another file")
    }
}

impl ConnectionArgs {
    /// The flags that a command printed for the user must repeat to reach the same cluster. Never the token.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let kubeconfig = self.kubeconfig.as_ref().map(|path| path.display().to_string());
        let flags = [
            ("--kubeconfig", &kubeconfig),
            ("--context", &self.context),
            ("--cluster", &self.cluster),
            ("--user", &self.user),
            ("--server", &self.server),
            ("--certificate-authority", &self.certificate_authority),
            ("--client-certificate", &self.client_certificate),
            ("--client-key", &self.client_key),
            ("--tls-server-name", &self.tls_server_name),
            ("--as", &self.impersonate),
            ("--as-uid", &self.impersonate_uid),
            ("-n", &self.namespace),
        ];
        let valued = flags.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value.clone()?])).flatten();
        let groups = self.impersonate_groups.iter().flat_map(|group| ["--as-group".to_owned(), group.clone()]);
        let insecure = self.insecure_skip_tls_verify.then(|| "--insecure-skip-tls-verify".to_owned());
        valued.chain(groups).chain(insecure).collect()
    }

    /// Reads the kubeconfig and lays the flags over it.
    ///
    /// # Errors
    /// If nothing says where the cluster is, or what says so cannot be read.
    pub async fn config(&self) -> Result<Config, ConnectionError> {
        let mut config = match self.kubeconfig()? {
            Some(kubeconfig) => {
                let (kubeconfig, options) = self.overlay(kubeconfig)?;
                Config::from_custom_kubeconfig(kubeconfig, &options).await?
            }
            None => self.in_pod(Config::incluster().map_err(|_| ConnectionError::Unconfigured)?),
        };
        if let Some(namespace) = &self.namespace {
            config.default_namespace.clone_from(namespace);
        }
        Ok(config)
    }

    /// The kubeconfig, if there is any.
    pub(crate) fn kubeconfig(&self) -> Result<Option<Kubeconfig>, ConnectionError> {
        if let Some(path) = &self.kubeconfig {
            return Ok(Some(Kubeconfig::read_from(path)?));
        }
        // Files of the list that do not exist are skipped, as kubectl does; of two that do, the first one counts.
        let list = std::env::var_os("KUBECONFIG").filter(|list| !list.is_empty());
        let paths: Vec<PathBuf> = match &list {
            Some(list) => std::env::split_paths(list).collect(),
            None => std::env::home_dir().map(|home| home.join(".kube").join("config")).into_iter().collect(),
        };
        let mut merged: Option<Kubeconfig> = None;
        for path in paths.iter().filter(|path| path.exists()) {
            let next = Kubeconfig::read_from(path)?;
            merged = Some(match merged {
                Some(first) => first.merge(next)?,
                None => next,
            });
        }
        // `--server` alone is enough, as in kubectl.
        Ok(merged.or_else(|| self.server.is_some().then(Kubeconfig::default)))
    }
}

/// The name of the running program, for the User-Agent header: `kubectl-ds_cast/0.1.0`.
pub(crate) fn user_agent() -> String {
    let program = std::env::args_os().next().map(PathBuf::from);
    let name = program.as_deref().and_then(std::path::Path::file_name).and_then(OsStr::to_str).unwrap_or("recast");
    format!("{name}/{}", env!("CARGO_PKG_VERSION"))
}
