# What a release is called, and where it will be. Sourced; it only names things.
# shellcheck shell=bash disable=SC2034  # whoever sources this uses the names

krew_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
checkout=$(cd "$krew_dir/../.." && pwd -P)
dist=${RECAST_DIST:-$checkout/dist}
version=v$(sed -n '/^\[workspace.package\]/,/^\[/s/^version *= *"\(.*\)"/\1/p' "$checkout/Cargo.toml")

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $1"
  [ -z "${2-}" ] || say "hint: $2"
  exit 1
}

# The https address of the repository, from Cargo.toml; RECAST_REPOSITORY is for archives that are somewhere else.
repository=${RECAST_REPOSITORY:-$(sed -n '/^\[workspace.package\]/,/^\[/s/^repository *= *"\(.*\)"/\1/p' "$checkout/Cargo.toml")}

# Whose it is, is not known before there is a place for it. Nothing can be released until then.
refuse_placeholder() {
  case $repository in
    */OWNER/*) fail "the repository's owner is not known: $repository" "repository in Cargo.toml, under [workspace.package]" ;;
  esac
}

sha256() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1; }

# Krew's words for a target of Rust: linux-amd64.
platform() {
  local os arch
  case $1 in
    *-linux-*) os=linux ;;
    *-apple-darwin) os=darwin ;;
    *-windows-*) os=windows ;;
    *) fail "no name is known for the system of $1" ;;
  esac
  case $1 in
    x86_64-*) arch=amd64 ;;
    aarch64-*) arch=arm64 ;;
    *) fail "no name is known for the processor of $1" ;;
  esac
  echo $os-$arch
}

host_target() { rustc -vV | sed -n 's/^host: //p'; }
