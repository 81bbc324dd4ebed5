# Every verb of the project. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

GENERATORS := clients/generators
CLIENTS := generators js examples
OF_CLIENTS := $(GENERATORS)/.venv/.ready $(CLIENTS:%=clients/%/node_modules/.ready)

.DEFAULT_GOAL := help
.PHONY: help run demo image test test-postgres test-citus test-oldest lint format types check clients client-python bench installs instructions deployment words clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "animecollections needs Python 3.11 or newer; say which: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, sqlite3, ssl, venv' \
		|| { echo "$(PYTHON) lacks a part of its own library: on Debian install python3-venv, or say another one: make PYTHON=python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: $(VENV)/.runtime ## set everything up and serve on http://127.0.0.1:8000
	@$(BIN)/python manage.py prepare --to-serve
	@port=$${PORT:-8000}; PATH="$(CURDIR)/$(BIN):$$PATH" \
		PUBLIC_URL=$${PUBLIC_URL:-http://$${HOST:-127.0.0.1}:$$port} \
		$(BIN)/honcho start --no-prefix --port $$port  # gives the worker another PORT

demo: $(VENV)/.runtime ## serve a filled demo on http://127.0.0.1:8000, signed in
	@$(BIN)/python manage.py demo --port $${PORT:-8000}

test: $(VENV)/.dev ## set everything up and run the suite on SQLite
	$(BIN)/python -m pytest -n auto --cov

test-postgres: $(VENV)/.dev ## what uses the database on PostgreSQL (TEST_DATABASE_URL says which server)
	DATABASE_URL=$${TEST_DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres} $(BIN)/python -m pytest -n auto -m "not browser" --needs-database

test-citus: $(VENV)/.dev ## what uses the database on Citus (CITUS_DSN=citus://… says which coordinator)
	@if [ -z "$$CITUS_DSN" ]; then \
		echo "SKIPPED: CITUS_DSN is not set: nothing is tried on a database that is spread over machines."; \
	else \
		DATABASE_URL="$$CITUS_DSN" $(BIN)/python -m pytest -n auto -m "not browser" --needs-database; \
	fi

# The oldest we say we take is 3.11.0; Debian 12 ships 3.11.2, which lacks what came later.
OLDEST ?= /usr/bin/python3
OLDEST_VENV := .venv-oldest
QUICK := animecollections/tests/test_backup.py animecollections/tests/test_doctor.py \
	animecollections/tests/test_prepare.py animecollections/tests/test_prune.py \
	animecollections/tests/test_free_json.py animecollections/tests/test_ids.py \
	animecollections/tests/test_compression.py animecollections/tests/test_conditional.py \
	collections_app/tests/test_transfer*.py collections_app/tests/test_catalogue_reader.py \
	collections_app/tests/test_imports.py profiles/tests/test_import_list.py \
	profiles/tests/test_create_staff.py profiles/tests/test_export_account.py \
	profiles/tests/test_upload_image.py profiles/tests/test_sign_in.py \
	profiles/tests/test_seed_demo.py

$(OLDEST_VENV)/.ready: requirements.txt requirements-dev.txt
	@if $(OLDEST) -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11) or sys.version_info >= (3, 11, 4))' 2>/dev/null; then \
		{ test -d $(OLDEST_VENV) || $(OLDEST) -m venv $(OLDEST_VENV); } && \
		$(OLDEST_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt && touch $@; \
	else echo "SKIPPED: $(OLDEST) is no Python 3.11.0 to 3.11.3 with venv: the oldest we take is not tried."; fi

# What only waits for the network: CI begins with it, and goes on.
installs: $(OLDEST_VENV)/.ready $(OF_CLIENTS)

test-oldest: $(OLDEST_VENV)/.ready ## the quick part of the suite on the oldest Python (OLDEST says which)
	@if [ -e $(OLDEST_VENV)/.ready ]; then \
		TEST_DB=oldest $(OLDEST_VENV)/bin/python -m pytest -n auto -q -p no:cacheprovider --one-of-each -m "not browser and not races" $(QUICK); \
	fi

lint: $(VENV)/.dev ## ruff: format and rules; what may import what
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache --no-logo

format: $(VENV)/.dev ## let ruff mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(VENV)/.dev ## mypy, strict; and TypeScript over static/js where there is npm
	$(BIN)/mypy .
	@if command -v npx >/dev/null; then npx --yes -p typescript@7.0.2 tsc -p jsconfig.json; \
	else echo "SKIPPED: static/js is not type-checked, for there is no npm here."; fi

check: $(VENV)/.dev ## migrations complete, settings fit for production
	$(BIN)/python manage.py makemigrations --check --dry-run
	DEBUG=false SECRET_KEY=only-for-this-check-$$($(BIN)/python -c 'import secrets; print(secrets.token_hex(32))') \
		ALLOWED_HOSTS=example.org $(BIN)/python manage.py check --deploy --fail-level WARNING

$(GENERATORS)/.venv/.ready: $(GENERATORS)/requirements.txt
	$(PYTHON) -m venv $(GENERATORS)/.venv
	$(GENERATORS)/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

clients/%/node_modules/.ready: clients/%/package-lock.json
	@if command -v npm >/dev/null; then \
		npm ci --prefix clients/$* --ignore-scripts --no-audit --no-fund --silent && touch $@ \
			|| echo "SKIPPED: what clients/$* needs could not be installed."; \
	else echo "SKIPPED: clients/$* is not tested, for there is no npm here."; fi

# One after another: the examples install the package that the package's tests make.
clients: $(VENV)/.dev $(OF_CLIENTS) ## try the clients on a server: the packages, examples, and what five generators make
	$(BIN)/python -m pytest clients

client-python: $(VENV)/.runtime $(GENERATORS)/.venv/.ready ## build the wheel of clients/python
	$(BIN)/python clients/python/build.py

words: $(VENV)/.dev ## compile the translations of the web client and the API
	$(BIN)/pybabel compile --domain "django api" --directory locale

$(VENV)/.bench: benchmarks/requirements.txt $(VENV)/.runtime
	$(PYTHON) -m venv benchmarks/.venv
	benchmarks/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@touch $@

bench: $(VENV)/.bench ## measure beside a bare handler, DRF and FastAPI (FULL=1: longer); needs PostgreSQL, Redis, wrk
	@$(BIN)/python -m benchmarks.compare $(if $(FULL),--full)

instructions: $(VENV)/.dev ## count the instructions of each hot request (needs valgrind)
	@$(BIN)/python -m benchmarks.instructions

deployment: ## follow docs/deployment.md on a clean Debian in a container (ROOT_FOLDER keeps it); needs root, debootstrap, systemd-container, iproute2, nftables
	$(PYTHON) deploy/follow.py $(ROOT_FOLDER)

image: ## do what the Dockerfile says in a clean Debian, and serve it read-only (ROOT_FOLDER keeps the Debian); needs root, debootstrap
	$(PYTHON) deploy/try_image.py $(ROOT_FOLDER)

clean: ## remove the environment and caches, keep data
	rm -rf $(VENV) $(OLDEST_VENV) benchmarks/.venv $(GENERATORS)/.venv $(GENERATORS)/node_modules $(GENERATORS)/made clients/python/made .mypy_cache .pytest_cache .ruff_cache .hypothesis
