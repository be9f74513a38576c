#!/usr/bin/env bash
# Does what a user of Krew does, with the real krew and a cluster, in a home that is gone afterwards: adds a clone of this
# repository as an index, installs the plugins over HTTP, upgrades, does through kubectl all that the pages tell of, and
# uninstalls. The archive has what `make test` has built anyway, since Krew does not care how well it is optimised.
#
# It finds the cluster in RECAST_KUBECONFIG and RECAST_KUBECTL: suite.sh sets them.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/release.sh"

krew_programs=$("$checkout/tests/cluster/binaries.sh" krew-folder)
# In another home there may be another one, or none.
python=$(python3 -c 'import sys; print(sys.executable)')
scratch=$(mktemp -d)
server=''
clean_up() {
  [ -z "$server" ] || kill "$server"
  rm -rf "$scratch"
}
trap clean_up EXIT

run() {
  say "\$ $*"
  "$@" || fail "that failed"
}

# Krew downloads from here what a release would have.
serve() {
  local port=''
  mkdir "$scratch/www"
  python3 -u -m http.server --bind 127.0.0.1 --directory "$scratch/www" 0 >"$scratch/server" 2>&1 &
  server=$!
  while [ -z "$port" ]; do
    kill -0 "$server" || fail "there is no server to download from: $(cat "$scratch/server")"
    sleep 0.1
    port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$scratch/server")
  done
  export RECAST_REPOSITORY=http://127.0.0.1:$port/recast
}

# The archive, where a release of this version has it.
publish() { # version
  local folder=$scratch/www/recast/releases/download/$1
  mkdir -p "$folder"
  cp "$RECAST_DIST"/*.tar.gz "$folder"
}

# A clone of this repository as it is now, with manifests for the archive that is served.
commit_index() { # message
  git -C "$index" add plugins
  git -C "$index" -c user.name=krew -c user.email=krew@localhost commit --quiet --message "$1"
}

make_index() {
  git clone --quiet "$checkout" "$index"
  rm -f "$index"/plugins/*.yaml
  RECAST_MANIFESTS=$index/plugins "$krew_dir/render.sh"
  # The first release that anybody installs is an older one.
  sed -i "s|$version|$older|g" "$index"/plugins/*.yaml
  commit_index "An older release"
}

upgrade_index() {
  RECAST_MANIFESTS=$index/plugins "$krew_dir/render.sh"
  commit_index "This release"
}

# Neither the caller's plugins nor the caller's cluster.
enter_home() {
  mkdir "$scratch/home" "$scratch/bin"
  ln -s "$RECAST_KUBECTL" "$scratch/bin/kubectl"
  cp "$RECAST_KUBECONFIG" "$scratch/kubeconfig"
  export HOME=$scratch/home KREW_ROOT=$scratch/krew KUBECONFIG=$scratch/kubeconfig KREW_NO_UPGRADE_CHECK=1
  export PATH=$KREW_ROOT/bin:$krew_programs:$scratch/bin:/usr/bin:/bin
  # Krew's own index is in the net: one without plugins stands in for it.
  git init --quiet "$scratch/empty"
  mkdir "$scratch/empty/plugins"
  touch "$scratch/empty/plugins/.keep"
  git -C "$scratch/empty" add .
  git -C "$scratch/empty" -c user.name=krew -c user.email=krew@localhost commit --quiet --message "No plugins"
  export KREW_DEFAULT_INDEX_URI=$scratch/empty
}

absent() {
  hash -r
  ! command -v "kubectl-${1//-/_}" >/dev/null || fail "there is a kubectl-${1//-/_} on PATH where none should be"
}

is_version() { # plugin, version
  grep -q "version: $2\$" "$KREW_ROOT/receipts/$1.yaml" || fail "krew has another version of $1 than $2"
}

says() { # words, command...
  local words=$1 said
  shift
  said=$(run "$@" 2>&1) || fail "$said"
  grep -qF -- "$words" <<<"$said" || fail "\"$words\" is not what it said: $said"
}

# What README.md and the pages of docs/ show, through kubectl and what krew has installed.
run_pages() {
  say "\$ every command of the pages"
  "$python" "$krew_dir/pages.py" "$traffic" || fail "a page does not say what is"
}

split_is_exact() {
  local whole
  mkdir "$scratch/split"
  "$krew_dir/render.sh" --split "$scratch/split"
  whole=$(for name in $(sed -n 's/^  name: //p' "$checkout/krew-manifest.yaml"); do
    cat "$scratch/split/$name.yaml"
    echo ---
  done)
  [ "$whole" = "$(sed '/^#/d' "$checkout/krew-manifest.yaml"; echo ---)" ] ||
    fail "the documents of krew-manifest.yaml are not what it is split into"
}

split_is_exact
(cd "$checkout" && cargo build --locked --quiet --example traffic)
traffic=$(cd "$checkout" && cd "${CARGO_TARGET_DIR:-target}/debug/examples" && pwd)/traffic
older=v0.0.1 index=$scratch/index
serve
export RECAST_DIST=$scratch/dist
RECAST_PROFILE=dev "$krew_dir/archive.sh" >&2
publish "$older"
publish "$version"
make_index
plugins=$(cd "$index/plugins" && ls -- *.yaml | sed 's/\.yaml$//')
enter_home

for plugin in $plugins; do absent "$plugin"; done
run kubectl krew index add recast "$index"
run kubectl krew update
for plugin in $plugins; do
  run kubectl krew install "recast/$plugin" </dev/null
  is_version "$plugin" "$older"
done
upgrade_index
run kubectl krew update
run kubectl krew upgrade
for plugin in $plugins; do
  is_version "$plugin" "$version"
  # It would install from the address of the release a second time.
  run validate-krew-manifest -skip-install -manifest "$index/plugins/$plugin.yaml"
  for file in LICENSE THIRD-PARTY README.md "kubectl-$plugin.1" "kubectl_complete-${plugin//-/_}"; do
    [ -f "$(find "$KREW_ROOT/store/$plugin" -name "$file")" ] || fail "$plugin is installed without its $file"
  done
  says "  kubectl $plugin " kubectl "$plugin" --help
  says "${version#v}" kubectl "$plugin" version
done
run_pages
for plugin in $plugins; do
  run kubectl krew uninstall "$plugin"
  absent "$plugin"
done
[ -z "$(find "$KREW_ROOT/store" "$KREW_ROOT/receipts" -type f)" ] || fail "something is left behind in $KREW_ROOT"
say "krew takes ${version#v}: added as an index, installed, upgraded, every command of the pages run, uninstalled"
