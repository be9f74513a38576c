# Tells a person that something long goes on, and for how long. Sourced. All of it goes to stderr.
# shellcheck shell=bash

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# watch_over LABEL LOG COMMAND...: runs the command with its output in LOG. On a terminal the line counts the seconds,
# elsewhere there is a line at the start and one at the end. Ctrl-C ends the command too.
watch_over() {
  local label=$1 log=$2 start=$SECONDS status=0 pid
  shift 2
  "$@" >"$log" 2>&1 &
  pid=$!
  # shellcheck disable=SC2064  # this very process
  trap "kill $pid 2>/dev/null; exit 130" INT TERM
  if [ -t 2 ]; then
    while kill -0 "$pid" 2>/dev/null; do
      printf '\r%s  %s' "$label" "$(clock $((SECONDS - start)))" >&2
      sleep 1
    done
    printf '\r' >&2
  else
    say "$label ..."
  fi
  wait "$pid" || status=$?
  trap - INT TERM
  if [ "$status" -eq 0 ]; then say "$label  $(clock $((SECONDS - start)))"; else say "$label  failed"; fi
  return "$status"
}
