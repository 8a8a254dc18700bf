GO          ?= go
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME    ?= 20s

# Packages with goroutines of their own: the race detector is too slow to run on everything.
RACE        ?= ./scanner/... ./verifier/...

# Repositories for make bench, besides those that it generates, and its flags, such as "-runs 5 -parts repos,hits".
REPOS       ?=
BENCHFLAGS  ?=

# More flags for go test, such as TESTFLAGS=-count=1.
TESTFLAGS   ?=

# A folder with a labelled corpus and its score.py, for make score, and flags for the scorer, such as --misses.
DETECTION   ?= ../shared/detection
SCOREFLAGS  ?=

.PHONY: help build test test-seeds man test-gitsuite test-interop test-habitat test-chaos race lint cross bench fuzz score

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

build: ## build bin/akguard
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/akguard ./cmd/akguard

# The version that the pages of the manual name.
VERSION     ?=

man: ## write the pages of the manual into bin/man
	$(GO) run ./cmd/internal/man bin/man $(VERSION)

test: ## run the tests
	$(GO) test -timeout 9m $(TESTFLAGS) ./...

# Scripts draw new keys in each run. These runs have fixed keys, so that what fails can be repeated with AKGUARD_TEST_SEED.
SEEDS       ?= $(shell seq 1 4)
# Scripts that repeat themselves, wait or run git often, and do not depend on which keys they draw.
SLOW        ?= ^TestScripts$$/^(deterministic|drill|investigate|verify_hanging|verify_time|range|usage|sha256|hook_.*|ci_.*)$$

test-seeds: ## run the scripts of the command line with the keys of each of SEEDS
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && $(GO) test -c -o "$$dir/scripts.test" ./cmd/akguard && cd cmd/akguard && \
	for seed in $(SEEDS); do \
		AKGUARD_TEST_SEED=$$seed "$$dir/scripts.test" -test.timeout 9m -test.run '^TestScripts$$' -test.skip '$(SLOW)' || { echo "seed $$seed failed"; exit 1; }; \
	done

# A checkout of git in which make has run, for make test-gitsuite, and the scripts of its test suite to run; all about storage if empty.
GIT         ?=
SCRIPTS     ?=

test-gitsuite: ## compare akguard with git on the repositories that git's own test suite in GIT leaves behind
	$(GO) run ./cmd/internal/gitsuite $(GIT) $(SCRIPTS)

test-interop: ## call the emulator with the vendor's own clients; needs Node.js and its registry
	$(GO) test -tags interop -timeout 9m -count 1 ./verifier/alibabatest/...

# The tests run from a program of their own, because go test would not show what they leave out.
test-habitat: ## try akguard among the programs that it lives with; says what it leaves out because it cannot be installed
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && $(GO) test -tags habitat -c -o "$$dir/habitat.test" ./cmd/internal/habitat && \
	cd cmd/internal/habitat && "$$dir/habitat.test" -test.timeout 15m

# How long make test-chaos disturbs a sweep: it takes about three times this.
CHAOS       ?= 2m

test-chaos: ## kill servers and workers of a sweep for twice CHAOS, and compare its results with those of an undisturbed one; have each call of an investigation and of respond fail
	AKGUARD_CHAOS_TIME=$(CHAOS) $(GO) test -tags chaos -timeout 30m -count 1 -v -run '^(TestChaos|TestQuorumLost|TestKilled)$$' ./scanner/sweep/queue
	$(GO) test -tags chaos -timeout 30m -count 1 -run 'OneFault' ./verifier/survey ./cmd/internal/investigating ./cmd/internal/account

race: ## run the tests of the packages in RACE under the race detector
	$(GO) test -race -timeout 9m $(TESTFLAGS) $(RACE)

lint: ## check gofmt, go vet and staticcheck
	@unformatted=$$(gofmt -l .) || exit 1; \
	if [ -n "$$unformatted" ]; then \
		echo "not formatted, run gofmt -w on:"; echo "$$unformatted"; exit 1; \
	fi
	$(GO) vet ./...
	$(GO) vet -tags 'habitat interop chaos' ./...
	$(GO) run $(STATICCHECK) ./...

cross: ## compile for Linux, macOS on arm64 and Windows, and check the assembly for arm64
	GOOS=linux $(GO) build ./...
	GOOS=darwin GOARCH=arm64 $(GO) build ./...
	GOOS=windows $(GO) build ./...
	GOARCH=arm64 $(GO) vet ./scanner/internal/prefetch

bench: ## run the benchmarks, then compare with git and other scanners on REPOS and generated repositories
	$(GO) test -run '^$$' -bench . -benchmem ./...
	$(GO) run ./cmd/internal/bench $(BENCHFLAGS) $(REPOS)

# Findings make exit code 1, which is what is wanted here.
score: ## scan the labelled corpus in DETECTION and score what is found
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	$(GO) build -o "$$dir/akguard" ./cmd/akguard && \
	{ "$$dir/akguard" scan --no-verify --quiet --show-secrets --format jsonl --output "$$dir/stream" $(DETECTION)/corpus || [ $$? -eq 1 ]; } && \
	$(GO) run ./cmd/internal/score <"$$dir/stream" >"$$dir/findings" && \
	python3 $(DETECTION)/score.py "$$dir/findings" $(SCOREFLAGS)

# go test -list prints a package's targets and then a line "ok PACKAGE TIME"; go test -fuzz takes one target at a time.
fuzz: ## run each fuzz target for FUZZTIME
	@listing=$$($(GO) test -vet=off -list '^Fuzz' ./...) || { echo "$$listing"; exit 1; }; \
	targets=$$(echo "$$listing" | awk '/^Fuzz/ { name[n++] = $$1 } /^ok/ { for (i = 0; i < n; i++) print $$2 "=" name[i]; n = 0 }'); \
	if [ -z "$$targets" ]; then echo "no fuzz targets found"; exit 1; fi; \
	failed=0; \
	for target in $$targets; do \
		package=$${target%=*} name=$${target#*=}; \
		echo "$$package $$name"; \
		$(GO) test -vet=off -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$package" || failed=1; \
	done; \
	exit $$failed
