"""What the receptive fields of the output units show."""

import dataclasses

import numpy as np

from reporting.sections.classification.fields import FieldRow, fields_of, figure_rows, plot_receptive_fields
from tests.reporting.drawn import image_of, saved

METHODS = ("back_projection", "gradient", "activation_maximisation")


def test_fields_that_show_their_classes_and_fields_that_do_not(results, found):
    findings = found("fields")
    assert findings.all_methods_show_classes and not findings.no_method_shows_classes
    arrays = results.tuned.receptive_fields
    noise = {name: arrays[f"untrained_{name}"] for name in METHODS}
    assert dataclasses.replace(findings, fields=fields_of(arrays | noise)).no_method_shows_classes
    some = dataclasses.replace(findings, fields=fields_of(arrays | {"gradient": noise["gradient"]}))
    assert not some.all_methods_show_classes and not some.no_method_shows_classes


def test_fields_of_the_control_must_be_worse(results):
    arrays = results.tuned.receptive_fields
    same = fields_of(arrays | {f"untrained_{name}": value for name, value in arrays.items()})
    assert not any(field.shows_classes for field in same)


def test_black_fields_show_nothing(results):
    black = fields_of(results.tuned.receptive_fields | {"gradient": np.zeros((10, 28, 28))})[1]
    assert black.recognised == 0 and black.correlation == 0 and not black.shows_classes


def test_each_method_stands_above_its_control_and_maximised_images_have_notes(results):
    rows = figure_rows(results.tuned.receptive_fields, range(10))
    assert [row.name for row in rows] == [
        "back-\nprojection",
        "untrained",
        "gradient",
        "untrained",
        "maximised\nactivation",
        "untrained",
    ]
    assert [row.signed for row in rows] == [True, True, True, True, False, False]
    assert [row.notes is not None for row in rows] == [False] * 4 + [True] * 2


def test_receptive_fields_have_a_row_a_method():
    fields = np.random.default_rng(0).normal(size=(10, 28, 28))
    notes = [f"0.{k}5" for k in range(10)]
    rows = [FieldRow("mean", np.abs(fields) / 5, False, None), FieldRow("gradient", fields, True, notes)]
    figure = plot_receptive_fields(rows, [f"class {k}" for k in range(10)])
    assert [axes.get_ylabel() for axes in figure.axes] == ["mean", "gradient"]
    assert figure.axes[1].get_images()[0].get_clim() == (-1, 1) and np.abs(image_of(figure.axes[1])).max() == 1
    text = saved(figure)
    assert "class 9" in text and "0.75" in text


def test_blank_fields_are_drawn():
    saved(plot_receptive_fields([FieldRow("gradient", np.zeros((2, 4, 4)), True, None)], ["a", "b"]))
