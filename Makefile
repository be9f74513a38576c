# Everything that is done with this repository; `make` lists it.
#
#   KUBERNETES=1.35        another version of Kubernetes, of those in tests/cluster; without it, the one that is up is
#                          used, else 1.37
#   RECAST_KUBECONFIG=...  a cluster of your own for `make test`; see tests/cluster/README.md
#   RECAST_REPOSITORY=...  where `make krew` says that the archives are, if it is not the repository of Cargo.toml
#   TEST=...               of the tests that need a cluster, only those with this in their name

cluster := tests/cluster/cluster.sh
suite := tests/cluster/suite.sh
toolchain := tests/cluster/toolchain.sh

# One after the other, cheap before dear: what is wrong is known early, and the builds do not fight for the cores.
.NOTPARALLEL:

.PHONY: help
help: ## Lists the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1 /p' Makefile | while read -r target what; do \
		printf '  make %-14s %s\n' "$$target" "$$what"; done
	@echo
	@sed -n 's/^#  /  /p' Makefile

.PHONY: demo
demo: ## Shows the plugins on a running application; leaves the cluster up to play on
	@$(toolchain) rust cluster
	@examples/demo.sh

.PHONY: test
test: toolchain format lint workflows unit deny package krew-check e2e ## Everything that a change must pass: what follows, to `make e2e`

.PHONY: toolchain
toolchain: ## Says what is missing to build with
	@$(toolchain) rust lints $(if $(RECAST_KUBECONFIG),,cluster)

.PHONY: format
format: ## Checks the formatting, that plugins/ has what krew-manifest.yaml says, and the picture what README.md says
	cargo fmt --check
	@tests/krew/render.sh --check
	@docs/picture.py --check

.PHONY: lint
lint: ## Runs clippy, warnings are errors
	cargo clippy --workspace --all-targets --locked -- -D warnings

.PHONY: workflows
workflows: ## Checks what runs elsewhere, with actionlint
	@tests/cluster/binaries.sh build-actionlint
	@"$$(tests/cluster/binaries.sh actionlint-folder)/actionlint"

.PHONY: unit
unit: ## Runs the tests that need no cluster: unit, golden and doc tests
	cargo test --workspace --locked

.PHONY: deny
deny: ## Checks the dependencies: licences, bans, sources
	.ci/deny bans licenses sources

.PHONY: package
package: ## Packs the crates as crates.io takes them; nothing is built or sent
	cargo package --workspace --no-verify --allow-dirty --locked --offline --quiet

.PHONY: krew-check
krew-check: ## Installs the plugins with the real krew, runs every command of the pages with them, and uninstalls them
	@tests/cluster/binaries.sh build-krew
	@$(suite) krew

.PHONY: e2e
e2e: ## Runs the end-to-end tests on the cluster, starting it if it is not up
	$(suite) e2e

.PHONY: soak
soak: ## Runs the long tests; RECAST_SEED=... repeats a run, RECAST_ROUNDS=... makes it shorter or longer
	$(suite) soak

.PHONY: bench
bench: ## Measures speed and size beside kubectl's, stern's and curl's
	$(suite) bench

.PHONY: dist
dist: ## Packs the plugins for this machine into dist/
	@tests/krew/archive.sh

.PHONY: release-check
release-check: ## Whether what is here can be released under the tag in GITHUB_REF_NAME
	@tests/krew/tag.sh

.PHONY: release-draft
release-draft: ## Drafts the release of GITHUB_REF_NAME with what is in dist/
	gh release create "$$GITHUB_REF_NAME" dist/* --draft --verify-tag --generate-notes

.PHONY: krew-proposal
krew-proposal: ## Proposes the manifests of a release, with every archive there, as a change to the branch in BASE
	@tests/krew/propose.sh

.PHONY: krew
krew: ## Renders krew-manifest.yaml into plugins/, with the checksums of what is in dist/
	@tests/krew/render.sh

.PHONY: picture
picture: ## Draws docs/story.svg from what README.md tells
	@docs/picture.py

.PHONY: cluster
cluster: ## Starts a Kubernetes cluster on this machine and says how to use it
	@$(cluster) up

.PHONY: cluster-down
cluster-down: ## Ends the cluster and removes all traces of it
	@$(cluster) down

.PHONY: kubeconfig
kubeconfig: ## Prints the path of the cluster's kubeconfig (as do the next two: with make -s)
	@$(cluster) kubeconfig

.PHONY: cluster-bin
cluster-bin: ## Prints the folder of the cluster's kubectl and other programs
	@$(cluster) bin

.PHONY: audit-log
audit-log: ## Prints the path of the cluster's audit log
	@$(cluster) audit-log

.PHONY: krew-tools
krew-tools: ## Builds krew and validate-krew-manifest, and prints their folder
	@tests/cluster/binaries.sh build-krew
	@tests/cluster/binaries.sh krew-folder
