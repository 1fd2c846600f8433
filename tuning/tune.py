"""Grid search for a task: train every combination on every fold.

    python -m tuning.tune --task regression

Writes runs/<task>/search/. A search that was interrupted resumes where it was. On one core the search of the regression
takes a few minutes, that of the classification a quarter of an hour or more.
"""

from __future__ import annotations

import argparse
import functools
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.artifacts import UserError, readable
from training.best import search_config
from training.budget import Budget, make_budget
from training.cli import homework_of, parse_arguments, run_main
from training.device import hidden, instruction_set, onednn_state, package_versions
from training.experiment import Experiment, experiment
from training.grids import Search
from training.prepare_data import check_networks
from training.recording import Recording
from training.settings import LARGE_GRID
from training.tasks import TASKS
from training.variables import variables
from tuning.flags import add_search_flags

if TYPE_CHECKING:
    from training.config import FitConfig
    from tuning.grid_search import FitFold
    from tuning.progress import SearchProgress
    from tuning.rows import FoldRows
    from tuning.workers import Recruit, WorkerProcess

LOCAL = "127.0.0.1:0"  # a chief that workers of this machine alone find


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(__doc__, argv, add_search_flags, task=TASKS)
    this = experiment(arguments.task, homework_of(arguments), arguments.runs)
    refuse_contradictions(arguments)
    check_networks(this.homework, {arguments.task: this.data.shapes})
    record = this.recording("search", search_config(this.settings.search))
    if arguments.join:
        join(this, arguments, record)
    else:
        tune(this, arguments, record)


def refuse_contradictions(arguments: argparse.Namespace) -> None:
    """Raise UserError for flags that exclude each other."""
    if arguments.join and arguments.workers is not None:
        raise UserError("--join is one worker; start it as often as there shall be workers, without --workers")
    if arguments.workers == 0 and not arguments.chief:
        raise UserError("--workers 0 trains nothing unless --chief says where workers of other machines find this one")


def tune(this: Experiment, arguments: argparse.Namespace, record: Recording) -> None:
    """Run or resume the search, or a shard of it; raises UserError unless all of it succeeds."""
    for name in ("ORACLE_IP", "ORACLE_PORT", "TUNER_ID"):
        os.environ.pop(f"KERASTUNER_{name}", None)  # the user's would make this process a worker, or another chief
    search, folds = this.settings.search, this.folds(this.settings.search.base, this.search_seed)
    shard, shards = arguments.shard
    record.acquire(f"lock-{shard}-of-{shards}" if shards > 1 else "lock")
    if record.is_done():
        return
    if search.combinations > LARGE_GRID:
        count = f"{search.combinations} combinations of {len(folds)} folds each"
        print(f"{record.name}: {count}: this will take long", file=sys.stderr)
    record.begin()
    with hidden("sklearn"):
        from tuning.trials import save_search

    rows = recorded_rows(this, record)
    train_grid(this, arguments, record, rows)
    if shards == 1:
        labels = this.dataset.y_train[folds[0][1]] if this.task.classifies else None
        record.finish(save_search(record.folder, search, len(folds), rows, labels))
    else:
        print(
            f"{record.name}: shard {shard}/{shards} is done; bring all shards' {rows.folder} together,"
            " then run 'make tune'"
        )


def recorded_rows(this: Experiment, record: Recording) -> FoldRows:
    """The rows of this search. TensorFlow must be configured before: they depend on the precision it chose."""
    from tuning.rows import FoldRows

    numerics: dict[str, Any] = package_versions() | {"precision": record.precision, "threads": record.threads}
    numerics |= {"onednn": onednn_state(), "instruction_set": instruction_set(), "xla": os.environ["XLA_FLAGS"]}
    if variables():
        numerics["variables"] = variables()
    if record.distribution != "none":  # sums over a shared batch are rounded differently
        numerics["distribution"] = record.distribution
    return FoldRows(record.folder / "rows", this.task.name, this.search_seed, this.data, numerics)


def train_grid(this: Experiment, arguments: argparse.Namespace, record: Recording, rows: FoldRows) -> None:
    """Train the folds without a row, here or as the chief of several workers; raises UserError if any fails."""
    from tuning.grid_search import CrossValidatedGridSearch
    from tuning.oracle import RecordedGridOracle
    from tuning.progress import SearchProgress
    from tuning.tensorboard import require_tensorboard
    from tuning.workers import granted_workers, run_chief

    if arguments.tensorboard:
        require_tensorboard()
    search, folds = this.settings.search, len(this.folds(this.settings.search.base))
    shard, shards = arguments.shard
    own = len(range(shard - 1, search.combinations, shards))
    progress = SearchProgress(record.name, search, own, folds)
    oracle = RecordedGridOracle(
        search, folds, rows, progress, arguments.keep_going, arguments.shard, identity(this, rows)
    )
    budget = make_budget(record.threads, record.distribution)
    workers = min(budget.slots, search.combinations) if arguments.workers is None else arguments.workers
    make_worker = functools.partial(worker_process, arguments)
    if arguments.slots_from is not None:
        run_chief(oracle, LOCAL, granted_workers(Connection(arguments.slots_from), oracle, make_worker), progress)
    elif arguments.chief or workers != 1 or too_many_programs(search):
        others = f"workers of other machines join with --join {arguments.chief}; " if arguments.chief else ""
        progress.say(f"{others}workers here: {workers}")
        run_chief(oracle, arguments.chief or LOCAL, fixed_team(workers, budget, make_worker), progress)
    else:
        fit_fold = fold_trainer(this, arguments, progress)
        CrossValidatedGridSearch(oracle, search, folds, fit_fold).search()
    if oracle.error:
        raise UserError(oracle.error)


def identity(this: Experiment, rows: FoldRows) -> dict[str, str]:
    """What this search and a worker that joins it must have in common."""
    from tuning.fingerprints import search_identity

    search = this.settings.search
    return search_identity(search, len(this.folds(search.base)), rows.seed, this.data, rows.machine)


def too_many_programs(search: Search) -> bool:
    """Whether a search compiles too many programs for one process, so that a worker must do it, which is restarted."""
    from training.trainer import MAX_PROGRAMS, RUNTIME_FIELDS

    return math.prod(len(values) for name, values in search.grid.items() if name not in RUNTIME_FIELDS) > MAX_PROGRAMS


def fixed_team(workers: int, budget: Budget, make_worker: Callable[..., WorkerProcess]) -> Recruit:
    """A Recruit: that many workers at the start, each with its own GPU if there are enough. They hold no slots."""
    numbers = iter(range(workers))

    def recruit(address: str, _workers: list[WorkerProcess]) -> list[WorkerProcess]:
        return [make_worker(address, f"w{number + 1}", budget.device(number)) for number in numbers]

    return recruit


def worker_process(
    arguments: argparse.Namespace, address: str, name: str, environment: Mapping[str, str]
) -> WorkerProcess:
    """A worker of this machine: this script with --join."""
    from tuning.workers import WorkerProcess

    shared = ["--task", arguments.task, "--config", str(arguments.config), "--runs", str(arguments.runs)]
    shared += ["--quick"] * arguments.quick + ["--tensorboard"] * arguments.tensorboard
    script = [sys.executable, "-m", "tuning.tune", *shared, "--join", address, "--worker-id", name]
    return WorkerProcess(name, script, environment)


def join(this: Experiment, arguments: argparse.Namespace, record: Recording) -> None:
    """Be a worker of the chief at `arguments.join` until no work is left."""
    record.set_up()
    with hidden("sklearn"):
        import keras_tuner

    from tuning.grid_search import CrossValidatedGridSearch
    from tuning.joining import find_chief, work_for
    from tuning.oracle import make_objective
    from tuning.search_spaces import make_hyperparameters

    find_chief(arguments.join, arguments.worker_id)
    search, rows = this.settings.search, recorded_rows(this, record)
    space = make_hyperparameters(search.grid, {})
    oracle = keras_tuner.oracles.GridSearchOracle(make_objective(search), hyperparameters=space)
    folds, fit_fold = len(this.folds(search.base)), fold_trainer(this, arguments)
    tuner = CrossValidatedGridSearch(oracle, search, folds, fit_fold, arguments.worker_id, restart_when_full)
    work_for(tuner, identity(this, rows), arguments.join)


def restart_when_full() -> None:
    """Restart this process if it has compiled MAX_PROGRAMS: TensorFlow never frees one."""
    from training.trainer import MAX_PROGRAMS, programs_compiled

    if programs_compiled() >= MAX_PROGRAMS:
        os.execv(sys.executable, sys.orig_argv)


def fold_trainer(this: Experiment, arguments: argparse.Namespace, progress: SearchProgress | None = None) -> FitFold:
    """A function that trains one fold and returns its result; with `progress` it shows the epochs."""
    from training.callbacks import Progress
    from training.pace import epoch_seconds
    from training.scaling import standardised
    from training.seeds import derive_seed
    from training.trainer import trainer_for
    from tuning.tensorboard import EventLog

    search, dataset, seed = this.settings.search, this.dataset, this.search_seed
    folds = this.folds(search.base, seed)

    def fit_fold(config: FitConfig, fold: int) -> dict[str, Any]:
        train, validation = folds[fold - 1]
        data, scaling = standardised(config, dataset, train)
        x, y = data.x_train, data.y_train
        trainer = trainer_for(config, dataset.data.shapes)
        callbacks: list[Any] = []
        if progress:
            callbacks.append(Progress(f"{progress.status()}  fold {fold}", config.max_epochs, closing=False))
        if arguments.tensorboard:
            values = {name: readable(getattr(config, name)) for name in search.grid}
            callbacks.append(EventLog(this.folder / "search" / "tensorboard", values, fold))
        fit = trainer.fit(config, x, y, train, validation, derive_seed(seed, config, fold), callbacks, scaling.unit)
        row: dict[str, Any] = {"seed": fit.seed, "epochs": fit.epochs}
        row |= {"stopped_early": fit.stopped_early, "best_epoch": fit.best_epoch}
        for part, indices in (("train", train), ("validation", validation)):
            scores = trainer.evaluate(x[indices], y[indices], scaling.unit)
            row |= {f"{part}_{name}": value for name, value in scores.items()}
        if trainer.classifies:
            answers = trainer.predict(x[validation]).argmax(axis=1)
            row |= {"answers": answers, "validation_accuracy": np.mean(answers == y[validation])}
        return row | {"seconds": round(fit.seconds, 3)} | epoch_seconds(fit.durations)

    return fit_fold


if __name__ == "__main__":
    sys.exit(run_main(main))
