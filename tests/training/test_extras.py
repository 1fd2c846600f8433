"""The extras: what each one trains, that a case is trained once, and the baselines against data whose truth is known."""

import dataclasses
import types

import numpy as np
import pytest

from reporting.artifacts import Data, extras_of, load_run, save_arrays
from training import classification_extras, regression_extras
from training.baselines import DEGREES, fit_constant, fit_gaussian_process, fit_members, fit_polynomial
from training.config import load_homework
from training.datasets import Split, kfold_indices
from training.extras import Case, components, fewer_units, run_extra

HOMEWORK = load_homework()
DATA = Data("test", {}, {"train": 30, "test": 20})


def split_of(f, n=60, noise=0.0):
    rng = np.random.default_rng(0)
    x = rng.uniform(-3, 3, (n + 20, 1)).astype(np.float32)
    y = (f(x) + rng.normal(0, noise, x.shape) if noise else f(x)).astype(np.float32)
    return Split(x[:n], y[:n], x[n:], y[n:], DATA)


def test_every_extra_has_a_maker_and_a_setting():
    for names, module, settings in (
        (extras_of("regression"), regression_extras, HOMEWORK.regression_extras),
        (extras_of("classification"), classification_extras, HOMEWORK.classification_extras),
    ):
        assert set(names) == set(module.MAKERS) and all(hasattr(settings, name) for name in names)


def test_components_are_counted_until_they_hold_their_share():
    assert components(np.array([98.0, 1.5, 0.5])) == 2
    assert components(np.array([1.0, 0.0])) == 1
    assert components(np.zeros(4)) == 1


def test_fewer_units_are_a_multiple_of_eight_and_never_more_than_before(tmp_path):
    flat, steep = np.ones(100, np.float32), np.r_[np.ones(3), np.zeros(97)].astype(np.float32)
    save_arrays(tmp_path / "activations.npz", {"a/spectrum": flat, "b/spectrum": steep, "c/spectrum": steep[:4]})
    assert fewer_units(tmp_path, ("a", "b", "c"), (100, 100, 4)) == (100, 8, 4)


def test_a_case_is_trained_once_and_the_extra_is_current_only_with_all_of_them(tmp_path):
    trained = []

    def case(label):
        config = dataclasses.replace(HOMEWORK.regression, max_epochs=len(label))
        return Case(config, 5, lambda record: (trained.append(label), record.finish({})))

    run_extra("regression", "seeds", HOMEWORK, DATA, tmp_path, {"one": case("one")})
    run_extra("regression", "seeds", HOMEWORK, DATA, tmp_path, {"one": case("one"), "three": case("three")})
    run_extra("regression", "seeds", HOMEWORK, DATA, tmp_path, {"one": case("one"), "three": case("three")})
    assert trained == ["one", "three"]
    run = load_run(tmp_path / "regression/seeds")
    assert run.config["enabled"] and run.config["cases"] == ["one", "three"]
    assert load_run(tmp_path / "regression/seeds/three").seed == 5


def test_an_extra_without_cases_is_recorded_as_switched_off(tmp_path):
    run_extra("regression", "seeds", HOMEWORK, DATA, tmp_path, {})
    assert load_run(tmp_path / "regression/seeds").config == {"enabled": False, "cases": [], "configs": {}}


def test_the_split_audit_holds_out_files_order_and_blocks_of_x(monkeypatch):
    seen = {}
    monkeypatch.setattr(
        regression_extras, "network_case", lambda config, folds, split, seed: seen.setdefault(len(seen), folds)
    )
    split = split_of(np.sin)
    names = list(regression_extras.splits(HOMEWORK, split, None))
    folds = dict(zip(names, seen.values(), strict=True))
    assert [held[0] for _, held in folds["file_order"]] == [0, 20, 40] and folds["file_order"][1][1].tolist() == list(
        range(20, 40)
    )
    ranges = [(split.x_train[held].min(), split.x_train[held].max()) for _, held in folds["blocks"]]
    assert all(low[1] <= high[0] for low, high in zip(ranges, ranges[1:], strict=False))
    for kind in folds.values():
        assert sorted(np.concatenate([held for _, held in kind])) == list(range(60))


def test_ablation_puts_back_every_setting_of_the_improved_network_but_the_length_of_training(monkeypatch):
    seen = []
    monkeypatch.setattr(
        classification_extras,
        "network_case",
        lambda config, fold, _split, _seed, parts: seen.append((config, fold, parts)),
    )
    n = HOMEWORK.classification_extras.ablation_images * 2
    names = list(classification_extras.ablation(HOMEWORK, types.SimpleNamespace(x_train=np.zeros(n)), None))
    complete, base = seen[0][0], HOMEWORK.classification
    different = {name for name, value in vars(complete).items() if value != getattr(base, name)} - {
        "max_epochs",
        "patience",
    }
    put_back = [
        {name for name in vars(complete) if getattr(config, name) != getattr(complete, name)}
        for config, _, _ in seen[1:]
    ]
    assert names[0] == "complete" and set().union(*put_back) == different
    assert all(parts == ("validation",) for *_, parts in seen)
    assert all(len(fold[0]) == HOMEWORK.classification_extras.ablation_images for _, fold, _ in seen)


def test_gaussian_process_finds_the_noise():
    split = split_of(np.sin, n=150, noise=0.3)
    predict, deviation, fitted = fit_gaussian_process(split.x_train.astype(float), split.y_train[:, 0].astype(float))
    assert fitted["noise_variance"] == pytest.approx(0.09, rel=0.3)
    assert np.abs(predict(split.x_test) - np.sin(split.x_test[:, 0])).max() < 0.3
    assert 0 < deviation(np.array([[0.0]]))[0] < 0.2 < deviation(np.array([[30.0]]))[0]


def test_polynomial_finds_a_cubic():
    split = split_of(lambda x: x**3 - 2 * x + 1, noise=0.5)
    predict, _, fitted = fit_polynomial(split.x_train.astype(float), split.y_train[:, 0].astype(float))
    x = split.x_test[:, 0].astype(float)
    assert 3 <= fitted["degree"] <= 6 and fitted["degree"] in DEGREES
    np.testing.assert_allclose(predict(split.x_test.astype(float)), x**3 - 2 * x + 1, atol=1)


def test_baselines_are_fitted_on_the_training_part_of_each_fold():
    split = split_of(lambda x: x)
    members = fit_members(fit_constant, kfold_indices(60, 3, np.random.default_rng(0)), split)
    for member in members:
        train = np.setdiff1d(np.arange(60), member["validation"])
        assert member["test_predictions"] == pytest.approx(split.y_train[train].mean(), rel=1e-5)
        expected = float(((split.y_train[member["validation"], 0] - member["test_predictions"][0]) ** 2).mean())
        assert member["row"]["validation_loss"] == pytest.approx(expected, rel=1e-6)
