# Two commands set everything up: `make demo` and `make test`. Both need Python >= 3.11 and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: demo test test-slow lint types format lock evaluate crosscheck bench clean
.DEFAULT_GOAL := demo

# uv is taken from the path, else installed into the environment; every version is pinned by hash.
$(STAMP): requirements/dev.txt requirements/uv.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tidewaiter needs Python 3.11 or newer; set PYTHON=python3.x")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || uv venv --python $(PYTHON) .venv
	@command -v uv >/dev/null || test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@UV=$$(command -v uv || echo $(BIN)/uv); \
	  $$UV pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt && \
	  $$UV pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP)
	@$(BIN)/tidewaiter run examples/rajin

test: $(STAMP) lint types
	@$(BIN)/python -m pytest -m "not slow"

test-slow: $(STAMP)
	@$(BIN)/python -m pytest -m slow

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy

format: $(STAMP)
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

# Accuracy and speed; both write their tables into docs/.
evaluate: $(STAMP)
	@$(BIN)/python evaluation/calls.py
	@$(BIN)/python evaluation/tally.py
	@$(BIN)/python evaluation/claims.py
	@$(BIN)/python evaluation/tracks.py

# The independent engine (extra [pymc]) has an environment of its own, for it needs Python 3.12 and most of a gigabyte.
PYTHON_PYMC ?= $(shell for p in python3.13 python3.12; do $$p -c "" 2>/dev/null && echo $$p && break; done)
crosscheck: $(STAMP)
	@test -n "$(PYTHON_PYMC)" || { echo "the cross-check needs Python 3.12 or newer; set PYTHON_PYMC=python3.x"; exit 1; }
	@UV=$$(command -v uv || echo $(BIN)/uv); \
	  test -x .venv-pymc/bin/python || $$UV venv --quiet --python $(PYTHON_PYMC) .venv-pymc; \
	  $$UV pip install --quiet --python .venv-pymc/bin/python --require-hashes -r requirements/pymc.txt && \
	  $$UV pip install --quiet --python .venv-pymc/bin/python --no-deps --no-build-isolation -e .
	@.venv-pymc/bin/python evaluation/crosscheck.py $(CROSSCHECK)

bench: $(STAMP)
	@$(BIN)/python benchmarks/run.py
	@$(BIN)/python benchmarks/texts.py
	@$(BIN)/python benchmarks/tracks.py

# New pins: change pyproject.toml, then `make lock`.
lock:
	@UV=$$(command -v uv || echo $(BIN)/uv); \
	  $$UV pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra report --extra reports --group dev pyproject.toml -o requirements/dev.txt; \
	  $$UV pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra report --extra reports pyproject.toml -o requirements/run.txt; \
	  $$UV pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-header --no-emit-index-url --extra pymc --group build --group test pyproject.toml -o requirements/pymc.txt; \
	  echo 'uv>=0.9' | $$UV pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url - -o requirements/uv.txt

clean:
	rm -rf .venv .venv-pymc dist .pytest_cache .mypy_cache .ruff_cache examples/*/.tidewaiter examples/*/report
