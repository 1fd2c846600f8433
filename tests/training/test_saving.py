"""A saved network predicts what is reported: with Keras alone, from grey values or from those divided by 255."""

import dataclasses
import io
import json
import os
import subprocess
import sys
import types
import zipfile

import keras
import numpy as np
import pytest

from reporting.artifacts import Data, load_arrays
from tests.training.shapes import IMAGES
from training import classification
from training.datasets import Dataset
from training.saving import NEW_ARGUMENTS, portable, predictor, save_classifier, save_network, visible
from training.settings import load_homework
from training.tasks import task_of
from training.views import shifted, views_of

CNN = dataclasses.replace(
    load_homework().tasks["classification"].reference,
    filters=(4, 4),
    dense_units=(8, 8),
    batch_normalization=True,
    random_shifts=2,
)
VIEWS = [(False, 0), (True, 0), (False, 1), (True, 2)]


def images(n=20):
    return np.random.default_rng(0).integers(0, 256, (n, 28, 28, 1), dtype=np.uint8)


def viewed(flips, pixels):
    return views_of(types.SimpleNamespace(horizontal_flips=flips, shifted_views=pixels))


def built(config=CNN):
    """A network with random weights."""
    keras.utils.set_random_seed(3)
    model = task_of(config).build(config, IMAGES)
    for weight in model.weights:
        weight.assign(weight + keras.random.uniform(weight.shape, 0, 0.3))
    return model


def mean_over_views(model, x, flips, pixels):
    """What the network predicts on average, by slicing and padding arrays."""
    steps = [(0, 0)] + [(pixels, 0), (-pixels, 0), (0, pixels), (0, -pixels)] * (pixels > 0)
    padded = np.pad(x, [(0, 0), (pixels, pixels), (pixels, pixels), (0, 0)])
    views = [padded[:, pixels - d : pixels - d + 28, pixels - r : pixels - r + 28] for d, r in steps]
    views += [view[:, :, ::-1] for view in views] * flips
    return np.mean([model(view.astype("float32"), training=False).numpy() for view in views], axis=0)


def config_of(path):
    with zipfile.ZipFile(path) as stored:
        return stored.read("config.json").decode()


@pytest.mark.parametrize("flips, pixels", VIEWS)
def test_the_file_holds_the_averaging_over_views(tmp_path, flips, pixels):
    model = built(dataclasses.replace(CNN, horizontal_flips=flips))
    save_classifier(tmp_path / "model.keras", model, viewed(flips, pixels), images())
    loaded = keras.models.load_model(tmp_path / "model.keras")
    expected = mean_over_views(model, images(), flips, pixels)
    np.testing.assert_allclose(loaded.predict(images(), verbose=0), expected, atol=1e-6)
    np.testing.assert_allclose(loaded(images()), expected, atol=1e-6)  # a plain call alters nothing at random
    assert loaded.get_layer("conv_2").kernel.shape == model.get_layer("conv_2").kernel.shape
    assert not loaded.losses and loaded.count_params() == model.count_params()


def test_it_predicts_the_recorded_probabilities(tmp_path, monkeypatch):
    """What training records of the test images is what the file that it writes predicts, divided by 255 or not."""
    monkeypatch.setattr(classification, "save_inspection", lambda *arguments: None)
    config = dataclasses.replace(CNN, horizontal_flips=True, shifted_views=1, max_epochs=1, batch_size=10)
    x, labels = images(60), np.arange(60) % 10
    data = Data("random", {}, {"train": 40, "test": 20}, IMAGES.inputs, tuple("abcdefghij"))
    dataset = Dataset(x[:40], labels[:40], x[40:], labels[40:], data)
    record = types.SimpleNamespace(folder=tmp_path, name="tiny", describe=id, finish=id)
    classification.train(record, config, [(np.arange(30), np.arange(30, 40))], dataset, seed=1, inspected=True)
    recorded = load_arrays(tmp_path / "predictions.npz")["test_probabilities"]
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(dataset.x_test, verbose=0), recorded, atol=1e-6)
    np.testing.assert_allclose(loaded.predict(dataset.x_test / 255, verbose=0), recorded, atol=1e-6)


def test_images_divided_by_255_predict_the_same_and_others_are_as_they_are(tmp_path):
    model = predictor(built(), viewed(True, 0), guarded=True)
    plain = predictor(built(), viewed(True, 0), guarded=False)
    dark = np.minimum(images(), 2)
    for x in (images(), dark, np.zeros_like(dark)):
        np.testing.assert_array_equal(model(x), plain(x))
    np.testing.assert_allclose(model(images() / 255), plain(images()), atol=1e-6)
    mixed = np.concatenate([images(2) / 255, images(3)[2:]])  # each image by itself
    np.testing.assert_allclose(model(mixed), plain(images(3)), atol=1e-6)


def test_where_images_are_nearly_black_they_are_not_multiplied(tmp_path):
    black = images()
    black[3] = 1
    assert visible(images()) and not visible(black)
    save_classifier(tmp_path / "model.keras", built(), viewed(False, 0), black)
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded(black[3:4]), built()(black[3:4].astype("float32"), training=False), atol=1e-6)


def test_it_opens_without_this_project_and_holds_nothing_that_older_versions_do_not_know(tmp_path):
    path = tmp_path / "model.keras"
    save_classifier(path, built(dataclasses.replace(CNN, horizontal_flips=True)), viewed(True, 1), images())
    assert "training." not in config_of(path) and "Random" not in config_of(path)
    assert not [name for name in NEW_ARGUMENTS if f'"{name}"' in config_of(path).replace('"ragged": false', "")]
    code = (
        f"import keras, numpy; m = keras.models.load_model({str(path)!r}); print(m(numpy.ones((2, 28, 28, 1))).shape)"
    )
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env=kept)
    assert "(2, 10)" in done.stdout, done.stderr


def test_any_model_is_saved_as_it_is(tmp_path):
    inputs = keras.Input((2,))
    hidden = keras.layers.BatchNormalization(renorm=True, renorm_momentum=0.5)(keras.layers.Dense(3)(inputs))
    model = keras.Model(inputs, keras.ops.sum(hidden, axis=1, keepdims=True))
    save_network(tmp_path / "model.keras", model)
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = np.ones((4, 2), np.float32)
    np.testing.assert_array_equal(loaded(x), model(x))
    assert loaded.layers[2].renorm and loaded.layers[2].renorm_momentum == 0.5  # what is not the default stays


def test_colour_images_of_any_size_and_networks_of_ones_own_are_saved_alike(tmp_path):
    """With a random crop, which alters the size and so stays, a module inside the network, and two channels shared."""
    keras.utils.set_random_seed(1)
    x = inputs = keras.Input((12, 10, 3))
    x = keras.layers.RandomRotation(0.4)(keras.layers.RandomCrop(8, 8)(x))
    inner = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), keras.layers.GlobalAveragePooling2D()])
    x = keras.layers.Dense(7)(keras.layers.Dropout(0.5)(inner(x)))
    model = keras.Model(inputs, keras.layers.Activation("softmax")(x))
    x = np.random.default_rng(0).integers(0, 256, (5, 12, 10, 3)).astype(np.float32)
    x[0, ..., 1:] = 0  # nothing in two of its channels
    save_classifier(tmp_path / "model.keras", model, viewed(True, 1), x)
    loaded = keras.models.load_model(tmp_path / "model.keras")
    views = [x, *(shifted(x, *step) for step in ((1, 0), (-1, 0), (0, 1), (0, -1)))]
    expected = np.mean([model(view, training=False) for both in views for view in (both, both[:, :, ::-1])], axis=0)
    for given in (x, x / 255):
        np.testing.assert_allclose(loaded.predict(given, verbose=0), expected, atol=1e-5)


def test_other_members_of_the_archive_stay_the_same():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "config.json", json.dumps({"module": "keras.src.ops.numpy", "config": {"name": "a", "axis": 1}})
        )
        archive.writestr("model.weights.h5", b"\0weights")
    with zipfile.ZipFile(io.BytesIO(portable(content.getvalue()))) as archive:
        assert archive.namelist() == ["config.json", "model.weights.h5"]
        assert archive.read("model.weights.h5") == b"\0weights"
        assert json.loads(archive.read("config.json"))["config"] == {"axis": 1}


def test_shifts_move_and_fill_with_zero():
    x = np.arange(9, dtype=np.float32).reshape(1, 3, 3, 1)
    assert np.array(shifted(x, 1, 0))[0, :, :, 0].tolist() == [[0, 0, 0], [0, 1, 2], [3, 4, 5]]
    assert np.array(shifted(x, 0, -2))[0, :, :, 0].tolist() == [[2, 0, 0], [5, 0, 0], [8, 0, 0]]
