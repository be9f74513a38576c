#!/usr/bin/env bash
# Starts and ends the cluster of this clone: see README.md.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/places.sh"
. "$here/modules.sh"
. "$here/processes.sh"

bin=$(cluster_folder)
version=$(kubernetes_version)

# One start or end at a time. What is locked is this file, since a lock of its own would have to be left behind.
lock() {
  exec 9<"$cluster_dir/cluster.sh"
  flock --nonblock 9 || { say "another command is at work on this cluster; waiting for it"; flock 9; }
}

# As the cluster's own administrator, whose requests are not in the audit log.
admin() { "$bin/kubectl" --kubeconfig "$workdir/kubeconfig.yaml" --request-timeout 5s "$@"; }

# Where all components run, the server is only busy when it does not answer at once: no reason to take it from others.
is_up() {
  local try
  for try in 1 2 3 4 5; do
    [ -s "$kubeconfig" ] && all_components_run || return 1
    if admin get --raw /readyz >/dev/null 2>&1; then return; fi
    sleep "$try"
  done
  return 1
}

# kwokctl takes what it is not told from the environment, and the components inherit that: they start with none of the
# caller's. It keeps its state in ".kwok" of the home directory (KWOK_WORKDIR would lose what follows a space).
kwokctl() { env -i HOME="$state" PATH="$bin:$PATH" "$bin/kwokctl" --name "$cluster_name" "$@"; }

create() {
  cd "$state" &&
    kwokctl create cluster --runtime binary --timeout 60s --wait 60s --kubeconfig '' \
      --config "$cluster_dir/kwok.yaml" --config "$cluster_dir/node-stages.yaml" --config "$cluster_dir/pod-stages.yaml" \
      --kube-audit-policy "$cluster_dir/audit-policy.yaml" --etcd-prefix "/recast$checkout" \
      --etcd-binary "$bin/etcd" --kwok-controller-binary "$bin/kwok" --kube-apiserver-binary "$bin/kube-apiserver" \
      --kube-controller-manager-binary "$bin/kube-controller-manager" --kube-scheduler-binary "$bin/kube-scheduler" &&
    admin create -f "$cluster_dir/nodes.yaml" -f "$cluster_dir/kubelets.yaml" &&
    admin wait --for=condition=Ready node --all --timeout=60s &&
    # A pod is refused in a namespace whose service account is not there yet.
    admin wait --for=create serviceaccount/default --timeout=60s &&
    all_components_run
}

# What the cluster is made from: one that was made from anything else is not the one that is asked for.
description() { { echo "$bin" && cat "$cluster_dir"/*.yaml; } | sha256sum; }

# The kubeconfig appears last and whole: where there is one, there was a cluster that was ready.
write_kubeconfig() {
  echo "$kubernetes" >"$running_version" && description >"$state/description" &&
    (umask 077 && kwokctl get kubeconfig --user recast-admin --group system:masters >"$kubeconfig.new") &&
    mv "$kubeconfig.new" "$kubeconfig"
}

remove() {
  end_our_processes
  rm -rf "$state"
}

# kwokctl takes the first free ports, all others do the same, and a component binds its port only later. So clusters of
# this machine start one after the other, whoever starts them; what is locked is a directory that everybody can open.
# Against programs that know nothing of that, a start is tried again.
boot() {
  local try
  trap 'remove; exit 130' INT TERM
  exec 8</tmp
  flock 8
  for try in 1 2 3; do
    remove
    mkdir -p "$state"
    # The components must not inherit the locks, or they would hold them for as long as they run.
    if (create && write_kubeconfig) </dev/null >"$state/boot.log" 2>&1 8<&- 9<&-; then
      exec 8<&-
      trap - INT TERM
      return
    fi
    say "start $try of 3 failed: $(tail -n 1 "$state/boot.log")"
  done
  tail -n 30 "$state/boot.log" "$workdir"/logs/*.log >&2 || true
  end_our_processes
  fail "the cluster does not start" "all it said is in $state"
}

usage() {
  # shellcheck disable=SC2016  # it is the reader's shell that knows PATH
  printf '\n  export KUBECONFIG=%q\n  export PATH=%q:$PATH\n\n' "$kubeconfig" "$bin"
  echo 'Then play on, for example:  kubectl get nodes -L topology.kubernetes.io/zone,disktype'
  echo 'To end it:                  make cluster-down'
}

up() {
  lock
  "$here/binaries.sh" build 9<&-
  if is_up && [ "$(cat "$state/description" 2>/dev/null)" = "$(description)" ]; then
    say "Kubernetes ${version#v} is already running"
  else
    [ ! -e "$kubeconfig" ] || say "the cluster that was here is not well, or not the one asked for; it makes way"
    SECONDS=0
    boot
    say "Kubernetes ${version#v} is running: 5 nodes, started in $SECONDS s"
  fi
  usage
}

down() {
  lock
  if [ -z "$(our_processes)" ] && [ ! -e "$state" ]; then
    say "no cluster is running"
    return
  fi
  remove
  say "the cluster is gone"
}

# For scripts: the bare path on stdout, whatever else there is to say on stderr.
print_place() {
  is_up || say "warning: the cluster is not running; make cluster starts it"
  echo "$1"
}

case ${1-} in
  up) up ;;
  down) down ;;
  is-up) is_up ;;
  bin) print_place "$bin" ;;
  kubeconfig) print_place "$kubeconfig" ;;
  audit-log) print_place "$audit_log" ;;
  *) fail "usage: cluster.sh up|down|is-up|bin|kubeconfig|audit-log" ;;
esac
