"""Classifiers that turned out otherwise."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from reporting.artifacts import load_arrays, load_json, load_table, plain
from tests.invented.edits.files import configure, edit_arrays, edit_json, settle, with_arguments
from tests.invented.recording import save_rows

# Answers: the probabilities (n, 10) that a network gives to images of these labels (n,)


def perfect(labels: np.ndarray) -> np.ndarray:
    return np.eye(10)[labels]


def perfect_of(classes: int) -> Callable:
    """The same for another number of classes."""
    return lambda labels: np.eye(classes)[labels]


def always(label: int, classes: int) -> Callable:
    """Always the same class, of another number of classes."""
    return lambda labels: np.tile(np.where(np.arange(classes) == label, 0.91, 0.09 / (classes - 1)), (len(labels), 1))


def hesitant(labels: np.ndarray) -> np.ndarray:
    return np.where(np.eye(10)[labels] > 0, 0.55, 0.05)


def always_dress(labels: np.ndarray) -> np.ndarray:
    return np.tile(np.where(np.arange(10) == 3, 0.91, 0.01), (len(labels), 1))


def wrong_for(errors: Iterable[tuple[int, int, int]], certainty: float = 0.95) -> Callable:
    """Right but for `errors`: (true, taken for, how many)."""

    def answer(labels):
        taken = labels.copy()
        for true, other, count in errors:
            taken[np.flatnonzero(labels == true)[:count]] = other
        return certain(taken, certainty)

    return answer


def certain(answers: np.ndarray, certainty: float | np.ndarray) -> np.ndarray:
    """Probabilities (n, 10) of the answers, the rest shared evenly."""
    return np.where(np.eye(10)[answers] > 0, certainty, (1 - certainty) / 9)


# Predictions


def answer_with(path: Path, answer: Callable, part: str) -> None:
    """Other probabilities for the images of a part."""
    edit_arrays(path, lambda arrays: {f"{part}_probabilities": answer(arrays[f"{part}_labels"]).astype(np.float32)})


@with_arguments
def probabilities(
    runs: Path, answer: Callable, names: Sequence[str] = ("reference", "tuned", "extended"), part: str = "test"
) -> None:
    """Networks that answer otherwise, by their folders below the task's."""
    for name in names:
        answer_with(runs / "classification" / name / "predictions.npz", answer, part)
    settle(runs)


@with_arguments
def every_network(runs: Path, answer: Callable, part: str = "test") -> None:
    """The same answers of every network there is, seeds and other cases too."""
    for path in (runs / "classification").rglob("predictions.npz"):
        answer_with(path, answer, part)
    settle(runs)


def temperatures(runs: Path) -> None:
    """A tuned network that is as sure of its errors as of the rest: temperature scaling lowers one of two errors alone.

    The two are the calibration error and the negative log-likelihood.
    """
    for part, share in (("validation", 0.8), ("test", 0.845)):

        def answer(labels, share=share):
            rng = np.random.default_rng(len(labels))
            right = rng.uniform(size=len(labels)) < share
            certainty = np.where(rng.uniform(size=len(labels)) < 0.5, 0.99, 0.7)[:, None]
            return certain(np.where(right, labels, (labels + 1) % 10), certainty)

        answer_with(runs / "classification/tuned/predictions.npz", answer, part)
    settle(runs)


# Histories, settings, sizes, inspections


def rising_loss(runs: Path) -> None:
    """A tuned network whose validation loss grows with the epochs."""
    path = runs / "classification/tuned/history.csv"
    rows = load_table(path)
    save_rows(path, [row | {"validation_loss": row["validation_loss"] + 0.1 * row["epoch"]} for row in rows])


@with_arguments
def extended_is(runs: Path, **settings) -> None:
    """The extended configuration as the reference one but for these settings."""
    reference = plain(load_json(runs / "classification/reference/run.json")["config"])
    configure(runs, "classification/extended", **(reference | settings))


@with_arguments
def blank_maps(runs: Path, count: int) -> None:
    """Feature maps of both convolutions of which the first ones are blank and no other."""
    edit_arrays(
        runs / "classification/tuned/features.npz",
        lambda arrays: {
            name: np.where(np.arange(len(arrays[name]))[:, None, None] < count, 0, 1 + arrays[name])
            for name in ("conv_1/maps", "conv_2/maps")
        },
    )


@with_arguments
def fields(runs: Path, shown: int) -> None:
    """Receptive fields that show the classes for so many of the three methods, from the first on.

    If all do, maximised images also reach a probability of one.
    """

    def edit(arrays):
        contrast, blank = arrays["class_mean"] - arrays["class_mean"].mean(axis=0), 0 * arrays["class_mean"]
        methods = ("back_projection", "gradient", "activation_maximisation")
        trained = {name: contrast if k < shown else blank for k, name in enumerate(methods)}
        untrained = {f"untrained_{name}": blank for name in methods}
        certain = {"reached_probability": np.ones_like(arrays["reached_probability"])}
        return trained | untrained | (certain if shown == len(methods) else {})

    edit_arrays(runs / "classification/tuned/receptive_fields.npz", edit)


def separated(runs: Path) -> None:
    """A map of features on which each class lies by itself."""
    labels = load_arrays(runs / "classification/tuned/predictions.npz")["test_labels"]
    places = np.column_stack([100.0 * labels, np.arange(len(labels))])
    edit_arrays(runs / "classification/tuned/features.npz", lambda arrays: {"feature_map": places})


def no_smaller_classifier(runs: Path) -> None:
    """A smaller network that has as many parameters as the tuned one."""
    parameters = load_json(runs / "classification/tuned/run.json")["metrics"]["parameters"]
    path = runs / "classification/smaller/smaller/run.json"
    edit_json(path, lambda run: run["metrics"].update(parameters=parameters))


def one_seed_less(runs: Path) -> None:
    """One seed less of the tuned network than of the others."""
    edit_json(runs / "classification/tuned_seeds/run.json", lambda run: run["config"]["cases"].pop())
