#!/usr/bin/env bash
# Builds the cluster's programs from the Go modules beside this file, once.
#
#   binaries.sh build              etcd, kwok and Kubernetes: what the cluster runs on
#   binaries.sh build-krew         krew and validate-krew-manifest
#   binaries.sh build-actionlint   actionlint
#   binaries.sh build-stern        stern, to compare with
#   binaries.sh are-built          whether there is nothing to build for the cluster
#   binaries.sh folder             prints the folder with the cluster's programs
#   binaries.sh krew-folder        prints the folder with krew's, and so on
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/places.sh"
. "$here/modules.sh"
. "$here/progress.sh"

# About how long each takes from scratch on two cores, in this order: what comes later reuses much of the earlier.
usual_seconds() {
  case $1 in
    kube-apiserver) echo 180 ;;
    kwok) echo 120 ;;
    kube-controller-manager) echo 80 ;;
    kubectl | kwokctl) echo 60 ;;
    *) echo 30 ;;
  esac
}

# Prints "MODULE PACKAGE" of every program that is not in the store.
missing_of() {
  local module package
  for module in "$@"; do
    while read -r package; do
      [ -x "$(stored "$module" "$package")" ] || echo "$module $package"
    done < <(packages_of "$module")
  done
}

# One build at a time: two would take twice as long and write the same files.
lock() {
  mkdir -p "$cache"
  exec 7>"$cache/build.lock"
  flock --nonblock 7 || { say "another build is at work in $cache; waiting for it"; flock 7; }
}

# go.sum is the promise of what is compiled: nothing may change it, nor pull in another toolchain or workspace.
compile() { # module, package, file
  cd "$cluster_dir/$1"
  exec env -u GOOS -u GOARCH CGO_ENABLED=0 GO111MODULE=on GOWORK=off GOTOOLCHAIN=local GOCACHE="$go_build_cache" \
    GOFLAGS='-mod=readonly -trimpath -buildvcs=false' go build -ldflags "$(linker_flags "$1")" -o "$3" "$2"
}

# A program appears under its name only when it is whole; an interrupted build goes on with the next one.
build_missing() {
  local module package file log=$go_build_cache/build.log count=0 total seconds=0
  total=$(wc -l <<<"$1")
  while read -r module package; do
    seconds=$((seconds + $(usual_seconds "$(program_of "$module" "$package")")))
  done <<<"$1"
  say "building $total programs from source, once; usually about $((seconds / 60 + 1)) min on 2 cores" \
    "(they are kept in $cache)"
  while read -r module package <&3; do
    file=$(stored "$module" "$package")
    count=$((count + 1))
    mkdir -p "$go_build_cache" "$(dirname "$file")"
    # A killed build may have left half a file, and its compiler may still be at it.
    rm -f "$file".*.new
    watch_over "  [$count/$total] ${file##*/}" "$log" compile "$module" "$package" "$file.$$.new" 3<&- 7>&- ||
      fail "${file##*/} cannot be built" "$(tail -n 20 "$log")"
    mv "$file.$$.new" "$file"
  done 3<<<"$1"
  # Five gigabytes that nobody needs once the programs are there.
  rm -rf "$go_build_cache"
}

# The links are relative, so that the cache may be moved, or restored in another home.
link_all() { # folder, modules
  local folder=$1 module package file
  shift
  mkdir -p "$folder"
  for module in "$@"; do
    while read -r package; do
      file=$(stored "$module" "$package")
      ln -sfn "../../${file#"$cache"/}" "$folder/${file##*/}"
    done < <(packages_of "$module")
  done
}

are_built() { # folder, modules
  local folder=$1 module package
  shift
  for module in "$@"; do
    while read -r package; do
      [ -x "$folder/$(program_of "$module" "$package")" ] || return 1
    done < <(packages_of "$module")
  done
}

build() { # folder, modules
  local missing
  if are_built "$@"; then return; fi
  "$here/toolchain.sh" go
  lock
  missing=$(missing_of "${@:2}")
  [ -z "$missing" ] || build_missing "$missing"
  link_all "$@"
}

case ${1-} in
  build) build "$(cluster_folder)" "${cluster_modules[@]}" ;;
  build-krew)
    build "$(tool_folder krew)" krew
    # validate-krew-manifest runs `kubectl krew`.
    ln -sfn krew "$(tool_folder krew)/kubectl-krew"
    ;;
  build-actionlint | build-stern) build "$(tool_folder "${1#build-}")" "${1#build-}" ;;
  are-built) are_built "$(cluster_folder)" "${cluster_modules[@]}" ;;
  folder) cluster_folder ;;
  krew-folder | actionlint-folder | stern-folder) tool_folder "${1%-folder}" ;;
  *) fail "usage: binaries.sh build|build-krew|build-actionlint|build-stern|are-built|folder|krew-folder|…" ;;
esac
