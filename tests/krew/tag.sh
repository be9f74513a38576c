#!/usr/bin/env bash
# Whether the tag is that of the version in Cargo.toml, and the repository is known: tag.sh, with GITHUB_REF_NAME.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/release.sh"

refuse_placeholder
[ "${GITHUB_REF_NAME-}" = "$version" ] ||
  fail "the tag is ${GITHUB_REF_NAME:-not there}, the version is $version" "version in Cargo.toml, under [workspace.package]"
