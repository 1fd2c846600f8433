"""Regressions that turned out otherwise."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from reporting.artifacts import load_arrays, load_table
from tests.invented.edits.files import edit_arrays, edit_json, settle, with_arguments
from tests.invented.edits.origins import course_data
from tests.invented.outcome import Edit
from tests.invented.recording import save_rows
from tests.invented.regression import true_function

TUNED = ("tuned", "tuned_seeds/seed_2", "tuned_seeds/seed_3")  # the tuned networks, and those of other seeds
STRIPS = ("file_order", "blocks")  # the ways to split the points whose folds are strips of x


def edit_predictions(runs: Path, folders: Iterable[str], edit: Callable) -> None:
    """Lay the arrays that `edit(arrays)` returns over the predictions of these networks; the rest then agrees again."""
    for folder in folders:
        edit_arrays(runs / "regression" / folder / "predictions.npz", edit)
    settle(runs)


# Points


@with_arguments
def points(runs: Path, **functions: Callable) -> None:
    """Other points for all models: name of an array -> function of the old one."""
    folders = [path.parent.relative_to(runs / "regression") for path in (runs / "regression").rglob("predictions.npz")]
    edit_predictions(
        runs, map(str, folders), lambda arrays: {name: move(arrays[name]) for name, move in functions.items()}
    )


def stretches(*places: tuple[float, float]) -> Callable:
    """A function that moves the same number of points evenly to each of these intervals."""
    return lambda x: np.concatenate(
        [np.linspace(*place, len(part)) for place, part in zip(places, np.array_split(x, len(places)), strict=True)]
    )


no_gaps = points(x_train=stretches((-5, 5)))
even_points = points(  # measurements of the function without a gap
    x_train=stretches((-5, 5)),
    y_train=lambda y: true_function(np.linspace(-5, 5, len(y))) + 0.48 * np.random.default_rng(1).normal(size=len(y)),
)
one_gap = points(x_train=lambda x: np.r_[np.linspace(-5, 0, len(x) // 2), np.linspace(2.5, 5, len(x) - len(x) // 2)])
many_gaps = points(
    x_train=lambda x: np.concatenate(
        [
            start + np.linspace(0, 0.2, len(part))
            for start, part in zip((-5, -3, -1, 1, 4.8), np.array_split(x, 5), strict=True)
        ]
    )
)
one_test_point_beyond = points(x_test=lambda x: np.r_[np.linspace(-4.9, 4.8, len(x) - 1), 7])
constant_y = points(y_train=lambda y: 0 * y, y_test=lambda y: 0 * y)
bending = points(  # a function without noise that bends between the points
    x_train=stretches((-5, 5)),
    y_train=lambda y: 2 * np.sin(6 * np.linspace(-5, 5, len(y))),
    x_test=stretches((-5, 5)),
    y_test=lambda y: 2 * np.sin(6 * np.linspace(-5, 5, len(y))),
)
tests_moved = points(y_test=lambda y: y + 5)  # test points of another function
noisy_tests = points(y_test=lambda y: y + 1.5 * np.random.default_rng(1).normal(size=len(y)))


def tests_in(*places: tuple[float, float]) -> Edit:
    """Test points spread over intervals."""
    return points(x_test=stretches(*places))


@with_arguments
def few_tests(runs: Path, count: int) -> None:
    """So many test points, the first ones."""
    for path in (runs / "regression").rglob("predictions.npz"):
        edit_arrays(path, lambda arrays: {name: array[..., :count] for name, array in arrays.items() if "test" in name})
    for path in (runs / "regression").rglob("run.json"):
        edit_json(path, lambda run: run["data"]["counts"].update(test=count))
    settle(runs)


# Networks


@with_arguments
def predictions(runs: Path, case: str, offset: float) -> None:
    """Networks of one case that all miss the true values of the test points by `offset`."""
    edit_predictions(
        runs, [case], lambda arrays: {"test_predictions": 0 * arrays["test_predictions"] + arrays["y_test"] + offset}
    )


def memorised(runs: Path) -> None:
    """Networks that know every point they were trained on, noise included."""

    def edit(arrays):
        held_out = arrays["fold"] == np.arange(1, len(arrays["train_predictions"]) + 1)[:, None]
        return {"train_predictions": np.where(held_out, arrays["train_predictions"], arrays["y_train"] + 0.01)}

    edit_predictions(runs, TUNED, edit)


def foreseen(runs: Path) -> None:
    """Networks that know the points that they were not trained on, as if there were no noise."""
    edit_predictions(
        runs,
        TUNED,
        lambda arrays: {"train_predictions": np.tile(arrays["y_train"], (len(arrays["train_predictions"]), 1)) + 0.01},
    )


def right_in_gaps(runs: Path) -> None:
    """Networks that err where training points lie, and nowhere else."""
    edit_predictions(
        runs,
        TUNED,
        lambda arrays: {
            "test_predictions": np.where(in_gap(arrays["x_test"]), arrays["y_test"], arrays["test_predictions"] + 1)
        },
    )


def wrong_in_gaps(runs: Path) -> None:
    """Networks that are far off where no training points lie."""
    edit_predictions(
        runs, TUNED, lambda arrays: {"test_predictions": arrays["test_predictions"] + 3 * in_gap(arrays["x_test"])}
    )


def in_gap(x: np.ndarray) -> np.ndarray:
    return ((x > -3) & (x < -1)) | ((x > 1.7) & (x < 3.1))


def overconfident(runs: Path) -> None:
    """Networks of one opinion, which is nearly right."""
    edit_predictions(
        runs, TUNED, lambda arrays: {"test_predictions": 0 * arrays["test_predictions"] + arrays["y_test"] + 0.3}
    )


def agreeing(runs: Path) -> None:
    """Networks of one opinion, and a wrong one."""
    edit_predictions(runs, TUNED, lambda arrays: {"test_predictions": 0 * arrays["test_predictions"] + 7})


def disagreeing(runs: Path) -> None:
    """Networks that scatter around the truth by far more than they err together."""
    offsets = np.array([[-4.0], [-2.0], [0.0], [2.0], [4.0]])
    for k, folder in enumerate(TUNED):
        spread = offsets * (1 + 0.01 * k)
        path = runs / "regression" / folder / "predictions.npz"
        edit_arrays(path, lambda arrays, spread=spread: {"test_predictions": arrays["y_test"] + spread})
    settle(runs)


@with_arguments
def near_the_report(runs: Path, mean: float, single: float) -> None:
    """The course's points, and tuned networks whose mean has one test loss and who have another on average."""
    course_data(runs)
    spread = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])[:, None] * np.sqrt(max(single - mean, 0) / 2)
    edit_predictions(runs, ["tuned"], lambda arrays: {"test_predictions": arrays["y_test"] + np.sqrt(mean) + spread})


def other_folds_for_the_reference(runs: Path) -> None:
    """The search and the tuned networks on other folds than the reference settings."""
    edit_predictions(runs, ["reference"], lambda arrays: {"fold": arrays["fold"][::-1].copy()})


# Extras


def split_like(runs: Path, name: str, others: Iterable[str]) -> None:
    """Ways to split the points that came out as another one did."""
    arrays = load_arrays(runs / "regression/splits" / name / "predictions.npz")
    edit_predictions(runs, [f"splits/{other}" for other in others], lambda _: arrays)


def mixed_file_order(runs: Path) -> None:
    """A file whose rows come in no order of x."""
    split_like(runs, "shuffled", STRIPS)


def half_in_order(runs: Path) -> None:
    """A file that holds the low half of x first and then the high half, each mixed."""

    def edit(arrays):
        x, rng = arrays["x_train"], np.random.default_rng(7)
        low, high = np.array_split(np.argsort(x), 2)
        order = np.concatenate([rng.permutation(low), rng.permutation(high)])
        fold = np.empty(len(x), int)
        fold[order] = np.arange(len(x)) * 3 // len(x) + 1
        return {"fold": fold}

    edit_predictions(runs, ["splits/file_order"], edit)


def all_splits_alike(runs: Path) -> None:
    """Folds that are strips of x even where they should be shuffled."""
    split_like(runs, "blocks", ("file_order", "shuffled"))


def one_fold_extrapolates(runs: Path) -> None:
    """A file in order of x, cut so that one fold alone lies beyond the rest."""
    split_like(runs, "shuffled", ["blocks"])
    edit_predictions(
        runs,
        ["splits/file_order"],
        lambda arrays: {"fold": np.where(arrays["x_train"] > 3.2, 1, 2 + np.arange(len(arrays["x_train"])) % 2)},
    )


def harmless_strips(runs: Path) -> None:
    """Strips on which the networks do no worse than on shuffled folds."""
    folders = [f"splits/{name}" for name in STRIPS]
    edit_predictions(runs, folders, lambda arrays: {"train_predictions": np.tile(arrays["y_train"], (3, 1))})


@with_arguments
def baseline_column(runs: Path, baseline: str, **values: float) -> None:
    """A column of a baseline's folds.csv with the same value in every fold."""
    path = runs / "regression/baselines" / baseline / "folds.csv"
    save_rows(path, [row | values for row in load_table(path)])


def largest_at_ends(runs: Path) -> None:
    """Every unit's activation grows along x."""

    def edit(arrays):
        names = [name for name in arrays if name.endswith("/along")]
        return {name: np.sort(arrays[name], axis=0) for name in names}

    edit_arrays(runs / "regression/tuned/activations.npz", edit)
