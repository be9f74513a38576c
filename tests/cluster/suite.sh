#!/usr/bin/env bash
# Runs the tests that need a cluster: suite.sh e2e|soak|bench|krew.
#
# They find it in RECAST_KUBECONFIG, RECAST_KUBECTL and RECAST_AUDIT_LOG. Whoever sets RECAST_KUBECONFIG chooses another
# cluster; what needs kwok, the audit log (tests named kwok_*) or the cluster's own processes (controllers_*) is then left
# out, and counted.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/places.sh"

# All that fails is said, not only the first.
cargo_tests=(cargo test --workspace --locked --tests --no-fail-fast)
skipped=()

# The cluster is left as it was found: one that is started here ends here, whatever happens in between.
use_our_cluster() {
  if ! "$here/cluster.sh" is-up; then
    trap '"$here/cluster.sh" down' EXIT
    trap 'exit 130' INT TERM
  fi
  "$here/cluster.sh" up >/dev/null
  RECAST_KUBECTL=$("$here/cluster.sh" bin)/kubectl
  export RECAST_KUBECONFIG=$kubeconfig RECAST_AUDIT_LOG=$audit_log RECAST_KUBECTL
}

use_other_cluster() {
  local count
  # Tests run in the folder of their crate, where a relative path leads elsewhere.
  [ -f "$RECAST_KUBECONFIG" ] || fail "there is no file $RECAST_KUBECONFIG" "RECAST_KUBECONFIG is one kubeconfig's path"
  RECAST_KUBECONFIG=$(realpath "$RECAST_KUBECONFIG")
  RECAST_KUBECTL=${RECAST_KUBECTL:-$(command -v kubectl)} ||
    fail "kubectl is needed for the cluster of RECAST_KUBECONFIG" "put it on PATH, or its path into RECAST_KUBECTL"
  export RECAST_KUBECONFIG RECAST_KUBECTL
  skipped=(--skip kwok_ --skip controllers_)
  count=$("${cargo_tests[@]}" --quiet -- --ignored --list | grep -cE '(kwok|controllers)_.*: test$') || true
  say "testing against $RECAST_KUBECONFIG: $count left out of the tests, those that need the cluster of this repository"
}

# Ignored tests are those that need a cluster. Each has a namespace of its own, and mostly waits. Those that trouble the
# controllers would trouble all others: they come afterwards, one by one.
e2e() {
  local status=0 alone
  "${cargo_tests[@]}" -- --ignored --test-threads=8 --skip soak_ --skip controllers_ "${skipped[@]}" ${TEST:+"$TEST"} ||
    status=$?
  mapfile -t alone < <(alone)
  if [ ${#alone[@]} -gt 0 ]; then
    "${cargo_tests[@]}" -- --ignored --test-threads=1 --exact "${alone[@]}" || status=$?
  fi
  return "$status"
}

# Prints the names of the tests that run alone.
alone() {
  "${cargo_tests[@]}" --quiet -- --ignored --list --skip soak_ "${skipped[@]}" ${TEST:+"$TEST"} |
    sed -n '/controllers_/s/: test$//p'
}

soak() {
  export RECAST_SEED=${RECAST_SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
  say "to see this run again: make soak RECAST_SEED=$RECAST_SEED"
  "$here/binaries.sh" build-stern
  RECAST_STERN=$("$here/binaries.sh" stern-folder)/stern
  export RECAST_STERN
  "${cargo_tests[@]}" --release -- --ignored --nocapture --test-threads=1 "${skipped[@]}" soak_
}

krew() { tests/krew/check.sh; }

# Unit tests are no benchmarks, and need not be built for speed.
bench() {
  "$here/binaries.sh" build-stern
  RECAST_STERN=$("$here/binaries.sh" stern-folder)/stern
  export RECAST_STERN
  cargo bench --workspace --locked --bench '*'
}

case ${1-} in
  e2e | soak | bench | krew) ;;
  *) fail "usage: suite.sh e2e|soak|bench|krew" ;;
esac
cd "$checkout"
if [ -n "${RECAST_KUBECONFIG-}" ]; then use_other_cluster; else use_our_cluster; fi
# A test that forgets to say which cluster it means must not find the caller's own.
export KUBECONFIG=$RECAST_KUBECONFIG
"$1"
