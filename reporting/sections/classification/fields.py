"""The receptive fields of the output units: what in the image they respond to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reporting.engine.canvas import WHITE_TO_BLACK, new_figure, styled
from reporting.engine.formatting import format_decimals
from reporting.engine.sections import Found
from reporting.engine.tiles import draw_tiles, in_units_of_largest, name_columns
from reporting.names import FEW, in_figure, named
from reporting.results import Results
from reporting.sections.classification.confusion import MOST_SHOWN, shown_classes
from reporting.sections.classification.mistakes import matrix_of
from reporting.stats.distributions import correlations

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 106  # mm
METHODS = ("back_projection", "gradient", "activation_maximisation")


@dataclasses.dataclass(frozen=True)
class Field:
    """Whether the receptive fields of one method show their classes.

    A field is recognised if, of all classes, it correlates most with its own: with the class's mean training image less
    the mean of all classes' mean images. Chance recognises one of them.
    """

    method: str  # one of METHODS
    classes: int
    recognised: int
    untrained_recognised: int  # of the same method's fields of the untrained network, the control
    correlation: float  # mean over classes of the field's correlation with its own class
    untrained_correlation: float

    @property
    def shows_classes(self) -> bool:
        """Whether at least half of the fields are recognised, and more than in the control."""
        return 2 * self.recognised >= self.classes and self.recognised > self.untrained_recognised


@dataclasses.dataclass(frozen=True)
class FieldFindings:
    fields: tuple[Field, ...]  # one for each of METHODS
    least_reached: float  # probability of its class that a maximised image has
    untrained_reached: tuple[float, float]  # the least and the greatest of the untrained network
    gradient_images: int  # of each class, over which gradients are averaged

    @property
    def all_methods_show_classes(self) -> bool:
        return all(field.shows_classes for field in self.fields)

    @property
    def no_method_shows_classes(self) -> bool:
        return not any(field.shows_classes for field in self.fields)


class FieldRow(NamedTuple):
    """A row of the figure."""

    name: str
    images: np.ndarray  # (classes, height, width)
    signed: bool
    notes: Sequence[str] | None  # below the images


def find(results: Results, found: Found) -> FieldFindings:
    """What the fields of the tuned network show, and those of an untrained one."""
    stored = results.tuned.receptive_fields
    untrained = stored["untrained_reached_probability"]
    return FieldFindings(
        fields=fields_of(stored),
        least_reached=float(stored["reached_probability"].min()),
        untrained_reached=(float(untrained.min()), float(untrained.max())),
        gradient_images=int(stored["gradient_images"]),
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    return {"classification_fields": [lambda: fields_figure(results)]}


def fields_figure(results: Results) -> Figure:
    """The receptive fields of the classes that are shown."""
    labels = shown_classes(matrix_of(results.tuned))
    names = [in_figure(results.classes[label], FEW) for label in labels]
    return plot_receptive_fields(figure_rows(results.tuned.receptive_fields, labels), names)


def tables(results: Results, found: Found) -> dict[str, Any]:
    return {"classification_fields": lambda: fields_of(results.tuned.receptive_fields)}


def fields_of(arrays: Mapping[str, Any]) -> tuple[Field, ...]:
    """A Field for each method, from the arrays of receptive_fields.npz; of colours those are means over channels."""
    means = arrays["class_mean"].mean(axis=-1) if arrays["class_mean"].ndim == 4 else arrays["class_mean"]
    contrast = means - means.mean(axis=0)  # (classes, height, width)
    fields = []
    for method in METHODS:
        trained, untrained = (recognised_fields(arrays[name], contrast) for name in (method, f"untrained_{method}"))
        fields.append(Field(method, len(contrast), trained[0], untrained[0], trained[1], untrained[1]))
    return tuple(fields)


def recognised_fields(fields: np.ndarray, contrast: np.ndarray) -> tuple[int, float]:
    """How many fields correlate most, and positively, with their own class, and the mean correlation with it."""
    table = correlations(fields, contrast)
    own = np.diag(table)
    return int(np.sum((table.argmax(axis=1) == np.arange(len(table))) & (own > 0))), float(own.mean())


def figure_rows(stored: Mapping[str, Any], labels: Sequence[int]) -> list[FieldRow]:
    """The fields of these labels by each method, above those of its control.

    Below the images that activation maximisation finds stands the probability of its class that each one reaches.
    """
    rows = []
    for method in METHODS:
        words = named(method, "field").replace("-", "-\n").replace(" ", "\n")
        maximised = method == "activation_maximisation"
        for state, label in (("", words), ("untrained_", "untrained")):
            reached = stored[f"{state}reached_probability"][list(labels)] if maximised else ()
            notes = [format_decimals(float(probability), 2) for probability in reached] if maximised else None
            rows.append(FieldRow(label, stored[f"{state}{method}"][list(labels)], not maximised, notes))
    return rows


@styled
def plot_receptive_fields(rows: Sequence[FieldRow], class_names: Sequence[str]) -> Figure:
    """A row of images a FieldRow, a column a class.

    Signed images are drawn with 0 in the middle of the grey scale, each up to its own largest value; others from white
    (0) to black (1).
    """
    width = (WIDTH - 25) / MOST_SHOWN
    height = width * rows[0].images.shape[1] / rows[0].images.shape[2]
    noted = sum(row.notes is not None for row in rows)
    figure = new_figure(25 + width * len(class_names), len(rows) * (height + 1.1) + 9 + 3.6 * noted)
    panels = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for axes, row in zip(panels, rows, strict=True):
        if row.signed:
            draw_tiles(axes, in_units_of_largest(row.images), len(row.images), vmin=-1, vmax=1)
        else:
            draw_tiles(axes, row.images, len(row.images), color="C4", cmap=WHITE_TO_BLACK, vmin=0, vmax=1)
        axes.set_ylabel(row.name, rotation=0, ha="right", va="center", linespacing=0.95)
        if row.notes is not None:
            name_columns(axes, row.images.shape[2], row.notes)
    name_columns(panels[0], rows[0].images.shape[2], class_names, top=True)
    return figure
