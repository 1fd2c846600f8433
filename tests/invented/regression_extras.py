"""The extras of the regression task: further networks and other models."""

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np

from reporting.artifacts import save_arrays
from tests.invented.example import Example
from tests.invented.recording import weights_of, write_extra
from tests.invented.regression import (
    CURVE,
    EXTENSIONS,
    error_of,
    kernel_shapes,
    network,
    points_of,
    reference_settings,
    write_case,
)


def write_regression_extras(folder: Path, example: Example, tuned: dict) -> None:
    """Every extra of the regression task; `tuned` are the tuned settings."""
    errors, reference = example.extra_error, reference_settings(example)
    other, small = tuned | {"initializer": "glorot_uniform"}, tuned | {"hidden_units": list(example.smaller_units)}

    def networks(config: dict, error: float, seed: int = 100) -> Callable:
        return functools.partial(write_networks, config=config, error=error, seed=seed)

    def seeds(variant: str, config: dict) -> dict[str, Callable]:
        error, numbers = error_of(example, variant), range(2, 2 + example.more_seeds)
        return {f"seed_{k}": networks(config, error, 100 * k) for k in numbers}

    extras: dict[str, dict[str, Callable]] = {
        "splits": dict.fromkeys(("file_order", "shuffled", "blocks"), write_split),
        "baselines": {
            "gaussian_process": write_gaussian_process,
            "polynomial": write_polynomial,
            "constant": write_constant,
        },
        "initialisation": {"glorot_uniform": networks(other, errors["glorot_uniform"])},
        "reference_seeds": seeds("reference", reference),
        "tuned_seeds": seeds("tuned", tuned),
        "extended_seeds": seeds("extended", reference | EXTENSIONS),
        "smaller": {"smaller": networks(small, errors["smaller"])},
    }
    for name, cases in extras.items():
        write_extra(folder / name, example, "regression", cases)


def write_networks(folder: Path, example: Example, config: dict, error: float, seed: int) -> None:
    """Networks with other settings or seeds; with Glorot's initialiser also the weights of the first, biases zero.

    Each further seed has folds of its own.
    """
    if config["initializer"] == "glorot_uniform":
        arrays = weights_of(np.random.default_rng(example.seed + 5), kernel_shapes(config["hidden_units"]))
        zero = [name for name in arrays if name.startswith("initial/") and name.endswith("/bias")]
        save_arrays(folder / "weights.npz", arrays | {name: 0 * arrays[name] for name in zero})
    fold = np.random.default_rng(seed).permutation(points_of(example)["fold"]) if seed != 100 else None
    write_case(folder, example, config, [network(example, error, seed + k) for k in range(example.folds)], fold=fold)


def write_split(folder: Path, example: Example) -> None:
    """The reference settings with three folds; networks err by the distance from the points they were trained on."""
    x = points_of(example)["x_train"]
    order = {
        "file_order": np.arange(len(x)),
        "shuffled": np.random.default_rng(6).permutation(len(x)),
        "blocks": np.argsort(np.argsort(x)),
    }
    fold = order[folder.name] * 3 // len(x) + 1
    networks = [network(example, example.extra_error["splits"], 300 + k) for k in range(3)]
    erring = [lambda at, k=k: networks[k](at) + distance(at, x[fold != k + 1]) for k in range(3)]
    write_case(folder, example, reference_settings(example) | {"folds": 3}, erring, fold=fold)


def distance(at: np.ndarray, x: np.ndarray) -> np.ndarray:
    """From each of the points `at` to the nearest of the points `x`."""
    return np.abs(at[:, None] - x).min(axis=1)


def training_points(example: Example) -> list[tuple[np.ndarray, np.ndarray]]:
    """The training points (x, y) of each fold."""
    points = points_of(example)
    kept = [points["fold"] != k for k in range(1, example.folds + 1)]
    return [(points["x_train"][mask], points["y_train"][mask]) for mask in kept]


def write_gaussian_process(folder: Path, example: Example) -> None:
    """The posterior of a Gaussian process with fixed parameters, so near what fitted ones give."""
    processes = [functools.partial(gaussian_process, *points) for points in training_points(example)]
    columns = [
        {"noise_variance": 0.21 + 0.01 * k, "signal_variance": 9.0, "length_scale": 1.8} for k in range(len(processes))
    ]
    places = {"test": points_of(example)["x_test"], "curve": CURVE}
    spread = {f"{name}_sd": np.array([process(at)[1] for process in processes]) for name, at in places.items()}
    means = [lambda at, process=process: process(at)[0] for process in processes]
    write_case(folder, example, {"folds": example.folds}, means, columns=columns, arrays=spread)


def gaussian_process(
    x: np.ndarray, y: np.ndarray, at: np.ndarray, noise: float = 0.23, signal: float = 9.0, length: float = 1.8
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of the function at the points `at`.

    Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, equations 2.23 and 2.24.
    """
    covariance, across = (signal * np.exp(-0.5 * ((first[:, None] - x) / length) ** 2) for first in (x, at))
    solved = np.linalg.solve(covariance + noise * np.eye(len(x)), np.column_stack([y, across.T]))
    return across @ solved[:, 0], np.sqrt(signal - np.sum(across * solved[:, 1:].T, axis=1))


def write_polynomial(folder: Path, example: Example) -> None:
    points = training_points(example)
    degrees = [7 + k % 2 for k in range(len(points))]
    fits = [np.polynomial.Polynomial.fit(*pair, degree) for pair, degree in zip(points, degrees, strict=True)]
    columns = [{"degree": degree} for degree in degrees]
    write_case(folder, example, {"folds": example.folds}, fits, columns=columns)


def write_constant(folder: Path, example: Example) -> None:
    means = [lambda at, y=y: np.full(len(at), y.mean()) for _, y in training_points(example)]
    write_case(folder, example, {"folds": example.folds}, means)
