# Two commands are enough: `make run` and `make test`. Both set up what is missing and show their progress.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALLED := .venv/.installed
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check

.PHONY: run test faults browser lint format bench lock install clean

run: install ## set everything up, then talk: in this terminal, or on Telegram with TELEGRAM_BOT_TOKEN set
	@$(BIN)/usher run

test: install ## all tests, with the real models and the real catalogue
	$(BIN)/usher setup
	$(BIN)/python -m pytest

faults: install ## the fault suite at full size, about half an hour; prints the table of docs/reliability.md
	USHER_FAULTS=full $(BIN)/python -m pytest tests/faults

browser: install ## the web pages in Debian's Chromium (apt install chromium)
	$(PIP_INSTALL) --quiet "playwright>=1.65,<2" >&2
	$(BIN)/usher setup
	$(BIN)/python -m pytest tests/browser

lint: install ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install ## mend the style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## benchmarks; they need a quiet machine
	$(BIN)/python -m benchmarks.turns
	$(BIN)/python -m benchmarks.load
	$(BIN)/python -m benchmarks.review

lock: install ## pin every dependency by hash
	$(BIN)/pip-compile --quiet --generate-hashes --extra dev --strip-extras --unsafe-package torch \
		--no-emit-find-links --no-emit-index-url --output-file requirements.lock pyproject.toml

install: $(INSTALLED)

# PyTorch is installed apart: which of its builds fits (CPU or CUDA) is the machine's business, so it has no one hash.
$(INSTALLED): requirements.lock pyproject.toml setup.py
	@echo "Installing into .venv (a few minutes the first time) ..." >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "Usher needs Python 3.11; this is " + sys.version)'
	$(PYTHON) -m venv .venv
	$(PIP_INSTALL) torch==2.13.0 >&2
	$(PIP_INSTALL) --no-deps --require-hashes --requirement requirements.lock >&2
	$(PIP_INSTALL) --quiet --no-deps --editable . >&2
	@touch $@

# What can't be fetched again stays: the catalogue, which may be imported, what was learned, conversations, backups.
clean: ## remove the environment, downloads, the text generator and encoded vectors
	rm -rf .venv .usher/cache .usher/downloads .usher/models
