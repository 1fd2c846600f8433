# The homework, from nothing to the report. `make` alone explains. The recorded runs tell which stages are up to date:
# their settings and data are compared, never the times of files. Interrupted work goes on where it was.

CONFIG ?= homework.toml
RUNS   ?= runs
QUICK  ?=
PYTHON ?= python3
VENV   ?= .venv
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)
WORKERS     ?=
KEEP_GOING  ?=
TENSORBOARD ?=

PY    := $(VENV)/bin/python
FLAGS := --config $(CONFIG) --runs $(RUNS)$(if $(QUICK), --quick)
SEARCH_FLAGS := $(if $(WORKERS), --workers $(WORKERS))$(if $(KEEP_GOING), --keep-going)
SEARCH_FLAGS += $(if $(TENSORBOARD),--tensorboard)

export PYTHONUNBUFFERED := 1

$(if $(word 2,$(CONFIG))$(word 2,$(RUNS))$(word 2,$(VENV)),$(error CONFIG, RUNS and VENV must be paths without spaces))
$(if $(wildcard $(CONFIG)),,$(error $(CONFIG): no such settings file; give one as in make all CONFIG=homework.toml))

# Stages that do not wait for each other run side by side; every stage computes with a fixed number of threads.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif

REPORT := $(RUNS)/report/report.pdf
# The checksum of all that the report is made of, as it was before it was made, is kept beside it. (Of two
# makes at once, one may find it moved already.)
REPORT_INPUTS = { cat homework.toml $(CONFIG) $(RUNS)/*/*/run.json; \
	find reporting report_templates -type f ! -name '*.pyc' | sort | xargs cat; } 2>/dev/null | cksum
define BUILD_REPORT
@mkdir -p $(RUNS)/report && $(REPORT_INPUTS) >$(RUNS)/report/inputs.new
$(PY) -m reporting.build_report --config $(CONFIG) --runs $(RUNS)
@mv $(RUNS)/report/inputs.new $(RUNS)/report/inputs 2>/dev/null || true
endef

.DEFAULT_GOAL := help
.PHONY: help all data train tune report quick lock test test-slow lint bench clean

help:
	@echo "make all      set up, train, tune and report: ends with $(REPORT)"
	@echo "make quick    the same on a small scale, in about two minutes: ends with $(RUNS)/quick/report/report.pdf"
	@echo
	@echo "make data     check the settings, find or fetch the data"
	@echo "make tune     the grid searches of both tasks; WORKERS=n trains in n processes each, KEEP_GOING=1 goes on"
	@echo "              without combinations that fail, TENSORBOARD=1 logs for TensorBoard"
	@echo "make train    the networks before and after tuning, the improved one, and the extras that the report draws on"
	@echo "make report   the report from what is recorded under $(RUNS), without training; needs no TensorFlow"
	@echo "make test     all tests"
	@echo "make test-slow  the tests that take long: searches that are killed over and over (about 15 minutes)"
	@echo "make lint     formatter, linter, type checker, lengths of modules and functions"
	@echo "make lock     the lock files again after a change of requirements*.txt; UPGRADE=1 renews the rest"
	@echo "make bench    measurements against Keras' fit, skorch and PyTorch; WHOLE=1 also times the whole regression grid"
	@echo "make clean    remove results and caches; data and $(VENV) stay"
	@echo
	@echo "CONFIG=$(CONFIG)  RUNS=$(RUNS)  PYTHON=$(PYTHON)  VENV=$(VENV)  JOBS=$(JOBS) (stages side by side)"
	@echo "make -n all shows the plan. An interrupted make goes on where it was."

all: $(REPORT)
report: $(VENV)/.libraries $(VENV)/.report
	$(BUILD_REPORT)

quick:
	@$(MAKE) --no-print-directory all QUICK=1 RUNS=$(RUNS)/quick


# Results

# A stage runs if its result is missing or if training.plan names it. It then compares once more, so one that another
# make has finished meanwhile returns at once. Stages depend on each other in order alone: the times of their files
# decide nothing.
ifneq ($(filter all data tune train clean $(RUNS)/%,$(MAKECMDGOALS)),)

# All stages in the order in which they start, each as folder:needed folder:kind
STAGES   := $(shell $(or $(wildcard $(PY)),$(PYTHON)) reporting/artifacts/registry.py | tr ' ' :)
column    = $(word $1,$(subst :, ,$2))
result    = $(RUNS)/$(if $(filter data,$1),data,$1/run).json
made      = $(call result,$(call column,$2,$1))
of_kind   = $(foreach stage,$(STAGES),$(if $(filter $1,$(call column,3,$(stage))),$(call made,$(stage),1)))
SEARCHES := $(call of_kind,search)
TUNED    := $(call of_kind,tuned)
VARIANTS := $(call of_kind,variant) $(TUNED)
EXTRAS   := $(call of_kind,filler extra)

data: $(RUNS)/data.json
tune: $(SEARCHES)
train: $(VARIANTS) $(EXTRAS)

$(foreach stage,$(STAGES),$(eval $(call made,$(stage),1): | $(call made,$(stage),2)))
# With WORKERS, one search after the other: each has the processors, and the terminal, for itself.
$(if $(WORKERS),$(foreach search,$(SEARCHES),$(eval $(search): | $(EARLIER))$(eval EARLIER := $(search))))
# With two jobs at a time the longest search ends last: what needs it goes before the extras that could run at any time.
$(if $(filter 1 2,$(JOBS)),$(eval $(call of_kind,extra): | $(firstword $(TUNED))))

$(RUNS)/data.json: | $(VENV)/.all
	$(PY) -m training.prepare_data $(FLAGS)

$(SEARCHES): $(RUNS)/%/search/run.json: | $(if $(TENSORBOARD),$(VENV)/.tensorboard)
	$(PY) -m tuning.tune --task $* $(FLAGS)$(SEARCH_FLAGS)

$(VARIANTS): $(RUNS)/%/run.json:
	$(PY) -m training.train --task $(*D) --variant $(*F) $(FLAGS)

$(EXTRAS): $(RUNS)/%/run.json:
	$(PY) -m training.run_extra --task $(*D) --extra $(*F) $(FLAGS)

$(REPORT): | $(VENV)/.libraries $(VENV)/.report $(SEARCHES) $(VARIANTS) $(EXTRAS)
	$(BUILD_REPORT)

# A file is written beside its target and moved into place when it is complete: an interrupt leaves none to delete.
.PRECIOUS: $(RUNS)/data.json $(SEARCHES) $(VARIANTS) $(EXTRAS) $(REPORT)
endif

# Which stages are not up to date. Where the packages are not installed yet, or the plan fails, that is all of them.
ifneq ($(filter all data tune train $(RUNS)/%,$(MAKECMDGOALS)),)
STALE := $(if $(wildcard $(VENV)/.made),$(shell $(PY) -m training.plan $(FLAGS) || echo all),all)
ifneq ($(filter all,$(STALE)),)
STALE := data $(foreach stage,$(STAGES),$(call column,1,$(stage))) report
endif
.PHONY: $(foreach folder,$(filter-out report,$(STALE)),$(call result,$(folder)))
ifneq ($(filter report,$(STALE))$(shell $(REPORT_INPUTS) | cmp -s - $(RUNS)/report/inputs || echo differ),)
.PHONY: $(REPORT)
endif
endif


# Set-up: the virtual environment, its packages, the system's libraries

# What the goals need is set up at once, so that all that is missing is named before anything is downloaded.
GOALS := $(or $(filter-out set-up,$(MAKECMDGOALS)),all)
NEEDS := $(if $(filter-out data tune train lint bench,$(GOALS)),report)
NEEDS += $(if $(filter-out report,$(GOALS)),training $(if $(TENSORBOARD),tensorboard))
NEEDS += $(if $(filter test test-slow lint,$(GOALS)),test)

# An environment that is there is used, but not if another PYTHON was named. Any Python can tell what is to be done.
NAMED := $(if $(filter file,$(origin PYTHON)),,--named)
.PHONY: set-up set-up-bench
set-up:
	@for python in $(PYTHON) $(PY) python3; do if $$python -c '' 2>/dev/null; then \
	exec $$python -B -m reporting.environment --venv $(VENV) --python $(PYTHON) $(NAMED) $(NEEDS); fi; done; \
	echo "error: PYTHON=$(PYTHON) is no Python that runs, and there is no other; README.md says which to install" >&2; exit 1

set-up-bench: set-up
	@$(PY) -B -m reporting.environment --venv $(VENV)-bench --python $(PY) bench

.PHONY: $(VENV)/.libraries $(VENV)/.report $(VENV)/.all $(VENV)/.tensorboard
$(VENV)/.libraries $(VENV)/.report $(VENV)/.all $(VENV)/.tensorboard: set-up


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

test: set-up
	$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

test-slow: set-up
	$(PY) -m pytest -m slow

lint: set-up
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -m pytest -q --noconftest tests/test_structure.py

bench: set-up-bench
	BENCH_PYTHON=$(VENV)-bench/bin/python $(PY) -m tests.benchmarks $(if $(WHOLE),--whole) --config $(CONFIG)

clean:
	rm -rf $(addprefix $(RUNS)/,$(sort $(foreach stage,$(STAGES),$(firstword $(subst /, ,$(stage))))))
	rm -rf $(addprefix $(RUNS)/,report quick data.json) .pytest_cache .ruff_cache .mypy_cache
	find . -name __pycache__ -not -path "./$(VENV)/*" -prune -exec rm -rf {} +
	-@rmdir $(RUNS) 2>/dev/null || true
