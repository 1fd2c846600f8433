"""Networks on ten sets of points as people bring them: as good as the Gaussian process, whatever the units."""

import dataclasses

import numpy as np
import pytest

from reporting.artifacts import load_arrays
from tests.training.own_points import KINDS, write_points
from tests.training.test_datasets import data_config
from tests.training.test_scaling import Record
from training import regression
from training.baselines import fit_gaussian_process, fit_members
from training.datasets import kfold_indices
from training.members import metrics
from training.points import load_regression
from training.settings import load_homework

SLOW = ("many", "prices")


@pytest.fixture(scope="module")
def config():
    base = load_homework().tasks["regression"].reference
    changes = {"hidden_units": (32, 32), "activations": ("tanh", "tanh"), "learning_rate": 0.01, "folds": 3}
    return dataclasses.replace(base, learning_rate_schedule="cosine", max_epochs=150, patience=150, **changes)


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in KINDS])
def test_networks_explain_nearly_as_much_as_a_gaussian_process(tmp_path, config, name):
    dataset = load_regression(data_config(**write_points(tmp_path / "data", name, min(KINDS[name].points, 400))))
    folds, record = kfold_indices(len(dataset.x_train), 3, np.random.default_rng(0)), Record(tmp_path)
    regression.train(record, config, folds, dataset, 1)
    process = metrics(fit_members(fit_gaussian_process, folds, dataset, "auto"), dataset)
    assert record.metrics["ensemble_test_r2"] >= 0.9 * process["ensemble_test_r2"]
    assert load_arrays(tmp_path / "predictions.npz")["test_predictions"].shape == (3, len(dataset.x_test))


@pytest.mark.slow
def test_ten_thousand_points_are_read_and_split_in_seconds(tmp_path):
    dataset = load_regression(data_config(**write_points(tmp_path, "many")))
    assert dataset.x_train.shape == (10_000, 3) and dataset.data.columns == ("rooms", "area", "age", "price")
