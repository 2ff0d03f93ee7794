# `make run` or `make test` is all that is needed; each sets up what it lacks.
.DEFAULT_GOAL := help
.PHONY: help setup run serve schedule check test bench audit fix clean
.DELETE_ON_ERROR:

PYTHON ?= python3.11
CONFIG ?= config.toml
BIN := .venv/bin
ARGS ?=
# One Prefect server serves these tests one after another; all others run on every core.
SERVER_TESTS := tests/flows/test_serving.py
NONE_CHOSEN := [ $$? = 5 ]

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/dev.stamp  ## install everything into .venv, tools for development too

run: .venv/run.stamp  ## rank the ideas of CONFIG=config.toml and write the report
	@$(BIN)/groundswell run --config $(CONFIG) $(ARGS)

serve: .venv/run.stamp  ## open the review app on http://127.0.0.1:8765
	@$(BIN)/groundswell serve --config $(CONFIG) $(ARGS)

schedule: .venv/run.stamp  ## run by the cron line of config.toml until interrupted
	@$(BIN)/groundswell schedule --config $(CONFIG) $(ARGS)

check: .venv/dev.stamp  ## lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: .venv/dev.stamp  ## all tests (ARGS="-k ranking" for some)
	@echo "All tests: about half an hour on two cores."
	$(BIN)/python -m pytest -q -n auto --dist worksteal --ignore $(SERVER_TESTS) $(ARGS) || $(NONE_CHOSEN)
	$(BIN)/python -m pytest -q $(SERVER_TESTS) $(ARGS) || $(NONE_CHOSEN)

bench: .venv/dev.stamp  ## measure (ARGS="run --data FILE.csv --rows 1000"; -h lists all)
	@$(BIN)/python -m bench $(ARGS)

audit: .venv/dev.stamp  ## advisories, licences and a list of all that is installed (dist/)
	@$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[supply]'
	$(BIN)/python -m bench supply licences --into dist/licences.tsv
	$(BIN)/cyclonedx-py environment --output-reproducible --of JSON --output-file dist/sbom.json
	$(BIN)/python -m bench supply audit

fix: .venv/dev.stamp  ## mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove .venv and caches; data/ stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than what it was installed from, so a changed pin installs again. torch goes
# first, by its exact version: pip then takes the wheel it finds for this machine.
.venv/run.stamp: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing Groundswell into .venv: about 2.4 GB, 3 to 5 minutes, once."
	@$(BIN)/pip install --quiet "$$(grep '^torch==' constraints.txt)"
	@$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp
	@echo "Installing the tools for development into .venv: about 0.4 GB, 1 minute, once."
	@$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: sudo apt-get install python3.11 python3.11-venv (or make PYTHON=...)" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "$(PYTHON) cannot make a virtual environment: sudo apt-get install python3.11-venv (Python 3.11 or newer)" >&2; exit 2; }
	@$(PYTHON) -m venv .venv
