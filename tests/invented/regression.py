"""The regression task: its points, search and networks."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from reporting.artifacts import save_arrays
from tests.invented.example import Example
from tests.invented.recording import activity_along, save_rows, save_run, unit_activity, weights_of
from tests.invented.searches import write_search

GRID: dict[str, list] = {
    "learning_rate": [0.001, 0.0013, 0.0015],
    "weight_decay": [1e-5, 1e-7],
    "batch_size": [16, 32, 64],
}
EXTENSIONS: dict = {"learning_rate_schedule": "cosine", "weight_decay": 1e-3}
CURVE = np.linspace(-5, 5, 401)
LOSSES = ("train_loss", "validation_loss", "test_loss")
SHARES = ("train_r2", "validation_r2", "test_r2")


def write_regression(folder: Path, example: Example) -> dict:
    """Write search, reference and tuned networks; returns the tuned settings."""
    reference = reference_settings(example)
    best = write_search(folder / "search", example, GRID, score, "validation_loss", example.folds, reference)
    for name, config in {"reference": reference, "tuned": reference | best, "extended": reference | EXTENSIONS}.items():
        if f"regression/{name}" in example.switched_off:
            save_run(folder / name, example, "regression", {"enabled": False, "cases": [], "configs": {}}, {})
            continue
        write_inspection(folder / name, example)
        networks = [network(example, error_of(example, name), 100 + k) for k in range(example.folds)]
        write_case(folder / name, example, config, networks, **laplace(example, name))
    return reference | best


def error_of(example: Example, name: str) -> float:
    """How far networks err; those with extended settings little unless told otherwise."""
    return example.regression_error.get(name, 0.2)


def reference_settings(example: Example) -> dict:
    return {
        "hidden_units": list(example.hidden_units),
        "activations": ["tanh", "softplus", "relu"],
        "initializer": "fan_in_uniform",
        "learning_rate": 0.001,
        "learning_rate_schedule": "constant",
        "weight_decay": 1e-7,
        "batch_size": 16,
        "max_epochs": example.regression_epochs,
        "patience": 400,
        "restore_best_weights": False,
        "folds": example.folds,
        "standardize": "auto",
    }


def score(values: dict) -> float:
    """The expected validation loss of a combination."""
    return 0.30 + 0.01 * np.log2(values["batch_size"] / 16) + 60 * abs(values["learning_rate"] - 0.0013)


def true_function(x: np.ndarray) -> np.ndarray:
    return 2.8 - 0.85 * x + 0.07 * x**3 + 0.8 * np.sin(1.5 * x - 1.1)


def points_of(example: Example) -> dict[str, np.ndarray]:
    """The points by their names in predictions.npz; `fold` is the one in which each training point is held out."""
    rng, count = np.random.default_rng(example.seed), example.points
    shares = np.array([2.0, 4.7, 1.9]) / 8.6  # lengths of the three stretches that hold training points
    counts = np.diff(np.r_[0, np.round(np.cumsum(shares) * count).astype(int)])
    stretches = [(-5, -3), (-1, 1.7), (3.1, 5)]
    x_train = np.concatenate([rng.uniform(*ends, number) for ends, number in zip(stretches, counts, strict=True)])
    x_test = rng.uniform(-5, 5, count)
    return {
        "x_train": x_train,
        "y_train": true_function(x_train) + rng.normal(0, 0.48, count),
        "x_test": x_test,
        "y_test": true_function(x_test) + rng.normal(0, 0.1, count),
        "fold": rng.permutation(np.arange(count) % example.folds) + 1,
    }


def network(example: Example, error: float, seed: int) -> Callable:
    """A network as a function of x: the true one and a smooth deviation, larger where no training points lie."""
    phases = np.random.default_rng(example.seed + seed).uniform(0, 2 * np.pi, 3)

    def predict(x):
        in_gap = ((x > -3) & (x < -1)) | ((x > 1.7) & (x < 3.1))
        waves = sum(np.sin((k + 1) * x + phase) for k, phase in enumerate(phases)) / 1.2
        return true_function(x) + error * (0.6 + 0.6 * in_gap) * waves

    return predict


def write_case(
    folder: Path,
    example: Example,
    config: dict,
    models: Sequence[Callable],
    fold: np.ndarray | None = None,
    columns: Sequence[dict] = (),
    arrays: dict | None = None,
) -> None:
    """Tables, predictions and run.json of models, one a fold, each a function of x.

    `fold` (points,) says which of them held out which training point; `columns` and `arrays` are further columns of
    folds.csv, a mapping a model, and further predictions. Without max_epochs in `config` there is nothing about epochs.
    """
    points = points_of(example)
    stored = {name: points[name] for name in ("x_train", "y_train", "fold", "x_test", "y_test")} | {"x_curve": CURVE}
    stored |= {"curve_truth": true_function(CURVE)} if example.function_known else {}
    stored |= {} if fold is None else {"fold": fold}
    for name in ("train", "test", "curve"):
        stored[f"{name}_predictions"] = np.array([model(stored[f"x_{name}"]) for model in models])
    rows = [fold_row(config, stored, k) for k in range(len(models))]
    rows = [row | further for row, further in zip(rows, columns or [{}] * len(rows), strict=True)]
    save_arrays(folder / "predictions.npz", stored | (arrays or {}))
    save_rows(folder / "folds.csv", rows)
    if "max_epochs" in config:
        save_rows(folder / "history.csv", history_rows(example, rows))
    loss = float(np.mean((stored["test_predictions"].mean(axis=0) - stored["y_test"]) ** 2))
    ensemble = {"ensemble_test_loss": loss, "ensemble_test_r2": 1 - loss / float(stored["y_test"].var())}
    save_run(folder, example, "regression", config, ensemble | metrics_of(config, rows))


def fold_row(config: dict, stored: dict[str, np.ndarray], k: int) -> dict:
    """The row of folds.csv of model k, from 0."""
    held_out = stored["fold"] == k + 1
    errors = (stored["train_predictions"][k] - stored["y_train"]) ** 2
    counts = {"train_points": int(np.sum(~held_out)), "validation_points": int(np.sum(held_out))}
    test_loss = ((stored["test_predictions"][k] - stored["y_test"]) ** 2).mean()
    losses = dict(zip(LOSSES, (errors[~held_out].mean(), errors[held_out].mean(), test_loss), strict=True))
    targets = stored["y_train"][~held_out], stored["y_train"][held_out], stored["y_test"]
    losses |= {name: 1 - losses[loss] / y.var() for name, loss, y in zip(SHARES, LOSSES, targets, strict=True)}
    if "max_epochs" not in config:
        return {"fold": k + 1, **counts, **losses, "seconds": 0.1}
    stopping = {"epochs": config["max_epochs"], "stopped_early": False, "best_epoch": config["max_epochs"] - 2}
    return {"fold": k + 1, "seed": 71 + k, **counts, **stopping, **losses, "seconds": 6.1}


def history_rows(example: Example, rows: list[dict]) -> Iterator[dict]:
    rng = np.random.default_rng(example.seed + 1)
    epochs = np.arange(1, example.regression_epochs + 1)
    decay = 8 * np.exp(-8 * epochs / epochs[-1])
    for row in rows:
        train = (row["train_loss"] + decay) * np.exp(rng.normal(0, 0.06, len(epochs)))
        validation = (row["validation_loss"] + 1.3 * decay) * np.exp(rng.normal(0, 0.09, len(epochs)))
        for epoch, a, b in zip(epochs, train, validation, strict=True):
            yield {"fold": row["fold"], "epoch": epoch, "train_loss": a, "validation_loss": b}


def metrics_of(config: dict, rows: list[dict]) -> dict:
    """The metrics of run.json that follow from folds.csv and the layers."""
    metrics: dict[str, float] = {}
    for name in LOSSES:
        values = [row[name] for row in rows]
        metrics |= {name: float(np.mean(values)), f"{name}_sd": float(np.std(values, ddof=1))}
    metrics |= {name: float(np.mean([row[name] for row in rows])) for name in SHARES}
    if "hidden_units" not in config:
        return metrics
    parameters = sum((inputs + 1) * outputs for inputs, outputs in kernel_shapes(config["hidden_units"]).values())
    return metrics | {"stopped_early": sum(row["stopped_early"] for row in rows), "parameters": parameters}


def kernel_shapes(hidden_units: Sequence[int]) -> dict[str, tuple[int, int]]:
    """The shape of each layer's kernel."""
    names = [f"hidden_{k}" for k in range(1, len(hidden_units) + 1)]
    return dict(zip([*names, "output"], itertools.pairwise((1, *hidden_units, 1)), strict=True))


def laplace(example: Example, name: str) -> dict:
    """The further columns and arrays of `write_case` that tell how sure the networks are: less so in the gaps."""
    x, gaps = points_of(example)["x_test"], [(-2.0, 0.9), (2.4, 0.7)]  # middles and widths
    bumps = sum(np.exp(-(((x - middle) / width) ** 2)) for middle, width in gaps)
    sd = error_of(example, name) * (0.6 + 0.9 * bumps)
    arrays = {"laplace_test_sd": np.tile(sd, (example.folds, 1))}
    columns = [{"laplace_noise_variance": 0.2, "laplace_prior_precision": 3.0 + k} for k in range(example.folds)]
    return {"columns": columns, "arrays": arrays}


def write_inspection(folder: Path, example: Example) -> None:
    """The weights, and how active the units are, of the first fold's network."""
    rng, shapes = np.random.default_rng(example.seed + 2), kernel_shapes(example.hidden_units)
    save_arrays(folder / "weights.npz", weights_of(rng, shapes))
    along = CURVE[::4]
    arrays = {"x_probe": np.array([-4.0, 0.0, 4.0], dtype="float32"), "x_along": along}
    for layer, (_, units) in list(shapes.items())[:-1]:
        dead = example.dead_units if layer == "hidden_3" else 0
        activity = unit_activity(rng, units, dead, signed=layer == "hidden_1")
        arrays |= {f"{layer}/{name}": value for name, value in activity.items()}
        arrays[f"{layer}/along"] = activity_along(rng, along, activity)
    save_arrays(folder / "activations.npz", arrays)
