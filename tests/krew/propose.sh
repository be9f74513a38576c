#!/usr/bin/env bash
# Renders the manifests of a release and proposes them as a change to the branch in BASE: propose.sh, as a workflow.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/release.sh"

cd "$checkout"
"$krew_dir/render.sh" --all
git switch --create "krew-$version"
git add plugins/*.yaml
git -c user.name=github-actions -c user.email=github-actions@users.noreply.github.com \
  commit --message "Let Krew install $version"
git push origin "krew-$version"
gh pr create --fill --head "krew-$version" --base "$BASE"
