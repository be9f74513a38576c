#!/usr/bin/env bash
# Says at once what is missing to build with, before minutes have gone by: toolchain.sh [rust] [lints] [go] [cluster].
# Nothing is installed here.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/places.sh"

# Whether version $1 is at least version $2.
at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

need_version() { # name, version wanted, version found, where to get it
  [ -n "$3" ] || fail "$1 $2 or newer is needed, and there is none on PATH" "$4"
  at_least "$3" "$2" || fail "$1 $2 or newer is needed, and this is $1 $3" "$4"
}

need_command() { command -v "$1" >/dev/null || fail "$1 is needed, and there is none on PATH" "$2"; }

need_rust() {
  local wanted found
  wanted=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' "$checkout/Cargo.toml")
  found=$(cargo --version 2>/dev/null | cut -d' ' -f2) || true
  need_version Rust "$wanted" "${found%%-*}" "https://rustup.rs; with rustup: rustup update stable"
  need_command cc "Rust links with it; on Debian: apt-get install gcc libc6-dev"
}

need_lints() {
  local part
  for part in fmt clippy; do
    cargo $part --version >/dev/null 2>&1 ||
      fail "cargo $part is needed, and does not run" "rustup component add rustfmt clippy"
  done
}

# Go compiles the cluster's programs; once they are there, nobody misses it.
need_go() {
  local wanted found
  wanted=$(sed -n 's/^go //p' "$cluster_dir/kubernetes-$kubernetes/go.mod")
  found=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) || true
  found=${found#go}
  need_version Go "$wanted" "${found%% *}" "https://go.dev/dl"
}

for part in "$@"; do
  case $part in
    rust) need_rust ;;
    lints) need_lints ;;
    go) need_go ;;
    cluster) "$here/binaries.sh" are-built || need_go ;;
    *) fail "usage: toolchain.sh [rust] [lints] [go] [cluster]" ;;
  esac
done
need_command git "on Debian: apt-get install git"
need_command flock "on Debian: apt-get install util-linux"
