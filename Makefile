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
BODY        ?=
IMAGE       ?=
TASK        ?= classification
VARIANT     ?=
FORMAT      ?= saved_model

# A path as one word of the shell, whatever stands in it; ~/ is the home folder
quoted = $(subst '~/,"$$HOME"'/,'$(subst ','\'',$(1))')

PY    := $(call quoted,$(VENV)/bin/python)
PATHS := --config $(call quoted,$(CONFIG)) --runs $(call quoted,$(RUNS))
FLAGS := $(PATHS)$(if $(QUICK), --quick)$(if $(filter 0,$(EXTRAS)), --no-extras)
STARTED := $(shell date +%s)
PIPELINE := $(PY) -m training.pipeline
PIPELINE_FLAGS := $(if $(JOBS),--jobs $(JOBS)) $(if $(WORKERS),--workers $(WORKERS))
PIPELINE_FLAGS += $(if $(KEEP_GOING),--keep-going) $(if $(TENSORBOARD),--tensorboard)

# Variables of Python, pip and git that would import, install or describe something else than these commands say
unexport $(filter-out PYTHON PYTHONDONTWRITEBYTECODE PYTHONHASHSEED PYTHONPYCACHEPREFIX,$(filter PYTHON%,$(.VARIABLES)))
unexport $(addprefix PIP_,BREAK_SYSTEM_PACKAGES CONSTRAINT DRY_RUN EDITABLE IGNORE_INSTALLED IMPLEMENTATION ABI)
unexport $(addprefix PIP_,NO_DEPS PLATFORM PREFIX PRE PYTHON PYTHON_VERSION REPORT REQUIREMENT REQUIRE_VIRTUALENV ROOT)
unexport $(addprefix PIP_,SRC TARGET UPGRADE USER)
unexport GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export PYTHONUNBUFFERED := 1
export IMAGE  # which the shell, not make, puts into a command: it may hold any letters
export PYTHONUTF8 := 1

# What would be taken for something else, or for nothing, is refused
KNOWN := CONFIG RUNS QUICK PYTHON VENV EXTRAS JOBS WORKERS KEEP_GOING TENSORBOARD BODY UPGRADE WHOLE BUDGET KERNELS \
  IMAGE TASK VARIANT FORMAT
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
UNKNOWN := $(filter-out $(KNOWN) MAKE% -% SHELL,$(GIVEN))
$(if $(UNKNOWN),$(error $(UNKNOWN) is no variable of this Makefile; there are $(KNOWN)))
$(foreach name,CONFIG RUNS VENV PYTHON,\
$(if $(strip $($(name))),,$(error $(name)= is empty; leave it out, or name a path))\
$(if $(findstring $$,$(value $(name)))$(filter -%,$(firstword $($(name)))),\
$(error $(name) must be a path without a dollar sign that does not begin with a hyphen)))
$(if $(shell test -e $(call quoted,$(CONFIG)) && echo yes),,\
$(error $(CONFIG): no such settings file; give one as in make all CONFIG=homework.toml))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help all data train tune plan report verify defence predict export quick lock test test-slow lint bench check-gpu clean

help:
	$(info make all      set up, train, tune and report: ends with $(RUNS)/report/report.pdf; it says first how long that takes)
	$(info $()              EXTRAS=0 leaves all but the content of the reference report out)
	$(info make quick    the same on a small scale, in a few minutes: ends with $(RUNS)/quick/report/report.pdf)
	$(info $())
	$(info make plan     say what make all would do now, and how long it would take)
	$(info make data     check the settings, find or fetch the data)
	$(info make tune     the grid searches of both tasks; KEEP_GOING=1 goes on without combinations that fail,)
	$(info $()              TENSORBOARD=1 logs for TensorBoard)
	$(info make train    everything that the report draws on)
	$(info make report   the report from what is recorded under $(RUNS), without training; needs no TensorFlow;)
	$(info $()              BODY=1 makes a PDF of the body alone, without appendices: $(RUNS)/report/report-body.pdf)
	$(info make verify   every number of that report's web page computed again from $(RUNS); names what does not agree)
	$(info make defence  questions that an examiner may ask, answered from these runs: $(RUNS)/report/defence.pdf)
	$(info make predict  what the trained network says of your pictures: IMAGE=shoe.jpg, IMAGE='a.jpg b.jpg' or a folder;)
	$(info $()              $(RUNS)/predict/predict.html shows each step; VARIANT=tuned takes another network than the best)
	$(info make export   a trained network for other programs: FORMAT=tflite, onnx or saved_model, TASK=regression, VARIANT=tuned)
	$(info make test     all tests)
	$(info make test-slow  the tests that take long: searches that are killed over and over (about 15 minutes))
	$(info make lint     formatter, linter, type checker, lengths of modules and functions)
	$(info make lock     the lock files again after a change of requirements*.txt; UPGRADE=1 renews the rest)
	$(info make bench    measurements against Keras' fit, skorch and PyTorch in about 8 minutes (BUDGET=seconds); WHOLE=1 also)
	$(info $()              times the whole regression grid, KERNELS=avx2 measures as a processor with AVX2 alone would)
	$(info make check-gpu  what this project does with GPUs, checked on this machine's in at most five minutes)
	$(info make clean    remove results and caches; data and $(VENV) stay)
	$(info $())
	$(info CONFIG=$(CONFIG)  RUNS=$(RUNS)  PYTHON=$(PYTHON)  VENV=$(VENV))
	$(info JOBS=n processes train side by side, WORKERS=n of them share a search at most; without, as the machine allows.)
	$(info An interrupted make goes on where it was.)
	@:


# Results

# training.pipeline trains what is not up to date: settings and data are compared with what the runs record, never the
# times of files. Then the report is made, if anything that it is made of has changed.
data tune train: set-up
	@$(PIPELINE) $@ $(FLAGS) $(PIPELINE_FLAGS)

all: set-up
	@$(PIPELINE) train $(FLAGS) $(PIPELINE_FLAGS)
	@$(PY) -m reporting.build_report $(PATHS) --if-changed --since $(STARTED)

plan: set-up
	@$(PIPELINE) train $(FLAGS) $(PIPELINE_FLAGS) --dry-run

report: set-up
	@$(PY) -m reporting.build_report $(PATHS)$(if $(BODY), --body)

verify: set-up
	@$(PY) -m reporting.verify $(PATHS)

defence: set-up
	@$(PY) -m reporting.build_report $(PATHS) --defence

predict: set-up
	@$(PY) -m training.predict $(FLAGS) $(if $(VARIANT),--variant $(call quoted,$(VARIANT))) --images "$$IMAGE"
	@$(PY) -m reporting.predict_page --runs $(call quoted,$(RUNS))

export: set-up
	@$(PY) -m training.export $(FLAGS) --task $(call quoted,$(TASK)) $(if $(VARIANT),--variant $(call quoted,$(VARIANT))) --format $(call quoted,$(FORMAT))

quick:
	@$(MAKE) --no-print-directory all QUICK=1 RUNS=$(call quoted,$(RUNS)/quick)


# Set-up: the virtual environment, its packages, the system's libraries

# What the goals need is set up at once, so that all that is missing is named before anything is downloaded.
GOALS := $(or $(filter-out set-up,$(MAKECMDGOALS)),all)
NEEDS := $(if $(filter-out data tune train plan export lint bench check-gpu,$(GOALS)),report)
NEEDS += $(if $(filter-out report verify defence,$(GOALS)),training $(if $(TENSORBOARD),tensorboard))
NEEDS += $(if $(filter test test-slow lint,$(GOALS)),test)

# An environment that is there is used, but not if another PYTHON was named. Any Python can tell what is to be done.
NAMED := $(if $(filter file,$(origin PYTHON)),,--named)
.PHONY: set-up set-up-bench
set-up:
	@for python in $(call quoted,$(PYTHON)) $(PY) python3; do if "$$python" -c '' 2>/dev/null; then exec "$$python" -B -m \
	reporting.environment --venv $(call quoted,$(VENV)) --python $(call quoted,$(PYTHON)) $(NAMED) $(NEEDS); fi; done; \
	printf 'error: PYTHON=%s is no Python that runs, and there is no other; README.md says which to install\n' \
	$(call quoted,$(PYTHON)) >&2; exit 1

set-up-bench: set-up
	@$(PY) -B -m reporting.environment --venv $(call quoted,$(VENV)-bench) --python $(PY) bench


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
	BENCH_PYTHON=$(call quoted,$(VENV)-bench/bin/python) $(PY) -m tests.benchmarks --config $(call quoted,$(CONFIG)) \
	$(if $(WHOLE),--whole) $(if $(BUDGET),--budget $(BUDGET)) $(if $(KERNELS),--kernels $(KERNELS))

check-gpu: set-up
	$(PY) -m tuning.check_gpu

clean:
	for name in regression classification report predict export quick data.json pace.json; do rm -rf $(call quoted,$(RUNS))/$$name; done
	rm -rf .pytest_cache .ruff_cache .mypy_cache
	find . -name __pycache__ -not -path ./$(call quoted,$(VENV))"/*" -prune -exec rm -rf {} +
	-@rmdir $(call quoted,$(RUNS)) 2>/dev/null || true
