# Working with the repository: `make` lists what there is.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
READY := $(VENV)/.ready
# One more than there are processors: tests wait now and then, for browsers, servers and disks.
WORKERS ?= $(shell expr $$(nproc) + 1)
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE) setup.cfg

.DEFAULT_GOAL := help
.PHONY: help install run test bench lint fmt lock ci

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '  make %-8s %s\n' "$$name" "$$text"; done

install: $(READY) ## Create .venv from the lock file (nothing is started)

$(READY): requirements-dev.lock setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

run: install ## Start the demo court: web, webhooks and scheduler on one SQLite file
	$(BIN)/court-gateway demo

test: install ## Run the tests (WORKERS=0 for one process, ARGS="-k name" for some)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not slow" $(ARGS)

bench: install ## Measure
	$(BIN)/python -m bench $(ARGS)

lint: install ## Check style, types and the directions of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: install ## Put the code into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: install ## Write the lock files (UPGRADE=--upgrade takes newer versions)
	$(LOCK) --output-file requirements.lock
	$(LOCK) --output-file requirements-dev.lock --extra dev --constraint requirements.lock

ci: ## Do all that a submission must pass (Debian, root)
	bash .ci/run
