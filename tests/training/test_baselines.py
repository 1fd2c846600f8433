"""The baselines against data whose truth is known."""

import numpy as np
import pytest

from reporting.artifacts import Data
from training.baselines import BASELINES, DEGREES, fit_constant, fit_gaussian_process, fit_members, fit_polynomial
from training.datasets import Dataset, kfold_indices


def dataset_of(f, n=60, noise=0.0):
    rng = np.random.default_rng(0)
    x = rng.uniform(-3, 3, (n + 20, 1)).astype(np.float32)
    y = (f(x) + rng.normal(0, noise, x.shape) if noise else f(x)).astype(np.float32)
    return Dataset(x[:n], y[:n], x[n:], y[n:], Data("test", {}, {"train": n, "test": 20}))


def fitted(fit, dataset):
    return fit(dataset.x_train.astype(float), dataset.y_train[:, 0].astype(float))


def test_gaussian_process_finds_the_noise():
    dataset = dataset_of(np.sin, n=150, noise=0.3)
    predict, deviation, parameters, values = fitted(fit_gaussian_process, dataset)
    assert parameters == 3 == len(values) - 1 and values["noise_variance"] == pytest.approx(0.09, rel=0.3)
    assert np.abs(predict(dataset.x_test) - np.sin(dataset.x_test[:, 0])).max() < 0.3
    assert 0 < deviation(np.array([[0.0]]))[0] < 0.2 < deviation(np.array([[30.0]]))[0]


def test_polynomial_finds_a_cubic():
    dataset = dataset_of(lambda x: x**3 - 2 * x + 1, noise=0.5)
    predict, deviation, parameters, values = fitted(fit_polynomial, dataset)
    x = dataset.x_test[:, 0].astype(float)
    assert deviation is None and parameters == values["degree"] + 1
    assert 3 <= values["degree"] <= 6 and values["degree"] in DEGREES
    np.testing.assert_allclose(predict(dataset.x_test.astype(float)), x**3 - 2 * x + 1, atol=1)


def test_baselines_are_fitted_on_the_training_part_of_each_fold():
    dataset = dataset_of(lambda x: x)
    members = fit_members(fit_constant, kfold_indices(60, 3, np.random.default_rng(0)), dataset, "auto")
    for member in members:
        train = np.setdiff1d(np.arange(60), member["validation"])
        assert member["test_predictions"] == pytest.approx(dataset.y_train[train].mean(), rel=1e-5)
        expected = float(((dataset.y_train[member["validation"], 0] - member["test_predictions"][0]) ** 2).mean())
        assert member["row"]["validation_loss"] == pytest.approx(expected, rel=1e-6)


def test_a_baseline_gives_deviations_only_if_its_model_has_them():
    dataset = dataset_of(np.sin)
    folds = kfold_indices(60, 3, np.random.default_rng(0))
    given = {name: "test_sd" in fit_members(fit, folds, dataset, "auto")[0] for name, fit in BASELINES.items()}
    assert given == {"gaussian_process": True, "polynomial": False, "constant": False}
