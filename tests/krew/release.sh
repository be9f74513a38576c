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

# The https address of the repository: RECAST_REPOSITORY, else what GitHub's runners say, else the remote "origin".
repository() {
  local url=${RECAST_REPOSITORY-}
  if [ -z "$url" ] && [ -n "${GITHUB_REPOSITORY-}" ]; then url=${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY; fi
  [ -n "$url" ] || url=$(git -C "$checkout" remote get-url origin 2>/dev/null) || true
  url=${url%.git}
  case $url in
    git@*:*) url=https://${url#git@} && url=https://$(tr : / <<<"${url#https://}") ;;
    ssh://git@*) url=https://${url#ssh://git@} ;;
  esac
  case $url in https://*/*) echo "$url" ;; *) return 1 ;; esac
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
