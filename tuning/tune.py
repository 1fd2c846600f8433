"""The search as a stage, the same for both tasks: from settings and folds to the recorded tables and the winner."""

import functools
import os
import sys

from reporting.artifacts import UserError
from training.best import search_config
from training.config import LARGE_GRID
from training.device import hidden, package_versions, visible_gpus
from training.recording import Recording


def tune(task, homework, search, split, folds, arguments):
    """Run or resume the search of `task` on the (train, validation) index pairs `folds`; writes runs/<task>/search/."""
    refuse_contradictions(arguments)
    record = Recording(arguments.runs / task / "search", task, "search", homework, search_config(search), split.data)
    if arguments.join:
        return join(task, homework, search, split, folds, arguments, record)
    shard, shards = arguments.shard
    record.take_turn(f"lock-{shard}-of-{shards}" if shards > 1 else "lock")
    if record.is_current():
        return
    if search.combinations > LARGE_GRID:
        print(
            f"{record.name}: {search.combinations} combinations of {len(folds)} folds each: this will take long",
            file=sys.stderr,
        )
    record.begin()
    with hidden("sklearn"):
        from tuning.trials import save_search

    rows = recorded_rows(task, homework, split, record)
    train_grid(task, homework, search, split, folds, arguments, record, rows)
    if shards == 1:
        record.finish(save_search(record.folder, search, len(folds), rows))
    else:
        print(
            f"{record.name}: shard {shard}/{shards} is done; bring all shards' {rows.folder} together, then run 'make tune'"
        )


def refuse_contradictions(arguments):
    """Raise UserError for flags that are possible alone but not together."""
    if arguments.join and arguments.workers is not None:
        raise UserError("--join is one worker; start it as often as there shall be workers, without --workers")
    if arguments.workers == 0 and not arguments.chief:
        raise UserError("--workers 0 trains nothing unless --chief says where workers of other machines find this one")


def recorded_rows(task, homework, split, record):
    """The rows of this search; TensorFlow must have been configured, since they depend on the precision."""
    from tuning.rows import FoldRows

    numerics = package_versions() | {"precision": record.precision, "threads": record.threads}
    if record.distribution != "none":  # the sums of a shared batch are rounded differently
        numerics["distribution"] = record.distribution
    return FoldRows(record.folder / "rows", task, homework.compute.seed, split.data, numerics)


def train_grid(task, homework, search, split, folds, arguments, record, rows):
    """Train what the rows lack, in this process or by a chief and its workers; raises UserError unless all of it succeeds."""
    from tuning.grid_search import CrossValidatedGridSearch
    from tuning.oracle import RecordedGridOracle
    from tuning.progress import SearchProgress
    from tuning.tensorboard import require_tensorboard
    from tuning.workers import run_chief

    if arguments.tensorboard:
        require_tensorboard()
    shard, shards = arguments.shard
    progress = SearchProgress(
        record.name, search.objective, len(range(shard - 1, search.combinations, shards)), len(folds)
    )
    oracle = RecordedGridOracle(
        search,
        len(folds),
        rows,
        progress,
        arguments.keep_going,
        arguments.shard,
        identity(homework, search, split, folds, rows),
    )
    gpus = visible_gpus() if record.distribution == "none" else []  # to be dealt out among workers
    workers = default_workers(gpus, record.threads, search) if arguments.workers is None else arguments.workers
    if workers * record.threads > (os.cpu_count() or 1):
        progress.say(
            f"{workers} workers of {record.threads} threads are more than this machine's {os.cpu_count()} processors"
        )
    if arguments.chief or workers != 1 or too_many_programs(search):
        run_chief(
            oracle,
            arguments.chief or "127.0.0.1:0",
            functools.partial(make_team, task, arguments, workers, gpus),
            progress,
        )
    else:
        fit_fold = fold_trainer(
            task, search, split, folds, homework.compute.seed, record.folder, arguments.tensorboard, progress
        )
        CrossValidatedGridSearch(oracle, search, len(folds), fit_fold).search()
    if oracle.error:
        raise UserError(oracle.error)


def default_workers(gpus, threads, search):
    """One a GPU; on a processor half as many as it can take, since make runs the two searches side by side."""
    return len(gpus) or max(1, min((os.cpu_count() or 1) // threads // 2, search.combinations))


def identity(homework, search, split, folds, rows):
    """What this search and a worker that joins it must agree on."""
    from tuning.search_spaces import search_identity

    return search_identity(search, len(folds), homework.compute.seed, split.data, rows.machine)


def too_many_programs(search):
    """Whether a search compiles so many programs that its process should be a worker, which is renewed now and then."""
    from training.fitting import PROGRAM_FREE, PROGRAMS

    lengths = [len(values) for name, values in search.grid.items() if name not in PROGRAM_FREE]
    return functools.reduce(lambda a, b: a * b, lengths, 1) > PROGRAMS


def make_team(task, arguments, workers, gpus, address):
    """The workers of this machine, each with a GPU of its own as far as there are any: this very script with --join."""
    from tuning.workers import WorkerProcess

    shared = ["--config", str(arguments.config), "--runs", str(arguments.runs)]
    shared += ["--quick"] * arguments.quick + ["--tensorboard"] * arguments.tensorboard
    script = [sys.executable, "-m", f"tuning.tune_{task}", *shared, "--join", address]
    return [
        WorkerProcess(
            name, [*script, "--worker-id", name], {"CUDA_VISIBLE_DEVICES": gpus[number % len(gpus)]} if gpus else {}
        )
        for number, name in enumerate([f"w{number}" for number in range(1, workers + 1)])
    ]


def join(task, homework, search, split, folds, arguments, record):
    """Be a worker of the chief at `arguments.join` until nothing is left."""
    record.set_up()
    with hidden("sklearn"):
        import keras_tuner

    from tuning.grid_search import CrossValidatedGridSearch
    from tuning.oracle import make_objective
    from tuning.search_spaces import make_hyperparameters
    from tuning.workers import find_chief, work_for

    find_chief(arguments.join, arguments.worker_id)
    rows = recorded_rows(task, homework, split, record)
    fit_fold = fold_trainer(task, search, split, folds, homework.compute.seed, record.folder, arguments.tensorboard)
    oracle = keras_tuner.oracles.GridSearchOracle(
        make_objective(search), hyperparameters=make_hyperparameters(search.grid, {})
    )
    tuner = CrossValidatedGridSearch(oracle, search, len(folds), fit_fold, arguments.worker_id, renew_process)
    work_for(tuner, identity(homework, search, split, folds, rows), arguments.join)


def renew_process():
    """Start this process anew, between two combinations, once it has compiled many programs: TensorFlow frees none of them."""
    from training.fitting import PROGRAMS, programs_compiled

    if programs_compiled() >= PROGRAMS:
        os.execv(sys.executable, sys.orig_argv)


def fold_trainer(task, search, split, folds, seed, folder, tensorboard, progress=None):
    """A function of (config, fold) that trains one fold and returns its result; with `progress` it shows the epochs."""
    from training.fitting import Progress, derive_seed, trainer_for
    from tuning.tensorboard import EventLog

    def fit_fold(config, fold):
        train, validation = folds[fold - 1]
        trainer = trainer_for(config)
        callbacks = (
            [Progress(f"{progress.status()}  fold {fold}", config.max_epochs, closing=False)] if progress else []
        )
        if tensorboard:
            callbacks.append(
                EventLog(folder / "tensorboard", {name: getattr(config, name) for name in search.grid}, fold)
            )
        fit = trainer.fit(
            config, split.x_train, split.y_train, train, validation, derive_seed(seed, task, config, fold), callbacks
        )
        scores = {
            f"train_{name}": value
            for name, value in trainer.evaluate(split.x_train[train], split.y_train[train]).items()
        }
        scores |= {
            f"validation_{name}": value
            for name, value in trainer.evaluate(split.x_train[validation], split.y_train[validation]).items()
        }
        row = {"seed": fit.seed, "epochs": fit.epochs, "stopped_early": fit.stopped_early, "best_epoch": fit.best_epoch}
        return row | scores | {"seconds": round(fit.seconds, 3)}

    return fit_fold
