"""The classification task: its search and networks."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from reporting.artifacts import save_arrays
from tests.invented.example import Example
from tests.invented.images import feature_map, features_of, picture, receptive_fields
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
        save_arrays(folder / name / "predictions.npz", predictions | images_of_errors(predictions, example))
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
        shared = np.random.default_rng([example.seed, 5, number])
        outputs = labels_and_probabilities(rng, images, share, shared, len(example.classes))
        predictions |= dict(zip((f"{part}_labels", f"{part}_probabilities"), outputs, strict=True))
        scores |= scores_of(part, *outputs)
    counts = {"train_points": 4 * example.validation_images, "validation_points": example.validation_images}
    stopping = {"epochs": config["max_epochs"], "stopped_early": False, "best_epoch": config["max_epochs"] - 1}
    metrics = scores | {"train_loss_double_softmax": 2.4612 - scores["train_accuracy"], "stopped_early": 0.0}
    metrics["parameters"] = float(
        sum(np.prod(shape, dtype=int) + shape[-1] for shape in kernel_shapes(config, example).values())
    )
    save_arrays(folder / "predictions.npz", predictions)
    save_rows(folder / "folds.csv", [{"fold": 1, "seed": 71 + key, **counts, **stopping, **scores, "seconds": 60.5}])
    save_rows(folder / "history.csv", history_rows(config, scores))
    save_run(folder, example, "classification", config, metrics)
    return predictions


def labels_and_probabilities(
    rng: np.random.Generator, images: int, accuracy: float, shared: np.random.Generator, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Labels in turn (images,) and probabilities (images, classes) that are right for a share `accuracy` of the images.

    One class, of garments the shirts, and what looks like it are the hardest. `shared` draws what networks have in
    common: which class an image looks like, and how clearly.
    """
    labels, hardest = np.arange(images) % classes, min(6, classes - 1)
    similar = [label for label in (0, 2, 4) if label < hardest]
    alike = np.where(labels == hardest, shared.choice(similar, images), hardest)
    taken_for_alike = np.isin(labels, (*similar, hardest)) & (shared.uniform(size=images) < 0.85)
    mixed = np.where(taken_for_alike, alike, (labels + shared.integers(1, classes, images)) % classes)
    clearness = shared.uniform(2, 8, images)
    hard = np.select([labels == hardest, np.isin(labels, similar)], [1.1, 0.95], 0.8)
    difficulty = np.linspace(0, 1, images) * hard
    difficulty += rng.normal(0, 0.05, images)
    wrong = np.argsort(difficulty)[round(accuracy * images) :]
    answers = labels.copy()
    answers[wrong] = mixed[wrong]
    logits = rng.normal(0, 0.4, (images, classes))
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


def images_of_errors(predictions: dict[str, np.ndarray], example: Example) -> dict[str, np.ndarray]:
    """The numbers of the test images that are taken for another class, and these images."""
    labels = predictions["test_labels"]
    wrong = np.flatnonzero(predictions["test_probabilities"].argmax(axis=1) != labels)
    images = [np.round(255 * picture(label, example.image_shape)) for label in range(len(example.classes))]
    return {"error_index": wrong.astype("int32"), "error_image": np.array(images, dtype="uint8")[labels[wrong]]}


def kernel_shapes(config: dict, example: Example) -> dict[str, tuple[int, ...]]:
    """The shape of each layer's kernel."""
    height, width, channels = example.image_shape
    shapes: dict[str, tuple[int, ...]] = {}
    for number, filters in enumerate(config["filters"], 1):
        shapes[f"conv_{number}"] = (3, 3, channels, filters)
        height, width, channels = (height - 2) // 2, (width - 2) // 2, filters
    units = height * width * channels
    for number, following in enumerate(config["dense_units"], 1):
        shapes[f"dense_{number}"], units = (units, following), following
    return shapes | {"output": (units, len(example.classes))}


def write_inspection(folder: Path, example: Example, config: dict) -> None:
    """What is recorded of a main network beside its predictions: weights, activity of units, feature maps, fields."""
    rng, shapes = np.random.default_rng(example.seed + 4), kernel_shapes(config, example)
    weights = weights_of(rng, shapes)
    save_arrays(folder / "weights.npz", weights)
    probes = [label for label in (3, 4, 7) if label < len(example.classes)] or [0, 1]
    arrays = {"probe_index": np.array([3, 14, 17])[: len(probes)], "probe_label": np.array(probes)}
    for layer, (*_, units) in list(shapes.items())[:-1]:
        activity = unit_activity(rng, units, example.dead_units if layer == "dense_2" else 0)
        activity["probe"] = activity["probe"][: len(probes)]
        if not layer.startswith("dense"):
            del activity["probe"]
        arrays |= {f"{layer}/{name}": value for name, value in activity.items()}
    save_arrays(folder / "activations.npz", arrays)
    shape, classes = example.image_shape, len(example.classes)
    places = feature_map(rng, example.test_images, classes)
    save_arrays(folder / "features.npz", features_of(weights, shape, classes) | places)
    save_arrays(folder / "receptive_fields.npz", receptive_fields(rng, shape, classes))
