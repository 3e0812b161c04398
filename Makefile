# `make help` lists the targets.
SWIFT ?= swift
PYTHON ?= python3
PROGRAM = .build/release/energy
SOURCES = Package.swift Sources Tests
PREFIX ?= /usr/local
DESTDIR ?=

.DEFAULT_GOAL := help
.PHONY: help run build test parity cuda-check gpu fmt lint golden fuzz kills bench docs api deps install uninstall dist

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps:
	@scripts/install-deps.sh

build: deps ## the program, optimised: .build/release/energy
	$(SWIFT) build -c release --product energy

run: deps ## a first model on real data: energies, the score's formula, what to try next
	@$(SWIFT) build -c release --product energy
	@scripts/run-example.sh $(PROGRAM)

test: deps ## all tests
	$(SWIFT) test --parallel

parity: deps ## emitted C and CUDA (on an emulator) against the evaluator: all programs, many random ones
	ENERGY_PARITY=full $(SWIFT) test --filter 'ParityTests|EmittedMutationTests|EmulatorTests|TrafficTests|EmissionRepeatTests'

cuda-check: build ## compile all energies with nvcc (installed into .venv where it can be) and read the machine code
	$(PYTHON) Tests/CUDA/check.py --program $(PROGRAM)
	$(PYTHON) Tests/CUDA/check.py --program $(PROGRAM) --sizes

gpu: build ## on a machine with a GPU: results, compute-sanitizer, times
	$(PYTHON) Tests/CUDA/gpu.py --program $(PROGRAM)

fmt: ## format the Swift sources
	$(SWIFT) format format --in-place --recursive $(SOURCES)

lint: ## check their formatting and style
	$(SWIFT) format lint --strict --recursive $(SOURCES)

golden: deps ## record the expected outputs and messages anew; look at the difference before committing
	ENERGY_RECORD=1 $(SWIFT) test --filter 'CommandLineTests|BadProgramTests|ErrorPageTests'

fuzz: deps ## a million mutations of the examples through the whole pipeline
	ENERGY_FUZZ_MUTATIONS=1000000 $(SWIFT) test -c release -Xswiftc -enable-testing --filter Fuzz

kills: deps ## 1000 kills of save and of eval at moments spread over the run: the old file or the new one
	ENERGY_KILLS=1000 $(SWIFT) test --filter killsLeaveWholeFiles

bench: build ## time against JAX (installed into .venv)
	$(PYTHON) Benchmarks/peers.py --program $(PROGRAM)

docs: build ## draw the pictures of the README and the pages anew (gnuplot is needed)
	$(PYTHON) scripts/transcript.py $(PROGRAM) docs/first-run.svg
	scripts/pictures.sh $(PROGRAM)

api: deps ## the documentation of the Swift API as web pages, in .build/api
	@scripts/api.sh .build/api

install: build ## the program, its manual page and completions for bash, zsh and fish: make install PREFIX=~/.local
	@scripts/install.sh $(PROGRAM) "$(DESTDIR)$(PREFIX)"

uninstall: ## remove what make install put there
	@scripts/uninstall.sh "$(DESTDIR)$(PREFIX)"

dist: deps ## dist/energy-….tar.gz: a program that needs no Swift, to be unpacked and run anywhere
	$(SWIFT) build -c release --product energy --static-swift-stdlib
	@scripts/dist.sh $(PROGRAM) dist
