# Two commands do everything: `make run` and `make test`. `make help` lists the rest.

SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export PYTHONPATH := $(CURDIR)
PYTEST := $(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile
PORT ?= 5005
HOST ?= 127.0.0.1

.DEFAULT_GOAL := help
.PHONY: help install install-dev run chat channels train adapter test test-fast lint eval eval-gate compare check-content review widget lighthouse launcher lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

install: $(VENV)/.run ## install what running needs, into .venv

install-dev: $(VENV)/.dev ## install what tests and tools need too

$(VENV)/.run: requirements.lock
	@scripts/install.sh requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock
	@scripts/install.sh requirements-dev.lock
	@touch $(VENV)/.run $@

run: install ## install, train if needed, serve the assistant and its page on http://localhost:5005
	@$(PY) -m marrow serve --host $(HOST) --port $(PORT)

chat: install ## talk with the running assistant in the terminal
	@$(PY) -m marrow chat --url http://localhost:$(PORT)

channels: install ## show which messaging apps are configured, verified and reachable
	@$(PY) -m marrow channels --url http://localhost:$(PORT)

train: install ## train a model from data/ and config.yml
	@$(PY) -m marrow train

adapter: install ## fine-tune the sentence encoder on the training questions (45 minutes): data/encoder/*.npz
	@$(PY) scripts/adapt_encoder.py && $(PY) scripts/adapt_encoder.py --talk

test: install-dev ## install, run every test that can run here
	@$(PY) -m marrow content check
	@# What needs no model is tested while the model is trained.
	@$(PY) -m marrow train --if-needed > $(VENV)/training.log 2>&1 & training=$$!; trap "kill $$training 2>/dev/null" EXIT; \
	$(PYTEST) -m "not server"; fast=$$?; \
	wait $$training || { cat $(VENV)/training.log; exit 1; }; \
	$(PYTEST) -m server && exit $$fast

test-fast: install-dev ## only the tests that need neither a model nor a browser
	@$(PYTEST) -m "not server and not browser"

lint: install-dev ## ruff and mypy
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

eval: install ## ask a running assistant every set of questions, print tables, write reports/eval.md
	@$(PY) -m evaluation --url http://localhost:$(PORT) $(EVAL)

eval-gate: install ## serve the newest model for a moment, and fail where a set falls below tests/heldout/gates.yml
	@$(PY) -m marrow train --if-needed
	@$(PY) -m evaluation --serve 2 --gate --report reports/gate $(EVAL)

compare: install ## put Marrow beside the stock pipeline and the nearest passage: one table (trains the stock once)
	@$(PY) -m evaluation.compare $(COMPARE)

check-content: install ## verify every passage, plain wording and name of the articles
	@$(PY) -m marrow content check

review: install ## print all medical wording for a clinician
	@$(PY) -m marrow content review

widget: ## build the widget (needs Node.js)
	@cd widget && npm ci --no-audit --no-fund --silent && npm run --silent build && npm run --silent check

lighthouse: install-dev ## Lighthouse's scores of the demo page against the budget (needs Node.js and Chromium; URL=... for another)
	@$(PY) -m tests.widget.measure lighthouse $(if $(URL),--url $(URL))

launcher: install-dev ## seconds until the widget's launcher is usable on a slow phone and connection
	@$(PY) -m tests.widget.measure launcher $(if $(URL),--url $(URL))

lock: ## compile the lock files again from pyproject.toml (needs uv)
	@uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.10 pyproject.toml -o requirements.lock
	@uv pip compile -q --universal --generate-hashes --no-header --no-annotate --python-version 3.10 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## remove the environment, trained models and stored conversations
	@rm -rf $(VENV) .rasa .marrow models/*.tar.gz models/*.json models/*.md models/stock reports
