//! Manifests, from the file to the cluster.

use super::tool::Cast as _;
use crate::harness::Namespace;

const MANIFEST: &str = "\
# The application.
apiVersion: v1
kind: Service
metadata: {name: rng}
spec:
  selector: {app: rng}
  ports: [{port: 80}]
---
# rng: random bytes.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: rng # its name
  labels: &labels {app: rng}
spec:
  replicas: 2 # as many as there are cores
  strategy:
    rollingUpdate:
      maxUnavailable: 0
  selector:
    matchLabels: *labels
  template:
    metadata:
      labels: *labels
    spec:
      containers:
        - name: rng
          image: 'registry.k8s.io/pause:3.10' # pinned
          args: [\"0400\", \"on\"]
          resources:
            requests: {cpu: 1}
";

#[test]
#[ignore = "needs a cluster: make test"]
fn a_cast_manifest_is_accepted_strictly_and_its_comments_stay() {
    let ns = Namespace::new();
    let cast = ns.start(super::tool::PROGRAM, "-f -", MANIFEST).ended().done().stdout;
    for comment in ["# The application.", "# rng: random bytes.", "# its name", "# pinned"] {
        assert!(cast.contains(comment), "{comment}:\n{cast}");
    }
    let created = ns.try_kubectl("create --validate=strict -f -", &cast).done();
    assert_eq!(created.stdout, "service/rng created\ndaemonset.apps/rng created\n");
    let spec = ns.get("ds/rng")["spec"].clone();
    assert_eq!(spec["updateStrategy"]["rollingUpdate"]["maxSurge"], "25%");
    assert_eq!(spec["template"]["spec"]["containers"][0]["args"][0], "0400");
    ns.rolled_out("ds/rng");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_folder_is_cast_in_place_and_applied() {
    let ns = Namespace::new();
    let folder = ns.folder().join("manifests");
    std::fs::create_dir_all(folder.join("deeper")).unwrap();
    std::fs::write(folder.join("rng.yaml"), MANIFEST).unwrap();
    std::fs::write(folder.join("deeper/hasher.yaml"), MANIFEST.replace("rng", "hasher")).unwrap();
    let folder = folder.display();
    let ended = ns.cast(&format!("-f {folder} -R --in-place")).done();
    assert_eq!(ended.stdout.matches("written: 1 cast").count(), 2, "{ended}");
    ns.kubectl(&format!("apply --validate=strict -R -f {folder}"));
    assert_eq!(ns.kubectl("get ds -o name"), "daemonset.apps/hasher\ndaemonset.apps/rng\n");
    assert_eq!(ns.list("deploy").len(), 0);
    ns.cast(&format!("-f {folder} -R --in-place")).done().printed("");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_manifest_and_the_live_object_become_the_same() {
    let ns = Namespace::new();
    ns.try_kubectl("apply -f -", MANIFEST).done();
    let cast = ns.start(super::tool::PROGRAM, "-f -", MANIFEST).ended().done().stdout;
    ns.try_kubectl("apply -f -", &cast).done();
    ns.cast("rng").done().printed("daemonset.apps/rng unchanged\n");
}

#[test]
#[ignore = "needs a cluster: make test"]
fn a_dump_of_everything_is_cast_without_what_the_deployments_own() {
    let ns = Namespace::new();
    ns.try_kubectl("apply -f -", MANIFEST).done();
    ns.rolled_out("deploy/rng");
    let dump = ns.kubectl("get all -o yaml");
    let ended = ns.start(super::tool::PROGRAM, "-f -", &dump).ended().done();
    let ended = ended.said(&["ReplicaSet rng-", "left as it is"]);
    let objects = ns.try_kubectl("create --dry-run=client -o name -f -", &ended.stdout).done().stdout;
    assert!(objects.contains("daemonset.apps/rng\n") && !objects.contains("deployment"), "{objects}");
}
