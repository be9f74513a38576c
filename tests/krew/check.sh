#!/usr/bin/env bash
# Does with the plugins what a user of Krew does, with the real krew, in a folder that is gone afterwards: validates the
# manifests, installs, runs through kubectl, uninstalls. The archive has what `make test` has built anyway, since Krew
# does not care how well it is optimised.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/release.sh"

binaries=$checkout/tests/cluster/binaries.sh
programs=$("$binaries" krew-folder)

# Whoever brings a cluster brings its kubectl; else it is the one of the cluster here, which need not be up for this.
find_kubectl() {
  if [ -n "${RECAST_KUBECTL-}" ]; then
    echo "$RECAST_KUBECTL"
  elif [ -n "${RECAST_KUBECONFIG-}" ]; then
    command -v kubectl || fail "kubectl is needed" "put it on PATH, or its path into RECAST_KUBECTL"
  else
    "$binaries" build && echo "$("$binaries" folder)/kubectl"
  fi
}
kubectl=$(find_kubectl)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export RECAST_DIST=$scratch/dist
# Nothing is downloaded, so any address will do.
export RECAST_REPOSITORY=${RECAST_REPOSITORY:-$(repository || echo https://recast.invalid/recast)}
RECAST_PROFILE=dev "$krew_dir/archive.sh" >&2
archive=$RECAST_DIST/recast-$(platform "$(host_target)").tar.gz
"$krew_dir/render.sh" >/dev/null

# Neither the caller's plugins nor the caller's cluster.
mkdir "$scratch/home" "$scratch/bin"
ln -s "$kubectl" "$scratch/bin/kubectl"
export HOME=$scratch/home KREW_ROOT=$scratch/krew KUBECONFIG=/dev/null KREW_NO_UPGRADE_CHECK=1
export PATH=$KREW_ROOT/bin:$programs:$scratch/bin:/usr/bin:/bin

# Krew wants an index before it uninstalls: one with just these plugins stands in for its own.
index=$scratch/index
mkdir -p "$index/plugins"
cp "$RECAST_DIST"/*.yaml "$index/plugins"
git init --quiet "$index"
git -C "$index" add .
git -C "$index" -c user.name=krew -c user.email=krew@localhost commit --quiet --message "The plugins"
export KREW_DEFAULT_INDEX_URI=$index

run() {
  say "\$ $*"
  "$@" || fail "that failed"
}

absent() {
  hash -r
  ! command -v "kubectl-${1//-/_}" >/dev/null || fail "there is a kubectl-${1//-/_} on PATH where none should be"
}

run kubectl krew update
for manifest in "$RECAST_DIST"/*.yaml; do
  plugin=$(basename "$manifest" .yaml)
  absent "$plugin"
  # It would install from the address of the release; what follows does it from the archive.
  run validate-krew-manifest -skip-install -manifest "$manifest"
  run kubectl krew install --manifest="$manifest" --archive="$archive" </dev/null
  [ -f "$(find "$KREW_ROOT/store/$plugin" -name LICENSE)" ] || fail "$plugin is installed without its licence"
  run kubectl "$plugin" --help >"$scratch/help"
  grep -q "^  kubectl $plugin " "$scratch/help" || fail "the help of $plugin shows no usage"
  run kubectl krew uninstall "$plugin"
  absent "$plugin"
done
say "krew takes ${version#v}: validated, installed, run, uninstalled"
