"""A complete, small, plausible `runs/` tree without any training, for the tests of the report and for drawing by hand.

    python -m tests.example_runs FOLDER        writes one with networks of the real sizes

The numbers are invented, the same at every call, and agree with each other as those of real runs do.
"""

import dataclasses
import hashlib
import itertools
import sys
from pathlib import Path

import numpy as np

from reporting.artifacts import SCHEMA_VERSION, Data, Machine, Run, save_arrays, save_json, save_table

REGRESSION_GRID = {"learning_rate": [0.001, 0.0013, 0.0015], "weight_decay": [1e-5, 1e-7], "batch_size": [16, 32, 64]}
CLASSIFICATION_GRID = {"learning_rate": [0.0001, 0.0003, 0.001], "dropout": [0.2, 0.4], "batch_size": [32, 128]}


@dataclasses.dataclass(frozen=True)
class Example:
    """What may differ between two example trees."""

    seed: int = 0
    scale: str = "full"
    folds: int = 5
    points: int = 100  # training points, and as many test points
    regression_epochs: int = 40
    hidden_units: tuple = (16, 24, 32)
    regression_error: dict = dataclasses.field(
        default_factory=lambda: {"reference": 0.40, "tuned": 0.28}
    )  # rms distance from f, inside the data
    extra_error: dict = dataclasses.field(
        default_factory=lambda: {"splits": 0.40, "glorot_uniform": 0.60, "smaller": 0.30}
    )
    more_seeds: int = 2
    smaller_units: tuple = (8, 16, 16)
    classification_epochs: int = 15
    validation_images: int = 600
    test_images: int = 1000
    filters: tuple = (32, 48)
    dense_units: tuple = (32, 64)
    accuracy: dict = dataclasses.field(default_factory=lambda: {"reference": 0.89, "tuned": 0.91, "improved": 0.93})
    dead_units: int = 2  # in the last hidden layer of each network
    regression_source: str = "the project's own unknown function"
    switched_off: tuple = ()  # extras that are, such as "regression/splits"


REAL_SIZES = {
    "hidden_units": (256, 512, 768),
    "regression_epochs": 500,
    "dense_units": (128, 256),
    "test_images": 10000,
    "validation_images": 12000,
}


def write_example_runs(folder, **changes):
    """Write the tree into `folder` (the `runs` folder itself); `changes` are fields of Example. Returns the folder as a Path."""
    from tests.example_extras import write_regression_extras  # built on the functions below

    example = Example(**changes)
    folder = Path(folder)
    tuned = write_regression(folder / "regression", example)
    write_regression_extras(folder / "regression", example, tuned)
    write_classification(folder / "classification", example)
    return folder


# Both tasks


def run_of(example, task, variant, config, metrics):
    """A Run with everything that the report prints."""
    digest = hashlib.sha256(task.encode()).hexdigest()
    names = ("train.csv", "test.csv") if task == "regression" else ("train-images-idx3-ubyte", "t10k-images-idx3-ubyte")
    counts = (
        (example.points, example.points)
        if task == "regression"
        else (example.validation_images * 5, example.test_images)
    )
    source = example.regression_source if task == "regression" else "Fashion-MNIST, /usr/share/datasets/fashion-mnist"
    return Run(
        schema_version=SCHEMA_VERSION,
        task=task,
        variant=variant,
        scale=example.scale,
        seed=2021,
        config=config,
        data=Data(source, {name: digest for name in names}, dict(zip(("train", "test"), counts, strict=True))),
        machine=Machine("Linux 6.1", "Example Processor 3000", 2, 24.0, ("CPU",), "float32", 1),
        versions={"python": "3.11.2", "tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.4.0"},
        commit="0123456789abcdef0123456789abcdef01234567",
        seconds=83.4,
        finished_at="2025-11-23T12:00:00+00:00",
        metrics=metrics,
    )


def rounded(rows):
    """Rows whose numbers are Python's own, as the csv module needs them."""
    return [
        {key: value.item() if isinstance(value, np.generic) else value for key, value in row.items()} for row in rows
    ]


def example_weights(rng, shapes):
    """Initial kernels uniform in +-1/sqrt(fan-in), trained ones closer to normal."""
    arrays = {}
    for layer, shape in shapes.items():
        fan_in = int(np.prod(shape[:-1]))
        bound = fan_in**-0.5
        initial = rng.uniform(-bound, bound, shape)
        arrays[f"initial/{layer}/kernel"] = initial.astype("float32")
        arrays[f"initial/{layer}/bias"] = rng.uniform(-bound, bound, shape[-1]).astype("float32")
        arrays[f"trained/{layer}/kernel"] = (0.5 * initial + rng.normal(0, 0.6 * bound, shape)).astype("float32")
        arrays[f"trained/{layer}/bias"] = rng.normal(0, bound, shape[-1]).astype("float32")
    return arrays


def example_units(rng, units, dead, signed=False):
    """Probe activations and, over all test inputs, minimum, maximum, active share and spectrum of the units of one layer."""
    probe = rng.normal(0, 0.5, (3, units))
    probe = np.tanh(2 * probe) if signed else np.maximum(probe, 0)
    minimum, maximum, share = (
        np.where(signed, -0.95, 0.0) * np.ones(units),
        rng.uniform(0.95, 2, units),
        rng.uniform(0.05, 0.95, units),
    )
    probe[:, :dead], minimum[:dead], maximum[:dead], share[:dead] = 0, 0, 0, 0
    spectrum = np.var(probe) * units * 0.5 * 0.5 ** np.arange(units)
    arrays = {"probe": probe, "minimum": minimum, "maximum": maximum, "active_share": share, "spectrum": spectrum}
    return {name: value.astype("float32") for name, value in arrays.items()}


def write_search(folder, example, task, grid, score_of, objective, folds, winner_settings):
    """A complete search: `score_of(values)` is a combination's expected score. Returns the winner's values."""
    rng = np.random.default_rng(example.seed + 7)
    direction = "max" if objective == "validation_accuracy" else "min"
    fold_effect = rng.normal(0, 0.03, folds)
    fold_rows, trials = [], []
    for number, combination in enumerate(itertools.product(*grid.values()), start=1):
        values = dict(zip(grid, combination, strict=True))
        rows = [
            search_row(rng, number, values, fold, score_of(values) + fold_effect[fold - 1], task)
            for fold in range(1, folds + 1)
        ]
        scores = [row[objective] for row in rows]
        spread = float(np.std(scores, ddof=1)) if folds > 1 else None
        trials.append(
            {"trial": number, **values, "score": float(np.mean(scores)), "score_sd": spread, "seconds": 4.2 * folds}
        )
        fold_rows += rows
    order = sorted(trials, key=lambda row: row["score"] if direction == "min" else -row["score"])
    trials = [{**row, "rank": order.index(row) + 1} for row in trials]
    best = order[0]
    values = {name: best[name] for name in grid}
    combinations = len(trials)
    metrics = {
        "combinations": combinations,
        "folds": folds,
        "fits": folds * combinations,
        "stopped_early": 0,
        "score": best["score"],
    }
    space = {
        "objective": objective,
        "direction": direction,
        "folds": folds,
        "grid": grid,
        "combinations": combinations,
        "settings": winner_settings,
    }
    save_json(folder / "search_space.json", space)
    save_table(folder / "folds.csv", rounded(fold_rows))
    save_table(folder / "trials.csv", rounded(trials))
    save_json(
        folder / "best.json",
        {"trial": best["trial"], "values": values, "score": best["score"], "score_sd": best["score_sd"]},
    )
    save_json(folder / "run.json", run_of(example, task, "search", winner_settings, metrics))
    return values


def search_row(rng, trial, values, fold, level, task):
    """One fold of one combination; `level` is its validation loss (regression) or accuracy (classification)."""
    epochs = 40 if task == "regression" else 15
    row = {
        "trial": trial,
        **values,
        "fold": fold,
        "seed": 1000 * trial + fold,
        "epochs": epochs,
        "stopped_early": False,
        "best_epoch": epochs - 3,
    }
    if task == "regression":
        return row | {"train_loss": 0.2, "validation_loss": level + rng.normal(0, 0.02), "seconds": 4.2}
    accuracy = level + rng.normal(0, 0.002)
    losses = {
        "train_loss": 0.2,
        "validation_loss": 1.2 * (1 - accuracy) + 0.15,
        "train_accuracy": accuracy + 0.02,
        "validation_accuracy": accuracy,
    }
    return row | losses | {"seconds": 4.2}


# Regression


def regression_config(example):
    """The reference settings."""
    config = {
        "hidden_units": list(example.hidden_units),
        "activations": ["tanh", "softplus", "relu"],
        "initializer": "fan_in_uniform",
    }
    config |= {"learning_rate": 0.001, "learning_rate_schedule": "constant", "weight_decay": 1e-7, "batch_size": 16}
    return config | {
        "max_epochs": example.regression_epochs,
        "patience": 400,
        "restore_best_weights": False,
        "folds": example.folds,
    }


def write_regression(folder, example):
    """Search, reference and tuned network of the regression task. Returns the tuned settings."""
    config = regression_config(example)
    best = write_search(
        folder / "search",
        example,
        "regression",
        REGRESSION_GRID,
        regression_score,
        "validation_loss",
        example.folds,
        config,
    )
    write_regression_variant(folder / "reference", example, "reference", config)
    write_regression_variant(folder / "tuned", example, "tuned", config | best)
    return config | best


def regression_score(values):
    return 0.30 + 0.01 * np.log2(values["batch_size"] / 16) + 60 * abs(values["learning_rate"] - 0.0013)


def unknown_function(x):
    return 2.8 - 0.85 * x + 0.07 * x**3 + 0.8 * np.sin(1.5 * x - 1.1)


def regression_data(example):
    """The points and the fold in which each training point is held out."""
    rng = np.random.default_rng(example.seed)
    shares = np.array([2.0, 4.7, 1.9]) / 8.6  # lengths of the three stretches that hold training points
    counts = np.diff(np.r_[0, np.round(np.cumsum(shares) * example.points).astype(int)])
    stretches = [(-5, -3), (-1, 1.7), (3.1, 5)]
    x_train = np.concatenate([rng.uniform(*ends, count) for ends, count in zip(stretches, counts, strict=True)])
    x_test = rng.uniform(-5, 5, example.points)
    y_train = unknown_function(x_train) + rng.normal(0, 0.48, example.points)
    y_test = unknown_function(x_test) + rng.normal(0, 0.1, example.points)
    return x_train, y_train, rng.permutation(np.arange(example.points) % example.folds) + 1, x_test, y_test


def regression_member(rng, x, error):
    """The prediction of one network: the function and a smooth deviation, larger where no training points lie."""
    phases, in_gap = rng.uniform(0, 2 * np.pi, 3), ((x > -3) & (x < -1)) | ((x > 1.7) & (x < 3.1))
    waves = sum(np.sin((k + 1) * x + phase) for k, phase in enumerate(phases)) / 1.2
    return unknown_function(x) + error * (0.6 + 0.6 * in_gap) * waves


def write_regression_variant(folder, example, variant, config, seed=100):
    """One of the main networks: a member a fold, with all that is recorded of the first one."""
    write_regression_inspection(folder, example)
    members = [regression_network(example, example.regression_error[variant], seed + k) for k in range(example.folds)]
    write_regression_case(folder, example, variant, config, members)


def regression_network(example, error, seed):
    """A member as a function of x."""
    return lambda x: regression_member(np.random.default_rng(example.seed + seed), x, error)


def write_regression_case(folder, example, variant, config, members, folds=None, columns=(), arrays=()):
    """Tables, predictions and run.json of members, each a function of x.

    `folds` (points,) says which member held out which training point; `columns` and `arrays` are further columns of folds.csv,
    one mapping a member, and further predictions. Without max_epochs in `config` there is nothing about epochs.
    """
    x_train, y_train, fold, x_test, y_test = regression_data(example)
    fold = fold if folds is None else folds
    points = {
        "x_train": x_train,
        "y_train": y_train,
        "fold": fold,
        "x_test": x_test,
        "y_test": y_test,
        "x_curve": np.linspace(-5, 5, 401),
    }
    predictions = {
        f"{name}_predictions": np.array([member(points[f"x_{name}"]) for member in members])
        for name in ("train", "test", "curve")
    }
    errors = (predictions["train_predictions"] - y_train) ** 2, (predictions["test_predictions"] - y_test) ** 2
    rows = [regression_fold(config, k + 1, fold, errors[0][k], errors[1][k]) for k in range(len(members))]
    rows = [row | further for row, further in zip(rows, columns or [{}] * len(rows), strict=True)]
    save_arrays(folder / "predictions.npz", points | predictions | dict(arrays))
    save_table(folder / "folds.csv", rounded(rows))
    if "max_epochs" in config:
        save_table(folder / "history.csv", rounded(regression_history(example, rows)))
    ensemble = float(np.mean((predictions["test_predictions"].mean(axis=0) - y_test) ** 2))
    save_json(
        folder / "run.json", run_of(example, "regression", variant, config, regression_metrics(config, rows, ensemble))
    )


def regression_fold(config, number, fold, train_errors, test_errors):
    held_out = fold == number
    counts = {"train_points": int(np.sum(~held_out)), "validation_points": int(np.sum(held_out))}
    losses = {
        "train_loss": train_errors[~held_out].mean(),
        "validation_loss": train_errors[held_out].mean(),
        "test_loss": test_errors.mean(),
    }
    if "max_epochs" not in config:
        return {"fold": number, **counts, **losses, "seconds": 0.1}
    stopping = {"epochs": config["max_epochs"], "stopped_early": False, "best_epoch": config["max_epochs"] - 2}
    return {"fold": number, "seed": 70 + number, **counts, **stopping, **losses, "seconds": 6.1}


def regression_history(example, rows):
    rng = np.random.default_rng(example.seed + 1)
    epochs = np.arange(1, example.regression_epochs + 1)
    decay = 8 * np.exp(-8 * epochs / epochs[-1])
    for row in rows:
        train = (row["train_loss"] + decay) * np.exp(rng.normal(0, 0.06, len(epochs)))
        validation = (row["validation_loss"] + 1.3 * decay) * np.exp(rng.normal(0, 0.09, len(epochs)))
        for epoch, a, b in zip(epochs, train, validation, strict=True):
            yield {"fold": row["fold"], "epoch": epoch, "train_loss": a, "validation_loss": b}


def regression_metrics(config, rows, ensemble):
    metrics = {"ensemble_test_loss": ensemble}
    for name in ("train_loss", "validation_loss", "test_loss"):
        values = [row[name] for row in rows]
        metrics |= {name: float(np.mean(values)), f"{name}_sd": float(np.std(values, ddof=1))}
    if "hidden_units" not in config:
        return metrics
    parameters = sum((inputs + 1) * outputs for inputs, outputs in itertools.pairwise((1, *config["hidden_units"], 1)))
    return metrics | {"stopped_early": sum(row["stopped_early"] for row in rows), "parameters": parameters}


def regression_shapes(hidden_units):
    """The shape of each layer's kernel."""
    sizes = itertools.pairwise((1, *hidden_units, 1))
    return dict(zip(("hidden_1", "hidden_2", "hidden_3", "output"), sizes, strict=True))


def write_regression_inspection(folder, example):
    rng = np.random.default_rng(example.seed + 2)
    shapes = regression_shapes(example.hidden_units)
    save_arrays(folder / "weights.npz", example_weights(rng, shapes))
    arrays = {"x_probe": np.array([-4.0, 0.0, 4.0], dtype="float32")}
    for layer, (_, units) in list(shapes.items())[:-1]:
        values = example_units(rng, units, example.dead_units if layer == "hidden_3" else 0, signed=layer == "hidden_1")
        arrays |= {f"{layer}/{name}": value for name, value in values.items()}
    save_arrays(folder / "activations.npz", arrays)


# Classification


def write_classification(folder, example):
    """Search, reference, tuned and improved network of the classification task, and its extras."""
    from tests.example_classification_extras import write_classification_extras  # built on the functions below

    config = {"filters": list(example.filters), "kernel_size": 3, "padding": "valid", "convolution_dropout": 0.0}
    config |= {
        "dense_units": list(example.dense_units),
        "dropout": 0.2,
        "horizontal_flips": False,
        "learning_rate": 0.0001,
    }
    config |= {"learning_rate_schedule": "constant", "weight_decay": 1e-7, "batch_size": 32, "loss": "cross_entropy"}
    config |= {
        "max_epochs": example.classification_epochs,
        "patience": 500,
        "restore_best_weights": False,
        "validation_share": 0.2,
    }
    search = config | {"patience": 4, "restore_best_weights": True}
    best = write_search(
        folder / "search",
        example,
        "classification",
        CLASSIFICATION_GRID,
        classification_score,
        "validation_accuracy",
        1,
        search,
    )
    improved = config | {
        "padding": "same",
        "horizontal_flips": True,
        "learning_rate": 0.002,
        "learning_rate_schedule": "cosine",
    }
    improved |= {"dropout": 0.4, "batch_size": 64}
    write_classification_variant(folder / "reference", example, "reference", config)
    write_classification_variant(folder / "tuned", example, "tuned", search | best)
    write_classification_variant(folder / "improved", example, "improved", improved)
    write_classification_extras(folder, example, {"reference": config, "tuned": search | best, "improved": improved})


def classification_score(values):
    return 0.915 + 0.012 * np.log10(values["learning_rate"] / 0.001) - 0.004 * np.log2(values["batch_size"] / 32) / 2


def classification_outputs(rng, images, accuracy, shared):
    """Labels in turn and probabilities that are right for `accuracy` of the images; shirts and their like are the hardest.

    `shared` draws what networks have in common: which class an image looks like, and how clearly.
    """
    labels = np.arange(images) % 10
    alike = np.where(labels == 6, shared.choice([0, 2, 4], images), 6)
    mixed = np.where(
        np.isin(labels, (0, 2, 4, 6)) & (shared.uniform(size=images) < 0.85),
        alike,
        (labels + shared.integers(1, 10, images)) % 10,
    )
    clearness = shared.uniform(2, 8, images)
    difficulty = np.linspace(0, 1, images) * np.select([labels == 6, np.isin(labels, (0, 2, 4))], [1.1, 0.95], 0.8)
    difficulty += rng.normal(0, 0.05, images)
    wrong = np.argsort(difficulty)[round(accuracy * images) :]
    answers = labels.copy()
    answers[wrong] = mixed[wrong]
    logits = rng.normal(0, 0.4, (images, 10))
    logits[np.arange(images), answers] += np.where(answers == labels, clearness, 0.7 * clearness - 0.5)
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return labels, (odds / odds.sum(axis=1, keepdims=True)).astype("float32")


def write_classification_variant(folder, example, variant, config):
    predictions = write_classifier(folder, example, variant, config, example.accuracy[variant])
    wrong = np.flatnonzero(predictions["test_probabilities"].argmax(axis=1) != predictions["test_labels"])
    garments = np.array([np.round(255 * garment(label)) for label in range(10)], dtype="uint8")
    images = {"error_index": wrong.astype("int32"), "error_image": garments[predictions["test_labels"][wrong]]}
    save_arrays(folder / "predictions.npz", predictions | images)
    write_classification_inspection(folder, example, config)


def write_classifier(folder, example, variant, config, accuracy, key=0, tested=True):
    """One trained network without its inspection; returns the arrays of its predictions. `key` tells networks of one name apart."""
    rng = np.random.default_rng([example.seed, 3, len(variant), key])
    predictions, scores = {}, {"train_loss": 1 - accuracy, "train_accuracy": min(1.0, accuracy + 0.02)}
    parts = {"validation": (example.validation_images, accuracy + 0.005), "test": (example.test_images, accuracy)}
    for number, (part, (images, share)) in enumerate(list(parts.items())[: 2 if tested else 1]):
        outputs = classification_outputs(rng, images, share, np.random.default_rng([example.seed, 5, number]))
        predictions |= dict(zip((f"{part}_labels", f"{part}_probabilities"), outputs, strict=True))
        scores |= classifier_scores(part, *outputs)
    save_arrays(folder / "predictions.npz", predictions)
    counts = {"train_points": 4 * example.validation_images, "validation_points": example.validation_images}
    stopping = {"epochs": config["max_epochs"], "stopped_early": False, "best_epoch": config["max_epochs"] - 1}
    save_table(
        folder / "folds.csv", rounded([{"fold": 1, "seed": 71 + key, **counts, **stopping, **scores, "seconds": 60.5}])
    )
    save_table(folder / "history.csv", rounded(classification_history(config, scores)))
    metrics = scores | {"train_loss_double_softmax": 2.4612 - scores["train_accuracy"], "stopped_early": 0}
    metrics["parameters"] = sum(int(np.prod(shape)) + shape[-1] for shape in classification_shapes(config).values())
    save_json(
        folder / "run.json",
        run_of(example, "classification", variant, config, {name: float(value) for name, value in metrics.items()}),
    )
    return predictions


def classifier_scores(name, labels, probabilities):
    chosen = probabilities[np.arange(len(labels)), labels].astype(float)
    return {
        f"{name}_loss": float(np.mean(-np.log(chosen))),
        f"{name}_accuracy": float(np.mean(probabilities.argmax(axis=1) == labels)),
    }


def classification_history(config, scores):
    """Rows of history.csv; with the second softmax its losses are on that scale."""
    epochs = np.arange(1, config["max_epochs"] + 1)
    for epoch, rest in zip(epochs, np.exp(-epochs / 3), strict=True):
        row = {"fold": 1, "epoch": epoch}
        for name in ("train", "validation"):
            accuracy = scores[f"{name}_accuracy"] - 0.2 * rest
            loss = 2.4612 - accuracy if config["loss"] == "double_softmax" else scores[f"{name}_loss"] + 0.6 * rest
            row |= {f"{name}_loss": loss, f"{name}_accuracy": accuracy}
        yield row


def classification_shapes(config):
    """The shape of each layer's kernel."""
    (first, second), (dense_1, dense_2) = config["filters"], config["dense_units"]
    shapes = {"conv_1": (3, 3, 1, first), "conv_2": (3, 3, first, second), "dense_1": (25 * second, dense_1)}
    return shapes | {"dense_2": (dense_1, dense_2), "output": (dense_2, 10)}


def write_classification_inspection(folder, example, config):
    rng = np.random.default_rng(example.seed + 4)
    shapes = classification_shapes(config)
    weights = example_weights(rng, shapes)
    save_arrays(folder / "weights.npz", weights)
    arrays = {"probe_index": np.array([3, 14, 17]), "probe_label": np.array([3, 4, 7])}
    for layer, (*_, units) in list(shapes.items())[:-1]:
        values = example_units(rng, units, example.dead_units if layer == "dense_2" else 0)
        arrays |= {
            f"{layer}/{name}": value for name, value in values.items() if name != "probe" or layer.startswith("dense")
        }
    save_arrays(folder / "activations.npz", arrays)
    save_arrays(folder / "features.npz", example_features(weights))
    save_arrays(folder / "receptive_fields.npz", example_fields(rng))


def garment(label):
    """A grey silhouette, 28 x 28 in [0, 1], another one for each label."""
    row, column = np.mgrid[:28, :28] - 13.5
    body = (abs(row) < 11) & (abs(column) < 5 + label % 4)
    sleeves = (abs(column) < 12) & (abs(row + 7 - label % 5) < 3)
    opening = (abs(column) < 1 + label // 3) & (row > 2 * (label % 3) - 4)
    return np.clip((body | sleeves) & ~opening, 0, 1) * (0.55 + 0.4 * np.cos(row / (4 + label)) ** 2)


def filtered(maps, kernel):
    """ReLU of the valid cross-correlation of maps (h, w, inputs) with a kernel (k, k, inputs, filters)."""
    windows = np.lib.stride_tricks.sliding_window_view(maps, kernel.shape[:2], axis=(0, 1))
    return np.maximum(np.einsum("hwikl,klif->hwf", windows, kernel), 0)


def example_features(weights):
    image = garment(6)
    kernels = [weights["trained/conv_1/kernel"], weights["trained/conv_2/kernel"]]
    first = filtered(image[..., None], kernels[0])
    pooled = first.reshape(13, 2, 13, 2, -1).max(axis=(1, 3))
    second = filtered(pooled, kernels[1])
    arrays = {"conv_1/filters": kernels[0][:, :, 0].transpose(2, 0, 1), "conv_1/maps": first.transpose(2, 0, 1)}
    arrays |= {"conv_2/filters": kernels[1].transpose(3, 2, 0, 1), "conv_2/maps": second.transpose(2, 0, 1)}
    shown = {"image": np.round(255 * image).astype("uint8"), "image_index": np.array(21), "image_label": np.array(6)}
    return {name: value.astype("float32") for name, value in arrays.items()} | shown


def example_fields(rng):
    """Fields that show the class in trained networks and nothing in untrained ones."""
    means = np.array([garment(label) for label in range(10)])
    contrast = means - means.mean(axis=0)
    arrays = {
        "class_mean": means,
        "reached_probability": np.full(10, 0.99),
        "untrained_reached_probability": np.full(10, 0.11),
    }
    for method, clarity in {"back_projection": 0.6, "gradient": 1.0, "activation_maximisation": 2.0}.items():
        noise, control = rng.normal(0, 0.3, (2, 10, 28, 28))
        arrays[method], arrays[f"untrained_{method}"] = clarity * contrast + noise, control
    for method in ("activation_maximisation", "untrained_activation_maximisation"):
        arrays[method] = np.clip(0.4 + 0.4 * arrays[method], 0, 1)
    return {name: value.astype("float32") for name, value in arrays.items()} | {"gradient_images": np.array(200)}


if __name__ == "__main__":
    write_example_runs(sys.argv[1], **REAL_SIZES)
