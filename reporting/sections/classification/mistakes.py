"""What the tuned network gets wrong: classes, typical images, and labels that may be wrong themselves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.captioned import Group, plot_captioned_images
from reporting.engine.sections import Found
from reporting.names import in_figure
from reporting.results import Results, Variant, load_reference_report
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
    from matplotlib.figure import Figure

CERTAIN = 0.9  # the probability from which on an answer counts as certain
PLAUSIBLE = 0.1  # share of wrong labels; of those examined by Northcutt et al. (2021, NeurIPS Datasets) 0.2 to 10 % are
MOST = 8  # suspected labels that are shown
FREQUENT = 6  # confusions that are shown, and most misclassified classes that are named
LISTED = 10  # classes that are listed where no image was taken for them


@dataclasses.dataclass(frozen=True)
class Mistake:
    """A test image that is taken for another class."""

    index: int  # in the test set, from 0
    image: np.ndarray  # (h, w) or (h, w, 3) uint8
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
    report_most_misclassified: tuple[int, ...]  # labels, as the reference report names them; empty for other data
    confusions: tuple[Confusion, ...]  # the most frequent; fewer than FREQUENT if there are fewer
    suspects: Suspects  # among the answers of all configurations and all their seeds
    never_predicted: tuple[str, ...]  # classes that no test image was taken for; more than LISTED are counted alone

    @property
    def errors(self) -> int:
        """Test images that the tuned network gets wrong."""
        return sum(item.errors for item in self.classes)

    @property
    def same_classes_as_report(self) -> bool:
        """Whether the most misclassified classes are those that the reference report names, in whatever order."""
        return {item.label for item in self.most_misclassified} == set(self.report_most_misclassified)

    @property
    def worst(self) -> tuple[ClassErrors, ...]:
        """The most misclassified, as many as are named."""
        return self.most_misclassified[:FREQUENT]


def find(results: Results, found: Found) -> MistakeFindings:
    """The mistakes of the tuned network, and those that all networks have in common."""
    report, matrix = reference_report(results), matrix_of(results.tuned)
    classes = class_errors(matrix, results.classes, report)
    return MistakeFindings(
        classes=classes,
        most_misclassified=most_misclassified(classes),
        report_most_misclassified=tuple(report["most_misclassified"]) if report else (),
        confusions=confusions(matrix, results.classes, FREQUENT),
        suspects=suspects_of(all_networks(results), results.classes),
        never_predicted=tuple(name for name, column in zip(results.classes, matrix.T, strict=True) if not column.any()),
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    """The confusion matrix; examples of confusions and suspected labels only if there are any."""
    drawn = {"classification_confusion": [lambda: confusion_figure(results)]}
    if found("mistakes").confusions:
        drawn["classification_mistakes"] = [lambda: examples_figure(results)]
    if found("mistakes").suspects.shown:
        drawn["classification_suspects"] = [
            lambda: suspects_figure(suspects_of(all_networks(results), results.classes))
        ]
    return drawn


def tables(results: Results, found: Found) -> dict[str, Any]:
    return {
        "classification_classes": lambda: class_errors(
            matrix_of(results.tuned), results.classes, reference_report(results)
        )
    }


def all_networks(results: Results) -> list[Variant]:
    """Those of the configurations, with all their seeds."""
    return [*results.variants.values(), *(case for name in results.variants for case in results.seeds_of(name)[1:])]


def matrix_of(variant: Variant) -> np.ndarray:
    """Counts (classes, classes) of a network's answers on the test images; rows are true classes."""
    classes = len(variant.run.data.classes)
    return confusion_matrix(variant.predictions["test_labels"], predicted_labels(variant), classes)


def reference_report(results: Results) -> Mapping[str, Any] | None:
    """What the reference report says of its classification; None if it is of other data."""
    return load_reference_report()["classification"] if results.data.is_fashion_mnist else None


def confusion_figure(results: Results) -> Figure:
    """The confusion matrix, beside the differences to the reference report's recalls if these are of the same data."""
    matrix, report = matrix_of(results.tuned), reference_report(results)
    classes = class_errors(matrix, results.classes, report) if report else ()
    return plot_confusion_matrix(matrix, results.classes, [item.report_difference for item in classes])


def examples_figure(results: Results) -> Figure:
    """Images of the most frequent confusions."""
    groups = [
        Group(
            f"{in_figure(pair.true)} taken\nfor {in_figure(pair.predicted)} ({pair.images})",
            [captioned(mistake, "{:.3f}\n{:.3f}") for mistake in examples_of(results.tuned, pair, results.classes)],
        )
        for pair in confusions(matrix_of(results.tuned), results.classes, FREQUENT)
    ]
    return plot_captioned_images(groups, 12, places=2)


def suspects_figure(suspects: Suspects) -> Figure:
    """Images whose label may be wrong."""
    groups = [
        Group(f"no. {mistake.index}", [captioned(mistake, "\n".join(f"{name} {{:.3f}}" for name in names))])
        for mistake, names in zip(suspects.shown, map(short_names, suspects.shown), strict=True)
    ]
    return plot_captioned_images(groups, MOST)


def captioned(mistake: Mistake, words: str) -> tuple[np.ndarray, str]:
    """The image of a mistake, and the probabilities of the right and of the predicted class in these words."""
    return mistake.image, words.format(mistake.true_probability, mistake.predicted_probability)


def short_names(mistake: Mistake) -> tuple[str, str]:
    """The right and the predicted class, as a figure has room for them; braces are doubled for formatting."""
    true, predicted = (in_figure(name) for name in (mistake.true, mistake.predicted))
    return true.replace("{", "{{").replace("}", "}}"), predicted.replace("{", "{{").replace("}", "}}")


def examples_of(variant: Variant, confusion: Confusion, classes: Sequence[str]) -> tuple[Mistake, ...]:
    """The two images of a confusion that a network takes most and least certainly for the other class; or the one."""
    stored, (true, predicted) = variant.predictions, confusion.labels
    probabilities = stored["test_probabilities"]
    confused = np.flatnonzero((stored["test_labels"] == true) & (probabilities.argmax(axis=1) == predicted))
    order = confused[np.argsort(-probabilities[confused, predicted], kind="stable")]
    found = dict.fromkeys((order[0], order[-1]))
    return tuple(mistake(stored, index, probabilities[None], classes) for index in found)


def suspects_of(variants: Sequence[Variant], classes: Sequence[str]) -> Suspects:
    """The suspects among the answers of several networks, at most MOST of them with their images."""
    stored = variants[0].predictions
    probabilities = np.array([variant.predictions["test_probabilities"] for variant in variants])
    answers = probabilities.argmax(axis=2)  # (networks, n)
    agreed = np.flatnonzero((answers == answers[0]).all(axis=0) & (answers[0] != stored["test_labels"]))
    least = probabilities[:, agreed, answers[0, agreed]].min(axis=0)
    order = agreed[np.argsort(-least, kind="stable")]
    certain = int(np.sum(least >= CERTAIN))
    too_many = certain > PLAUSIBLE * len(stored["test_labels"])
    most = 0 if too_many else min(certain, MOST)
    shown = tuple(mistake(stored, index, probabilities, classes) for index in order[:most])
    return Suspects(len(variants), len(agreed), certain, shown, too_many)


def mistake(stored: Mapping[str, Any], index: int, probabilities: np.ndarray, classes: Sequence[str]) -> Mistake:
    """The mistake at one index of the test set; probabilities (networks, n, classes), `stored` of one of them."""
    of_image, true = probabilities[:, index], stored["test_labels"][index]  # (networks, classes)
    predicted = of_image[0].argmax()
    image = stored["error_image"][stored["error_index"] == index][0]
    shares = float(of_image[:, true].max()), float(of_image[:, predicted].min())
    return Mistake(int(index), image, classes[true], classes[predicted], *shares)
