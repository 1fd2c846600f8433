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

PY    := $(VENV)/bin/python
FLAGS := --config $(CONFIG) --runs $(RUNS)$(if $(QUICK), --quick)$(if $(filter 0,$(EXTRAS)), --no-extras)
STARTED := $(shell date +%s)
PIPELINE := $(PY) -m training.pipeline
PIPELINE_FLAGS := $(if $(JOBS),--jobs $(JOBS)) $(if $(WORKERS),--workers $(WORKERS))
PIPELINE_FLAGS += $(if $(KEEP_GOING),--keep-going) $(if $(TENSORBOARD),--tensorboard)

export PYTHONUNBUFFERED := 1
export IMAGE  # which the shell, not make, puts into a command: it may hold any letters

$(if $(word 2,$(CONFIG))$(word 2,$(RUNS))$(word 2,$(VENV)),$(error CONFIG, RUNS and VENV must be paths without spaces))
$(if $(wildcard $(CONFIG)),,$(error $(CONFIG): no such settings file; give one as in make all CONFIG=homework.toml))

.DEFAULT_GOAL := help
.PHONY: help all data train tune plan report verify defence predict export quick lock test test-slow lint bench check-gpu clean

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
	@echo "make report   the report from what is recorded under $(RUNS), without training; needs no TensorFlow;"
	@echo "              BODY=1 makes a PDF of the body alone, without appendices: $(RUNS)/report/report-body.pdf"
	@echo "make verify   every number of that report's web page computed again from $(RUNS); names what does not agree"
	@echo "make defence  questions that an examiner may ask, answered from these runs: $(RUNS)/report/defence.pdf"
	@echo "make predict  what the trained network says of your pictures: IMAGE=shoe.jpg, IMAGE='a.jpg b.jpg' or a folder;"
	@echo "              $(RUNS)/predict/predict.html shows each step; VARIANT=tuned takes another network than the best"
	@echo "make export   a trained network for other programs: FORMAT=tflite, onnx or saved_model, TASK=regression, VARIANT=tuned"
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
data tune train: set-up
	@$(PIPELINE) $@ $(FLAGS) $(PIPELINE_FLAGS)

all: set-up
	@$(PIPELINE) train $(FLAGS) $(PIPELINE_FLAGS)
	@$(PY) -m reporting.build_report --config $(CONFIG) --runs $(RUNS) --if-changed --since $(STARTED)

plan: set-up
	@$(PIPELINE) train $(FLAGS) $(PIPELINE_FLAGS) --dry-run

report: set-up
	@$(PY) -m reporting.build_report --config $(CONFIG) --runs $(RUNS)$(if $(BODY), --body)

verify: set-up
	@$(PY) -m reporting.verify --config $(CONFIG) --runs $(RUNS)

defence: set-up
	@$(PY) -m reporting.build_report --config $(CONFIG) --runs $(RUNS) --defence

predict: set-up
	@$(PY) -m training.predict $(FLAGS) $(if $(VARIANT),--variant $(VARIANT)) --images "$$IMAGE"
	@$(PY) -m reporting.predict_page --runs $(RUNS)

export: set-up
	@$(PY) -m training.export $(FLAGS) --task $(TASK) $(if $(VARIANT),--variant $(VARIANT)) --format $(FORMAT)

quick:
	@$(MAKE) --no-print-directory all QUICK=1 RUNS=$(RUNS)/quick


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
	@for python in $(PYTHON) $(PY) python3; do if $$python -c '' 2>/dev/null; then \
	exec $$python -B -m reporting.environment --venv $(VENV) --python $(PYTHON) $(NAMED) $(NEEDS); fi; done; \
	echo "error: PYTHON=$(PYTHON) is no Python that runs, and there is no other; README.md says which to install" >&2; exit 1

set-up-bench: set-up
	@$(PY) -B -m reporting.environment --venv $(VENV)-bench --python $(PY) bench


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
	BENCH_PYTHON=$(VENV)-bench/bin/python $(PY) -m tests.benchmarks --config $(CONFIG) \
	$(if $(WHOLE),--whole) $(if $(BUDGET),--budget $(BUDGET)) $(if $(KERNELS),--kernels $(KERNELS))

check-gpu: set-up
	$(PY) -m tuning.check_gpu

clean:
	rm -rf $(addprefix $(RUNS)/,regression classification report predict export quick data.json pace.json) .pytest_cache .ruff_cache .mypy_cache
	find . -name __pycache__ -not -path "./$(VENV)/*" -prune -exec rm -rf {} +
	-@rmdir $(RUNS) 2>/dev/null || true
