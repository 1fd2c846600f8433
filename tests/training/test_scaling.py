"""Standardised points: fitted on the training part alone, results in the data's units, whatever these are."""

import dataclasses

import numpy as np
import pytest

from reporting.artifacts import Data, load_arrays, load_table
from training import regression
from training.datasets import kfold_indices
from training.points import dataset_of_points
from training.scaling import Scaling, in_data_units, scaling_of, standardised
from training.settings import load_homework


def points(n=60, x_scale=1.0, x_offset=0.0, y_scale=1.0, y_offset=0.0, columns=1, seed=0):
    """A Dataset of a sine, stretched and shifted."""
    rng = np.random.default_rng(seed)

    def part(count):
        x = rng.uniform(-1.7, 1.7, (count, columns))
        y = np.sin(2 * x[:, 0]) + (columns > 1) * x[:, -1] ** 2 + 0.1 * rng.normal(size=count)
        return np.column_stack([x_offset + x_scale * x, y_offset + y_scale * y])

    train, test = part(n), part(n)
    return dataset_of_points(train, test, Data("points", {}, {"train": n, "test": n}, (columns,)))


@pytest.fixture(scope="module")
def config():
    base = load_homework().tasks["regression"].reference
    return dataclasses.replace(
        base, hidden_units=(16, 16), activations=("tanh", "tanh"), learning_rate=0.02, max_epochs=40, folds=3
    )


class Record:
    """A Recording that keeps what it is given."""

    name, metrics = "test", None

    def __init__(self, folder):
        self.folder = folder

    def finish(self, metrics):
        self.metrics = metrics


def trained(folder, config, dataset, **options):
    folder.mkdir(exist_ok=True)
    folds, record = kfold_indices(len(dataset.x_train), 3, np.random.default_rng(0)), Record(folder)
    regression.train(record, config, folds, dataset, 1, **options)
    return record.metrics


def test_columns_of_order_one_are_left_as_they_are(config):
    dataset = points()
    scaled, scaling = standardised(config, dataset, np.arange(20))
    assert not scaling.standardises and scaling.arrays == {} and scaling.unit == 1
    np.testing.assert_array_equal(scaled.x_train, dataset.x_train)
    np.testing.assert_array_equal(scaled.y_test, dataset.y_test)


@pytest.mark.parametrize(("setting", "standardises"), [("auto", True), ("on", True), ("off", False)])
def test_the_setting_decides(setting, standardises):
    assert scaling_of(setting, points(x_offset=1990), np.arange(9)).standardises == standardises
    assert scaling_of(setting, points(), np.arange(9)).standardises == (setting == "on")


def test_only_the_training_part_is_looked_at(config):
    dataset = points(x_scale=1e6)
    _, scaling = standardised(config, dataset, np.arange(20))
    others = dataclasses.replace(dataset, x_train=np.r_[dataset.x_train[:20], dataset.x_train[20:] * 7])
    np.testing.assert_array_equal(standardised(config, others, np.arange(20))[1].x_mean, scaling.x_mean)
    np.testing.assert_allclose(scaling.inputs(dataset.x_train[:20]).std(axis=0), 1)


def test_images_stay_bytes():
    images = points()
    assert standardised(load_homework().tasks["classification"].reference, images, np.arange(9))[0] is images


UNITS = {
    "years": {"x_scale": 10, "x_offset": 2000},
    "an offset of a million": {"y_offset": 1e6},
    "time stamps": {"x_scale": 50, "x_offset": 1.7e9, "y_scale": 1e3},
    "tiny": {"x_scale": 1e-9, "y_scale": 1e-12},
    "huge": {"x_scale": 1e14, "y_scale": 1e14},
}


@pytest.mark.parametrize("units", UNITS.values(), ids=UNITS)
def test_results_do_not_depend_on_units(tmp_path, config, units):
    """The same points in other units have the same R^2, and losses in squared units of the target."""
    plain = trained(tmp_path / "a", dataclasses.replace(config, standardize="on"), points())
    other = trained(tmp_path / "b", dataclasses.replace(config, standardize="on"), points(**units), inspected=True)
    scale = units.get("y_scale", 1.0)
    for name in ("train_loss", "test_loss", "test_loss_sd", "ensemble_test_loss"):
        assert other[name] / scale**2 == pytest.approx(plain[name], rel=0.02)
    for name in ("train_r2", "validation_r2", "test_r2", "ensemble_test_r2"):
        assert other[name] == pytest.approx(plain[name], abs=0.01) and plain["ensemble_test_r2"] > 0.9
    stored, rows = load_arrays(tmp_path / "b" / "predictions.npz"), load_table(tmp_path / "b" / "folds.csv")
    assert stored["test_predictions"].dtype == np.float64 and stored["x_mean"].shape == (3, 1)
    errors = np.mean((stored["test_predictions"] - stored["y_test"]) ** 2, axis=1)
    np.testing.assert_allclose(errors, [row["test_loss"] for row in rows], rtol=1e-3)
    history = load_table(tmp_path / "b" / "history.csv")
    last = [row["validation_loss"] for row in history if row["epoch"] == config.max_epochs]
    np.testing.assert_allclose(last, [row["validation_loss"] for row in rows], rtol=1e-4)


def test_the_saved_network_takes_data_as_they_are(tmp_path, config):
    import keras

    dataset = points(x_offset=1.7e9, x_scale=50, y_scale=1e-9)
    trained(tmp_path, config, dataset, inspected=True)
    stored, model = load_arrays(tmp_path / "predictions.npz"), keras.models.load_model(tmp_path / "model.keras")
    said = np.asarray(model(dataset.x_test))[:, 0]
    np.testing.assert_allclose(said, stored["test_predictions"][0], atol=1e-6 * np.ptp(said))


def test_a_network_of_unscaled_points_is_saved_as_it_is(config):
    model = object()
    assert in_data_units(model, Scaling()) is model


def test_the_laplace_approximation_is_in_the_units_of_the_target(tmp_path, config):
    on = dataclasses.replace(config, standardize="on")
    spread = {}
    for scale in (1.0, 1e6):
        trained(tmp_path / str(scale), on, points(y_scale=scale), deviations_stored=True)
        spread[scale] = load_arrays(tmp_path / str(scale) / "predictions.npz")["laplace_test_sd"]
    np.testing.assert_allclose(np.median(spread[1e6]) / 1e6, np.median(spread[1.0]), rtol=0.1)


def test_several_inputs_have_partial_dependences_and_no_curve(tmp_path, config):
    dataset = points(columns=3)
    trained(tmp_path, config, dataset, inspected=True)
    stored, inside = load_arrays(tmp_path / "predictions.npz"), load_arrays(tmp_path / "activations.npz")
    assert stored["x_train"].shape == (60, 3) and "x_curve" not in stored and "x_along" not in inside
    assert stored["x_partial"].shape == (3, 41) and stored["partial_predictions"].shape == (3, 3, 41)
    assert inside["x_probe"].shape == (3, 3)
    curve = stored["partial_predictions"].mean(axis=0)[0]
    assert np.corrcoef(curve, np.sin(2 * stored["x_partial"][0]))[0, 1] > 0.9
