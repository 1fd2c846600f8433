"""The configurations' results, which settings and which networks are better, and how their trainings went."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.sections import Found
from reporting.results import Results, Variant, load_reference_report
from reporting.sections.classification.seeds import Optimism, Rung, configuration_rung, optimism_of, test_accuracy
from reporting.sections.shared.curves import plot_configurations, plot_training_curves
from reporting.sections.shared.over_seeds import OverSeeds, means_over_seeds
from reporting.sections.shared.verdicts import Verdict, verdict_over_seeds
from reporting.stats.differences import Difference, difference_of_classifiers
from reporting.stats.metrics import mcnemar_counts, mcnemar_p_value, wilson_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PUBLISHED = ("train_loss_double_softmax", "validation_accuracy", "test_accuracy")  # by the reference report


@dataclasses.dataclass(frozen=True)
class ClassifierScores:
    """One configuration's results."""

    train_loss: float
    train_loss_double_softmax: float  # on the scale of the reference report, see metrics.double_softmax_cross_entropy
    train_accuracy: float
    validation_accuracy: float
    test_accuracy: float
    test_interval: tuple[float, float]  # Wilson's, 95 %
    parameters: int


@dataclasses.dataclass(frozen=True)
class Training:
    """How the validation loss of a network went."""

    epochs: int
    lowest_validation_loss_epoch: int
    ends_higher: bool  # than at its lowest


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Two networks on the same test images, by McNemar's exact test: it says nothing of their settings."""

    difference: Difference  # test accuracy of the second less the first's
    only_first_right: int  # images
    only_second_right: int
    p_value: float


@dataclasses.dataclass(frozen=True)
class ResultsFindings:
    reference: ClassifierScores
    tuned: ClassifierScores
    tuned_verdict: Verdict  # of the settings, against the reference ones
    tuned_against_reference: Comparison  # of the main networks
    best: tuple[str, ...]  # the variants with the highest validation accuracy; several if they are level
    optimism: Optimism
    trainings: dict[str, Training]  # of each configuration
    on_second_softmax: tuple[str, ...]  # the configurations that are trained on that loss
    rungs: dict[str, Rung]  # each configuration with all its seeds
    over_seeds: OverSeeds  # test_accuracy
    second_softmax: bool  # whether the reference settings were also trained on that loss
    chosen_after_test_seen: bool  # whether test accuracies had been seen when the extended settings were chosen
    extended: ClassifierScores | None = None  # None if it is switched off, as the next two
    extended_verdict: Verdict | None = None  # against the tuned settings
    extended_against_tuned: Comparison | None = None

    @property
    def best_on_validation(self) -> str:
        """The first of the best."""
        return self.best[0]

    @property
    def level_on_validation(self) -> bool:
        """Whether several variants share the highest validation accuracy."""
        return len(self.best) > 1

    @property
    def several_seeds(self) -> bool:
        """Whether any configuration was trained with further seeds."""
        return any(rung.seeds > 1 for rung in self.rungs.values())

    @property
    def risen(self) -> tuple[str, ...]:
        """The configurations whose validation loss ends higher than at its lowest."""
        return tuple(name for name, item in self.trainings.items() if item.ends_higher)


@dataclasses.dataclass(frozen=True)
class Row:
    """A network in the table of results."""

    name: str  # of its configuration
    train_loss: float | None  # None for the reference report, which has none on this scale
    train_loss_double_softmax: float
    validation_accuracy: float
    test_accuracy: float
    test_interval: tuple[float, float] | None = None  # None for the reference report
    rung: Rung | None = None  # of the configuration with all its seeds; None for what is no configuration
    best: bool = False  # by validation accuracy


def find(results: Results, found: Found) -> ResultsFindings:
    """What the main networks reach, and which settings and networks are better than which."""
    extended = results.extended
    return ResultsFindings(
        **{name: classifier_scores(variant) for name, variant in results.variants.items()},
        tuned_verdict=settings_verdict(results, "reference", "tuned"),
        tuned_against_reference=compare(results.reference, results.tuned),
        extended_verdict=settings_verdict(results, "tuned", "extended") if extended else None,
        extended_against_tuned=compare(results.tuned, extended) if extended else None,
        best=best_on_validation(results),
        optimism=optimism_of(results),
        trainings={name: training_of(variant) for name, variant in results.variants.items()},
        on_second_softmax=tuple(
            name for name, variant in results.variants.items() if trained_on_second_softmax(variant)
        ),
        rungs={name: configuration_rung(results, name) for name in results.variants},
        over_seeds=means_over_seeds(results, ("test_accuracy",)),
        second_softmax=second_softmax(results) is not None,
        chosen_after_test_seen=results.judgement["extended_chosen_after_test_seen"],
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    return {
        "classification_training": [
            lambda: plot_configurations(both_curves(results, "loss"), "cross-entropy"),
            lambda: plot_configurations(both_curves(results, "accuracy"), "accuracy"),
        ]
    }


def both_curves(results: Results, kind: str) -> dict[str, tuple[list[float], list[float]]]:
    """The training and the validation curve of each configuration: "loss" or "accuracy"."""
    return {
        name: (variant.curves(f"train_{kind}")[0], variant.curves(f"validation_{kind}")[0])
        for name, variant in results.variants.items()
    }


def tables(results: Results, found: Found) -> dict[str, Any]:
    return {"classification_results": lambda: rows(results)}


def rows(results: Results) -> list[Row]:
    """The configurations, and behind each a variation of it where one was trained.

    First stands the reference report, if it is of the same data.
    """
    variations = {
        "reference": ("double_softmax", second_softmax(results)),
        "tuned": ("smaller", results.extras["smaller"].case),
    }
    listed, best = [], best_on_validation(results)
    if results.data.is_fashion_mnist:
        report = load_reference_report()["classification"]
        listed.append(Row("reference_report", None, *(report[name] for name in PUBLISHED)))
    for name, variant in results.variants.items():
        listed.append(row_of(name, variant, rung=configuration_rung(results, name), best=name in best))
        variation, case = variations.get(name, ("", None))
        listed += [row_of(variation, case)] if case else []
    return listed


def row_of(name: str, variant: Variant, **more: Any) -> Row:
    """The Row of a network of this run."""
    metrics = variant.run.metrics
    own = {key: metrics[key] for key in ("train_loss", *PUBLISHED)}
    return Row(name, **own, test_interval=test_interval(variant), **more)


def best_on_validation(results: Results) -> tuple[str, ...]:
    """The variants with the highest validation accuracy, several if they are level."""
    accuracies = {name: variant.run.metrics["validation_accuracy"] for name, variant in results.variants.items()}
    return tuple(name for name, value in accuracies.items() if math.isclose(value, max(accuracies.values())))


def settings_verdict(results: Results, first: str, second: str) -> Verdict:
    """The Verdict on the settings of two variants, by the test accuracies of their seeds."""
    accuracies = [[test_accuracy(network) for network in results.seeds_of(name)] for name in (first, second)]
    return verdict_over_seeds(results, *accuracies)


def second_softmax(results: Results) -> Variant | None:
    """The reference settings trained on the loss with the second softmax.

    None if that is switched off, or tells nothing because the reference settings are trained on that loss anyway.
    """
    on_it = trained_on_second_softmax(results.reference)
    return None if on_it else results.extras["double_softmax"].case


def trained_on_second_softmax(variant: Variant) -> bool:
    return variant.run.config.get("loss") == "double_softmax"


def classifier_scores(variant: Variant) -> ClassifierScores:
    """One network's results."""
    metrics = variant.run.metrics
    names = [field.name for field in dataclasses.fields(ClassifierScores) if field.name in metrics]
    return ClassifierScores(**{name: metrics[name] for name in names}, test_interval=test_interval(variant))


def test_interval(variant: Variant) -> tuple[float, float]:
    """Wilson's 95 % interval of a network's test accuracy."""
    images = len(variant.predictions["test_labels"])
    return wilson_interval(variant.run.metrics["test_accuracy"] * images, images)


def training_of(variant: Variant) -> Training:
    """When a network's validation loss was lowest, where one that is no number counts as infinite."""
    losses = np.array(variant.curves("validation_loss")[0], dtype=float)
    finite = np.where(np.isfinite(losses), losses, np.inf)
    return Training(int(variant.column("epochs").max()), int(finite.argmin()) + 1, bool(finite[-1] > finite.min()))


def compare(first: Variant, second: Variant) -> Comparison:
    """Which of two networks is better on the test images that they share."""
    labels, a, b = first.predictions["test_labels"], predicted_labels(first), predicted_labels(second)
    only_first, only_second = mcnemar_counts(labels, a, b)
    difference = difference_of_classifiers(only_first, only_second, len(labels))
    return Comparison(difference, only_first, only_second, mcnemar_p_value(labels, a, b))


def predicted_labels(variant: Variant, part: str = "test") -> np.ndarray:
    """The most probable label of each image of the "test" or "validation" part: (n,)."""
    return variant.predictions[f"{part}_probabilities"].argmax(axis=1)


def plot_losses(variant: Variant) -> Figure:
    """Training and validation loss of a network by epoch, whichever loss it is trained on."""
    quantity = "cross-entropy, twice softmax" if trained_on_second_softmax(variant) else "cross-entropy"
    return plot_training_curves(variant.curves("train_loss"), variant.curves("validation_loss"), quantity)
