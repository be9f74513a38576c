#!/usr/bin/env bash
# Builds the plugins and packs them, with what belongs to them: dist/recast-OS-ARCH.tar.gz and its checksum. The same
# sources and the same compiler give the same bytes.
#
#   RECAST_TARGET=...    another target of Rust than this machine's
#   RECAST_PROFILE=dev   another profile than release
#   RECAST_DIST=...      another folder than dist/
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/release.sh"

# Linked with musl a program runs on any Linux. What is built for trying runs here.
default_target() {
  local host musl
  host=$(host_target) musl=${host%-gnu}-musl
  if [ "$host" = "$musl" ] || [ "$profile" = dev ]; then return; fi
  if [ -d "$(rustc --print sysroot)/lib/rustlib/$musl" ] && command -v musl-gcc >/dev/null; then
    say "static: built for $musl"
    echo "$musl"
  else
    say "not static: built for $host, since $musl is not installed (rustup target add $musl, and musl-gcc)"
  fi
}

profile=${RECAST_PROFILE:-release}
RECAST_TARGET=${RECAST_TARGET:-$(default_target)}
target=${RECAST_TARGET:-$(host_target)}
archive=$dist/recast-$(platform "$target").tar.gz

# Cargo has a folder for each target that is asked for, and calls the profile "dev" "debug" there.
built=${CARGO_TARGET_DIR:-target}${RECAST_TARGET:+/$RECAST_TARGET}/${profile/#dev/debug}
programs=(kubectl-ds_cast kubectl-logs_selector kubectl-relabel)
case $target in *-windows-*) programs=("${programs[@]/%/.exe}") ;; esac

# GNU tar can leave out who built it and when; bsdtar, of macOS, the owner only.
pack() { # folder, files
  if tar --version | grep -q GNU; then
    tar --mtime=@0 --owner=0 --group=0 --numeric-owner --format=ustar -cf - -C "$@"
  else
    tar --uid 0 --gid 0 --format=ustar -cf - -C "$@"
  fi | gzip -n -9
}

cd "$checkout"
cargo build --locked --profile "$profile" ${RECAST_TARGET:+--target "$RECAST_TARGET"}
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
# Copies, since Krew takes regular files only.
install -m 0755 "${programs[@]/#/$built/}" "$stage"
install -m 0644 LICENSE README.md "$stage"
mkdir "$stage/man" "$stage/completions"
install -m 0644 docs/man/*.1 "$stage/man"
for program in "${programs[@]}"; do
  script=$stage/completions/kubectl_complete-${program#kubectl-}
  "$stage/$program" completion >"${script%.exe}"
  chmod 0755 "${script%.exe}"
done
"$krew_dir/licences.sh" "$target" >"$stage/THIRD-PARTY"
mkdir -p "$dist"
mapfile -t files < <(cd "$stage" && find . -type f | sed 's|^\./||' | LC_ALL=C sort)
pack "$stage" "${files[@]}" >"$archive.new"
mv "$archive.new" "$archive"
(cd "$dist" && echo "$(sha256 "$archive")  ${archive##*/}" | tee "$archive.sha256")
