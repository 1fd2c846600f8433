"""What a task needs is there: in the registry, in training.tasks and in the modules named after it."""

import dataclasses
import inspect

import keras
import pytest

from reporting.artifacts import TASKS as REGISTERED
from reporting.artifacts import extras_of
from tests.training.shapes import SHAPES
from training.settings import load_homework
from training.tasks import TASKS, task_of

SETTINGS = load_homework().tasks
FUNCTIONS = {
    "load": ["config"],
    "describe_data": ["config"],
    "fold_indices": None,
    "layer_sizes": ["config"],
    "resized": ["config", "units"],
    "train": ["record", "config", "folds", "dataset", "seed", "inspected"],
}


def test_tasks_are_those_of_the_registry_in_its_order():
    assert list(TASKS) == list(REGISTERED) == list(SETTINGS)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
@pytest.mark.parametrize(("function", "parameters"), FUNCTIONS.items(), ids=FUNCTIONS)
def test_a_module_has_every_function_that_stages_call(task, function, parameters):
    found = list(inspect.signature(getattr(task.module, function)).parameters)
    assert found[1:] == ["config", "seed"] if parameters is None else found[: len(parameters)] == parameters


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_every_extra_has_a_maker(task):
    assert set(task.makers) == set(extras_of(task.name))


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_settings_name_the_task_that_they_belong_to(task):
    settings = SETTINGS[task.name]
    for config in (settings.reference, settings.search.base, *settings.variants.values()):
        assert isinstance(config, task.config) and task_of(config) is task
    assert settings.search.objective in task.objectives


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_network_has_the_layers_whose_sizes_the_task_names(task):
    config = SETTINGS[task.name].reference
    smaller = {name: 8 * number for number, name in enumerate(task.module.layer_sizes(config), 1)}
    resized = task.module.resized(config, smaller)
    assert task.module.layer_sizes(resized) == smaller
    changed = {field.name for field in dataclasses.fields(config)}
    changed = {name for name in changed if getattr(config, name) != getattr(resized, name)}
    assert changed <= {"hidden_units", "filters", "dense_units"}
    layers = {layer.name: layer for layer in task.build(resized, SHAPES[task.name]).layers if hasattr(layer, "kernel")}
    assert list(layers) == [*smaller, "output"]
    sizes = {name: layers[name].filters if is_convolution(layers[name]) else layers[name].units for name in smaller}
    assert sizes == smaller


def is_convolution(layer):
    return isinstance(layer, keras.layers.Conv2D)
