# Every target does its own set-up, shows progress and exits non-zero if it does not hold.
MAKEFLAGS += --no-print-directory
BIN := testbed/bin

.PHONY: help demo up down status shell test test-unit test-differential test-api test-host test-process test-cluster test-e2e mutants pit simulate bench images manifests clean

help: ## list the targets
	@sed -n -E 's/^([a-z0-9-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: ## the main job, step by step, on the real thing (KEEP=1: leave it up, to look around)
	@KEEP=$(KEEP) $(BIN)/demo

up: ## start a control plane and two libvirt hosts, and leave them running (NODES=real: a cluster whose nodes they are)
	@NODES=$(NODES) $(BIN)/up

down: ## end what `make up` started; nothing of it stays
	@$(BIN)/down

status: ## what runs
	@$(BIN)/status

shell: ## a shell with kubectl, virsh-a and virsh-b pointed at it
	@$(BIN)/shell || true

test: ## every test, tier by tier; the last line counts them
	@$(BIN)/test unit differential api host process cluster e2e

test-unit: ## tests of the pure code
	@$(BIN)/test unit

test-differential: ## the hook and its model on 2,000 random hosts, with a kill in each (SEEDS=N: as many; SEED=N: replay one)
	@HOOK_SEEDS=$(SEEDS) HOOK_SEED=$(SEED) $(BIN)/test differential

test-api: ## tests on a real kube-apiserver
	@$(BIN)/test api

test-host: ## tests on a real libvirtd, QEMU, swtpm and guest
	@$(BIN)/test host

test-process: ## the whole with operator and agents as programs beside an API server and two libvirt hosts
	@$(BIN)/test process

test-e2e: ## the whole by the chart, on a real cluster: two nodes with kubelet, containerd and libvirtd
	@$(BIN)/test e2e

test-cluster: ## tests of the real cluster itself
	@$(BIN)/test cluster

mutants: ## seeded bugs, one by one; the test named in each must fail (TIER=unit: only those that need no cluster, in minutes)
	@$(BIN)/mutants $(TIER)

pit: ## PIT over the protocol: at least 80 % of its mutants must be killed by the protocol's tests (CLASSES=io.tpmkeeper.protocol.host.*: only those)
	@$(BIN)/pit $(if $(CLASSES),'$(CLASSES)')

simulate: ## the protocol's deciders through 10,000 seeded schedules of faults (SEEDS=N: as many; SEED=N: replay one and tell its story)
	@$(BIN)/simulate $(if $(SEED),--seed $(SEED),--coverage --seeds $(or $(SEEDS),10000))

bench: ## figures, each with the peer that it is measured against, as ratios (RUNS=N; FIGURES=SAVE: of STOP,SAVE,MEMORY only these)
	@$(BIN)/bench $(if $(RUNS),--runs $(RUNS)) $(if $(FIGURES),--figures $(FIGURES))

images: ## operator's and agent's images as OCI archives in target/images (TWICE=1: build each twice and compare)
	@$(BIN)/prerequisites images && images/build $(if $(TWICE),--twice)

manifests: ## make what is derived from the chart and the CRDs anew: deploy/, the chart's copies of the CRDs
	@charts/generate

clean: ## remove what builds made in this clone (caches outside it stay)
	@find . -type d -name target -not -path './.git/*' -prune -exec rm -rf {} +
