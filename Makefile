# Everything runs in a virtual environment of its own; `make help` lists the targets.
#
#   make PYTHON=python3.12 ...      another Python (3.11 or newer)
#   make TORCH_PIP='--index-url …'  where pip finds the CPU build of PyTorch (its site names the address),
#                                   when the indexes that pip is set up with do not have one

SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
EXTRAS := train,maps,evaluate,web,course,docs,dev

# Tests and benchmarks need no GPU, and the default Linux build of PyTorch would bring 3 GB of CUDA along.
TORCH_VERSION := 2.13.0
TORCH ?= torch==$(TORCH_VERSION)$(if $(filter Linux,$(shell uname -s)),+cpu)
TORCH_PIP ?=

# One thread a process: results are the same everywhere, and two test runs do not fight over the cores.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 NUMBA_NUM_THREADS=1 KERAS_BACKEND=torch

.DEFAULT_GOAL := help
.PHONY: help run env test lint format bench notebooks course docs clean

help: ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' | expand -t 10

run: env ## Install the core and read the synthetic sample characters
	$(BIN)/kuzushiji demo

env: $(VENV)/.core ## Make the virtual environment with the core package

test: lint ## Lint, type check and all tests (CPU only)
	$(ONE_THREAD) $(BIN)/python -m pytest -n 2 --dist loadfile

# Node is no requirement: where it is missing, the JavaScript is not checked.
TSC := npx --yes --package typescript@7.0.2 tsc

lint: $(VENV)/.dev ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	if command -v npx > /dev/null; then $(TSC) -p tsconfig.json; fi

format: $(VENV)/.dev ## Bring the code into shape
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## Run the benchmarks of speed and size, write benchmarks/results/*.csv
	$(BIN)/python benchmarks

notebooks: $(VENV)/.dev ## Execute notebooks/part*.py in the fast setting, a check
	$(ONE_THREAD) $(BIN)/python scripts/notebooks.py $(PARTS)

course: $(VENV)/.dev ## Execute them in full and write docs/course (about an hour; PARTS="part1a part2": only these)
	$(ONE_THREAD) $(BIN)/python scripts/notebooks.py --full $(PARTS)

docs: $(VENV)/.dev ## Build the documentation site into site/ (no network; a warning is an error)
	$(ONE_THREAD) $(BIN)/python -m sphinx -q -E -W --keep-going -n -d build/doctrees docs site

clean: ## Remove the virtual environment, caches and builds
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist site
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.core
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(PIP) install --quiet $(TORCH_PIP) '$(TORCH)' || \
		{ echo "pip found no CPU build of torch $(TORCH_VERSION): see PyTorch's site for the index that has" \
		  "it, then: make TORCH_PIP='--index-url …' $(MAKECMDGOALS)" >&2; exit 1; }
	$(PIP) install --quiet --editable '.[$(EXTRAS)]'
	@touch $@
