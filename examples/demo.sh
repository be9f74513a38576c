#!/usr/bin/env bash
# The story, told on a real cluster: the application runs, its slow part is cast to a DaemonSet, and the Service is moved to
# that by a label; kubectl shows what became of pods and endpoints, and their logs who gets the traffic. It may be run
# again, and starts from the beginning then. The cluster stays up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cluster=tests/cluster/cluster.sh
namespace=dockercoins

chapter() { printf '\n== %s\n' "$*"; }

# Says what is done as it would be typed, and does it.
run() {
  local word line='$'
  for word; do
    case $word in *' '* | *'['*) word="'$word'" ;; esac
    line+=" $word"
  done
  printf '\n%s\n' "$line"
  "$@"
}

build() {
  cargo build --release --locked --bins --example traffic
  $cluster up >/dev/null
  plugins=$(cd "${CARGO_TARGET_DIR:-target}/release" && pwd)
  programs=$($cluster bin)
  # kubectl finds a plugin by its file name on PATH.
  export PATH=$plugins:$programs:$PATH
}

# A kubeconfig of its own, so that the namespace need not be typed here nor change for anybody else.
enter_namespace() {
  local original
  original=$($cluster kubeconfig)
  export KUBECONFIG=${original%/*}/demo-kubeconfig
  cp "$original" "$KUBECONFIG"
  if kubectl get namespace $namespace 2>/dev/null; then
    chapter "First, what an earlier demo left is put away" >&2
    kubectl delete namespace $namespace
  fi
  kubectl create namespace $namespace
  kubectl config set-context --current --namespace $namespace
  # Pods are refused until it is there.
  kubectl wait --for=create serviceaccount/default --timeout=60s
}

# Nobody asks rng for bytes, since nothing runs on these nodes: this writes the lines that it would, into the logs of the
# pods behind the Service. It ends with the demo.
make_traffic() {
  logs=${KUBECONFIG%/*}/demo-logs
  rm -rf "$logs"
  "$plugins/examples/traffic" rng "$logs" &
  # shellcheck disable=SC2064  # it is this one that ends
  trap "kill $! 2>/dev/null || true" EXIT
}

look() {
  run kubectl get deployments,daemonsets
  run kubectl get pods -l app=rng -o wide
  run kubectl get endpointslices -l kubernetes.io/service-name=rng
}

# What would differ if a pod were another one, or had been restarted.
pods() {
  run kubectl get pods -l app=rng \
    -o 'custom-columns=NAME:.metadata.name,UID:.metadata.uid,RESTARTS:.status.containerStatuses[*].restartCount,STARTED:.status.startTime,ISACTIVE:.metadata.labels.isactive'
}

# Of a slice as it is printed, the most important part is cut off.
endpoints() {
  run kubectl get endpointslices -l kubernetes.io/service-name=rng \
    -o 'jsonpath={range .items[*].endpoints[*]}{.targetRef.name}  ready={.conditions.ready}{"\n"}{end}'
}

play_on() {
  # shellcheck disable=SC2016  # it is the reader's shell that knows PATH
  printf '\n  export KUBECONFIG=%q\n  export PATH=%q:%q:$PATH\n' "$KUBECONFIG" "$plugins" "$programs"
  printf '  %q rng %q &                        # traffic; kill %%1 ends it\n' "$plugins/examples/traffic" "$logs"
  cat <<'EOF'
  kubectl logs-selector svc/rng --traffic                  # who gets it
  kubectl relabel --list ds/rng svc/rng                    # the labels that count
  kubectl relabel ds/rng svc/rng isactive=no --overwrite --explain
  kubectl ds-cast --undo ds/rng                            # back: the Deployment again
  kubectl relabel ds/rng tier=back --keep-selector         # the gentle way: the DaemonSet itself stays
  kubectl relabel svc/rng tier=back                        # which is enough to move the Service
  kubectl ds-cast --help; kubectl relabel --help; kubectl logs-selector --help
  make demo                                                # once more, from the start
  make cluster-down                                        # ends the cluster
EOF
}

build
enter_namespace >/dev/null

chapter "An application on five nodes"
run kubectl apply -f examples/dockercoins.yaml
run kubectl wait --for=condition=Available deployment --all --timeout=60s
run kubectl get nodes -L topology.kubernetes.io/zone
look

chapter "Its slow part, rng, becomes a DaemonSet"
run kubectl ds-cast rng
run kubectl rollout status daemonset/rng --timeout=60s
look

chapter "Who gets traffic: the pods of both"
make_traffic
run kubectl logs-selector -l app=rng --service svc/rng --traffic --duration 10s

chapter "A label for the DaemonSet's pods, and the Service to select by it"
pods
endpoints
# Without the pods, the Service would be left with none: the plugin refuses, and says what works.
run kubectl relabel svc/rng isactive=yes || true
run kubectl relabel ds/rng svc/rng isactive=yes
pods
endpoints

chapter "Who gets traffic now: only the DaemonSet's pods"
run kubectl logs-selector -l app=rng --service svc/rng --traffic --duration 10s
# The same for a script: it says so with its exit code.
run kubectl logs-selector -l app=rng --service svc/rng --expect-traffic 30s --expect-silence 5s

chapter "The Deployment, which serves no more, goes"
run kubectl ds-cast rng --replace
run kubectl get deployments,daemonsets
endpoints

chapter "Play on"
play_on
