"""The cost of a fit: counted multiplications, and times that carry over from one network to another."""

import dataclasses

import pytest

from tests.training import shapes
from tests.training.shapes import SHAPES
from training.pace import (
    NOMINAL,
    Pace,
    combinations,
    epoch_seconds,
    expected_epochs,
    kind,
    kinds,
    multiplications,
)
from training.settings import load_homework

HOMEWORK = load_homework()
POINTS, IMAGES = HOMEWORK.tasks["regression"].reference, HOMEWORK.tasks["classification"].reference
POINT, IMAGE = shapes.POINTS, shapes.IMAGES
IMPROVED = HOMEWORK.tasks["classification"].variants["extended"]


def with_batches(sizes):
    """The settings with these sizes of batch in the grid of the regression."""
    points = HOMEWORK.tasks["regression"]
    search = dataclasses.replace(points.search, grid={"batch_size": list(sizes)})
    return dataclasses.replace(
        HOMEWORK, tasks=HOMEWORK.tasks | {"regression": dataclasses.replace(points, search=search)}
    )


def counted(model):
    """The multiplications of a Keras model's forward pass, from the shapes of its layers."""
    total = 0
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            positions = layer.output.shape[1] * layer.output.shape[2] if len(layer.output.shape) == 4 else 1
            size = 1
            for side in layer.kernel.shape:
                size *= side
            total += positions * size
    return total


@pytest.mark.parametrize("config", [POINTS, IMAGES, IMPROVED, dataclasses.replace(IMAGES, kernel_size=5)])
def test_multiplications_are_those_of_the_network(config):
    from training.tasks import task_of

    assert multiplications(config, SHAPES[config.task]) == counted(task_of(config).build(config, SHAPES[config.task]))


def test_a_timed_kind_counts_as_timed_and_others_in_proportion():
    wide = dataclasses.replace(POINTS, hidden_units=(512, 512, 768))
    pace = Pace({kind(POINTS, POINT): 1e-4, kind(dataclasses.replace(POINTS, batch_size=64), POINT): 5e-5})
    assert pace.per_point(POINTS, POINT) == 1e-4
    assert pace.per_point(wide, POINT) == pytest.approx(
        1e-4 * multiplications(wide, POINT) / multiplications(POINTS, POINT)
    )
    assert pace.per_point(dataclasses.replace(POINTS, batch_size=50), POINT) == 5e-5  # the nearest batch
    assert pace.per_point(IMAGES, IMAGE) == NOMINAL * multiplications(IMAGES, IMAGE)  # of another task nothing follows
    assert pace.fit(POINTS, POINT, 400) == pytest.approx(1e-4 * 400 * 500)


def test_a_fit_that_may_stop_early_is_expected_to_be_shorter():
    assert expected_epochs(dataclasses.replace(IMAGES, max_epochs=15, patience=4)) == pytest.approx(13.5)
    assert expected_epochs(dataclasses.replace(IMAGES, max_epochs=15, patience=8)) == 15


def test_every_network_of_the_settings_has_its_kind():
    names = kinds(HOMEWORK, SHAPES)
    for config in (POINTS, IMAGES, IMPROVED, *combinations(HOMEWORK.tasks["classification"].search)):
        assert kind(config, SHAPES[config.task]) in names
    batches = with_batches(range(1, 21))
    assert {kind(POINTS, POINT), kind(IMAGES, IMAGE), kind(IMPROVED, IMAGE)} <= set(kinds(batches, SHAPES))
    assert len(list(combinations(HOMEWORK.tasks["regression"].search, 5))) == 5


@pytest.mark.parametrize(
    ("durations", "median", "error"),
    [([11.6], 11.6, 0), ([11.6, 1.0], 1.0, 0), ([11.6, 1.0, 2.0], 1.5, 0), ([11.6, 1.0, 2.0, 3.0], 2.0, 3**-0.5)],
)
def test_an_epoch_is_timed_without_compiling(durations, median, error):
    assert epoch_seconds(durations) == {"epoch_seconds": median, "epoch_seconds_error": pytest.approx(error)}
