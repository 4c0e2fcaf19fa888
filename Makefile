# Everything a developer runs. "make" alone lists it.

GOLANGCI_VERSION := v2.12.2
GOLANGCI := .cache/bin/golangci-lint-$(GOLANGCI_VERSION)
FUZZTIME ?= 10s
BENCH ?= .
PACKAGES ?= ./...

# The tests that need a Hadoop are those in files with that build tag.
HADOOP_FILES = $(shell grep -rl --include='*_test.go' '^//go:build hadoop' .)
HADOOP_TESTS = $(shell grep -hoE '^func Test[A-Za-z0-9_]+' $(HADOOP_FILES) | cut -c6- | paste -sd '|')

.PHONY: help build test test-unit test-web test-hadoop on-hadoop paged deps lint bench bench-cluster bench-scheduler bench-web bench-targets bench-go profile chaos fuzz fuzz-api demo web screenshots web-check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## compile bin/gomr, static
	CGO_ENABLED=0 go build -trimpath -o bin/gomr ./cmd/gomr

test: deps test-unit test-web test-hadoop ## run every test, those in a browser and on a real Hadoop too

# SQLite's translated C and the codecs take most of the time of who waits for them, and share nothing
# with Go code but through calls, which are watched for races.
UNWATCHED := -race=false -d=checkptr=0
RACE := -race $(foreach p,modernc.org/sqlite/lib modernc.org/libc/... github.com/klauspost/compress/... github.com/pierrec/lz4/...,'-gcflags=$(p)=$(UNWATCHED)')

test-unit: deps ## run the tests that need no Hadoop, with the race detector
	go test $(RACE) $(PACKAGES)
	go test -run 'RightJobs|HashKey|KeyPrefix|HashPartition|Overread' ./mr ./mr/internal/overread ./mr/shuffle ./mr/stress # what the detector has other code for

test-hadoop: deps ## run the tests that need a real Hadoop, which is started for them on free ports
	scripts/hadoop run -- $(MAKE) --no-print-directory on-hadoop

# What has a Hadoop: the tests in Go, and those of its jobs on the pages, which look at the pages as they are committed.
on-hadoop: paged
	@test -n "$$HADOOP_CONF_DIR" || { echo "'make test-hadoop' starts a Hadoop for this"; exit 1; }
	status=0; \
	go test -count=1 -timeout 40m -tags hadoop -run '^($(HADOOP_TESTS))$$' $(sort $(dir $(HADOOP_FILES))) || status=1; \
	cd orchestrate/web/app && { test -d node_modules || npm ci --silent; } && $(PLAYWRIGHT) --project hadoop || status=1; \
	exit $$status

test-web: deps web-check paged ## test the pages of a server in Chromium (TESTS=roles for one file)
	cd orchestrate/web/app && $(PLAYWRIGHT) $(TESTS) --project pages

# A program with tasks that do as files say, and what looks at the pages of its server.
PLAYWRIGHT = GOMR_PAGED="$(CURDIR)/.cache/web/paged" npm run --silent test --
paged:
	CGO_ENABLED=0 go build -trimpath -o .cache/web/paged ./internal/e2e/paged

web-check: web ## fail where orchestrate/web/dist is not what its source gives
	@git diff --exit-code --stat orchestrate/web/dist || { echo "commit what 'make web' has made of the pages"; exit 1; }

web: ## bundle the pages of the server into orchestrate/web/dist (needs npm)
	cd orchestrate/web/app && npm ci --silent && npm run --silent schema && npm run --silent check
	cd orchestrate/web && go run ./bundle

screenshots: web ## make the pictures of the documents, from a demo (PAGES=now for one page)
	go build -o .cache/web/gomr ./cmd/gomr
	mkdir -p docs/images
	.cache/web/gomr demo --listen 127.0.0.1:8089 & demo=$$!; \
	until curl -sf http://127.0.0.1:8089/readyz >/dev/null; do kill -0 $$demo && sleep 0.2 || exit 1; done; \
	cd orchestrate/web/app && node screenshots.mjs http://127.0.0.1:8089 ../../../docs/images $(PAGES); status=$$?; \
	kill $$demo; wait $$demo; exit $$status

deps: ## install what tests and lint need and is missing (JDK 17, Maven, a C compiler, PostgreSQL, Chromium, Node.js, shellcheck)
	scripts/install-test-deps

# The linter's cache is of this checkout alone: one that is shared remembers the
# paths of another checkout, and can't read the exceptions there any more.
lint: deps $(GOLANGCI) ## check format, go vet, golangci-lint and shellcheck
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "run gofmt -w on: $$unformatted"; exit 1; }
	go vet -tags hadoop ./...
	GOLANGCI_LINT_CACHE="$(CURDIR)/.cache/golangci-lint" $(GOLANGCI) run
	shellcheck -x scripts/hadoop scripts/hadoop.d/launcher scripts/install-test-deps .ci/run scripts/bench-corpus scripts/bench-peers scripts/fuzz-api scripts/profile

$(GOLANGCI):
	GOBIN="$(CURDIR)/$(@D)" go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(@D)/golangci-lint $@

bench: ## measure gomr beside other tools, into BENCHMARKS.md (JOBS=wordcount,sort TOOLS=gomr,duckdb RUNS=5 SCALE=1)
	scripts/bench-peers
	scripts/bench-corpus
	HADOOP_HOME=$$(scripts/hadoop install) go run ./internal/bench $(if $(RUNS),-runs $(RUNS)) $(if $(SCALE),-scale $(SCALE)) $(if $(JOBS),-jobs $(JOBS)) $(if $(TOOLS),-tools $(TOOLS))

bench-cluster: deps ## measure gomr beside Hadoop's own jobs, on a Hadoop started for it (JOBS= TOOLS= RUNS=3 SCALE=1)
	scripts/bench-corpus
	scripts/hadoop run -- go run ./internal/bench -cluster -runs $(or $(RUNS),3) $(if $(SCALE),-scale $(SCALE)) $(if $(JOBS),-jobs $(JOBS)) $(if $(TOOLS),-tools $(TOOLS))

bench-scheduler: ## measure the scheduler beside Luigi's, into orchestrate/scheduler/BENCHMARKS.md (RUNS=3)
	scripts/bench-peers
	go run ./internal/bench/scheduler -report orchestrate/scheduler/BENCHMARKS.md $(if $(RUNS),-runs $(RUNS))

bench-web: web ## measure the pages of a server with a million tasks, into orchestrate/web/BENCHMARKS.md
	go run ./internal/bench/web -report orchestrate/web/BENCHMARKS.md

bench-targets: deps ## measure how long it takes to look for 10,000 targets, on a Hadoop started for it
	scripts/hadoop run -- go test -timeout 20m -tags hadoop -run '^$$' -bench ManyTargets -benchtime 1x -v ./hdfs

bench-go: ## run the benchmarks of Go packages (BENCH=regexp PACKAGES=./mr/...)
	go test -run '^$$' -bench '$(BENCH)' -benchmem $(PACKAGES)

profile: ## take the profile anew that gomr compiles programs with, from jobs over the data of make bench
	scripts/profile

chaos: ## kill servers, workers and tasks a thousand times while graphs run (KILLS=1000 SEED=1)
	go test -count=1 -timeout 6h -v -run TestChaos ./internal/e2e -kills $(or $(KILLS),1000) -chaos-seed $(or $(SEED),1)

fuzz: ## fuzz each target for FUZZTIME (10s)
	@for package in $$(go list $(PACKAGES)); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    echo "$$package $$target"; \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
	  done; \
	done

fuzz-api: ## send a server what Schemathesis makes of its description, for TIME seconds (120)
	scripts/fuzz-api $(or $(TIME),120)

demo: ## count the words of a sample, with no cluster
	@rm -rf .cache/demo && mkdir -p .cache && cp -R testdata/demo .cache/demo
	go run ./cmd/gomr -C examples/wordcount local WordCount \
	  --date-interval 2014-06-01-2014-06-05 --root "$(CURDIR)/.cache/demo"
	@printf '\nThe most frequent words:\n'
	@cat .cache/demo/data/text-count/*/part-* | sort -t "$$(printf '\t')" -k2,2nr -k1,1 | head -10

clean: ## remove what was built, and the linter
	rm -rf bin .cache
