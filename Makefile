# All that a machine needs beside Go and make is built by these targets from Go
# modules, at the versions that test/tools/*/go.mod pin. The browser tests also need
# Chromium and npm (make browser-tools).

DEV    := $(CURDIR)/test/tools/dev/go.mod
LINT   := go tool -modfile=$(DEV) golangci-lint
# A test that is skipped proves nothing: it fails the run.
GOTEST := go tool -modfile=$(DEV) gotestsum --format pkgname-and-test-fails --hide-summary skipped \
          --post-run-command 'sh -c "test $$TESTS_TOTAL -gt 0 && test $$TESTS_SKIPPED -eq 0"' --
# The race detector needs a C compiler; Go says whether it has found one.
RACE   := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)
# Each process of the race detector waits before it exits for what its goroutines may
# still do: a second, of which the hundreds of commands in the tests make minutes. Here
# it is ten milliseconds, enough for a goroutine that is ready to run.
LINGER := atexit_sleep_ms=10
# Those that go mod tidy is to leave as they are. It also wants what the tests of
# goreleaser's dependencies need, which Go's proxy does not have all of.
MODULES := . test/browser test/e2e test/release test/tools/dev test/tools/etcd test/tools/krew test/tools/kubernetes
GORELEASER = "$$(go run -C test/e2e ./cmd/build-tools goreleaser)"
FUZZTIME ?= 30s
PACKAGES ?= ./...

.PHONY: help
help: ## say what there is
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

.PHONY: build
build: ## build bin/kubectl-kargo_avail
	go build -trimpath -o bin/ ./cmd/kubectl-kargo_avail

.PHONY: test
test: unit browser e2e release-check ## run every test, building what they need first

.PHONY: unit
unit: ## run the tests that need no API server (PACKAGES=./pkg/... runs some of them)
	GORACE="$(LINGER) $$GORACE" $(GOTEST) $(RACE) -shuffle=on $(PACKAGES)

.PHONY: browser-tools
browser-tools: ## install what the browser tests need: Chromium (Debian's, as root) and Node packages
	@test -n "$$CHROMIUM" || command -v chromium > /dev/null || command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get > /dev/null && apt-get update && \
	    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium; } || \
	  { echo 'There is no Chromium. As root on Debian: apt-get update && apt-get install chromium; elsewhere install Chromium or Chrome, or set CHROMIUM to the path of one.' >&2; exit 1; }
	@command -v npm > /dev/null || { echo 'There is no npm. Install Node.js with npm; on Debian, as root: apt-get install npm' >&2; exit 1; }
	@cd test/browser && { test node_modules/.package-lock.json -nt package-lock.json || npm ci --ignore-scripts --no-audit --no-fund; }

.PHONY: browser
browser: browser-tools ## test the page, the image, Mermaid and DOT with a real browser
	cd test/browser && $(GOTEST) -count=1 -timeout=20m ./...

.PHONY: e2e
e2e: ## run the tests against a real API server (KARGO_CRDS=DIR tests each Kargo version in DIR)
	go run -C test/e2e ./cmd/build-tools
	cd test/e2e && $(GOTEST) -count=1 -parallel=4 -p 1 ./...

RUNS ?= 3000
.PHONY: faults
faults: ## run the plugin RUNS (3000) times with a fault on its wire, and compare with the truth (SEED=1)
	go run -C test/e2e ./cmd/build-tools
	cd test/e2e && go test -count=1 -v -timeout=4h ./faults -run TestNeverAWrongAnswer -runs $(RUNS) -seed $(or $(SEED),1)

.PHONY: release-check
release-check: ## release a copy of the tree, but for publishing, and have krew install it
	go run -C test/e2e ./cmd/build-tools goreleaser krew validate-krew-manifest kubectl kube-apiserver etcd
	cd test/release && $(GOTEST) -count=1 -timeout=45m ./...

.PHONY: snapshot
snapshot: ## build the archives of the tree as it is into dist/
	$(GORELEASER) release --snapshot --clean --skip=sign,sbom

.PHONY: archives
archives: ## build the archives of the tag that is checked out into dist/
	$(GORELEASER) release --clean --skip=publish,sign,sbom

.PHONY: release
release: ## make a draft of the release of the tag that is checked out; for the release workflow
	$(GORELEASER) release --clean

.PHONY: manifests
manifests: ## write the krew manifests (TAG=v0.1.0 CHECKSUMS=FILE)
	go run ./krew/manifest -tag "$(TAG)" -checksums "$(CHECKSUMS)"

.PHONY: lint
lint: subjects ## run the linters, over all modules
	$(LINT) run ./...
	cd test/browser && $(LINT) run -c $(CURDIR)/.golangci.yaml ./...
	cd test/e2e && $(LINT) run -c $(CURDIR)/.golangci.yaml ./...
	cd test/release && $(LINT) run -c $(CURDIR)/.golangci.yaml ./...
	@for m in $(MODULES); do (cd $$m && go mod tidy -diff) || exit 1; done

.PHONY: exhaustive
exhaustive: ## run the linter that finds switches without a case for each constant
	$(LINT) run --enable-only exhaustive ./...

.PHONY: subjects
subjects: ## check that the subjects of the last commits have 72 characters at most
	@! git log -5 --no-merges --format='%h %s' | grep -E '^[0-9a-f]+ .{73}' || { echo 'these subjects are longer than 72 characters' >&2; exit 1; }

.PHONY: cover
cover: ## write the test coverage of pkg into cover.out, and print it per function
	go test -coverpkg=./pkg/... -coverprofile=cover.out ./pkg/... ./cmd/... ./test/conformance
	go tool cover -func=cover.out

.PHONY: fmt
fmt: ## format the code
	$(LINT) fmt ./...
	cd test/browser && $(LINT) fmt -c $(CURDIR)/.golangci.yaml ./...
	cd test/e2e && $(LINT) fmt -c $(CURDIR)/.golangci.yaml ./...
	cd test/release && $(LINT) fmt -c $(CURDIR)/.golangci.yaml ./...

.PHONY: golden
golden: ## write what the commands print now into the golden files; read every line of the difference
	go test ./cmd/kubectl-kargo_avail ./test/docs ./test/graph ./test/schema -update

.PHONY: docs
docs: ## write the pages about the commands, and what the documents show of their output
	go test ./test/docs -run TestPages -update
	go test ./cmd/kubectl-kargo_avail -run 'TestReadmeCommands|TestDocuments' -update

.PHONY: playground
playground: ## run an API server that has the examples in it, until Ctrl-C
	@go run -C test/e2e ./cmd/build-tools > /dev/null
	@mkdir -p bin && go build -C test/e2e -o $(CURDIR)/bin/playground ./cmd/playground
	@exec bin/playground

.PHONY: vulncheck
vulncheck: ## look for known vulnerabilities in what is shipped (asks vuln.go.dev)
	go tool -modfile=$(DEV) govulncheck ./cmd/kubectl-kargo_avail

# By default, Go spends up to a minute on making each new input smaller, and tests nothing
# meanwhile.
.PHONY: fuzz
fuzz: ## fuzz each target for FUZZTIME (30s)
	@grep -rlE '^func Fuzz' --include=*_test.go pkg | while read -r f; do \
	  for t in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9]*)\(.*/\1/p' $$f); do \
	    go test ./$$(dirname $$f) -run '^$$' -fuzz "^$$t$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; done; done

.PHONY: bench
bench: ## measure decoder, rules and renderers (for benchstat)
	go test -run '^$$' -bench . -benchmem ./pkg/...

.PHONY: bench-e2e
bench-e2e: ## measure the plugin on large Projects, against kubectl and a bare client (minutes)
	go run -C test/e2e ./cmd/build-tools
	go run -C test/e2e ./cmd/bench $(BENCH)

.PHONY: clean
clean: ## remove what the targets built here
	rm -rf bin dist cover.out *.test

.PHONY: clean-tools
clean-tools: ## remove the programs that the tests have built (200 MB)
	go run -C test/e2e ./cmd/build-tools -remove
