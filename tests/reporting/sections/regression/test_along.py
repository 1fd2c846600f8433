"""Activations along x."""

import dataclasses

import numpy as np

from reporting.sections.regression.along import find, peaks_of, plot_along
from tests.reporting.drawn import image_of, saved

X = np.linspace(-2, 2, 5)


def test_peaks_at_ends_are_counted_and_flat_units_are_not():
    along = np.array([[0, 1, 5, 2.0], [1, 0, 5, 1], [2, 0, 5, 9], [3, 0, 5, 1], [4, 0, 5, 1]])
    found = peaks_of("hidden_1", along)
    assert (found.varying, found.at_ends, found.mostly_at_ends) == (3, 2, True)
    assert peaks_of("hidden_1", along[:, 2:3]).varying == 0


def test_units_are_ordered_by_their_peak_each_from_its_least_to_its_largest():
    along = np.array([[0, 4.0], [1, 2], [2, 0], [3, 0], [9, 0]])
    image = image_of(plot_along(X, {"hidden 1": along}).axes[0])
    np.testing.assert_allclose(image, [[1, 0.5, 0, 0, 0], [0, 1 / 9, 2 / 9, 3 / 9, 1]])


def test_a_unit_that_says_nothing_is_drawn_blank():
    figure = plot_along(X, {"hidden 1": np.ones((5, 3)), "hidden 2": np.zeros((5, 2))})
    assert not image_of(figure.axes[0]).any()
    assert "hidden 2 (2)" in saved(figure)


def test_units_that_vary_between_the_training_points_alone_are_told(results, found):
    activations = {name: results.tuned.activations[name] for name in results.tuned.activations}
    for name in results.tuned.hidden_layers:
        units = activations[f"{name}/along"].shape[1]
        activations[f"{name}/along"] = np.outer(np.arange(len(activations[f"{name}/along"])), np.ones(units))
        activations[f"{name}/minimum"] = activations[f"{name}/maximum"]  # on all training points the same
    units = sum(item.units for item in found("units").layers)
    changed = dataclasses.replace(results.tuned, activations=activations)
    variants = results.variants | {"tuned": changed}
    assert find(dataclasses.replace(results, variants=variants), found).between == units
