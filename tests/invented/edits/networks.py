"""What networks of either task may turn out like: weights, activity of units, early stopping."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from reporting.artifacts import TASKS, load_arrays, load_table, save_arrays
from tests.invented.edits.files import configure, edit_arrays, edit_json, with_arguments
from tests.invented.recording import save_rows


@with_arguments
def weights(runs: Path, task: str, draw: Callable) -> None:
    """Trained weights of a given distribution: `draw(rng, shape)`."""
    rng = np.random.default_rng(3)

    def edit(arrays):
        kernels = [name for name in arrays if name.startswith("trained/") and name.endswith("kernel")]
        return {name: draw(rng, arrays[name].shape).astype(np.float32) for name in kernels}

    edit_arrays(runs / task / "tuned/weights.npz", edit)


def initial_zeros(runs: Path) -> None:
    """Weights that all began at zero, so that no layer can be said to have moved farther than another."""
    for task in TASKS:
        edit_arrays(
            runs / task / "tuned/weights.npz",
            lambda arrays: {name: 0 * array for name, array in arrays.items() if name.startswith("initial/")},
        )


@with_arguments
def dead(runs: Path, task: str, share: float) -> None:
    """Of each hidden layer this share of the units constant over all inputs; 1 kills them all, 0 none."""

    def edit(arrays):
        changed = {}
        for layer in [name.removesuffix("/maximum") for name in arrays if name.endswith("/maximum")]:
            units = len(arrays[f"{layer}/maximum"])
            killed = np.arange(units) < share * units
            changed[f"{layer}/minimum"] = np.where(killed, 0, -1.0)
            changed[f"{layer}/maximum"] = np.where(killed, 0, 1.0)
            changed[f"{layer}/active_share"] = np.where(killed, 0, 0.5)
            changed[f"{layer}/spectrum"] = arrays[f"{layer}/spectrum"] * (share < 1)
            if f"{layer}/probe" in arrays:
                changed[f"{layer}/probe"] = np.where(killed, 0, arrays[f"{layer}/probe"] + 0.1)
        return {name: value.astype(np.float32) for name, value in changed.items()}

    edit_arrays(runs / task / "tuned/activations.npz", edit)


@with_arguments
def one_dead(runs: Path, task: str) -> None:
    """A single dead unit, in the first fully connected layer."""
    dead(task, 0)(runs)
    first = ("hidden_1/m", "dense_1/m")  # its minimum and maximum

    def edit(arrays):
        found = {name: array for name, array in arrays.items() if name.startswith(first)}
        return {name: np.where(np.arange(len(array)) == 0, 0, array) for name, array in found.items()}

    edit_arrays(runs / task / "tuned/activations.npz", edit)


def full_rank(runs: Path) -> None:
    """Layers all of whose units carry something of their own."""
    for task in TASKS:
        edit_arrays(
            runs / task / "tuned/activations.npz",
            lambda arrays: {name: np.ones_like(array) for name, array in arrays.items() if name.endswith("/spectrum")},
        )


def one_hidden_layer(runs: Path) -> None:
    """Regression networks with a single hidden layer."""
    names = ("reference", "tuned", "extended", "initialisation/glorot_uniform")
    for folder in [runs / "regression" / name for name in names]:
        for path in filter(Path.exists, (folder / "weights.npz", folder / "activations.npz")):
            arrays = load_arrays(path)
            save_arrays(
                path, {name: arrays[name] for name in arrays if "hidden_2" not in name and "hidden_3" not in name}
            )
    stored = load_arrays(runs / "regression/tuned/weights.npz")
    parameters = sum(array.size for name, array in stored.items() if name.startswith("trained/"))

    def edit(run):
        if "parameters" in run["metrics"]:
            run["metrics"]["parameters"] = parameters
        if "hidden_units" in run["config"]:
            run["config"] |= {"hidden_units": [16], "activations": ["tanh"]}

    for path in (runs / "regression").rglob("run.json"):
        edit_json(path, edit)


@with_arguments
def stopped(runs: Path, folder: str, epochs: int, patience: int = 1, fits: int = 1) -> None:
    """Early stopping with this patience, which ended the first fits of a network after `epochs`; none with `fits` 0."""
    place = runs / folder
    ended = {"epochs": epochs, "stopped_early": True, "best_epoch": 1}
    rows = [row | (ended if k < fits else {}) for k, row in enumerate(load_table(place / "folds.csv"))]
    kept = {row["fold"]: row["epochs"] for row in rows}
    history = [row for row in load_table(place / "history.csv") if row["epoch"] <= kept[row["fold"]]]
    save_rows(place / "folds.csv", rows)
    save_rows(place / "history.csv", history)
    configure(runs, folder, patience=patience)
    count = sum(row["stopped_early"] for row in rows)
    edit_json(place / "run.json", lambda run: run["metrics"].update(stopped_early=count))
