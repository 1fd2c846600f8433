"""What the figures about the classifiers' accuracy, mistakes and calibration are drawn of: findings in, figures out."""

import numpy as np

from reporting.figures.calibration import plot_reliability, plot_risk
from reporting.figures.confusion import plot_confusion_matrix
from reporting.figures.ladder import plot_ladder
from reporting.figures.mistakes import plot_captioned_images
from reporting.figures.training_curves import plot_double_softmax_curves
from reporting.findings.calibration import KEPT
from reporting.results import CLASS_NAMES

RUNG_NAMES = {
    "human": "people",
    "other_reports": "other reports on this homework",
    "reference_report": "reference report",
    "reference": "this run: reference settings",
    "tuned": "this run: tuned",
    "improved": "this run: improved",
    "two_convolutions": "two convolutions, best found",
    "record": "data set’s own table, highest",
}
NETWORK_NAMES = {"reference": "reference settings", "tuned": "tuned", "improved": "improved"}
SHORT_NAMES = {"convolution_dropout": "dropout after pooling", "learning_rate_schedule": "schedule"}


def double_softmax_figures(results, decoder, without):
    """The losses of the reference settings without (drawn by `without`) and with the second softmax; nothing if that is not trained."""
    if decoder.trained is None:
        return {}
    curves = [
        results.extras["double_softmax"].cases["double_softmax"].curves(f"{name}_loss")[0]
        for name in ("train", "validation")
    ]
    return {
        "classification_double_softmax": [
            without,
            lambda: plot_double_softmax_curves(*curves, decoder.bounds, decoder.report_loss),
        ]
    }


def ladder_figure(rungs, ablation):
    """The accuracy ladder, and beside it the ingredients of the improved configuration if they were tried."""
    ingredients = (
        [(ingredient_name(item), item.difference, item.interval) for item in ablation.ingredients] if ablation else []
    )
    return plot_ladder(rungs.values(), [RUNG_NAMES[name] for name in rungs], ingredients)


def ingredient_name(ingredient):
    """The settings that an ingredient consists of, in at most two lines."""
    names = [SHORT_NAMES.get(name, name.replace("_", " ")) for name in ingredient.changes]
    return ", ".join(names) if len(names) < 3 else ",\n".join([names[0], ", ".join(names[1:])])


def confusion_figure(matrix, classes):
    """The confusion matrix beside the differences to the reference report's recalls."""
    values = [[getattr(item, name) for item in classes] for name in ("report_difference", "report_error")]
    differences, errors = ([np.nan if value is None else value for value in column] for column in values)
    return plot_confusion_matrix(matrix, CLASS_NAMES, differences, errors)


def mistake_figures(found):
    """Examples of the most frequent confusions, and images whose label may be wrong; each only if there are any."""
    figures = {}
    if found.confusions:
        groups = [
            (
                f"{pair.true} taken\nfor {pair.predicted} ({pair.images})",
                [captioned(mistake, "{:.3f}\n{:.3f}") for mistake in examples],
            )
            for pair, examples in zip(found.confusions, found.examples, strict=True)
        ]
        figures["classification_mistakes"] = [lambda: plot_captioned_images(groups, 12, places=2)]
    if found.suspects.shown:
        names = [
            (f"no. {mistake.index}", [captioned(mistake, f"{mistake.true} {{:.3f}}\n{mistake.predicted} {{:.3f}}")])
            for mistake in found.suspects.shown
        ]
        figures["classification_suspects"] = [lambda: plot_captioned_images(names, 8)]
    return figures


def captioned(mistake, words):
    """The image of a findings Mistake, and the probabilities of the right and of the predicted class in these words."""
    return mistake.image, words.format(mistake.true_probability, mistake.predicted_probability)


def calibration_panels(calibrations):
    """The reliability of the tuned network, and what refusing would gain with each configuration."""
    tuned, kept = (
        calibrations["tuned"],
        {NETWORK_NAMES[name]: item.kept_accuracy for name, item in calibrations.items()},
    )
    return [lambda: plot_reliability(tuned.bins, tuned.scaled_bins), lambda: plot_risk(kept, KEPT)]
