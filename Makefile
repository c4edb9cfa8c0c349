# Every command of the project. `make demo` and `make test` each work as the first one on a fresh Debian 12.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# a current Node that tools/setup put there because the system has none or an old one
export PATH := $(CURDIR)/build/node/bin:$(PATH)
JOBS ?= $(shell nproc)

.PHONY: help setup build release tsan demo run test test-e2e conformance check bench fmt fuzz soak clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

setup:  ## install what building and testing need (apt, npm); does nothing when nothing is missing
	@tools/setup

build: setup  ## build/dev/valetkey, with AddressSanitizer and UndefinedBehaviorSanitizer
	@tools/build dev valetkey

release: setup  ## build/release/valetkey, optimised
	@tools/build release valetkey

# the dev build compiles faster than the release build from clean, and `make test` uses it too
demo: build  ## connect an account at a real OAuth server, read its token, call its API; ONCE=1 ends after that
	@VALETKEY_BINARY="$${VALETKEY_BINARY:-$(CURDIR)/build/dev/valetkey}" node tests/demo.mjs

run: build  ## serve from the dev build; ARGS="--config valetkey.toml"
	@build/dev/valetkey serve $(ARGS)

test: setup  ## every check and test, with the minutes of each stage; STAGES="unit e2e" for some
	@tools/test $(STAGES)

test-e2e: setup  ## the end-to-end tests; TESTS="tests/e2e/x.test.mjs" for some
	@tools/test valetkey e2e

conformance: build  ## the matrix of grants at real authorisation servers, run and written to docs/conformance.md
	@node --test --test-concurrency=$(JOBS) --test-reporter=dot tests/conformance/*.test.mjs || true
	@node tests/conformance/report.mjs

tsan: setup  ## the concurrency tests under ThreadSanitizer
	@tools/test tsan

check: setup  ## format, layers, rule coverage, hygiene, clang-tidy on changed files
	@tools/check/run

fmt: setup  ## format the C++ files
	@git ls-files -co --exclude-standard -z -- '*.cpp' '*.hpp' | xargs -0 -r -n 40 -P $(JOBS) clang-format-19 -i

fuzz: setup  ## each fuzz target for FUZZ_SECONDS (30)
	@tools/test fuzz

soak: setup  ## what takes long: 50 rounds of kill -9, long storms
	@SOAK=1 tools/test valetkey soak

bench:  ## the figures of docs/bench, each against its ceiling in the same run; ONLY="row" for some
	@tools/setup bench
	@tools/build release valetkey valetkey-seed valetkey-zipf valetkey-bare-sqlite valetkey-verify-cost valetkey-script-cost
	@node bench/run.mjs $(ONLY)

clean:  ## remove build/
	@rm -rf build
