"""What a training loss on the reference report's scale says, and what training on that scale does."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reporting.engine.canvas import HALF, new_figure, styled
from reporting.engine.sections import Found
from reporting.results import Results, Variant, load_reference_report
from reporting.sections.classification.calibration import Calibration
from reporting.sections.classification.results import (
    ClassifierScores,
    Comparison,
    classifier_scores,
    compare,
    plot_losses,
    second_softmax,
    trained_on_second_softmax,
)
from reporting.sections.shared.curves import HEIGHT, SERIES, epochs_of, marker_of, whole_epochs
from reporting.stats.metrics import double_softmax_bounds, double_softmax_probability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EQUATIONS = {
    "double_softmax": (
        r"L_2=-\dfrac{1}{N}\,\sum_{i=1}^{N}\,\log\,\dfrac{\exp p_i(c_i)}{\sum_{j=0}^{9}\,\exp p_i(j)}",
        "L_2 is the cross-entropy of the softmax of the probabilities p_i, which are themselves a softmax",
    ),
}


@dataclasses.dataclass(frozen=True)
class DoubleSoftmax:
    """The reference settings trained on the loss with the second softmax, beside the same without it."""

    scores: ClassifierScores
    calibration: Calibration
    against_reference: Comparison
    first_train_loss: float  # as trained, over the first epoch
    last_train_loss: float  # over the last epoch
    last_validation_loss: float
    reference_train_losses: tuple[float, float]  # without the second softmax, over the first and the last epoch


@dataclasses.dataclass(frozen=True)
class LossDecoder:
    """Losses with a second softmax, read back as probabilities."""

    bounds: tuple[float, float]  # all right and certain, all wrong and certain
    report_loss: float  # the reference report's
    report_share: float  # of right answers of a network that is certain of all, with the reference report's loss
    report_probability: tuple[float, float]  # of the right class, on average: the least and the greatest with that loss
    reference_share: float  # the same share for this run's reference settings
    reference_on_it: bool  # whether the reference settings are themselves trained on the loss with the second softmax
    trained: DoubleSoftmax | None  # None if switched off, or if the reference settings are trained on that loss anyway


def find(results: Results, found: Found) -> LossDecoder | None:
    """What the reference report's training loss says, and training on that loss; None if it is of other data."""
    if not results.data.is_fashion_mnist:
        return None
    bounds = double_softmax_bounds(len(results.classes))
    case, calibration = second_softmax(results), found("calibration").second_softmax
    return LossDecoder(
        bounds=bounds,
        report_loss=report_loss(),
        report_share=bounds[1] - report_loss(),
        report_probability=double_softmax_probability(report_loss(), len(results.classes)),
        reference_share=bounds[1] - results.reference.run.metrics["train_loss_double_softmax"],
        reference_on_it=trained_on_second_softmax(results.reference),
        trained=double_softmax(case, results.reference, calibration) if case else None,
    )


def figures(results: Results, found: Found) -> dict[str, list]:
    case = second_softmax(results)
    if case is None:
        return {}
    return {
        "classification_double_softmax": [
            lambda: plot_losses(results.reference),
            lambda: second_panel(case, len(results.classes)),
        ]
    }


def double_softmax(case: Variant, reference: Variant, calibration: Calibration) -> DoubleSoftmax:
    """The network trained on the loss with the second softmax beside the reference settings' own."""
    train, without = case.curves("train_loss")[0], reference.curves("train_loss")[0]
    return DoubleSoftmax(
        scores=classifier_scores(case),
        calibration=calibration,
        against_reference=compare(reference, case),
        first_train_loss=train[0],
        last_train_loss=train[-1],
        last_validation_loss=case.curves("validation_loss")[0][-1],
        reference_train_losses=(without[0], without[-1]),
    )


def report_loss() -> float:
    """The reference report's training loss."""
    return load_reference_report()["classification"]["train_loss_double_softmax"]


def second_panel(case: Variant, classes: int) -> Figure:
    """The losses with the second softmax, beside the reference report's."""
    train, validation = case.curves("train_loss")[0], case.curves("validation_loss")[0]
    return plot_double_softmax_curves(train, validation, double_softmax_bounds(classes), report_loss())


@styled
def plot_double_softmax_curves(
    train: Sequence[float], validation: Sequence[float], bounds: tuple[float, float], report_loss: float
) -> Figure:
    """Training and validation loss (epochs,) with the second softmax, between its bounds, with the reference report's.

    The right axis reads a loss as the share of right answers of a network that is certain of each one.
    """
    figure = new_figure(HALF, HEIGHT)
    axes = figure.subplots()
    for curve, (name, color, marker) in zip((train, validation), SERIES, strict=True):
        axes.plot(epochs_of(curve), curve, color=color, linewidth=1, marker=marker_of(curve, marker), label=name)
    axes.axhline(
        report_loss, color="black", linewidth=0.9, linestyle="--", label=f"reference report, {report_loss:.3f}"
    )
    draw_bounds(axes, bounds)
    axes.set(xlabel="epoch", ylabel="loss, twice softmax", ylim=(bounds[0] - 0.15, bounds[1] + 0.15))
    whole_epochs(axes)
    to_percent, to_loss = (lambda loss: 100 * (bounds[1] - loss)), (lambda percent: bounds[1] - percent / 100)
    share = axes.secondary_yaxis("right", functions=(to_percent, to_loss))
    share.set_ylabel("right, if certain (%)")
    axes.legend(loc="center right", bbox_to_anchor=(1, 0.6))
    return figure


def draw_bounds(axes: Axes, bounds: tuple[float, float]) -> None:
    """Level lines at the least and the greatest loss, with what they mean."""
    for bound, words, shift in zip(bounds, ("all right and certain", "all wrong and certain"), (-2, 2), strict=True):
        axes.axhline(bound, color="C3", linewidth=0.8)
        axes.annotate(
            f"{bound:.4f}: {words}",
            (0.02, bound),
            (0, shift),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="top" if shift < 0 else "bottom",
        )
