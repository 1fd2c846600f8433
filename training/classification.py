"""The classification task: its data and hold-out, training, and what is recorded. The counterpart of regression.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.artifacts import save_arrays, save_table
from training.config import ClassificationConfig
from training.datasets import Dataset, Fold, Folds, describe_images, hold_out, load_images
from training.layout import layers_of
from training.recording import Recording
from training.seeds import derive_seed

if TYPE_CHECKING:
    from training.trainer import Fit, Trainer

PARTS = ("train", "validation", "test")
PROBES = 3  # classes; the dense layers' activations are stored for the first test image of each

load = load_images
describe_data = describe_images


def fold_indices(images: int, config: ClassificationConfig, seed: int) -> Folds:
    """A single hold-out of the training images, as a list of one fold."""
    return [hold_out(images, config.validation_share, np.random.default_rng(seed))]


def layer_sizes(config: ClassificationConfig) -> dict[str, int]:
    """The number of filters or units of each hidden layer, by name."""
    return {layer.name: layer.units for layer in layers_of(config)}


def resized(config: ClassificationConfig, units: Mapping[str, int]) -> ClassificationConfig:
    """The configuration with `units` in place of the sizes of all hidden layers."""
    sizes, convolutions = tuple(units.values()), len(config.filters)
    return dataclasses.replace(config, filters=sizes[:convolutions], dense_units=sizes[convolutions:])


def train(
    record: Recording,
    config: ClassificationConfig,
    folds: Folds,
    dataset: Dataset,
    seed: int,
    inspected: bool = False,
    parts: Sequence[str] = PARTS,
) -> None:
    """Train a network on the single fold, evaluate it on `parts` (of PARTS) only, and record it.

    `inspected` also stores the network, and the weights, activations, feature maps and receptive fields that the report
    shows.
    """
    from training.callbacks import Progress
    from training.saving import save_classifier
    from training.trainer import trainer_for
    from training.views import views_of

    (fold,) = folds
    record.describe(dataset.data)
    trainer = trainer_for(config, dataset.data.shapes)
    progress = Progress(record.name, config.max_epochs)
    own_seed = derive_seed(seed, config, 1)
    fit = trainer.fit(config, dataset.x_train, dataset.y_train, *fold, own_seed, [progress])
    if inspected:
        save_classifier(record.folder / "model.keras", fit.model, views_of(config), dataset.x_train)
        save_inspection(record.folder, fit, dataset, fold, seed)
    record_network(record, describe_network(trainer, fit, dataset, fold, parts))


def record_network(record: Recording, network: Mapping[str, Any]) -> None:
    """Write the files of a run; `run.json` comes last."""
    save_table(record.folder / "history.csv", [{"fold": 1, **row} for row in network["history"]])
    save_table(record.folder / "folds.csv", [network["row"]])
    save_arrays(record.folder / "predictions.npz", network["predictions"])
    record.finish(network["metrics"])


def describe_network(trainer: Trainer, fit: Fit, dataset: Dataset, fold: Fold, parts: Sequence[str]) -> dict[str, Any]:
    """What is recorded of a trained network: history, a row of folds.csv, predictions and metrics.

    It is evaluated on `parts` (of PARTS); no other images are read.
    """
    train, validation = fold
    images_of = {
        "train": lambda: (dataset.x_train[train], dataset.y_train[train]),
        "validation": lambda: (dataset.x_train[validation], dataset.y_train[validation]),
        "test": lambda: (dataset.x_test, dataset.y_test),
    }
    row: dict[str, Any] = {
        "fold": 1,
        "seed": fit.seed,
        "train_points": len(train),
        "validation_points": len(validation),
    }
    row |= {"epochs": fit.epochs, "stopped_early": fit.stopped_early, "best_epoch": fit.best_epoch}
    stored: dict[str, np.ndarray] = {}
    more = {"parameters": fit.model.count_params(), "stopped_early": int(fit.stopped_early)}
    for name in parts:
        x, y = images_of[name]()
        probabilities = trainer.predict(x)
        predicted = probabilities.argmax(axis=1)
        row |= {f"{name}_loss": cross_entropy(probabilities, y), f"{name}_accuracy": float(np.mean(predicted == y))}
        if name == "train":
            more["train_loss_double_softmax"] = cross_entropy(softmax(probabilities), y)
        else:
            stored |= {f"{name}_labels": y, f"{name}_probabilities": probabilities}
        if name == "test":
            wrong = np.flatnonzero(predicted != y)
            stored |= {"error_index": wrong.astype(np.int32), "error_image": as_drawn(x[wrong])}
    scores = {name: value for name, value in row.items() if name.endswith(("_loss", "_accuracy"))}
    return {
        "history": fit.history,
        "row": row | {"seconds": round(fit.seconds, 3)},
        "predictions": stored,
        "metrics": scores | more,
    }


def as_drawn(images: np.ndarray) -> np.ndarray:
    """Images (..., height, width, c) as they are recorded to be drawn: grey ones without a channel."""
    return images[..., 0] if images.shape[-1] == 1 else images


def cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean negative log-likelihood of the labels (n,) under the probabilities (n, classes).

    A probability of 0 is replaced by the smallest normal float32, which keeps the mean finite.
    """
    likelihoods = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.maximum(likelihoods, np.finfo(np.float32).tiny)).mean())


def softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax along the last axis. Of probabilities it is the second softmax in the reference report's loss."""
    exponentials = np.exp(logits.astype(np.float64))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def save_inspection(folder: Path, fit: Fit, dataset: Dataset, fold: Fold, seed: int) -> None:
    """Store the weights, feature maps, a map of the test images, receptive fields, activations, and unit statistics.

    The statistics, which the sizes of the smaller network follow from, are taken over the validation images: no test
    data decide what is trained.
    """
    from training.inspection import activations, feature_map, filters_and_maps, weights_before_and_after

    train, validation = fold
    save_arrays(folder / "weights.npz", weights_before_and_after(fit.initial_weights, fit.model))
    _, firsts = np.unique(dataset.y_test, return_index=True)  # the first test image of each class that has any
    probes = firsts[:PROBES]
    probed = {"probe_index": probes, "probe_label": dataset.y_test[probes]}
    save_arrays(
        folder / "activations.npz", probed | activations(fit.model, dataset.x_train[validation], dataset.x_test[probes])
    )
    number = int(firsts[-1])
    shown = {"image": as_drawn(dataset.x_test[number]), "image_index": np.array(number)}
    shown |= {"image_label": dataset.y_test[number]}
    shown |= {"feature_map": feature_map(fit.model, dataset.x_test, seed)}
    save_arrays(folder / "features.npz", shown | filters_and_maps(fit.model, dataset.x_test[number]))
    save_arrays(folder / "receptive_fields.npz", fields(fit, dataset, train, seed))


def fields(fit: Fit, dataset: Dataset, train: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Receptive fields of the network before and after training, and the mean training image of each class."""
    from training.receptive_fields import receptive_fields, with_weights

    untrained_model = with_weights(fit.model, fit.initial_weights)
    trained, untrained = (
        receptive_fields(model, dataset.x_test, dataset.y_test, np.random.default_rng(seed))
        for model in (fit.model, untrained_model)
    )
    control = {f"untrained_{name}": value for name, value in untrained.items() if name != "gradient_images"}
    images, labels = as_drawn(dataset.x_train[train]), dataset.y_train[train]
    means = np.zeros((len(dataset.data.classes), *images.shape[1:]), np.float32)
    for label in np.unique(labels):  # of a class without training images it stays 0
        means[label] = images[labels == label].mean(axis=0) / 255
    return trained | control | {"class_mean": means}
