#!/usr/bin/env bash
# Says at once what is missing to build with: toolchain.sh [rust] [go]. Nothing is installed here.
set -euo pipefail
# shellcheck source=places.sh
. "$(dirname "${BASH_SOURCE[0]}")/places.sh"

# true if version $1 is at least $2
at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

need_version() { # name, wanted, found, where to get it
  [ -n "$3" ] || fail "$1 $2 or newer is needed, and there is none on PATH" "$4"
  at_least "$3" "$2" || fail "$1 $2 or newer is needed; this is $1 $3" "$4"
}

need_command() { command -v "$1" >/dev/null || fail "$1 is needed and not on PATH" "$2"; }

need_rust() {
  local wanted found
  wanted=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' "$checkout/Cargo.toml")
  found=$(cd "$checkout" && cargo --version 2>/dev/null | cut -d' ' -f2 || true)
  need_version Rust "$wanted" "${found%%-*}" "https://rustup.rs, then: rustup update stable"
  need_command cc "Rust links with it: apt-get install gcc libc6-dev, or the like"
}

need_go() {
  local wanted found
  wanted=$(sed -n 's/^go //p' "$cluster_dir/kubernetes-$kubernetes/go.mod")
  found=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || true)
  found=${found#go}
  need_version Go "$wanted" "${found%% *}" "https://go.dev/dl"
}

for tool in "$@"; do
  case $tool in
    rust) need_rust ;;
    go) need_go ;;
    *) fail "usage: toolchain.sh [rust] [go]" ;;
  esac
done
need_command git "apt-get install git, or the like"
need_command flock "apt-get install util-linux, or the like"
