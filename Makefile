# Everything that is done with this repository. `make` lists it.

cluster := tests/cluster/cluster.sh

.PHONY: help
help: ## Lists the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'

.PHONY: cluster
cluster: ## Starts a Kubernetes cluster on this machine and says how to use it
	@$(cluster) up

.PHONY: cluster-down
cluster-down: ## Ends the cluster and removes all traces of it
	@$(cluster) down

.PHONY: kubeconfig
kubeconfig: ## Prints the path of the cluster's kubeconfig (make -s kubeconfig)
	@$(cluster) kubeconfig

.PHONY: cluster-bin
cluster-bin: ## Prints the folder with the cluster's kubectl and other programs
	@$(cluster) bin

.PHONY: audit-log
audit-log: ## Prints the path of the cluster's audit log
	@$(cluster) audit-log
