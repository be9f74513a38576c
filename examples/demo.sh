#!/usr/bin/env bash
# The story, told on a real cluster: the application runs, its slow part is cast to a DaemonSet, and both are looked at.
# It may be run again, and starts from the beginning then. The cluster stays up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cluster=tests/cluster/cluster.sh
namespace=dockercoins

chapter() { printf '\n== %s\n' "$*"; }

# Says what is done as it would be typed, and does it.
run() {
  printf '\n$ %s\n' "$*"
  "$@"
}

build() {
  cargo build --release --locked
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

look() {
  run kubectl get deployments,daemonsets
  run kubectl get pods -l app=rng -o wide
  run kubectl get endpointslices -l kubernetes.io/service-name=rng
}

play_on() {
  # shellcheck disable=SC2016  # it is the reader's shell that knows PATH
  printf '\n  export KUBECONFIG=%q\n  export PATH=%q:%q:$PATH\n' "$KUBECONFIG" "$plugins" "$programs"
  cat <<'EOF'
  kubectl ds-cast rng --replace     # the Deployment goes once the DaemonSet serves
  kubectl ds-cast --help
  make demo                         # once more, from the start
  make cluster-down                 # ends the cluster
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

chapter "Play on"
play_on
