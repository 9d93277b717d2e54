# Rostrum's commands. `make demo` and `make test` set up all they need by themselves.
# A bare Debian 12 needs once: apt-get install make python3-venv git

SHELL := /bin/bash
PYTHON3 ?= python3
VENV ?= .venv
CLUSTER ?= .venv-cluster
PYTHON := $(VENV)/bin/python
ADDRESS ?= 127.0.0.1:8000
WORKERS ?= auto
export OPENBLAS_NUM_THREADS := 1

.PHONY: help demo test lint types checks test-sqlite test-postgresql test-cluster chromium bench drill messages lock clean

help:
	@echo "make demo   set everything up, load the demo company, serve it on http://$(ADDRESS)/"
	@echo "make test   set everything up, then lint, types and all tests on SQLite and PostgreSQL"
	@echo "make test-cluster   count ratings on a local Spark master with two workers (needs Java 17)"
	@echo "make drill  kill imports, fill disks, import twice at once, and look whether all is well (KILLS=50)"
	@echo "make bench  time imports and scores side by side with their peers"

$(VENV)/bin/python:
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Rostrum needs Python 3.11 or later: set PYTHON3=/path/to/python3.11"; exit 1; }
	@$(PYTHON3) -m venv $(VENV) || { echo "The venv module is missing: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/runtime: requirements.txt | $(VENV)/bin/python
	@echo "Installing what Rostrum needs to run (once, about a minute) ..."
	@if command -v uv >/dev/null; then uv pip install -q --python $(PYTHON) --require-hashes -r $<; else $(PYTHON) -m pip install -q --disable-pip-version-check --require-hashes -r $<; fi
	@touch $@

$(VENV)/development: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what the tests need (once, about two minutes) ..."
	@if command -v uv >/dev/null; then uv pip install -q --python $(PYTHON) --require-hashes -r $<; else $(PYTHON) -m pip install -q --disable-pip-version-check --require-hashes -r $<; fi
	@touch $@

var/secret-key:
	@mkdir -p var && $(PYTHON3) -c 'import secrets; print(secrets.token_urlsafe(48))' > $@ && chmod 600 $@

demo: $(VENV)/runtime var/secret-key
	@SECRET_KEY="$$(cat var/secret-key)" HTTPS=0 $(PYTHON) manage.py demo --address $(ADDRESS)

test: lint types checks test-sqlite test-postgresql

lint: $(VENV)/development
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/development
	SECRET_KEY=types $(VENV)/bin/mypy selection scoring assessments journal fixtures

checks: $(VENV)/development
	SECRET_KEY=checks $(PYTHON) manage.py makemigrations --check --dry-run
	SECRET_KEY="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(60))')" $(PYTHON) manage.py check --deploy --fail-level WARNING
	SECRET_KEY=checks $(PYTHON) manage.py compile_translations

test-sqlite: $(VENV)/development chromium
	ROSTRUM_TEST_DATABASE=sqlite $(PYTHON) -m pytest -q -n $(WORKERS)

test-postgresql: $(VENV)/development chromium
	ROSTRUM_TEST_DATABASE=postgresql $(PYTHON) -m pytest -q -n $(WORKERS)

$(CLUSTER)/cluster: requirements-cluster.txt
	@java -version 2>/dev/null || { echo "Spark needs Java 17 or later: apt-get install default-jre-headless"; exit 1; }
	@echo "Installing Spark (once, about two minutes, half a gigabyte) ..."
	@$(PYTHON3) -m venv $(CLUSTER)
	@if command -v uv >/dev/null; then uv pip install -q --python $(CLUSTER)/bin/python --require-hashes -r $<; else $(CLUSTER)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<; fi
	@touch $@

test-cluster: $(CLUSTER)/cluster
	ROSTRUM_TEST_DATABASE=sqlite $(CLUSTER)/bin/python -m pytest -q tests/cluster

chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "Installing Chromium for the browser tests ..." && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	|| { echo "The browser tests need Chromium: apt-get install chromium"; exit 1; }

KILLS ?= 10
drill: $(VENV)/development
	ROSTRUM_TEST_DATABASE=sqlite $(PYTHON) -m pytest -q tests/drills/drill_imports.py --kills $(KILLS)
	ROSTRUM_TEST_DATABASE=postgresql $(PYTHON) -m pytest -q tests/drills/drill_imports.py --kills $(KILLS)

bench: $(VENV)/development
	$(PYTHON) -m bench

messages: $(VENV)/development
	SECRET_KEY=messages $(PYTHON) manage.py makemessages -l ru --no-location --ignore '.venv*/*' --ignore 'var/*' --ignore 'tests/*'

lock:
	uv pip compile -q --python-version 3.11 --generate-hashes --custom-compile-command "make lock" requirements.in -o requirements.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --custom-compile-command "make lock" -c requirements.txt requirements-dev.in -o requirements-dev.txt
	uv pip compile -q --python-version 3.11 --generate-hashes --custom-compile-command "make lock" -c requirements.txt requirements-cluster.in -o requirements-cluster.txt

clean:
	rm -rf $(VENV) $(CLUSTER) var
