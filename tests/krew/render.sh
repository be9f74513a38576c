#!/usr/bin/env bash
# Renders krew-manifest.yaml, the one source: a manifest for each plugin, with the version and the repository of Cargo.toml
# and the checksums of the archives in dist/. With these in plugins/ the repository is a Krew index.
#
#   render.sh               into plugins/; an archive that is not in dist/ has a checksum of zeros, which fits none
#   render.sh --all         as for a release: every archive must be there, and the repository known
#   render.sh --check       whether plugins/ is what would be rendered, but for checksums
#   render.sh --split DIR   the documents of the source as they are, a file each; for tests
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/release.sh"

source=$checkout/krew-manifest.yaml
unknown=$(printf '0%.0s' {1..64})

# The documents of the source, a file each, named after the plugin; comments stay behind.
split() { # folder
  sed '/^#/d' "$source" | awk -v folder="$1" '
    function finish() {
      if (text == "") return
      if (name == "") { print "error: a document of krew-manifest.yaml has no metadata.name" >"/dev/stderr"; exit 1 }
      printf "%s", text >(folder "/" name ".yaml"); text = name = ""
    }
    /^---/ { finish(); next }
    /^  name: / { name = $2 }
    { text = text $0 "\n" }
    END { finish() }'
}

# Prints one document with the words in capitals filled in.
fill() { # document
  local line archive=''
  while IFS= read -r line; do
    line=${line//REPOSITORY/$repository}
    line=${line//VERSION/$version}
    case $line in
      '      uri: '*) archive=$dist/${line##*/} ;;
      '      sha256: SHA256') line="      sha256: \"$(checksum "$archive")\"" ;;
    esac
    printf '%s\n' "$line"
  done <"$1"
}

# Quoted where it is used: one of digits alone would be a number.
checksum() { # archive
  if [ -f "$1" ]; then
    sha256 "$1"
  else
    [ -z "$all" ] || fail "there is no $1" "a release has an archive for every platform"
    echo "$unknown"
  fi
}

render() { # folder
  local document
  split "$scratch"
  for document in "$scratch"/*.yaml; do
    fill "$document" >"$document.filled"
    ! grep -Eq 'REPOSITORY|VERSION|SHA256' "$document.filled" || fail "a word in capitals is left in ${document##*/}"
    mv "$document.filled" "$1/${document##*/}"
  done
}

without_checksums() { sed 's/^      sha256: .*/      sha256:/' "$1"; }

is_rendered() { # manifest
  [ -f "$scratch/rendered/$1" ] && [ -f "$manifests/$1" ] &&
    [ "$(without_checksums "$scratch/rendered/$1")" = "$(without_checksums "$manifests/$1")" ]
}

check() {
  local manifest stale=''
  mkdir "$scratch/rendered"
  render "$scratch/rendered"
  for manifest in $({ ls "$scratch/rendered" && cd "$manifests" && ls -- *.yaml; } | sort -u); do
    is_rendered "$manifest" || stale+=" plugins/$manifest"
  done
  [ -z "$stale" ] || fail "not what krew-manifest.yaml and Cargo.toml say:$stale" "make krew"
}

all='' manifests=${RECAST_MANIFESTS:-$checkout/plugins}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
case ${1-} in
  '') render "$manifests" ;;
  --all)
    refuse_placeholder
    all=yes
    render "$manifests"
    ;;
  --check) check ;;
  --split) split "$2" ;;
  *) fail "usage: render.sh [--all | --check | --split DIR]" ;;
esac
