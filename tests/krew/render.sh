#!/usr/bin/env bash
# Renders krew-manifest.yaml: dist/PLUGIN.yaml for each plugin, with the checksums of the archives in dist/.
#
#   render.sh          with the platforms whose archives are there
#   render.sh --all    as for a release: every platform, or an error
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/release.sh"

# The documents of the source, a file each, named after the plugin; comments stay behind.
split() { # folder
  sed '/^#/d' "$checkout/krew-manifest.yaml" | awk -v folder="$1" '
    function finish() { if (text != "") printf "%s", text >(folder "/" name ".yaml"); text = "" }
    /^---/ { finish(); next }
    /^  name: / { name = $2 }
    { text = text $0 "\n" }
    END { finish() }'
}

# Prints one document with the words in capitals filled in. A platform is held back until its archive is known.
fill() { # document
  local line held='' left_out='' archive=''
  while IFS= read -r line; do
    line=${line//REPOSITORY/$repository}
    line=${line//VERSION/$version}
    case $line in
      '    - selector:'*)
        [ -n "$left_out" ] || printf '%s' "$held"
        held='' left_out=''
        ;;
      '      uri: '*)
        archive=$dist/${line##*/}
        if [ ! -f "$archive" ]; then
          [ -z "$all" ] || fail "there is no $archive" "a release has an archive for every platform"
          left_out=yes
        fi
        ;;
      '      sha256: SHA256') [ -n "$left_out" ] || line="      sha256: $(sha256 "$archive")" ;;
    esac
    held+=$line$'\n'
  done <"$1"
  [ -n "$left_out" ] || printf '%s' "$held"
}

all=$([ "${1-}" != --all ] || echo yes)
repository=$(repository) ||
  fail "it is not known where the archives will be downloaded from" "RECAST_REPOSITORY=https://HOST/OWNER/NAME"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
split "$scratch"
for document in "$scratch"/*.yaml; do
  rendered=$dist/${document##*/}
  fill "$document" >"$document.filled"
  grep -q ' sha256: ' "$document.filled" || fail "there is no archive in $dist" "make dist builds this machine's"
  ! grep -Eq 'REPOSITORY|VERSION|SHA256' "$document.filled" || fail "a word in capitals is left in ${rendered##*/}"
  mv "$document.filled" "$rendered"
  echo "$rendered"
done
