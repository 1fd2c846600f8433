"""Identifiers in words: where the names in settings and recorded files become what the reader sees."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

NAMES: dict[str, dict[str, str]] = {
    "setting": {
        "activations": "activations",
        "initializer": "initialiser",
        "learning_rate_schedule": "schedule of the learning rate",
        "max_epochs": "maximum epochs",
        "patience": "early stopping patience",
        "restore_best_weights": "weights of the best epoch kept",
        "convolution_dropout": "dropout after pooling",
        "batch_normalization": "batch normalisation",
        "loss": "criterion",
        "optimizer": "optimiser",
        "warmup_epochs": "epochs of warm-up",
    },
    "axis": {  # in figures
        "learning_rate_schedule": "schedule",
        "convolution_dropout": "dropout after pooling",
        "batch_normalization": "batch normalisation",
    },
    "value": {"cross_entropy": "cross-entropy", "double_softmax": "cross-entropy of a second softmax"},
    "optimiser": {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop"},
    "activation": {"relu": "ReLU", "elu": "ELU", "selu": "SELU", "gelu": "GELU", "silu": "SiLU"},
    "initializer": {
        "fan_in_uniform": "fan-in uniform",
        "glorot_uniform": "Glorot uniform",
        "he_normal": "He normal",
        "lecun_normal": "LeCun normal",
    },
    "initializer in full": {
        "fan_in_uniform": "uniform in ±1/√(fan-in), biases too",
        "glorot_uniform": "Glorot uniform, biases zero",
        "he_normal": "He normal, biases zero",
        "lecun_normal": "LeCun normal, biases zero",
    },
    "split": {"file_order": "file order", "shuffled": "shuffled", "blocks": "blocks along $x$"},
    "folds": {"file_order": "in file order", "blocks": Markup("in blocks along <var>x</var>")},
    "model": {"network": "network (tuned)", "extended": "network (extended)", "gaussian_process": "Gaussian process"},
    "band": {"cv_plus": "CV+", "laplace": "Laplace", "gaussian_process": "Gaussian process"},
    "configuration": {
        "reference": "reference settings",
        "tuned": "tuned",
        "extended": "extended",
        "double_softmax": "second softmax",
        "smaller": "tuned, smaller",
    },
    "best configuration": {
        "reference": "reference settings",
        "tuned": "tuned network",
        "extended": "extended settings",
    },
    "rung": {
        "human": "people",
        "other_reports": "other reports on this homework",
        "reference_report": "reference report",
        "reference": "this run: reference settings",
        "tuned": "this run: tuned",
        "extended": "this run: extended",
        "two_convolutions": "two convolutions, best found",
        "record": "data set’s own table, highest",
    },
    "rung in short": {
        "reference_report": "reference report",
        "reference": "reference settings",
        "two_convolutions": "two convolutions",
    },
    "field": {"back_projection": "back-projection", "activation_maximisation": "maximised activation"},
}
LAYERS = {"conv": "convolution"}
LETTERS, FEW = 12, 8  # of a class's name in a figure, and above a small image


def named(identifier: str, kind: str = "setting") -> str:
    """The words for an identifier of a kind (a key of NAMES); the identifier with spaces where NAMES has none."""
    return NAMES[kind].get(identifier, identifier.replace("_", " "))


def shortened(name: str, length: int) -> str:
    """A name of at most so many letters; a longer one is cut."""
    return name if len(name) <= length else name[: length - 1].rstrip() + "…"


def in_figure(name: str, letters: int = LETTERS) -> str:
    """The name of a class as figures have room for it; matplotlib takes what stands between dollars for a formula."""
    return shortened(name, letters).replace("$", r"\$")


def column_name(setting: str) -> str:
    """The name of a setting as the head of a column."""
    return "schedule" if setting == "learning_rate_schedule" else named(setting)


def layer_name(layer: str) -> str:
    """A layer's name in words: conv_1 is "convolution 1"."""
    kind, _, number = layer.partition("_")
    return f"{LAYERS.get(kind, kind)} {number}".strip()


FILTERS: dict[str, Callable[..., Any]] = {"named": named, "column_name": column_name, "layer_name": layer_name}
