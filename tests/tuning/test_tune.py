"""The stage around a search: whether it needs a chief, and which worker gets which GPU."""

import functools

import pytest

from reporting.artifacts import UserError
from tests.tuning.fakes import GRID, search_over
from training.budget import Budget
from training.cli import parse_arguments
from training.experiment import experiment
from training.seeds import derive_seed
from training.settings import load_homework
from training.tasks import TASKS
from tuning import tune
from tuning.flags import add_search_flags


def team(gpus, *argv):
    arguments = parse_arguments("", ["--task", "regression", *argv], add_search_flags, task=TASKS)
    make_worker = functools.partial(tune.worker_process, arguments)
    return tune.fixed_team(arguments.workers, Budget(1, 1.0, tuple(gpus)), make_worker)("127.0.0.1:80", [])


def test_each_worker_has_a_gpu_of_its_own_as_far_as_they_go():
    workers = team(["3", "5"], "--workers", "3")
    assert [(worker.name, worker.environment) for worker in workers] == [
        ("w1", {"CUDA_VISIBLE_DEVICES": "3"}),
        ("w2", {"CUDA_VISIBLE_DEVICES": "5"}),
        ("w3", {"CUDA_VISIBLE_DEVICES": "3"}),
    ]


def test_workers_run_the_same_script_with_the_same_settings():
    (worker,) = team([], "--workers", "1", "--quick", "--runs", "elsewhere", "--tensorboard")
    flags = [
        "--task",
        "regression",
        "--config",
        "homework.toml",
        "--runs",
        "elsewhere",
        "--quick",
        "--tensorboard",
        "--join",
        "127.0.0.1:80",
        "--worker-id",
        "w1",
    ]
    assert worker.command[1:] == ["-m", "tuning.tune", *flags] and worker.environment == {}


@pytest.mark.parametrize(
    ("grid", "many"), [(GRID | {"weight_decay": [0.1] * 9, "folds": [2] * 4}, False), (GRID | {"folds": [2] * 5}, True)]
)
def test_programs_are_counted_without_what_needs_no_new_one(grid, many):
    assert tune.too_many_programs(search_over(grid)) is many


def test_searched_fits_have_folds_and_seeds_that_no_network_has(tmp_path, monkeypatch):
    fits = []

    class Untrained:
        def fit(self, config, x, y, train, validation, seed, callbacks, unit):
            fits.append((set(validation), seed))
            raise StopIteration

    monkeypatch.setattr("training.trainer.trainer_for", lambda config, shapes: Untrained())
    this = experiment("regression", load_homework(), tmp_path)
    config, arguments = this.settings.search.base, parse_arguments("", [], add_search_flags)
    fit_fold = tune.fold_trainer(this, arguments)
    for fold in (1, 2, 3, 4, 5):
        with pytest.raises(StopIteration):
            fit_fold(config, fold)
    own = [
        (set(validation), derive_seed(this.seed, config, fold))
        for fold, (_, validation) in enumerate(this.folds(config), 1)
    ]
    for part in range(2):
        assert not any(fit[part] == network[part] for fit in fits for network in own)


@pytest.mark.parametrize("argv", [["--join", ":1", "--workers", "2"], ["--workers", "0"]])
def test_flags_that_contradict_each_other_are_refused(argv):
    with pytest.raises(UserError):
        tune.refuse_contradictions(parse_arguments("", argv, add_search_flags))
