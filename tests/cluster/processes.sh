# The cluster's processes, told from all others. Sourced.
# shellcheck shell=bash disable=SC2154  # the places are named in places.sh
#
# A pid file outlives its process and the kernel gives the number to somebody else, so none is trusted here. A process
# is ours when it runs one of the cluster's programs from inside this clone's state directory; both are asked of the
# kernel, which also knows the processes of a run that was killed before it could write anything down.

components=(etcd kube-apiserver kube-controller-manager kube-scheduler kwok)

is_program() {
  local name
  for name in "${components[@]}" kwokctl; do [ "$1" != "$name" ] || return 0; done
  return 1
}

# Prints "PID NAME" of every process of this clone's cluster. "(deleted)" is how the kernel marks a file or directory
# that was removed under a process; the process is still there, and ours.
our_processes() {
  local proc program directory
  for proc in /proc/[0-9]*; do
    program=$(readlink "$proc/exe" 2>/dev/null) || continue
    program=${program% (deleted)}
    is_program "${program##*/}" || continue
    directory=$(readlink "$proc/cwd" 2>/dev/null) || continue
    case ${directory% (deleted)}/ in "$state"/*) echo "${proc#/proc/} ${program##*/}" ;; esac
  done
}

all_components_run() {
  local running name
  running=$(our_processes)
  for name in "${components[@]}"; do
    grep -q " $name\$" <<<"$running" || return 1
  done
}

# Nothing of a test cluster is worth an orderly shutdown: its state is deleted right after.
end_our_processes() {
  local running
  for _ in {1..100}; do
    running=$(our_processes)
    [ -n "$running" ] || return 0
    cut -d' ' -f1 <<<"$running" | xargs kill -KILL 2>/dev/null || true
    sleep 0.1
  done
  fail "processes of the cluster do not end: $(paste -sd' ' <<<"$running")"
}
