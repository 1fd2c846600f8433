"""The classification task: its search and networks."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from reporting.artifacts import save_arrays
from tests.invented.example import Example
from tests.invented.images import feature_map, features_of, garment, receptive_fields
from tests.invented.recording import save_rows, save_run, unit_activity, weights_of
from tests.invented.searches import write_search

GRID: dict[str, list] = {"learning_rate": [0.0001, 0.0003, 0.001], "dropout": [0.2, 0.4], "batch_size": [32, 128]}
EXTENSIONS = {
    "padding": "same",
    "batch_normalization": True,
    "random_shifts": 1,
    "horizontal_flips": True,
    "learning_rate": 0.002,
    "learning_rate_schedule": "cosine",
    "dropout": 0.4,
    "batch_size": 64,
}


def write_classification(folder: Path, example: Example) -> dict[str, dict]:
    """Write search and main networks; returns the settings of each network."""
    reference = reference_settings(example)
    searched = reference | {"patience": 4, "restore_best_weights": True}
    best = write_search(folder / "search", example, GRID, score, "validation_accuracy", 1, searched)
    configs = {"reference": reference, "tuned": searched | best, "extended": reference | EXTENSIONS}
    for name, config in configs.items():
        if f"classification/{name}" in example.switched_off:
            save_run(folder / name, example, "classification", {"enabled": False, "cases": [], "configs": {}}, {})
            continue
        predictions = write_classifier(folder / name, example, config, example.accuracy[name])
        save_arrays(folder / name / "predictions.npz", predictions | images_of_errors(predictions))
        write_inspection(folder / name, example, config)
    return configs


def reference_settings(example: Example) -> dict:
    return {
        "filters": list(example.filters),
        "kernel_size": 3,
        "padding": "valid",
        "convolution_dropout": 0.0,
        "dense_units": list(example.dense_units),
        "dropout": 0.2,
        "batch_normalization": False,
        "horizontal_flips": False,
        "random_shifts": 0,
        "learning_rate": 0.0001,
        "learning_rate_schedule": "constant",
        "weight_decay": 1e-7,
        "batch_size": 32,
        "loss": "cross_entropy",
        "max_epochs": example.classification_epochs,
        "patience": 500,
        "restore_best_weights": False,
        "validation_share": 0.2,
    }


def score(values: dict) -> float:
    """The expected validation accuracy of a combination."""
    return 0.915 + 0.012 * np.log10(values["learning_rate"] / 0.001) - 0.004 * np.log2(values["batch_size"] / 32) / 2


def write_classifier(
    folder: Path, example: Example, config: dict, accuracy: float, key: int = 0
) -> dict[str, np.ndarray]:
    """One trained network without its inspection; returns the arrays of its predictions.

    `key` tells networks of one name apart.
    """
    rng = np.random.default_rng([example.seed, 3, len(folder.name), key])
    predictions: dict[str, np.ndarray] = {}
    scores = {"train_loss": 1 - accuracy, "train_accuracy": min(1.0, accuracy + 0.02)}
    parts = {"validation": (example.validation_images, accuracy + 0.005), "test": (example.test_images, accuracy)}
    for number, (part, (images, share)) in enumerate(parts.items()):
        outputs = labels_and_probabilities(rng, images, share, np.random.default_rng([example.seed, 5, number]))
        predictions |= dict(zip((f"{part}_labels", f"{part}_probabilities"), outputs, strict=True))
        scores |= scores_of(part, *outputs)
    counts = {"train_points": 4 * example.validation_images, "validation_points": example.validation_images}
    stopping = {"epochs": config["max_epochs"], "stopped_early": False, "best_epoch": config["max_epochs"] - 1}
    metrics = scores | {"train_loss_double_softmax": 2.4612 - scores["train_accuracy"], "stopped_early": 0.0}
    metrics["parameters"] = float(
        sum(np.prod(shape, dtype=int) + shape[-1] for shape in kernel_shapes(config).values())
    )
    save_arrays(folder / "predictions.npz", predictions)
    save_rows(folder / "folds.csv", [{"fold": 1, "seed": 71 + key, **counts, **stopping, **scores, "seconds": 60.5}])
    save_rows(folder / "history.csv", history_rows(config, scores))
    save_run(folder, example, "classification", config, metrics)
    return predictions


def labels_and_probabilities(
    rng: np.random.Generator, images: int, accuracy: float, shared: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Labels in turn (images,) and probabilities (images, 10) that are right for a share `accuracy` of the images.

    Shirts and what looks like them are the hardest. `shared` draws what networks have in common: which class an image
    looks like, and how clearly.
    """
    labels = np.arange(images) % 10
    alike = np.where(labels == 6, shared.choice([0, 2, 4], images), 6)
    taken_for_alike = np.isin(labels, (0, 2, 4, 6)) & (shared.uniform(size=images) < 0.85)
    mixed = np.where(taken_for_alike, alike, (labels + shared.integers(1, 10, images)) % 10)
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


def scores_of(part: str, labels: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    chosen = probabilities[np.arange(len(labels)), labels].astype(float)
    return {
        f"{part}_loss": float(np.mean(-np.log(chosen))),
        f"{part}_accuracy": float(np.mean(probabilities.argmax(axis=1) == labels)),
    }


def history_rows(config: dict, scores: dict[str, float]) -> Iterator[dict]:
    """Rows of history.csv; with the second softmax its losses are on that scale."""
    epochs = np.arange(1, config["max_epochs"] + 1)
    for epoch, rest in zip(epochs, np.exp(-epochs / 3), strict=True):
        row = {"fold": 1, "epoch": epoch}
        for part in ("train", "validation"):
            accuracy = scores[f"{part}_accuracy"] - 0.2 * rest
            loss = 2.4612 - accuracy if config["loss"] == "double_softmax" else scores[f"{part}_loss"] + 0.6 * rest
            row |= {f"{part}_loss": loss, f"{part}_accuracy": accuracy}
        yield row


def images_of_errors(predictions: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The numbers of the test images that are taken for another class, and these images."""
    labels = predictions["test_labels"]
    wrong = np.flatnonzero(predictions["test_probabilities"].argmax(axis=1) != labels)
    garments = np.array([np.round(255 * garment(label)) for label in range(10)], dtype="uint8")
    return {"error_index": wrong.astype("int32"), "error_image": garments[labels[wrong]]}


def kernel_shapes(config: dict) -> dict[str, tuple[int, ...]]:
    """The shape of each layer's kernel."""
    (first, second), (dense_1, dense_2) = config["filters"], config["dense_units"]
    return {
        "conv_1": (3, 3, 1, first),
        "conv_2": (3, 3, first, second),
        "dense_1": (25 * second, dense_1),
        "dense_2": (dense_1, dense_2),
        "output": (dense_2, 10),
    }


def write_inspection(folder: Path, example: Example, config: dict) -> None:
    """What is recorded of a main network beside its predictions: weights, activity of units, feature maps, fields."""
    rng, shapes = np.random.default_rng(example.seed + 4), kernel_shapes(config)
    weights = weights_of(rng, shapes)
    save_arrays(folder / "weights.npz", weights)
    arrays = {"probe_index": np.array([3, 14, 17]), "probe_label": np.array([3, 4, 7])}
    for layer, (*_, units) in list(shapes.items())[:-1]:
        activity = unit_activity(rng, units, example.dead_units if layer == "dense_2" else 0)
        if not layer.startswith("dense"):
            del activity["probe"]
        arrays |= {f"{layer}/{name}": value for name, value in activity.items()}
    save_arrays(folder / "activations.npz", arrays)
    save_arrays(folder / "features.npz", features_of(weights) | feature_map(rng, example.test_images))
    save_arrays(folder / "receptive_fields.npz", receptive_fields(rng))
