"""The extras of the example tree: short further trainings, invented like the rest of it (see example_runs)."""

import functools

import numpy as np

from reporting.artifacts import save_arrays, save_json
from tests import example_runs as runs


def write_extra(folder, example, task, cases):
    """An extra: its cases, each a name and what writes it into the folder that it is given, and `run.json`, last."""
    if f"{task}/{folder.name}" in example.switched_off:
        cases = {}
    for name, write in cases.items():
        write(folder / name, example)
    config = {"enabled": bool(cases), "cases": list(cases)}
    save_json(folder / "run.json", runs.run_of(example, task, folder.name, config, {}))


# Regression


def write_regression_extras(folder, example, tuned):
    """Every extra of the regression task; `tuned` are the tuned settings."""
    other, small = tuned | {"initializer": "glorot_uniform"}, tuned | {"hidden_units": list(example.smaller_units)}
    seeds = range(2, 2 + example.more_seeds)
    extras = {
        "splits": dict.fromkeys(("file_order", "shuffled", "blocks"), write_split),
        "baselines": {
            "gaussian_process": write_gaussian_process,
            "polynomial": write_polynomial,
            "constant": write_constant,
        },
        "initialisation": {
            "glorot_uniform": functools.partial(
                write_networks, config=other, error=example.extra_error["glorot_uniform"]
            )
        },
        "seeds": {
            f"seed_{k}": functools.partial(
                write_networks, config=tuned, error=example.regression_error["tuned"], seed=100 * k
            )
            for k in seeds
        },
        "smaller": {"smaller": functools.partial(write_networks, config=small, error=example.extra_error["smaller"])},
    }
    for name, cases in extras.items():
        write_extra(folder / name, example, "regression", cases)


def write_networks(folder, example, config, error, seed=100):
    """Networks with other settings or seeds; of the first one the weights, if its biases begin at zero."""
    if config["initializer"] == "glorot_uniform":
        rng = np.random.default_rng(example.seed + 5)
        arrays = runs.example_weights(rng, runs.regression_shapes(config["hidden_units"]))
        zero = {
            name: 0 * array for name, array in arrays.items() if name.startswith("initial/") and name.endswith("/bias")
        }
        save_arrays(folder / "weights.npz", arrays | zero)
    members = [runs.regression_network(example, error, seed + k) for k in range(example.folds)]
    runs.write_regression_case(folder, example, folder.name, config, members)


def write_split(folder, example):
    """The reference settings with three folds; networks err by their distance from the points that they were trained on."""
    x = runs.regression_data(example)[0]
    order = {
        "file_order": np.arange(len(x)),
        "shuffled": np.random.default_rng(6).permutation(len(x)),
        "blocks": np.argsort(np.argsort(x)),
    }
    fold = order[folder.name] * 3 // len(x) + 1
    near = [runs.regression_network(example, example.extra_error["splits"], 300 + k) for k in range(3)]
    members = [lambda at, k=k: near[k](at) + distance(at, x[fold != k + 1]) for k in range(3)]
    config = runs.regression_config(example) | {"folds": 3}
    runs.write_regression_case(folder, example, folder.name, config, members, folds=fold)


def distance(at, x):
    """From each of the points `at` to the nearest of the points `x`."""
    return np.abs(at[:, None] - x).min(axis=1)


def training_points(example):
    """The training points (x, y) of each fold."""
    x, y, fold, _, _ = runs.regression_data(example)
    return [(x[fold != k], y[fold != k]) for k in range(1, example.folds + 1)]


def write_gaussian_process(folder, example):
    """The posterior of a Gaussian process with fixed parameters, so near what fitted ones give."""
    points = training_points(example)
    processes = [functools.partial(gaussian_process, *pair) for pair in points]
    columns = [
        {"noise_variance": 0.21 + 0.01 * k, "signal_variance": 9.0, "length_scale": 1.8} for k in range(len(points))
    ]
    _, _, _, x_test, _ = runs.regression_data(example)
    spread = {
        f"{name}_sd": np.array([process(at)[1] for process in processes])
        for name, at in (("test", x_test), ("curve", CURVE))
    }
    members = [lambda at, process=process: process(at)[0] for process in processes]
    runs.write_regression_case(
        folder, example, folder.name, {"folds": example.folds}, members, columns=columns, arrays=spread
    )


CURVE = np.linspace(-5, 5, 401)


def gaussian_process(x, y, at, noise=0.23, signal=9.0, length=1.8):
    """Mean and sd of the function at the points `at` (Rasmussen and Williams, 2006, Gaussian Processes, equations 2.23 and 2.24)."""
    covariance, across = (signal * np.exp(-0.5 * ((first[:, None] - x) / length) ** 2) for first in (x, at))
    solved = np.linalg.solve(covariance + noise * np.eye(len(x)), np.column_stack([y, across.T]))
    return across @ solved[:, 0], np.sqrt(signal - np.sum(across * solved[:, 1:].T, axis=1))


def write_polynomial(folder, example):
    points = training_points(example)
    degrees = [7 + k % 2 for k in range(len(points))]
    members = [np.polynomial.Polynomial.fit(*pair, degree) for pair, degree in zip(points, degrees, strict=True)]
    columns = [{"degree": degree} for degree in degrees]
    runs.write_regression_case(folder, example, folder.name, {"folds": example.folds}, members, columns=columns)


def write_constant(folder, example):
    members = [lambda at, y=y: np.full(len(at), y.mean()) for _, y in training_points(example)]
    runs.write_regression_case(folder, example, folder.name, {"folds": example.folds}, members)
