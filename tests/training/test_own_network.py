"""A network of the user's own: built, trained, looked into and recorded; its faults get one line with file and line."""

import dataclasses
import zipfile

import keras
import numpy as np
import pytest

from reporting.artifacts import UserError
from tests.training.shapes import IMAGES, POINTS
from tests.training.test_trainer import images, points
from training.own_network import builder
from training.prepare_data import check_networks
from training.settings import load_homework
from training.tasks import task_of
from training.trainer import Trainer

BRANCHES = """
import keras
from keras import layers

def build_network(config):
    x = inputs = keras.Input(config.inputs)
    x = layers.Rescaling(1 / 255)(x)
    sides = [layers.Conv2D(filters, 3, padding="same", activation="relu")(x) for filters in config.filters]
    x = layers.GlobalAveragePooling2D()(layers.Concatenate()(sides))
    return keras.Model(inputs, layers.Dense(config.outputs, activation="softmax", name="answer")(x))
"""
POINTS_NETWORK = """
import keras
def build_network(config):
    x = inputs = keras.Input(config.inputs)
    x = keras.layers.LayerNormalization()(keras.layers.Dense(8, "tanh")(x))
    return keras.Model(inputs, keras.layers.Dense(config.outputs)(x))
"""


def homework_with(folder, program, task="classification", more=""):
    (folder / "mynet.py").write_text(program)
    path = folder / "mine.toml"
    path.write_text(f'[{task}]\nnetwork = "mynet.py"\nbatch_size = 8\n{more}')
    return load_homework(path)


def config_with(folder, program, task="classification", more=""):
    config = homework_with(folder, program, task, more).tasks[task].reference
    return dataclasses.replace(config, max_epochs=1)


@pytest.mark.parametrize(
    ("task", "program", "data"), [("classification", BRANCHES, images()), ("regression", POINTS_NETWORK, points())]
)
def test_a_network_of_ones_own_is_built_and_trained(tmp_path, task, program, data):
    config, (x, y) = config_with(tmp_path, program, task), data
    shapes = {"classification": IMAGES, "regression": POINTS}[task]
    fit = Trainer(config, shapes).fit(config, x, y, np.arange(20), np.arange(20, 30), seed=1)
    again = Trainer(config, shapes).fit(config, x, y, np.arange(20), np.arange(20, 30), seed=1)
    assert again.history == fit.history and list(again.initial_weights) == list(fit.initial_weights)  # names as well
    fit.model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as stored:
        assert "training." not in stored.read("config.json").decode()


def test_layers_without_a_name_are_numbered_within_the_network(tmp_path):
    config = config_with(tmp_path, BRANCHES)
    for _ in range(2):
        names = [layer.name for layer in task_of(config).build(config, IMAGES).layers if hasattr(layer, "kernel")]
        assert names == ["conv2d_1", "conv2d_2", "answer"]


def test_another_content_is_another_configuration(tmp_path):
    first, second = config_with(tmp_path, BRANCHES), config_with(tmp_path, BRANCHES + "\n# tried")
    assert first.network == second.network and first.network_sha256 != second.network_sha256
    with pytest.raises(UserError, match="has changed since the settings were read"):
        builder.__wrapped__(first.network_sha256)


def test_a_variant_may_have_the_networks_that_settings_say(tmp_path):
    homework = homework_with(tmp_path, BRANCHES, more='[classification.extended]\nnetwork = ""\n')
    settings = homework.tasks["classification"]
    assert settings.search.base.network and not settings.variants["extended"].network
    assert not settings.extras.smaller and settings.extras.double_softmax


FAULTS = {
    "def build_network(config):\n    return 1 / 0": ["line 2: ZeroDivisionError"],
    "def build_network(config:\n": ["line 1: SyntaxError"],
    "import keras\nkeras.nothing": ["line 2: AttributeError"],
    "x = 1": ["defines no function build_network(config)"],
    "def build_network(config):\n    return config.nothing": ["line 2: AttributeError", "nothing"],
    "def build_network(config):\n    return 5": ["returned int, not a Keras model"],
    BRANCHES.replace("config.outputs", "7"): ["outputs of the model must have the shape (None, 10)", "(None, 7)"],
    BRANCHES.replace("config.inputs", "(32, 32, 1)"): ["inputs of the model must have the shape (None, 28, 28, 1)"],
    BRANCHES.replace('"softmax"', '"relu"'): ["must be probabilities; end it with a softmax"],
    "import keras\nclass Mine(keras.Model):\n    def call(self, x):\n        return x\n"
    "def build_network(config):\n    return Mine()": ["must return a functional model"],
}


@pytest.mark.parametrize(("program", "parts"), FAULTS.items(), ids=range(len(FAULTS)))
def test_faults_in_the_users_program_get_one_line(tmp_path, program, parts):
    homework = homework_with(tmp_path, program)
    with pytest.raises(UserError) as caught:
        check_networks(homework, {"classification": IMAGES, "regression": POINTS}, build=True)
    assert "\n" not in str(caught.value) and str(tmp_path / "mynet.py") in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_a_sequential_model_is_a_functional_one(tmp_path):
    program = "import keras\nfrom keras import layers\ndef build_network(config):\n    return keras.Sequential([\n"
    program += "keras.Input(config.inputs), layers.Flatten(), layers.Dense(config.outputs, activation='softmax')])"
    config = config_with(tmp_path, program)
    assert isinstance(task_of(config).build(config, IMAGES), keras.Model)
