# The project's own doors. Each makes .venv first, and does nothing twice.
PYTHON ?= python3
BIN := .venv/bin

# Where this is set, each process compiles every module anew; the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run demo test quick check bench audit pictures messages lock

setup: .venv/.ready

.venv/.ready: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "The hub needs Python 3.11 or newer: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "The hub needs Python 3.11 or newer (found $$($(PYTHON) -V)): install a newer python3, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing: apt-get install python3-venv" >&2; exit 1; }
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@echo "Installing the hub into .venv (once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,postgres]'
	@touch $@

run: setup
	@$(BIN)/hub serve

demo: setup
	@$(BIN)/python -m demo

test: setup
	@$(BIN)/pytest -q -n auto --dist loadfile

quick: setup
	@$(BIN)/pytest -q -n auto --dist loadfile -m 'not slow and not browser' --engine sqlite --hypothesis-profile quick

check: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: setup
	@$(BIN)/python -m bench

# Before a release; it needs npm, java and Chromium (CONTRIBUTING.md) and takes ten minutes.
audit: setup
	@$(BIN)/python -m audit

pictures: setup
	@$(BIN)/python -m demo.pictures

# The catalogue of texts: extract, then carry the new ones into the French file.
messages: setup
	@$(BIN)/pybabel -q extract --sort-by-file --no-wrap --no-location -F babel.cfg -k _ -k N_ -o hub/locale/hub.pot hub themes
	@$(BIN)/pybabel -q update --no-wrap --ignore-obsolete --ignore-pot-creation-date --no-fuzzy-matching --previous -D hub -i hub/locale/hub.pot -d hub/locale

# Pins what the environment holds now; run it after changing pyproject.toml.
lock: setup
	@$(BIN)/pip freeze --exclude-editable > constraints.txt
