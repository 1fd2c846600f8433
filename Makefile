# The homework, from nothing to the report. `make` alone explains. Interrupted work goes on where it was.

CONFIG ?= homework.toml
RUNS   ?= runs
QUICK  ?=
PYTHON ?= python3
VENV   ?= .venv
EXTRAS ?= 1
JOBS        ?=
WORKERS     ?=
KEEP_GOING  ?=
TENSORBOARD ?=

PY    := $(VENV)/bin/python
ALONE := $(if $(shell command -v flock),flock $(VENV)/.lock)
PIP   := $(ALONE) $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
FLAGS := --config $(CONFIG) --runs $(RUNS)$(if $(QUICK), --quick)$(if $(filter 0,$(EXTRAS)), --no-extras)
PIPELINE := $(PY) -m training.pipeline
PIPELINE_FLAGS := $(if $(JOBS),--jobs $(JOBS)) $(if $(WORKERS),--workers $(WORKERS))
PIPELINE_FLAGS += $(if $(KEEP_GOING),--keep-going) $(if $(TENSORBOARD),--tensorboard)

export PYTHONUNBUFFERED := 1

$(if $(word 2,$(CONFIG))$(word 2,$(RUNS))$(word 2,$(VENV)),$(error CONFIG, RUNS and VENV must be paths without spaces))
$(if $(wildcard $(CONFIG)),,$(error $(CONFIG): no such settings file; give one as in make all CONFIG=homework.toml))

.DEFAULT_GOAL := help
.PHONY: help all data train tune plan report quick lock test test-slow lint bench check-gpu clean

help:
	@echo "make all      set up, train, tune and report: ends with $(RUNS)/report/report.pdf; it says first how long that takes"
	@echo "              EXTRAS=0 leaves all but the content of the reference report out"
	@echo "make quick    the same on a small scale, in a few minutes: ends with $(RUNS)/quick/report/report.pdf"
	@echo
	@echo "make plan     say what make all would do now, and how long it would take"
	@echo "make data     check the settings, find or fetch the data"
	@echo "make tune     the grid searches of both tasks; KEEP_GOING=1 goes on without combinations that fail,"
	@echo "              TENSORBOARD=1 logs for TensorBoard"
	@echo "make train    everything that the report draws on"
	@echo "make report   the report from what is recorded under $(RUNS), without training; needs no TensorFlow"
	@echo "make test     all tests"
	@echo "make test-slow  the tests that take long: searches that are killed over and over (about 15 minutes)"
	@echo "make lint     formatter, linter, type checker, lengths of modules and functions"
	@echo "make lock     the lock files again after a change of requirements*.txt; UPGRADE=1 renews the rest"
	@echo "make bench    measurements against Keras' fit, skorch and PyTorch in about 8 minutes (BUDGET=seconds); WHOLE=1 also"
	@echo "              times the whole regression grid, KERNELS=avx2 measures as a processor with AVX2 alone would"
	@echo "make check-gpu  what this project does with GPUs, checked on this machine's in at most five minutes"
	@echo "make clean    remove results and caches; data and $(VENV) stay"
	@echo
	@echo "CONFIG=$(CONFIG)  RUNS=$(RUNS)  PYTHON=$(PYTHON)  VENV=$(VENV)"
	@echo "JOBS=n processes train side by side, WORKERS=n of them share a search at most; without, as the machine allows."
	@echo "An interrupted make goes on where it was."


# Results

# training.pipeline trains what is not up to date: settings and data are compared with what the runs record, never the
# times of files. Then the report is made, if anything that it is made of has changed.
data tune train: $(VENV)/.all $(if $(TENSORBOARD),$(VENV)/.tensorboard)
	@$(PIPELINE) $@ $(FLAGS) $(PIPELINE_FLAGS)

all: $(VENV)/.all $(VENV)/.libraries $(if $(TENSORBOARD),$(VENV)/.tensorboard)
	@$(PIPELINE) train $(FLAGS) $(PIPELINE_FLAGS)
	@$(PY) -m reporting.build_report --config $(CONFIG) --runs $(RUNS) --if-changed

plan: $(VENV)/.all
	@$(PIPELINE) train $(FLAGS) $(PIPELINE_FLAGS) --dry-run

report: $(VENV)/.libraries $(VENV)/.report
	@$(PY) -m reporting.build_report --config $(CONFIG) --runs $(RUNS)

quick:
	@$(MAKE) --no-print-directory all QUICK=1 RUNS=$(RUNS)/quick


# Set-up: the virtual environment, its packages, the system's libraries

# Two makes at once: the second waits for the first at each step, and then finds it done.
$(VENV)/.made:
	@mkdir -p $(VENV)
	@$(ALONE) $(PYTHON) reporting/system_libraries.py venv
	@echo "making the virtual environment $(VENV)"
	@$(ALONE) sh -c 'test -e $@ || { $(PYTHON) -m venv $(VENV) && touch $@; }'

$(VENV)/.libraries: reporting/system_libraries.py | $(VENV)/.made
	@$(ALONE) $(PY) reporting/system_libraries.py report
	@touch $@

$(VENV)/.report: requirements-report.lock | $(VENV)/.made
	@echo "installing the report's packages into $(VENV)"
	@$(PIP) -r $<
	@touch $@

$(VENV)/.all: requirements.lock $(VENV)/.report
	@echo "installing TensorFlow and KerasTuner into $(VENV) (about 600 MB, a minute or more)"
	@$(PIP) -r $<
	@touch $@

$(VENV)/.tensorboard: requirements-tensorboard.lock $(VENV)/.all
	@echo "installing TensorBoard into $(VENV)"
	@$(PIP) -r $<
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.all
	@echo "installing the test packages into $(VENV)"
	@$(PIP) -r $<
	@touch $@


# Development

# For Python 3.11 and later on every system, with the digests of all files of a release. What is not pinned in
# requirements*.txt keeps the version that it has in the lock file.
LOCKED := requirements requirements-report requirements-test requirements-tensorboard requirements-gpu
COMPILE := pip compile --quiet --no-config --universal --python-version 3.11 --fork-strategy fewest --generate-hashes
lock:
	@set -e; scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; $(PYTHON) -m venv "$$scratch"; \
	"$$scratch"/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9; \
	for name in $(LOCKED); do echo "locking $$name.txt"; \
	UV_CUSTOM_COMPILE_COMMAND="make lock" "$$scratch"/bin/uv $(COMPILE) $(if $(UPGRADE),--upgrade) $$name.txt \
	$$(test $$name = requirements || echo --constraint requirements.lock) --output-file $$name.lock; done

test: $(VENV)/.test $(VENV)/.libraries
	$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

test-slow: $(VENV)/.test $(VENV)/.libraries
	$(PY) -m pytest -m slow

lint: $(VENV)/.test
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -m pytest -q --noconftest tests/test_structure.py

$(VENV)-bench/.made: requirements-bench.txt | $(VENV)/.made
	@echo "installing what is compared with into $(VENV)-bench"
	@$(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

bench: $(VENV)/.all $(VENV)-bench/.made
	BENCH_PYTHON=$(VENV)-bench/bin/python $(PY) -m tests.benchmarks --config $(CONFIG) \
	$(if $(WHOLE),--whole) $(if $(BUDGET),--budget $(BUDGET)) $(if $(KERNELS),--kernels $(KERNELS))

check-gpu: $(VENV)/.all
	$(PY) -m tuning.check_gpu

clean:
	rm -rf $(addprefix $(RUNS)/,regression classification report quick data.json pace.json) .pytest_cache .ruff_cache .mypy_cache
	find . -name __pycache__ -not -path "./$(VENV)/*" -prune -exec rm -rf {} +
	-@rmdir $(RUNS) 2>/dev/null || true
