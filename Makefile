# make lab    learn          make test   everything the project is checked by          make help   the rest
#
# Nothing but Python 3.11 or newer, git and make need be there: the rest is installed into .venv, from the lock files.

VENV   ?= .venv
BIN    := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

LESSONS := $(wildcard notebooks solutions)
LOCK    := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" --upgrade pyproject.toml

export PYTHONHASHSEED := 0

.DEFAULT_GOAL := help
.PHONY: help lab test check-style docs release lock clean

help:
	@echo 'make lab      open the workbook in JupyterLab (options: make lab DYNATEACH_LAB_ARGS="--port 9000")'
	@echo 'make test     style, types, all tests, every notebook'
	@echo 'make release  derive exercises/ from solutions/'
	@echo 'make docs     write the reference pages of docs/ from the code and the lessons'
	@echo 'make lock     choose the newest versions that pyproject.toml allows'
	@echo 'make clean    remove what make has made'

lab: $(VENV)/.for-learning
	@$(BIN)/dynateach lab $(DYNATEACH_LAB_ARGS)

test: check-style
	@.ci/chromium
	@.ci/bubblewrap
	$(BIN)/pytest -n 2 --dist loadscope --nbval-lax --nbval-current-env --nbval-cell-timeout=60 tests $(LESSONS)

check-style: $(VENV)/.for-tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

docs: $(VENV)/.for-tests
	$(BIN)/python -m dynateach.reference
	$(BIN)/python -m dynateach.course
	$(BIN)/python -m tests.dynamodb.numbers.page
	$(BIN)/python -m tests.docs.runnable

release: $(VENV)/.for-tests
	$(BIN)/dynateach release

lock: $(VENV)/.for-tests
	$(BIN)/$(LOCK) --group build --output-file requirements.lock
	$(BIN)/$(LOCK) --group build --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache tests/clients/javascript/node_modules
	find . -name __pycache__ -prune -exec rm -rf {} +

# A stamp file says that the set-up below it is done, so that the next call does none.
$(VENV)/.for-tests: requirements-dev.lock pyproject.toml $(BIN)/python
	@$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/.for-learning

$(VENV)/.for-learning: requirements.lock pyproject.toml $(BIN)/python
	@$(call install,requirements.lock)
	@touch $@

define install
echo "Installing what $(1) names into $(VENV); the first time, this takes a minute or two." && \
$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement $(1) && \
$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
endef

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "dynateach needs Python 3.11 or newer. Install it, or name it: make lab PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)
