//! A pod as far as its logs are concerned.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod as Typed};
use recast::object::Object;
use recast::ownership::{is_finished, is_ready, node_of};
use recast::selector::Labels;

use crate::stamp::Stamp;

/// Says which container is meant when none is named.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It runs before the others.
    Init,
    /// One of those that the pod is there for.
    Main,
    /// It was put in later, to look at the others.
    Ephemeral,
}

/// What a container does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It has never run; why.
    Waiting(String),
    /// It runs.
    Running,
    /// It has ended, and may be started again.
    Ended,
}

/// A container of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// How often it was restarted: each time it has another log.
    pub life: u32,
    /// What it does.
    pub state: State,
    /// When its present life began.
    pub started: Option<Stamp>,
    /// Whether there will be no other life.
    pub over: bool,
}

/// What controls a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The controller itself, `replicaset.apps/rng-7fdd97dffb`.
    pub itself: String,
    /// The workload that a person knows, `deployment.apps/rng`.
    pub name: String,
}

/// A pod, read from its JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pod {
    /// Its uid.
    pub uid: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The node that it is on, empty if none.
    pub node: String,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Its labels.
    pub labels: Labels,
    /// What controls it.
    pub owner: Option<Owner>,
    /// Whether it is on its way out.
    pub deleting: bool,
    /// Whether it is ready.
    pub ready: bool,
    /// Why it is not.
    pub unready: Option<String>,
    /// Its containers: init, main, ephemeral.
    pub containers: Vec<Container>,
    /// The container that is meant when none is named.
    pub main: Option<String>,
}

impl Pod {
    /// Reads one; what is no pod is none.
    #[must_use]
    pub fn read(object: &Object) -> Option<Self> {
        let typed: Typed = object.typed().ok()?;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let annotations = typed.metadata.annotations.as_ref();
        let containers = containers(&typed, is_finished(object));
        let named = annotations.and_then(|all| all.get(DEFAULT_CONTAINER)).cloned();
        let first = || containers.iter().find(|container| container.role == Role::Main).map(|main| main.name.clone());
        let conditions = typed.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
        let unready = conditions.iter().find(|condition| condition.type_ == "Ready" && condition.status != "True");
        Some(Self {
            uid: object.uid().to_owned(),
            namespace: text(&typed.metadata.namespace),
            name: object.name().to_owned(),
            node: node_of(object).to_owned(),
            addresses: addresses(&typed),
            labels: typed.metadata.labels.clone().unwrap_or_default(),
            owner: owner(object),
            deleting: object.is_deleting(),
            ready: is_ready(object),
            unready: unready.and_then(|condition| condition.message.clone().or_else(|| condition.reason.clone())),
            main: named.filter(|name| containers.iter().any(|container| container.name == *name)).or_else(first),
            containers,
        })
    }

    /// One of its containers.
    #[must_use]
    pub fn container(&self, name: &str) -> Option<&Container> {
        self.containers.iter().find(|container| container.name == name)
    }
}

fn addresses(pod: &Typed) -> Vec<String> {
    let all = pod.status.as_ref().and_then(|status| status.pod_ips.as_deref()).unwrap_or_default();
    all.iter().map(|address| address.ip.clone()).collect()
}

/// A `ReplicaSet` of a Deployment is named after that, and the hash of its template.
fn owner(object: &Object) -> Option<Owner> {
    let controller = object.controller()?;
    let group = controller.api_version.split_once('/').map_or("", |(group, _)| group);
    let hash = object.metadata().labels.as_ref().and_then(|labels| labels.get("pod-template-hash"));
    let deployment = hash
        .filter(|_| controller.kind == "ReplicaSet")
        .and_then(|hash| controller.name.strip_suffix(hash.as_str())?.strip_suffix('-'));
    let point = if group.is_empty() { "" } else { "." };
    let itself = format!("{}{point}{group}/{}", controller.kind.to_lowercase(), controller.name);
    let name = deployment.map_or_else(|| itself.clone(), |deployment| format!("deployment.apps/{deployment}"));
    Some(Owner { itself, name })
}

fn containers(pod: &Typed, finished: bool) -> Vec<Container> {
    let Some(spec) = &pod.spec else { return Vec::new() };
    let status = pod.status.as_ref();
    let never = spec.restart_policy.as_deref() == Some("Never");
    let of = |role, name: &str, again: bool, list: Option<&Vec<ContainerStatus>>| {
        let status = list.and_then(|list| list.iter().find(|status| status.name == *name));
        let mut read = container(role, name, status);
        read.over = match read.state {
            State::Waiting(_) => finished,
            State::Running => false,
            State::Ended => finished || !again,
        };
        read
    };
    let init = spec.init_containers.iter().flatten().map(|container| {
        let sidecar = container.restart_policy.as_deref() == Some("Always");
        let ended_well = |status: &ContainerStatus| {
            status.state.as_ref().and_then(|state| state.terminated.as_ref()).is_some_and(|end| end.exit_code == 0)
        };
        let list = status.and_then(|status| status.init_container_statuses.as_ref());
        let done = list.into_iter().flatten().any(|status| status.name == container.name && ended_well(status));
        of(Role::Init, &container.name, sidecar || !(never || done), list)
    });
    let main = spec.containers.iter().map(|container| {
        let list = status.and_then(|status| status.container_statuses.as_ref());
        of(Role::Main, &container.name, !never, list)
    });
    let ephemeral = spec.ephemeral_containers.iter().flatten().map(|container| {
        let list = status.and_then(|status| status.ephemeral_container_statuses.as_ref());
        of(Role::Ephemeral, &container.name, false, list)
    });
    init.chain(main).chain(ephemeral).collect()
}

fn container(role: Role, name: &str, status: Option<&ContainerStatus>) -> Container {
    let state = status.and_then(|status| status.state.as_ref());
    let ended_before = || status.and_then(|status| status.last_state.as_ref()?.terminated.as_ref()).is_some();
    let running = state.and_then(|state| state.running.as_ref());
    let ended = state.is_some_and(|state| state.terminated.is_some());
    let is = if running.is_some() {
        State::Running
    } else if ended || ended_before() {
        State::Ended
    } else {
        let waiting = state.and_then(|state| state.waiting.as_ref()?.reason.clone());
        State::Waiting(waiting.unwrap_or_else(|| "not started yet".to_owned()))
    };
    Container {
        name: name.to_owned(),
        role,
        life: status.and_then(|status| u32::try_from(status.restart_count).ok()).unwrap_or(0),
        over: false,
        state: is,
        started: running.and_then(|running| Some(Stamp::of(running.started_at.as_ref()?.0))),
    }
}

#[cfg(test)]
mod tests;
