//! Reads of the cluster without a process for each: thousands of them, of which kubectl would take most of the time.
//!
//! What is not known here, or does not succeed, is left to kubectl, which says what is wrong.

use std::future::Future;
use std::path::Path;
use std::sync::{OnceLock, mpsc};
use std::thread::spawn;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::Request;
use kube::core::params::{DeleteParams, GetParams, ListParams};
use kube::{Client, Config, Error};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Handle};

/// What people type, and where it is.
const TYPES: [(&[&str], &str, &str); 14] = [
    (&["pod", "pods"], "/api/v1", "pods"),
    (&["svc", "service", "services"], "/api/v1", "services"),
    (&["secret", "secrets"], "/api/v1", "secrets"),
    (&["cm", "configmap"], "/api/v1", "configmaps"),
    (&["serviceaccount"], "/api/v1", "serviceaccounts"),
    (&["pvc"], "/api/v1", "persistentvolumeclaims"),
    (&["ds", "daemonsets"], "/apis/apps/v1", "daemonsets"),
    (&["deploy", "deployments"], "/apis/apps/v1", "deployments"),
    (&["rs", "replicasets"], "/apis/apps/v1", "replicasets"),
    (&["sts", "statefulsets"], "/apis/apps/v1", "statefulsets"),
    (&["controllerrevisions"], "/apis/apps/v1", "controllerrevisions"),
    (&["endpointslices"], "/apis/discovery.k8s.io/v1", "endpointslices"),
    (&["netpol"], "/apis/networking.k8s.io/v1", "networkpolicies"),
    (&["pdb"], "/apis/policy/v1", "poddisruptionbudgets"),
];

/// What a test may have created beside its namespace, under the label `test`.
pub const CLUSTER_WIDE: [&str; 5] = [
    "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "/api/v1/persistentvolumes",
    "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
];

/// The way to the API server of somebody who types.
#[derive(Clone)]
pub struct Api {
    client: Client,
    namespace: String,
}

impl Api {
    /// The one of this kubeconfig; none if it asks for more than is known here.
    pub fn of(kubeconfig: &Path) -> Option<Self> {
        let kubeconfig = Kubeconfig::read_from(kubeconfig).ok()?;
        wait(async move {
            let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.ok()?;
            let namespace = config.default_namespace.clone();
            Some(Self { client: Client::try_from(config).ok()?, namespace })
        })
    }

    /// The object TYPE/NAME.
    pub fn get(&self, target: &str) -> Option<Value> {
        self.read(target)?.ok().map(as_kubectl_shows)
    }

    /// Whether there is the object TYPE/NAME, or one of those that the words choose.
    pub fn has(&self, words: &str) -> Option<bool> {
        match self.read(words) {
            Some(Ok(_)) => Some(true),
            Some(Err(Error::Api(status))) if status.code == 404 => Some(false),
            Some(Err(_)) => None,
            None => self.list(words).map(|objects| !objects.is_empty()),
        }
    }

    fn read(&self, target: &str) -> Option<Result<Value, Error>> {
        let (kind, name) = target.split_once('/')?;
        let request = Request::new(self.path(kind)?).get(name, &GetParams::default()).ok()?;
        let client = self.client.clone();
        Some(wait(async move { client.request(request).await }))
    }

    /// The objects that the words choose: `ds,pods -l app=rng`.
    pub fn list(&self, words: &str) -> Option<Vec<Value>> {
        let mut words = words.split_whitespace();
        let kinds = words.next()?;
        let mut params = ListParams::default();
        while let Some(flag) = words.next() {
            params = match flag {
                "-l" => params.labels(words.next()?),
                "--field-selector" => params.fields(words.next()?),
                _ => return None,
            };
        }
        let mut all = Vec::new();
        for kind in kinds.split(',') {
            let request = Request::new(self.path(kind)?).list(&params).ok()?;
            let client = self.client.clone();
            let mut list: Value = wait(async move { client.request(request).await }).ok()?;
            let kind = list["kind"].as_str()?.strip_suffix("List")?.to_owned();
            let version = list["apiVersion"].take();
            for mut item in list["items"].take().as_array_mut()?.drain(..) {
                (item["kind"], item["apiVersion"]) = (json!(kind), version.clone());
                all.push(as_kubectl_shows(item));
            }
        }
        Some(all)
    }

    /// Deletes the namespace, and what is labelled as belonging to it. Nobody waits for that.
    pub fn remove(&self) {
        let labelled = ListParams::default().labels(&format!("test={}", self.namespace));
        let all = CLUSTER_WIDE.map(|path| Request::new(path).delete_collection(&DeleteParams::default(), &labelled));
        let itself = Request::new("/api/v1/namespaces").delete(&self.namespace, &DeleteParams::background());
        let requests: Vec<_> = all.into_iter().chain([itself]).flatten().collect();
        let client = self.client.clone();
        wait(async move {
            for request in requests {
                // A test that fails is to say why it failed, not this.
                let _ = client.request_text(request).await;
            }
        });
    }

    fn path(&self, kind: &str) -> Option<String> {
        let (_, group, plural) = TYPES.iter().find(|(names, ..)| names.contains(&kind))?;
        Some(format!("{group}/namespaces/{}/{plural}", self.namespace))
    }
}

/// Who manages which field is shown by kubectl only if that is asked for.
fn as_kubectl_shows(mut object: Value) -> Value {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("managedFields");
    }
    object
}

/// Waits for what one thread does for all tests: connections live as long as it does.
fn wait<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    static THREAD: OnceLock<Handle> = OnceLock::new();
    let handle = THREAD.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build().expect("there is room for a runtime");
        let handle = runtime.handle().clone();
        spawn(move || runtime.block_on(std::future::pending::<()>()));
        handle
    });
    let (tell, told) = mpsc::channel();
    handle.spawn(async move {
        // Whoever asks waits for it.
        let _ = tell.send(future.await);
    });
    told.recv().expect("the thread lives as long as the tests")
}
