//! The flags, laid over the entries of a kubeconfig.

use kube::Config;
use kube::config::{
    AuthInfo, Cluster, Context, KubeConfigOptions, Kubeconfig, NamedAuthInfo, NamedCluster, NamedContext,
};

use super::{ConnectionArgs, ConnectionError};

impl ConnectionArgs {
    /// Lays the flags over the configuration of a pod, which has no kubeconfig.
    pub(super) fn in_pod(&self, mut config: Config) -> Config {
        let user = &mut config.auth_info;
        if let Some(token) = &self.token {
            user.token_file = None;
            user.token = Some(token.clone().into());
        }
        self.overlay_identity(user);
        set(&mut config.tls_server_name, self.tls_server_name.as_ref());
        if let Some(path) = &self.certificate_authority {
            config.root_cert_file = Some(path.into());
        }
        config.accept_invalid_certs |= self.insecure_skip_tls_verify;
        config
    }

    fn overlay_identity(&self, user: &mut AuthInfo) {
        if self.client_certificate.is_some() {
            user.client_certificate_data = None;
            set(&mut user.client_certificate, self.client_certificate.as_ref());
        }
        if self.client_key.is_some() {
            user.client_key_data = None;
            set(&mut user.client_key, self.client_key.as_ref());
        }
        set(&mut user.impersonate, self.impersonate.as_ref());
        set(&mut user.impersonate_uid, self.impersonate_uid.as_ref());
        if !self.impersonate_groups.is_empty() {
            user.impersonate_groups = Some(self.impersonate_groups.clone());
        }
    }

    /// Puts the flags into the entries of the kubeconfig that they override.
    pub(super) fn overlay(
        &self,
        mut kubeconfig: Kubeconfig,
    ) -> Result<(Kubeconfig, KubeConfigOptions), ConnectionError> {
        let name = self.context.clone().or_else(|| kubeconfig.current_context.clone()).filter(|name| !name.is_empty());
        if name.is_none() && self.server.is_some() {
            kubeconfig.contexts.push(flags_context());
        }
        let name = match name {
            Some(name) => name,
            None if self.server.is_some() => FLAGS.to_owned(),
            None => return Err(ConnectionError::NoContext),
        };
        let context = find(&kubeconfig.contexts, |entry| &entry.name, &name)
            .and_then(|entry| entry.context.clone())
            .ok_or_else(|| ConnectionError::Missing("context", name.clone()))?;

        let cluster = self.cluster.clone().unwrap_or(context.cluster);
        let user = self.user.clone().or(context.user).unwrap_or_else(|| FLAGS.to_owned());
        self.overlay_cluster(&mut kubeconfig, &cluster)?;
        self.overlay_user(&mut kubeconfig, &user)?;
        let options = KubeConfigOptions { context: Some(name), cluster: Some(cluster), user: Some(user) };
        Ok((kubeconfig, options))
    }

    fn overlay_cluster(&self, kubeconfig: &mut Kubeconfig, name: &str) -> Result<(), ConnectionError> {
        if self.server.is_some() && find(&kubeconfig.clusters, |entry| &entry.name, name).is_none() {
            kubeconfig.clusters.push(NamedCluster { name: name.to_owned(), ..NamedCluster::default() });
        }
        let entry = kubeconfig
            .clusters
            .iter_mut()
            .find(|entry| entry.name == name)
            .ok_or_else(|| ConnectionError::Missing("cluster", name.to_owned()))?;
        let cluster = entry.cluster.get_or_insert_with(Cluster::default);
        set(&mut cluster.server, self.server.as_ref());
        set(&mut cluster.tls_server_name, self.tls_server_name.as_ref());
        if self.certificate_authority.is_some() {
            cluster.certificate_authority_data = None;
            set(&mut cluster.certificate_authority, self.certificate_authority.as_ref());
        }
        if self.insecure_skip_tls_verify {
            cluster.insecure_skip_tls_verify = Some(true);
        }
        Ok(())
    }

    fn overlay_user(&self, kubeconfig: &mut Kubeconfig, name: &str) -> Result<(), ConnectionError> {
        if name == FLAGS && find(&kubeconfig.auth_infos, |entry| &entry.name, name).is_none() {
            kubeconfig.auth_infos.push(NamedAuthInfo { name: name.to_owned(), ..NamedAuthInfo::default() });
        }
        let entry = kubeconfig
            .auth_infos
            .iter_mut()
            .find(|entry| entry.name == name)
            .ok_or_else(|| ConnectionError::Missing("user", name.to_owned()))?;
        let user = entry.auth_info.get_or_insert_with(AuthInfo::default);
        if let Some(token) = &self.token {
            (user.exec, user.auth_provider, user.token_file) = (None, None, None);
            user.token = Some(token.clone().into());
        }
        self.overlay_identity(user);
        Ok(())
    }
}

/// Name of the entries that stand for the flags where the kubeconfig has none.
const FLAGS: &str = "flags";

fn flags_context() -> NamedContext {
    let context = Context { cluster: FLAGS.to_owned(), user: Some(FLAGS.to_owned()), ..Context::default() };
    NamedContext { name: FLAGS.to_owned(), context: Some(context), ..NamedContext::default() }
}

fn find<'a, T>(entries: &'a [T], name_of: impl Fn(&T) -> &String, name: &str) -> Option<&'a T> {
    entries.iter().find(|entry| name_of(entry) == name)
}

fn set(field: &mut Option<String>, flag: Option<&String>) {
    if let Some(value) = flag {
        *field = Some(value.clone());
    }
}
