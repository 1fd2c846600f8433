"""The test images by the features of the last hidden layer, on a map of two dimensions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import HALF, new_figure, styled
from reporting.engine.sections import Found
from reporting.names import in_figure
from reporting.results import Results
from reporting.sections.classification.confusion import shown_classes
from reporting.sections.classification.mistakes import matrix_of
from reporting.sections.shared.activations import stems_figure
from reporting.sections.shared.curves import HEIGHT

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclasses.dataclass(frozen=True)
class FeatureFindings:
    images: int  # on the map
    alike: float  # share of the images whose nearest neighbour on the map is of their own class
    mixed: tuple[str, str] | None  # the two classes that are most often each other's nearest neighbours; None if none

    @property
    def separated(self) -> bool:
        """Whether nine in ten neighbours are of one class."""
        return self.alike >= 0.9


def find(results: Results, found: Found) -> FeatureFindings:
    """How well the map of the tuned network tells the classes apart."""
    places = results.tuned.features["feature_map"].astype(float)
    labels = results.tuned.predictions["test_labels"][: len(places)]
    neighbours = labels[nearest(places)]
    mixed = most_mixed(labels, neighbours, results.classes)
    return FeatureFindings(len(places), float(np.mean(neighbours == labels)), mixed)


def nearest(places: np.ndarray) -> np.ndarray:
    """The index of the nearest other place of each of the places (images, 2): (images,)."""
    from scipy.spatial import KDTree

    _, indices = KDTree(places).query(places, k=2)
    own = indices[:, 0] == np.arange(len(places))  # not so where others have the same place
    return np.where(own, indices[:, 1], indices[:, 0])


def most_mixed(labels: np.ndarray, neighbours: np.ndarray, names: Sequence[str]) -> tuple[str, str] | None:
    """The names of the two classes that most pairs of an image and its neighbour join; None if no pair joins two."""
    pairs = np.zeros((len(names),) * 2, int)
    np.add.at(pairs, (np.minimum(labels, neighbours), np.maximum(labels, neighbours)), labels != neighbours)
    one, other = divmod(int(pairs.argmax()), len(names))
    return (names[one], names[other]) if pairs.any() else None


def figures(results: Results, found: Found) -> dict[str, list]:
    """Stems of the first dense layer, and the map."""
    drawn = found("units").drawn[0].layer
    return {"classification_activations": [lambda: stems_figure(results.tuned, drawn), lambda: map_figure(results)]}


def map_figure(results: Results) -> Figure:
    """The map of the tuned network."""
    places = results.tuned.features["feature_map"].astype(float)
    names = {label: results.classes[label] for label in shown_classes(matrix_of(results.tuned))}
    return plot_map(places, results.tuned.predictions["test_labels"][: len(places)], names)


@styled
def plot_map(places: np.ndarray, labels: np.ndarray, class_names: Mapping[int, str]) -> Figure:
    """The places (images, 2) as points, a colour a class with its name at their median; those without a name grey."""
    from matplotlib import colormaps
    from matplotlib.colors import to_rgba

    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    look: dict[str, Any] = {"s": 2, "linewidths": 0, "alpha": 0.7, "rasterized": True}
    colors = np.full((1 + max(labels.max(), *class_names), 4), to_rgba("C4"))
    colors[list(class_names)] = colormaps["tab10"](np.arange(len(class_names)))
    axes.scatter(*places.T, color=colors[labels], **look)
    ground = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.4}
    for label, name in class_names.items():
        if np.any(labels == label):
            x, y = np.median(places[labels == label], axis=0)
            axes.text(x, y, in_figure(name), ha="center", va="center", fontsize="small", bbox=ground)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return figure
