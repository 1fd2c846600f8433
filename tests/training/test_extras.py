"""The extras: what each one trains, that a case is trained once, and what an extra switched off leaves behind."""

import dataclasses
import types

import numpy as np
import pytest

from reporting.artifacts import Data, load_run, save_arrays
from training import classification, classification_extras, extras, regression_extras, run_extra, train
from training.datasets import Dataset
from training.experiment import Experiment, experiment
from training.extras import Case, make_cases, train_cases
from training.settings import load_homework

HOMEWORK = load_homework()
DATA = Data("test", {}, {"train": 60, "test": 20})


@pytest.fixture
def made(monkeypatch):
    """The arguments of each network case, in place of cases that train."""
    seen = []

    def network_case(this, config, folds, seed, **options):
        seen.append(types.SimpleNamespace(config=config, folds=folds, seed=seed, options=options))
        return seen[-1]

    for module in (extras, regression_extras, classification_extras):
        monkeypatch.setattr(module, "network_case", network_case)
    return seen


@pytest.fixture
def regression(tmp_path, monkeypatch):
    """The regression with sixty points of its own, none of them trained."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-3, 3, (80, 1)).astype(np.float32)
    this = experiment("regression", HOMEWORK, tmp_path)
    monkeypatch.setattr(Experiment, "dataset", Dataset(x[:60], x[:60], x[60:], x[60:], DATA))
    monkeypatch.setattr(Experiment, "data", DATA)
    return this


def tuned_is(monkeypatch, config):
    """Give the variant `tuned` this configuration, without a search."""
    monkeypatch.setattr(Experiment, "config", lambda this, variant: {"tuned": config}[variant])


def test_a_case_is_trained_once_and_the_extra_is_current_only_with_all_of_them(regression, tmp_path):
    trained = []

    def case(label):
        config = dataclasses.replace(regression.settings.reference, max_epochs=len(label))
        return Case(config, 5, lambda record: (trained.append(label), record.finish({})))

    train_cases(regression, "tuned_seeds", {"one": case("one")})
    train_cases(regression, "tuned_seeds", {"one": case("one"), "three": case("three")})
    train_cases(regression, "tuned_seeds", {"one": case("one"), "three": case("three")})
    assert trained == ["one", "three"]
    run = load_run(tmp_path / "regression/tuned_seeds")
    assert run.config["enabled"] and run.config["cases"] == ["one", "three"]
    assert load_run(tmp_path / "regression/tuned_seeds/three").seed == 5


def test_an_extra_without_cases_is_recorded_as_switched_off(regression, tmp_path):
    train_cases(regression, "tuned_seeds", {})
    assert load_run(tmp_path / "regression/tuned_seeds").config == {"enabled": False, "cases": [], "configs": {}}


@pytest.mark.parametrize(("name", "off"), [("splits", False), ("tuned_seeds", 0)])
def test_what_is_switched_off_has_no_cases(regression, made, name, off):
    settings = dataclasses.replace(
        regression.settings, extras=dataclasses.replace(regression.settings.extras, **{name: off})
    )
    homework = dataclasses.replace(HOMEWORK, tasks=HOMEWORK.tasks | {"regression": settings})
    assert make_cases(dataclasses.replace(regression, homework=homework), name) == {} and not made


def test_a_network_that_is_switched_off_is_recorded_as_an_extra_is_and_not_trained(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Experiment, "data", DATA)
    monkeypatch.setattr(classification, "train", None)  # would fail if it were called
    (tmp_path / "mine.toml").write_text("[classification.extras]\nextended = false")
    arguments = ["--task", "classification", "--config", str(tmp_path / "mine.toml"), "--runs", str(tmp_path / "runs")]
    for _ in range(2):
        train.main([*arguments, "--variant", "extended"])
        run_extra.main([*arguments, "--extra", "extended_seeds"])
    for name in ("extended", "extended_seeds"):
        config = load_run(tmp_path / "runs/classification" / name).config
        assert config == {"enabled": False, "cases": [], "configs": {}}
    assert capsys.readouterr().out == "classification extended: up to date\nclassification extended_seeds: up to date\n"


def test_splits_hold_out_the_order_of_the_file_and_blocks_of_x(regression, made):
    folds = {name: case.folds for name, case in make_cases(regression, "splits").items()}
    assert [held[0] for _, held in folds["file_order"]] == [0, 20, 40]
    assert folds["file_order"][1][1].tolist() == list(range(20, 40))
    x = regression.dataset.x_train
    ranges = [(x[held].min(), x[held].max()) for _, held in folds["blocks"]]
    assert all(low[1] <= high[0] for low, high in zip(ranges, ranges[1:], strict=False))
    for kind in folds.values():
        assert sorted(np.concatenate([held for _, held in kind])) == list(range(60))


def test_further_seeds_follow_the_settings_seed(regression, made, monkeypatch):
    tuned_is(monkeypatch, regression.settings.reference)
    assert list(make_cases(regression, "tuned_seeds")) == ["seed_2", "seed_3"]
    assert [case.seed - regression.seed for case in made] == [1, 2]


def test_further_seeds_of_the_regression_repeat_the_shuffle_and_pair_fold_by_fold(regression, made, monkeypatch):
    """Repeated k-fold: no two seeds share their folds, but the k-th seeds of reference and tuned do."""
    reference = regression.settings.reference
    monkeypatch.setattr(Experiment, "config", lambda this, variant: reference)
    tuned, other = (
        [[list(held) for _, held in case.folds] for case in make_cases(regression, name).values()]
        for name in ("tuned_seeds", "reference_seeds")
    )
    first = [list(held) for _, held in regression.folds(reference)]
    assert tuned == other and len(tuned) == 2
    assert first != tuned[0] != tuned[1] != first


def test_further_seeds_of_the_classification_keep_its_split(made, monkeypatch, tmp_path):
    monkeypatch.setattr(Experiment, "data", DATA)
    this = experiment("classification", HOMEWORK, tmp_path)
    make_cases(this, "reference_seeds")
    ((_, expected),) = this.folds(this.settings.reference)
    assert len(made) == 2 and all(list(case.folds[0][1]) == list(expected) for case in made)


def test_the_initialisation_is_the_other_one(regression, made, monkeypatch):
    for given, other in (("fan_in_uniform", "glorot_uniform"), ("glorot_uniform", "fan_in_uniform")):
        tuned_is(monkeypatch, dataclasses.replace(regression.settings.reference, initializer=given))
        assert list(make_cases(regression, "initialisation")) == [other] == [made[-1].config.initializer]
        assert made[-1].options == {"weights_stored": True}


def test_the_smaller_network_has_the_units_that_the_spectra_need(regression, made, monkeypatch, tmp_path):
    config = dataclasses.replace(regression.settings.reference, hidden_units=(100, 100, 4))
    tuned_is(monkeypatch, config)
    flat, steep = np.ones(100, np.float32), np.r_[np.ones(3), np.zeros(97)].astype(np.float32)
    spectra = {"hidden_1/spectrum": flat, "hidden_2/spectrum": steep, "hidden_3/spectrum": steep[:4]}
    save_arrays(tmp_path / "regression/tuned/activations.npz", spectra)
    assert list(make_cases(regression, "smaller")) == ["smaller"]
    assert made[0].config == dataclasses.replace(config, hidden_units=(100, 8, 4))
