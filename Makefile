# The face of the repository. `make demo` to try it, `make test` to prove it.
PYTHON ?= python3
PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet
VENDOR = textline/web/static/vendor/stamp

.DELETE_ON_ERROR:
.PHONY: demo install test bench check lint types contracts chaos lock pictures clean

demo: install            ## everything on this machine, with demonstration people and a simulated phone
	@exec .venv/bin/textline up --demo

install: .venv/installed $(VENDOR)   ## .venv with the `textline` command in it

test: .venv/tested $(VENDOR)         ## lint, types, contracts, then the whole suite
	$(MAKE) --no-print-directory check
	.venv/bin/pytest

bench: .venv/tested $(VENDOR)        ## how fast it is, beside two others; OPTIONS=--quick to try it
	@exec .venv/bin/python -m tests.bench $(OPTIONS)

CHAOS = --minutes 10 --rate 20

chaos: install           ## break everything for ten minutes under load, then compare with the carrier's log
	@exec .venv/bin/textline chaos $(CHAOS)

check: lint types contracts

lint: .venv/tested
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: .venv/tested
	.venv/bin/mypy

contracts: .venv/tested
	.venv/bin/lint-imports

lock:                    ## pin everything anew, with hashes and without download addresses
	$(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install --quiet uv
	.venv/lock/bin/python lock.py

pictures: .venv/tested $(VENDOR)     ## the README's pictures, taken by the browser journey
	TEXTLINE_PICTURES=docs/pictures .venv/bin/pytest tests/browser -k journey

clean:
	rm -rf .venv textline/web/static/vendor

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Textline needs Python 3.11 or newer: set PYTHON=python3.11")'
	@$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python requirements.lock pyproject.toml build_assets.py package-lock.json
	@echo "Installing into .venv: a minute or two, once." >&2
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/tested: .venv/installed requirements-dev.lock
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

$(VENDOR): .venv/installed package-lock.json build_assets.py
	@.venv/bin/python build_assets.py
	@touch $@
