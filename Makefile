# The homework, from nothing to the report. `make` alone explains; every file is made from the files that it depends on,
# so what is up to date is not made again, and what was interrupted goes on.

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
ALONE := $(if $(shell command -v flock),flock $(VENV)/.lock)
PIP   := $(ALONE) $(PY) -m pip install --quiet --disable-pip-version-check
FLAGS := --config $(CONFIG) --runs $(RUNS)$(if $(QUICK), --quick)
SEARCH_FLAGS := $(if $(WORKERS), --workers $(WORKERS))$(if $(KEEP_GOING), --keep-going)$(if $(TENSORBOARD), --tensorboard)

export PYTHONUNBUFFERED := 1

$(if $(word 2,$(CONFIG))$(word 2,$(RUNS))$(word 2,$(VENV)),$(error CONFIG, RUNS and VENV must be paths without spaces))
$(if $(wildcard $(CONFIG)),,$(error $(CONFIG): no such settings file; give an existing one, as in make all CONFIG=homework.toml))

# Stages that do not wait for each other run side by side; every stage computes with a fixed number of threads.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif

SEARCHES := $(RUNS)/classification/search/run.json $(RUNS)/regression/search/run.json
TUNED    := $(RUNS)/classification/tuned/run.json $(RUNS)/regression/tuned/run.json
UNTUNED  := $(RUNS)/classification/improved/run.json $(RUNS)/classification/reference/run.json $(RUNS)/regression/reference/run.json
REGRESSION_EXTRAS     := splits baselines initialisation seeds smaller
CLASSIFICATION_EXTRAS := improved_seeds reference_seeds ablation double_softmax tuned_seeds smaller
EXTRAS   := $(CLASSIFICATION_EXTRAS:%=$(RUNS)/classification/%/run.json) $(REGRESSION_EXTRAS:%=$(RUNS)/regression/%/run.json)
REPORT   := $(RUNS)/report/report.pdf
BUILD_REPORT = $(PY) -m reporting.build_report --config $(CONFIG) --runs $(RUNS)

.DEFAULT_GOAL := help
.PHONY: help all data train tune report quick test test-slow lint bench clean
# Every file is written beside its target and moved into place when it is complete: an interrupt leaves nothing to delete.
.PRECIOUS: $(SEARCHES) $(TUNED) $(UNTUNED) $(EXTRAS) $(REPORT) $(RUNS)/data.json

help:
	@echo "make all      set up, train, tune and report: ends with $(REPORT)"
	@echo "make quick    the same on a small scale, in about two minutes: ends with $(RUNS)/quick/report/report.pdf"
	@echo
	@echo "make data     check the settings, find or fetch the data"
	@echo "make tune     the grid searches of both tasks; WORKERS=n trains in n processes each, KEEP_GOING=1 goes on without"
	@echo "              combinations that fail, TENSORBOARD=1 logs for TensorBoard"
	@echo "make train    the networks before and after tuning, the improved one, and the extras that the report draws on"
	@echo "make report   the report from what is recorded under $(RUNS), without training; needs no TensorFlow"
	@echo "make test     all tests"
	@echo "make test-slow  the tests that take long: searches that are killed over and over (about 15 minutes)"
	@echo "make lint     formatter and linter"
	@echo "make bench    measurements against Keras' fit, skorch and PyTorch; WHOLE=1 also times the whole regression grid"
	@echo "make clean    remove results and caches; data and $(VENV) stay"
	@echo
	@echo "CONFIG=$(CONFIG)  RUNS=$(RUNS)  PYTHON=$(PYTHON)  VENV=$(VENV)  JOBS=$(JOBS) (stages side by side)"
	@echo "make -n all shows the plan. An interrupted make goes on where it was."

all: $(REPORT)
data: $(RUNS)/data.json
tune: $(SEARCHES)
train: $(TUNED) $(UNTUNED) $(EXTRAS)

report: $(VENV)/.libraries $(VENV)/.report
	$(BUILD_REPORT)

quick:
	@$(MAKE) --no-print-directory all QUICK=1 RUNS=$(RUNS)/quick


# Results

# Remembers which settings the results under RUNS were asked for, so that other ones are not taken for up to date.
ASKED := $(CONFIG)$(if $(QUICK), quick)
ifneq ($(strip $(file <$(RUNS)/asked)),$(ASKED))
.PHONY: $(RUNS)/asked
endif
$(RUNS)/asked:
	@mkdir -p $(RUNS) && echo "$(ASKED)" > $@

# What bears a time of the future was made before a clock was set right. It is asked again, whatever the times say.
FUTURE := $(shell find $(RUNS) \( -name run.json -o -name data.json -o -name asked -o -name report.pdf \) -newermt now 2>/dev/null)
$(if $(FUTURE),$(eval .PHONY: $(FUTURE)))

# Settings and data that were exchanged for older files are looked at again as well, which their times alone would not tell.
ifneq ($(wildcard $(RUNS)/data.stat),)
ifneq ($(shell cut -d' ' -f3- $(RUNS)/data.stat | tr '\n' '\0' | xargs -0 stat -Lc '%Y %s %n' 2>&1 | cmp -s - $(RUNS)/data.stat; echo $$?),0)
.PHONY: $(RUNS)/data.json
endif
endif

# The data's own files are prerequisites as well: prepare_data lists them in data.mk.
-include $(RUNS)/data.mk
$(RUNS)/data.json: $(CONFIG) homework.toml training/synthetic.py $(RUNS)/asked | $(VENV)/.all
	$(PY) -m training.prepare_data $(FLAGS)

# A stage whose settings and data are those that it recorded returns at once: a changed name trains nothing.
# With WORKERS, one search after the other: each has the processors, and the terminal, for itself.
$(if $(WORKERS),$(eval $(RUNS)/regression/search/run.json: | $(RUNS)/classification/search/run.json))
$(SEARCHES): $(RUNS)/%/search/run.json: $(RUNS)/data.json | $(if $(TENSORBOARD),$(VENV)/.tensorboard)
	$(PY) -m tuning.tune_$* $(FLAGS)$(SEARCH_FLAGS)

$(TUNED): $(RUNS)/%/tuned/run.json: $(RUNS)/%/search/run.json
$(TUNED) $(UNTUNED): $(RUNS)/%/run.json: $(RUNS)/data.json
	$(PY) -m training.train_$(*D) --variant $(*F) $(FLAGS)

$(addprefix $(RUNS)/classification/,$(addsuffix /run.json,tuned_seeds smaller)): $(RUNS)/classification/tuned/run.json
$(addprefix $(RUNS)/regression/,$(addsuffix /run.json,initialisation seeds smaller)): $(RUNS)/regression/tuned/run.json
# With two jobs at a time the chain through the longest search ends last, so what continues it goes before what could fill any gap.
$(if $(filter 1 2,$(JOBS)),$(eval $(filter-out %/improved_seeds/run.json,$(EXTRAS)): | $(RUNS)/classification/tuned/run.json))
$(EXTRAS): $(RUNS)/%/run.json: $(RUNS)/data.json
	$(PY) -m training.$(*D)_extras --extra $(*F) $(FLAGS)

$(REPORT): $(VENV)/.libraries $(SEARCHES) $(UNTUNED) $(TUNED) $(EXTRAS) $(CONFIG) homework.toml
$(REPORT): $(wildcard reporting/*.py reporting/*.json reporting/*/*.py report_templates/* report_templates/*/*) | $(VENV)/.report
	$(BUILD_REPORT)


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

$(VENV)/.report: requirements-report.txt | $(VENV)/.made
	@echo "installing the report's packages into $(VENV)"
	@$(PIP) -r $<
	@touch $@

$(VENV)/.all: requirements.txt $(VENV)/.report
	@echo "installing TensorFlow and KerasTuner into $(VENV) (about 600 MB, a minute or more)"
	@$(PIP) -r $<
	@touch $@

$(VENV)/.tensorboard: requirements-tensorboard.txt $(VENV)/.all
	@echo "installing TensorBoard into $(VENV)"
	@$(PIP) -r $<
	@touch $@

$(VENV)/.test: requirements-test.txt $(VENV)/.all
	@echo "installing the test packages into $(VENV)"
	@$(PIP) -r $<
	@touch $@


# Development

test: $(VENV)/.test $(VENV)/.libraries
	$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

test-slow: $(VENV)/.test $(VENV)/.libraries
	$(PY) -m pytest -m slow

lint: $(VENV)/.test
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

$(VENV)-bench/.made: requirements-bench.txt | $(VENV)/.made
	@echo "installing what is compared with into $(VENV)-bench"
	@$(PYTHON) -m venv $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

bench: $(VENV)/.all $(VENV)-bench/.made
	BENCH_PYTHON=$(VENV)-bench/bin/python $(PY) -m tests.benchmarks $(if $(WHOLE),--whole) --config $(CONFIG)

clean:
	rm -rf $(addprefix $(RUNS)/,regression classification report quick asked data.json data.mk data.stat) .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path "./$(VENV)/*" -prune -exec rm -rf {} +
	-@rmdir $(RUNS) 2>/dev/null || true
