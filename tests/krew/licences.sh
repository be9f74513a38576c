#!/usr/bin/env bash
# Prints the licences of what is linked into the plugins for a target: licences.sh TARGET. Each text stands once, below the
# names of the crates that have it.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/release.sh"

# "name vVERSION LICENCE" of each crate, once.
crates() { # target
  cargo tree --locked --workspace --edges normal --prefix none --format '{p} {l}' --target "$1" |
    grep -v " ($checkout\|^$" | sed "s| (proc-macro)||; s| (\*)||" | LC_ALL=C sort -u
}

# Where cargo has unpacked a crate.
folder() { # name, version
  local folder
  for folder in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"$1-${2#v}"; do
    if [ -d "$folder" ]; then echo "$folder" && return; fi
  done
  fail "cargo has not unpacked $1 $2" "cargo fetch"
}

declare -A owners=() texts=()
cd "$checkout"
list=$(crates "$1")
printf 'The plugins of recast contain these crates, under these licences:\n\n'
while read -r name number licence; do
  printf '  %s %s: %s\n' "$name" "${number#v}" "$licence"
  where=$(folder "$name" "$number")
  while IFS= read -r file; do
    sum=$(sha256 "$file")
    owners[$sum]+=" $name"
    texts[$sum]=$file
  done < <(find "$where" -maxdepth 1 -type f \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' \) | LC_ALL=C sort)
done <<<"$list"
while IFS= read -r sum; do
  printf '\n%s\n%s\n\n' "$(printf '=%.0s' {1..100})" "$(xargs -n1 <<<"${owners[$sum]}" | LC_ALL=C sort -u | xargs)"
  cat "${texts[$sum]}"
done < <(printf '%s\n' "${!owners[@]}" | LC_ALL=C sort)
