"""What the files of a network, and the networks of a task, must agree on before the report is written.

A folder may hold files that were edited, cut short, or left over from other settings. The headline numbers are computed
again from the stored predictions; a contradiction raises an ArtifactError that names the file and both numbers.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.artifacts import TASKS, ArtifactError, remedy
from reporting.regression_checks import wrong_metrics, wrong_scores
from reporting.stats.metrics import accuracy, cross_entropy

if TYPE_CHECKING:
    from reporting.results import Extra, Results, Variant

TOLERANCE = 1e-4  # relative: training may add the same numbers in another order and in float32


@contextlib.contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Turn errors that arrays of an unexpected shape or kind cause into an ArtifactError that names the folder."""
    try:
        yield
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise ArtifactError(f"{folder} holds what no finished run leaves behind ({error}); {remedy(folder)}") from error


def refuse(folder: Path, mistake: str) -> None:
    """Raise an ArtifactError that says what is wrong with the folder, unless `mistake` is empty."""
    if mistake:
        raise ArtifactError(f"{folder}: {mistake}; {remedy(folder)}")


def close(a: Any, b: Any) -> bool:
    """Whether two values are numbers that are equal within TOLERANCE."""
    numbers = isinstance(a, int | float) and isinstance(b, int | float)
    return numbers and math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=1e-9)


def check_regression(folder: Path, variant: Variant, results: Results) -> None:
    """Raise an ArtifactError where a regression's files contradict their predictions or the points of the tuned one."""
    stored = variant.predictions
    check_metrics(folder, variant.run, stopped_early(variant))
    refuse(folder, wrong_counts(variant.run, train=len(stored["x_train"]), test=len(stored["x_test"])))
    if mistake := wrong_metrics(variant):
        again = "if a new run says the same, the mistake is this program's"
        raise ArtifactError(f"{folder / 'run.json'}: {mistake}; {remedy(folder)} ({again})")
    refuse(folder, wrong_scores(variant))
    refuse(folder, wrong_history(variant) or wrong_parameters(variant) or wrong_points(folder, variant, results))


def check_classification(folder: Path, variant: Variant, results: Results) -> None:
    """Raise an ArtifactError where the files of a classifier contradict its stored probabilities."""
    stored = variant.predictions
    parts = [name for name in ("validation", "test") if f"{name}_labels" in stored]  # some cases have no test set
    for name in parts:
        classes = len(variant.run.data.classes)
        refuse(folder, wrong_probabilities(stored[f"{name}_probabilities"], stored[f"{name}_labels"], classes))
    check_metrics(folder, variant.run, recomputed_classification(variant, parts))
    if "test" in parts:
        refuse(folder, wrong_counts(variant.run, test=len(stored["test_labels"])))
    refuse(folder, wrong_row(variant) or wrong_history(variant) or wrong_parameters(variant))
    if any(variant is main for main in results.variants.values()):
        refuse(folder, wrong_error_images(variant))


# Called for each network of a task, with its folder, the network, and the task's Results before its search is loaded
CHECKS: dict[str, Callable[[Path, Variant, Results], None]] = {
    "regression": check_regression,
    "classification": check_classification,
}


def wrong_error_images(variant: Variant) -> str:
    """What is wrong with the recorded images of wrong answers, in words; empty if nothing is."""
    stored, wrong = variant.predictions, wrong_answers(variant.predictions)
    if not np.array_equal(stored.get("error_index"), wrong) or len(stored["error_image"]) != len(wrong):
        return f"the recorded images are not those of the {len(wrong)} wrong answers"
    return ""


def wrong_answers(stored: Mapping[str, Any]) -> np.ndarray:
    """The numbers of the test images that are classified wrongly: (k,)."""
    return np.flatnonzero(stored["test_probabilities"].argmax(axis=1) != stored["test_labels"])


def wrong_points(folder: Path, variant: Variant, results: Results) -> str:
    """Which points, or folds, are not those of the tuned network, or of its seed; empty if none."""
    tuned, other = results.tuned.predictions, shares_folds_with(folder, variant, results)
    for name in ("x_train", "y_train", "x_test", "y_test", "x_curve", "x_partial"):
        if not np.array_equal(variant.predictions.get(name, ()), tuned.get(name, ())):
            return f"{name} is not what the tuned networks were trained with"
    if other and not np.array_equal(variant.predictions["fold"], other.predictions["fold"]):
        return "fold is not what the tuned networks were trained with"
    return ""


def shares_folds_with(folder: Path, variant: Variant, results: Results) -> Variant | None:
    """The network that must have the folds of another one; None if that has its own.

    Each further seed has its own, the same for the reference and for the tuned networks if both have as many folds.
    """
    extra = folder.parent.name
    if folder.name == "reference" or extra in ("splits", "tuned_seeds"):
        return None
    of_other_settings = extra in ("reference_seeds", "extended_seeds")
    other = results.extras["tuned_seeds"].cases.get(folder.name) if of_other_settings else results.tuned
    alike = other is not None and len(other.folds) == len(variant.folds)
    return other if alike or not (of_other_settings or folder.name == "extended") else None


def check_origin(folder: Path, parts: Mapping[str, Any]) -> None:
    """Raise an ArtifactError unless a task's main networks and search come from the same data, seed and scale."""
    (first, one), *others = parts.items()
    for name, other in others:
        for what in ("data", "seed", "scale"):
            if getattr(other.run, what) != getattr(one.run, what):
                other_what = f"from other {what}" if what == "data" else f"with another {what}"
                refuse(folder / name, f"{name} was made {other_what} than {first}")


def check_switches(folder: Path, off: Sequence[str], extras: Mapping[str, Extra]) -> None:
    """Raise an ArtifactError where an extra of a task is about a network that is switched off, and is not itself."""
    for item in TASKS[folder.name].extras:
        if item.of in off and extras[item.name].cases:
            refuse(folder / item.name, f"{item.name} was trained before {item.of} was switched off")


def recomputed_classification(variant: Variant, parts: Sequence[str]) -> dict[str, float]:
    """The headline numbers of a classification run, from its stored probabilities."""
    metrics = stopped_early(variant)
    for name in parts:
        labels, probabilities = (variant.predictions[f"{name}_{kind}"] for kind in ("labels", "probabilities"))
        metrics[f"{name}_loss"] = cross_entropy(probabilities, labels)
        metrics[f"{name}_accuracy"] = accuracy(labels, probabilities.argmax(axis=1))
    return metrics


def stopped_early(variant: Variant) -> dict[str, float]:
    """The number of fits that early stopping ended, by its name in the metrics; empty for models without epochs."""
    return {"stopped_early": variant.column("stopped_early").sum()} if "stopped_early" in variant.folds[0] else {}


def check_metrics(folder: Path, run: Any, recomputed: Mapping[str, float]) -> None:
    """Raise an ArtifactError unless the recorded metrics equal the recomputed ones."""
    for name, value in recomputed.items():
        if not close(run.metrics.get(name), float(value)):
            where = f"{folder / 'run.json'}: {name} is {run.metrics.get(name)}"
            raise ArtifactError(f"{where}, but {float(value):.6g} by the run's own arrays; {remedy(folder)}")


def wrong_counts(run: Any, **found: int) -> str:
    """Which recorded number of points is not that of the arrays, in words; empty if none."""
    for part, count in found.items():
        if run.data.counts.get(part) != count:
            return f"run.json counts {run.data.counts.get(part)} {part} points, predictions.npz holds {count}"
    return ""


def wrong_row(variant: Variant) -> str:
    """What the one row of a classifier's folds.csv says otherwise than run.json does, in words; empty if nothing."""
    for name in sorted(variant.run.metrics.keys() & variant.folds[0].keys()):
        if not close(float(variant.folds[0][name]), variant.run.metrics[name]):
            return f"{name} is {variant.folds[0][name]} in folds.csv, but {variant.run.metrics[name]} in run.json"
    return ""


def wrong_history(variant: Variant) -> str:
    """Says if history.csv does not hold each epoch of each fold, once and in order; empty if it does."""
    recorded = [(row["fold"], row["epoch"]) for row in variant.history]
    expected = [(row["fold"], epoch) for row in variant.folds for epoch in range(1, row.get("epochs", 0) + 1)]
    return (
        "" if recorded == expected else f"history.csv holds {len(recorded)} epochs, folds.csv tells of {len(expected)}"
    )


def wrong_parameters(variant: Variant) -> str:
    """Says if run.json and the weights, where they are stored, have different numbers of parameters; empty if not."""
    stored = sum(array.size for name, array in variant.weights.items() if name.startswith("trained/"))
    recorded = variant.run.metrics.get("parameters")
    return (
        f"run.json counts {recorded} parameters, weights.npz holds {stored}"
        if variant.weights and recorded != stored
        else ""
    )


def wrong_probabilities(probabilities: np.ndarray, labels: np.ndarray, classes: int) -> str:
    """What is wrong with probabilities (n, classes) or labels (n,), in words; empty if nothing is."""
    if probabilities.shape != (len(labels), classes) or not np.allclose(probabilities.sum(axis=1), 1, atol=0.02):
        return f"the probabilities in predictions.npz do not add up to 1 over {classes} classes"
    return (
        "" if np.isin(labels, np.arange(classes)).all() else f"a label in predictions.npz is none of 0 to {classes - 1}"
    )
