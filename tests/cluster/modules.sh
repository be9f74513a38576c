# What the Go modules beside this file pin, and the programs that come out of them. Sourced, after places.sh.
# shellcheck shell=bash disable=SC2154  # the places are named in places.sh

# kubectl is part of Kubernetes, so the tests run with the one of the version that they run against.
kubernetes_module=kubernetes-$kubernetes
cluster_modules=(etcd kwok "$kubernetes_module")

# The version that a module's go.mod pins for a dependency.
pinned() { sed -n "s|^.*[[:space:]]$2 \(v[^ ]*\).*|\1|p" "$cluster_dir/$1/go.mod" | head -n 1; }

kubernetes_version() { pinned "$kubernetes_module" k8s.io/kubernetes; }

# The tool lines of go.mod: the one list of what is built.
packages_of() { sed -n '/^tool (/,/^)/s/^\t//p; s/^tool \([^(]\)/\1/p' "$cluster_dir/$1/go.mod"; }

# The last part of a package's path, but for a module that ends in its major version: go.etcd.io/etcd/server/v3.
program_of() { case $2 in */v[0-9]) echo "$1" ;; *) basename "$2" ;; esac }

# A server that was not told its version has none, and kubectl does not name its own to the server.
linker_flags() {
  local version variables
  case $1 in
    kubernetes-*)
      version=$(kubernetes_version)
      variables=(
        "k8s.io/component-base/version.gitVersion=$version"
        "k8s.io/component-base/version.gitMajor=${kubernetes%.*}"
        "k8s.io/component-base/version.gitMinor=${kubernetes#*.}"
        "k8s.io/client-go/pkg/version.gitVersion=$version"
      )
      ;;
    krew) variables=("sigs.k8s.io/krew/internal/version.gitTag=$(pinned krew sigs.k8s.io/krew)") ;;
    *) variables=() ;;
  esac
  echo "-s -w ${variables[*]/#/-X }"
}

# Of everything that a program is made from, so that a changed pin builds it anew and nothing else does.
hash_of() {
  local module
  for module in "$@"; do
    cat "$cluster_dir/$module/go.mod" "$cluster_dir/$module/go.sum"
    linker_flags "$module"
  done | sha256sum | cut -c1-12
}

stored() { echo "$cache/store/$1-$(hash_of "$1")/$(program_of "$1" "$2")"; }

# Links to the programs that belong together: etcd and kwok are not compiled again for another Kubernetes version.
cluster_folder() {
  local version
  version=$(kubernetes_version)
  echo "$cache/${version#v}-$(hash_of "${cluster_modules[@]}")/bin"
}

tool_folder() { echo "$cache/$1-$(hash_of "$1")/bin"; } # module
