# Where everything is. Sourced by the other scripts; it only names places and never changes anything.
# shellcheck shell=bash disable=SC2034  # whoever sources this uses the names

cluster_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
checkout=$(cd "$cluster_dir/../.." && pwd -P)

# Binaries are dear (ten minutes of compiling), so they live where neither `cargo clean` nor a new clone loses them.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/recast/cluster
go_build_cache=$cache/go-build

# The state of a running cluster is cheap and belongs to one clone, so two clones never meet.
state=$checkout/.cluster
cluster_name=recast
workdir=$state/.kwok/clusters/$cluster_name
kubeconfig=$state/kubeconfig
audit_log=$workdir/logs/audit.log
running_version=$state/kubernetes

default_kubernetes=1.37

# The minor version to use: the one asked for, else the one that is up, else the default.
kubernetes=${KUBERNETES:-$(cat "$running_version" 2>/dev/null || echo "$default_kubernetes")}

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $1"
  [ -z "${2-}" ] || say "hint: $2"
  exit 1
}

known_kubernetes() {
  local dir
  for dir in "$cluster_dir"/kubernetes-*/; do basename "${dir#*kubernetes-}"; done | sort -V | paste -sd' '
}

[ -f "$cluster_dir/kubernetes-$kubernetes/go.mod" ] ||
  fail "no such Kubernetes version here: KUBERNETES=$kubernetes" "one of: $(known_kubernetes)"
