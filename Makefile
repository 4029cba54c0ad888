# Two commands do everything on a machine that has Python 3.11 to 3.13 and make: `make demo` and `make test`.
# Another Python: make setup PYTHON=/path/to/python3.12

.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
# The first of these that fits is taken when PYTHON names none.
PYTHONS := python3 python3.13 python3.12 python3.11
FITS := import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
STAMP := $(VENV)/.installed
# Arguments for pytest and the demo, such as: make test ARGS="tests/ledger -x"
ARGS ?=

.PHONY: help setup demo test lint bench bench-boards faults alerts-trial investigations-trial newcomer secrets clean

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | sort

setup: $(STAMP) ## install everything into .venv; does nothing the second time

$(STAMP): pyproject.toml
	@python=""; \
	for candidate in $(or $(PYTHON),$(PYTHONS)); do \
	  if "$$candidate" -c '$(FITS)' 2>/dev/null; then python="$$candidate"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Daybook needs Python 3.11, 3.12 or 3.13 with its venv module (on Debian: apt install python3-venv); none found under: $(or $(PYTHON),$(PYTHONS))." >&2; \
	  exit 1; \
	fi; \
	[ -x $(BIN)/python ] || "$$python" -m venv $(VENV)
	@# uv takes a fraction of pip's time. Where it, or its way to the packages, is not to be had, pip does it.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1' \
	  && $(BIN)/python -m uv pip install --quiet --python $(BIN)/python --editable '.[demo,dev]' \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo,dev]'
	@touch $@

demo: $(STAMP) ## broker, gateway, worker, ClickHouse engine, shops and the live page, in one process
	$(BIN)/daybook demo $(ARGS)

test: $(STAMP) ## all tests; DAYBOOK_REQUIRE=kafka,clickhouse,browser,alertmanager makes missing things fail instead of skip
	$(BIN)/python -m pytest $(ARGS)

faults: $(STAMP) ## kill, freeze, cut off and fill up what runs, and compare totals; ARGS="--short" or "--only NAME"
	$(BIN)/python -m tests.faults.run $(ARGS)

alerts-trial: $(STAMP) ## planted shortfalls in simulated weeks against the default alert rules; SEED=7 for one alone
	$(BIN)/python -m tests.trials.alerts $(if $(SEED),--seed $(SEED)) $(ARGS)

investigations-trial: $(STAMP) ## five planted causes against the cases they open, and what is quiet; SEED=7 for one alone
	$(BIN)/python -m tests.trials.investigations $(if $(SEED),--seed $(SEED)) $(ARGS)

newcomer: $(STAMP) ## paste docs/install.md into a shell, block by block, in a fresh clone: about ten minutes
	$(BIN)/python -m tests.newcomer

lint: $(STAMP) ## ruff, mypy strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

secrets: ## every password of docker-compose.yml, once, as files in secrets/
	@python3 deploy/make_secrets.py secrets

bench: $(STAMP) ## Daybook beside its peers on a real Kafka, and all other figures of docs/benchmarks.md: about 30 minutes
	$(BIN)/python -m benchmarks.run $(ARGS)

bench-boards: $(STAMP) ## how long each query of the boards takes at ten million sale lines: about ten minutes
	$(BIN)/python -m benchmarks.boards $(ARGS)

clean: ## remove the environment, caches and builds; the demo's data folder stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
