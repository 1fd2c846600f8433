"""What the tuned network gets wrong: classes, typical images, and labels that may be wrong themselves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reporting.engine.canvas import FULL, WHITE_TO_BLACK, new_figure, styled
from reporting.engine.sections import Found
from reporting.results import CLASS_NAMES, Results, Variant, load_reference_report
from reporting.sections.classification.confusion import (
    ClassErrors,
    Confusion,
    class_errors,
    confusions,
    most_misclassified,
    plot_confusion_matrix,
)
from reporting.sections.classification.results import predicted_labels
from reporting.stats.metrics import confusion_matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CERTAIN = 0.9  # the probability from which on an answer counts as certain
PLAUSIBLE = 0.1  # share of wrong labels; of those examined by Northcutt et al. (2021, NeurIPS Datasets) 0.2 to 10 % are
MOST = 8  # suspected labels that are shown
FREQUENT = 6  # confusions that are shown
LINE = 3.3  # mm, of a line of text


@dataclasses.dataclass(frozen=True)
class Mistake:
    """A test image that is taken for another class."""

    index: int  # in the test set, from 0
    image: np.ndarray  # (28, 28) uint8
    true: str  # class by its label
    predicted: str
    true_probability: float  # of one network; of several, the greatest
    predicted_probability: float  # of one network; of several, the least


@dataclasses.dataclass(frozen=True)
class Suspects:
    """Test images of which all networks say, each with certainty, that they belong to one and the same other class."""

    networks: int
    agreed: int  # images that all networks take for the same wrong class, certain or not
    certain: int
    shown: tuple[Mistake, ...]  # the most certain ones; empty if there are too many
    too_many: bool  # to be mistakes of the labels


@dataclasses.dataclass(frozen=True)
class MistakeFindings:
    classes: tuple[ClassErrors, ...]  # by label
    most_misclassified: tuple[ClassErrors, ...]  # more errors than the mean, most first; empty if all are equal
    report_most_misclassified: tuple[int, ...]  # labels, as the reference report names them
    confusions: tuple[Confusion, ...]  # the most frequent; fewer than FREQUENT if there are fewer
    suspects: Suspects  # among the answers of all configurations and all their seeds
    never_predicted: tuple[str, ...]  # classes that no test image was taken for

    @property
    def errors(self) -> int:
        """Test images that the tuned network gets wrong."""
        return sum(item.errors for item in self.classes)

    @property
    def same_classes_as_report(self) -> bool:
        """Whether the most misclassified classes are those that the reference report names, in whatever order."""
        return {item.label for item in self.most_misclassified} == set(self.report_most_misclassified)


class Group(NamedTuple):
    """Images below one title."""

    title: str
    images: list[tuple[np.ndarray, str]]  # (28, 28) uint8 each, and a caption


def find(results: Results, found: Found) -> MistakeFindings:
    """The mistakes of the tuned network, and those that all networks have in common."""
    report, matrix = reference_report(), matrix_of(results.tuned)
    classes = class_errors(matrix, report)
    return MistakeFindings(
        classes=classes,
        most_misclassified=most_misclassified(classes),
        report_most_misclassified=tuple(report["most_misclassified"]),
        confusions=confusions(matrix, FREQUENT),
        suspects=suspects_of(all_networks(results)),
        never_predicted=tuple(name for name, column in zip(CLASS_NAMES, matrix.T, strict=True) if not column.any()),
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    """The confusion matrix; examples of confusions and suspected labels only if there are any."""
    drawn = {"classification_confusion": [lambda: confusion_figure(results.tuned)]}
    if found("mistakes").confusions:
        drawn["classification_mistakes"] = [lambda: examples_figure(results.tuned)]
    if found("mistakes").suspects.shown:
        drawn["classification_suspects"] = [lambda: suspects_figure(suspects_of(all_networks(results)))]
    return drawn


def tables(results: Results, found: Found) -> dict[str, Any]:
    return {"classification_classes": lambda: class_errors(matrix_of(results.tuned), reference_report())}


def all_networks(results: Results) -> list[Variant]:
    """Those of the configurations, with all their seeds."""
    return [*results.variants.values(), *(case for name in results.variants for case in results.seeds_of(name)[1:])]


def matrix_of(variant: Variant) -> np.ndarray:
    """Counts (classes, classes) of a network's answers on the test images; rows are true classes."""
    return confusion_matrix(variant.predictions["test_labels"], predicted_labels(variant), len(CLASS_NAMES))


def reference_report() -> Mapping[str, Any]:
    """What the reference report says of its classification."""
    return load_reference_report()["classification"]


def confusion_figure(variant: Variant) -> Figure:
    """The confusion matrix beside the differences to the reference report's recalls."""
    matrix = matrix_of(variant)
    classes = class_errors(matrix, reference_report())
    return plot_confusion_matrix(matrix, CLASS_NAMES, [item.report_difference for item in classes])


def examples_figure(variant: Variant) -> Figure:
    """Images of the most frequent confusions."""
    groups = [
        Group(
            f"{pair.true} taken\nfor {pair.predicted} ({pair.images})",
            [captioned(mistake, "{:.3f}\n{:.3f}") for mistake in examples_of(variant, pair)],
        )
        for pair in confusions(matrix_of(variant), FREQUENT)
    ]
    return plot_captioned_images(groups, 12, places=2)


def suspects_figure(suspects: Suspects) -> Figure:
    """Images whose label may be wrong."""
    groups = [
        Group(f"no. {mistake.index}", [captioned(mistake, f"{mistake.true} {{:.3f}}\n{mistake.predicted} {{:.3f}}")])
        for mistake in suspects.shown
    ]
    return plot_captioned_images(groups, MOST)


def captioned(mistake: Mistake, words: str) -> tuple[np.ndarray, str]:
    """The image of a mistake, and the probabilities of the right and of the predicted class in these words."""
    return mistake.image, words.format(mistake.true_probability, mistake.predicted_probability)


def examples_of(variant: Variant, confusion: Confusion) -> tuple[Mistake, ...]:
    """The two images of a confusion that a network takes most and least certainly for the other class; or the one."""
    stored = variant.predictions
    true, predicted = (CLASS_NAMES.index(name) for name in (confusion.true, confusion.predicted))
    probabilities = stored["test_probabilities"]
    confused = np.flatnonzero((stored["test_labels"] == true) & (probabilities.argmax(axis=1) == predicted))
    order = confused[np.argsort(-probabilities[confused, predicted], kind="stable")]
    return tuple(mistake(stored, index, probabilities[None]) for index in dict.fromkeys((order[0], order[-1])))


def suspects_of(variants: Sequence[Variant]) -> Suspects:
    """The suspects among the answers of several networks, at most MOST of them with their images."""
    stored = variants[0].predictions
    probabilities = np.array([variant.predictions["test_probabilities"] for variant in variants])
    answers = probabilities.argmax(axis=2)  # (networks, n)
    agreed = np.flatnonzero((answers == answers[0]).all(axis=0) & (answers[0] != stored["test_labels"]))
    least = probabilities[:, agreed, answers[0, agreed]].min(axis=0)
    order = agreed[np.argsort(-least, kind="stable")]
    certain = int(np.sum(least >= CERTAIN))
    too_many = certain > PLAUSIBLE * len(stored["test_labels"])
    shown = tuple(mistake(stored, index, probabilities) for index in order[: 0 if too_many else min(certain, MOST)])
    return Suspects(len(variants), len(agreed), certain, shown, too_many)


def mistake(stored: Mapping[str, Any], index: int, probabilities: np.ndarray) -> Mistake:
    """The mistake at one index of the test set; probabilities (networks, n, classes), `stored` of one of them."""
    of_image, true = probabilities[:, index], stored["test_labels"][index]  # (networks, classes)
    predicted = of_image[0].argmax()
    image = stored["error_image"][stored["error_index"] == index][0]
    shares = float(of_image[:, true].max()), float(of_image[:, predicted].min())
    return Mistake(int(index), image, CLASS_NAMES[true], CLASS_NAMES[predicted], *shares)


@styled
def plot_captioned_images(groups: Sequence[Group], columns: int, places: int = 1) -> Figure:
    """Images in one row, in groups; titles and captions have up to two lines.

    The page's width would hold `columns` images; every group has room for `places`.
    """
    from matplotlib import rcParams

    tile = FULL / columns  # mm
    side = 0.84 * tile
    above, below = (LINE * lines + 2 for lines in line_counts(groups))
    width, height = tile * places * len(groups), above + side + below
    figure = new_figure(width, height)
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))  # in mm, downwards
    title_size, caption_size = rcParams["axes.titlesize"], rcParams["ytick.labelsize"]
    for number, (title, images) in enumerate(groups):
        start = number * places * tile
        axes.text(
            start + places * tile / 2, above - 1, title, ha="center", va="bottom", fontsize=title_size, linespacing=1
        )
        for place, (image, caption) in enumerate(images):
            left = start + (place + (places - len(images)) / 2) * tile + (tile - side) / 2
            draw_image(axes, image, (left, above, side))
            middle, top = left + side / 2, above + side + 0.8
            axes.text(middle, top, caption, ha="center", va="top", fontsize=caption_size, linespacing=1)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return figure


def line_counts(groups: Sequence[Group]) -> list[int]:
    """The most lines of a title, and of a caption."""
    captions = [caption for group in groups for _, caption in group.images]
    titles = [group.title for group in groups]
    return [max(len(text.splitlines()) for text in texts) for texts in (titles, captions)]


def draw_image(axes: Axes, image: np.ndarray, place: tuple[float, float, float]) -> None:
    """An image in a hairline frame; place: left, top and side."""
    from matplotlib.patches import Rectangle

    left, top, side = place
    ends = (left, left + side, top + side, top)
    drawn = axes.imshow(image, cmap=WHITE_TO_BLACK, vmin=0, vmax=np.iinfo(np.uint8).max, extent=ends)
    drawn.set_gid(f"example-{len(axes.get_images())}")  # or two images that are equal would share an id in the SVG
    axes.add_patch(Rectangle((left, top), side, side, fill=False, edgecolor="C4", linewidth=0.6))
