//! What must hold when the labels of a running workload change, watched from outside.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::tool::Relabel as _;
use crate::harness::manifests::{daemon_set, deployment, replica_set, service, stateful_set};
use crate::harness::proxy::{Proxy, Request, Verdict};
use crate::harness::{Endpoints, Namespace, Pods, eventually};

/// The kinds of workload, as people type them.
pub const KINDS: [&str; 4] = ["ds", "deploy", "sts", "rs"];

/// What is typed after one of them: a label more, another value of one that a Service selects, and one less.
pub const EDITS: [&str; 3] = ["svc/app isactive=yes", "svc/tier tier=front --overwrite", "svc/tier tier-"];

/// A write in the middle of a change.
pub type Moment = fn(&Request) -> bool;

/// Three of them: there is no owner any more, it is about to go, its pods are about to change.
pub const MOMENTS: [Moment; 3] = [
    |request| request.has(&["POST ", "/apis/apps/"]) && !request.has(&["/controllerrevisions"]),
    |request| request.has(&["DELETE ", "/apis/apps/"]),
    |request| request.has(&["PATCH ", "/pods/"]),
];

/// A workload `rng` with the labels `app` and `tier`, as people type its kind.
pub fn workload(kind: &str) -> Value {
    let mut object = match kind {
        "ds" => daemon_set("rng"),
        "deploy" => deployment("rng", 3),
        "sts" => stateful_set("rng", 3),
        _ => replica_set("rng", 3),
    };
    for labels in ["/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
        object.pointer_mut(labels).unwrap()["tier"] = json!("back");
    }
    object
}

/// A workload that runs, with two Services before it: `app` selects one of its labels, `tier` both.
pub struct Judge {
    /// Where it is.
    pub ns: Namespace,
    target: String,
}

/// Does the same with each, side by side.
pub fn at_once(judges: &[Judge], deed: impl Fn(&Judge) + Sync) {
    std::thread::scope(|scope| {
        for judge in judges {
            scope.spawn(|| deed(judge));
        }
    });
}

impl Judge {
    /// One for each kind.
    pub fn of_each_kind() -> [Self; 4] {
        KINDS.map(|kind| Self::of(kind, &workload(kind)))
    }

    /// Creates them, and waits until all is ready.
    pub fn of(kind: &str, object: &Value) -> Self {
        Self::inside(Namespace::new(), kind, object)
    }

    /// The same in a namespace that has something in it already.
    pub fn inside(ns: Namespace, kind: &str, object: &Value) -> Self {
        ns.create(object);
        for name in ["app", "tier"] {
            let mut front = service("rng");
            front["metadata"]["name"] = json!(name);
            if name == "tier" {
                front["spec"]["selector"]["tier"] = json!("back");
            }
            ns.create(&front);
        }
        let judge = Self { ns, target: format!("{kind}/rng") };
        judge.settled();
        judge
    }

    /// Its type, as people type it.
    pub fn kind(&self) -> &str {
        self.target.split_once('/').unwrap().0
    }

    /// The workload as it is now.
    pub fn now(&self) -> Value {
        self.ns.get(&self.target)
    }

    /// Waits until the controller has nothing left to do.
    pub fn settled(&self) {
        let ready = |status: &Value| {
            let count = |key: &str| status[key].as_u64().unwrap_or_default();
            let wanted = count("desiredNumberScheduled").max(count("replicas"));
            wanted > 0 && wanted == count("numberReady") + count("readyReplicas")
        };
        eventually("all pods are ready", || {
            let now = self.now();
            let seen = now["status"]["observedGeneration"] == now["metadata"]["generation"];
            let wanted = now["spec"]["replicas"].is_null() || now["spec"]["replicas"] == now["status"]["replicas"];
            (seen && wanted && ready(&now["status"])).then_some(())
        });
    }

    /// Runs `kubectl relabel` with these words after the workload. No pod may notice, and no Service.
    pub fn relabelled(&self, words: &str) {
        self.undisturbed(|| {
            let ended = self.ns.relabel(&format!("{} {words}", self.target)).done();
            assert!(ended.stdout.contains("0 restarted"), "{ended}");
        });
        left_nothing(&self.ns, &self.target);
    }

    /// Whatever is done, no pod may notice, and no Service.
    pub fn undisturbed(&self, deed: impl FnOnce()) {
        let before = self.uids();
        let (pods, endpoints) = self.watched();
        deed();
        self.settled();
        assert_eq!(self.uids(), before);
        pods.are_untouched();
        endpoints.never_were_fewer();
    }

    /// Its pods and the endpoints of both Services, from now on.
    pub fn watched(&self) -> (Pods, Endpoints) {
        let count = self.uids().len();
        (Pods::watched(&self.ns), Endpoints::of_each(&self.ns, &[("app", count), ("tier", count)]))
    }

    /// Runs `kubectl relabel` with these words after the workload, and before the first write of a sort does something
    /// else. It comes to its end, and leaves nothing.
    pub fn relabelled_while(&self, words: &str, moment: Moment, deed: impl FnOnce() + Send + 'static) {
        let mut deed = Some(deed);
        let proxy = Proxy::watching(&self.ns, move |request| {
            if request.write().is_none() || !moment(request) {
                return Verdict::Pass;
            }
            deed.take().map_or(Verdict::Pass, |deed| Verdict::Before(Box::new(deed)))
        });
        self.ns.relabel(&format!("{} {words} --server {}", self.target, proxy.address())).done();
        left_nothing(&self.ns, &self.target);
        self.is_as_asked(words);
    }

    /// Does something else before the first write of a sort, and kills `kubectl relabel` before the second one.
    pub fn killed_after(&self, words: &str, moment: Moment, deed: impl FnOnce() + Send + 'static) {
        let mut deed = Some(deed);
        let proxy = Proxy::watching(&self.ns, move |request| {
            if request.write().is_none() || !moment(request) {
                return Verdict::Pass;
            }
            deed.take().map_or(Verdict::StopBefore, |deed| Verdict::Before(Box::new(deed)))
        });
        self.killed_at(&proxy, words);
    }

    /// Kills `kubectl relabel` with these words after the workload before the first write of a sort.
    pub fn killed_before(&self, words: &str, moment: Moment) {
        let proxy = Proxy::watching(&self.ns, move |request| {
            let now = request.write().is_some() && moment(request);
            if now { Verdict::StopBefore } else { Verdict::Pass }
        });
        self.killed_at(&proxy, words);
    }

    fn killed_at(&self, proxy: &Proxy, words: &str) {
        let words = format!("{} {words} --server {}", self.target, proxy.address());
        let mut running = self.ns.begin_relabel(&words);
        assert!(!running.ends_before(|| proxy.has_stopped()), "there is such a write");
        running.signal("KILL");
        running.ended();
    }

    /// The workload, its template and its pods have this value of a label, or none.
    pub fn has(&self, key: &str, value: Option<&str>) {
        let (now, wanted) = (self.now(), json!(value));
        assert_eq!(now["spec"]["template"]["metadata"]["labels"][key], wanted);
        for pod in self.ns.list("pods") {
            assert_eq!(pod["metadata"]["labels"][key], wanted, "{}", pod["metadata"]["name"]);
        }
    }

    /// The selector says this of a label.
    pub fn selects(&self, key: &str, value: Option<&str>) {
        assert_eq!(self.now()["spec"]["selector"]["matchLabels"][key], json!(value));
    }

    /// What an edit says is true of the workload and its pods.
    pub fn is_as_asked(&self, edit: &str) {
        for word in edit.split_whitespace().filter(|word| !word.starts_with("svc/") && !word.starts_with("--")) {
            let (key, value) = match word.split_once('=') {
                Some((key, value)) => (key, Some(value)),
                None => (word.trim_end_matches('-'), None),
            };
            self.has(key, value);
            if !edit.contains("--keep-selector") {
                self.selects(key, value);
            }
        }
    }

    /// A change of the template replaces every pod, and it can be undone.
    pub fn rolls_out_and_back(&self) {
        let before = self.uids();
        let labels = self.now()["spec"]["template"]["metadata"]["labels"].clone();
        self.ns.kubectl(&format!("set env {} LATER=yes", self.target));
        self.ns.rolled_out(&self.target);
        assert!(self.uids().is_disjoint(&before), "each pod is a new one");
        self.ns.kubectl(&format!("rollout undo {}", self.target));
        self.ns.rolled_out(&self.target);
        let template = &self.now()["spec"]["template"];
        assert!(!template.to_string().contains("LATER"), "{template}");
        assert_eq!(template["metadata"]["labels"], labels);
    }

    /// The uids of the pods that are not on their way out.
    pub fn uids(&self) -> BTreeSet<String> {
        let pods = self.ns.list("pods").into_iter();
        let stay = pods.filter(|pod| pod["metadata"]["deletionTimestamp"].is_null());
        stay.map(|pod| pod["metadata"]["uid"].to_string()).collect()
    }
}

/// Nothing in the namespace tells that the tool was there.
pub fn left_nothing(ns: &Namespace, target: &str) {
    const ALL: &str = "ds,deploy,sts,rs,pods,services,endpointslices,secrets,controllerrevisions,pdb,netpol,pvc";
    eventually("no trace is left", || {
        let all = Value::from(ns.list(ALL)).to_string();
        (!all.contains("kube-recast")).then_some(())
    });
    let managers = ns.kubectl(&format!("get {target} --show-managed-fields -o jsonpath={{.metadata.managedFields}}"));
    assert!(!managers.contains("recast") && !managers.contains("relabel"), "{managers}");
    assert!(ns.get(target)["metadata"]["finalizers"].is_null());
}
