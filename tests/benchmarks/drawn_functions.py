"""How the settings of [regression.extended] were chosen: candidates by functions that the unknown one may be.

    python -m tests.benchmarks.drawn_functions --config mine.toml

A Gaussian process is fitted to the training points, and functions are drawn from its posterior. Each is measured at the
same inputs with the same noise; a candidate's networks learn from random four fifths of these points and are judged by
their distance to the function itself along x, across the gaps as well (a parametric bootstrap: Efron and Tibshirani
1993, ch. 6). Beside it stands the error on held-out blocks, a tenth of the true points each that lie side by side along
x, but the two at the ends. No test point is read. Prints a table for RESULTS.md, the least error of single networks
first; takes about three quarters of an hour on one core.
"""

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from training.baselines import fit_gaussian_process
from training.config import RegressionConfig
from training.datasets import Dataset, Folds, folds_of, hold_out
from training.device import configure
from training.points import load_regression
from training.scaling import standardised
from training.seeds import derive_seed
from training.settings import SHIPPED, load_homework

DRAWS, NETWORKS, BLOCKS, HELD_OUT, POINTS = 12, 2, 10, 0.2, 201
COSINE = {"learning_rate_schedule": "cosine"}
TANH = COSINE | {"hidden_units": (128, 128), "activations": ("tanh", "tanh"), "learning_rate": 0.003}
GELU = COSINE | {"hidden_units": (50, 50), "activations": ("gelu", "gelu"), "learning_rate": 0.003}
CANDIDATES = {
    "reference": {},
    **{f"cosine, rate {rate}": COSINE | {"learning_rate": rate} for rate in (0.001, 0.002, 0.003, 0.005, 0.01, 0.02)},
    "cosine, rate 0.002, 1000 epochs": COSINE | {"learning_rate": 0.002, "max_epochs": 1000},
    "cosine, rate 0.003, decay 1e-5": COSINE | {"learning_rate": 0.003, "weight_decay": 1e-5},
    "cosine, rate 0.003, batches of 32": COSINE | {"learning_rate": 0.003, "batch_size": 32},
    "cosine, rate 0.01, 1000 epochs": COSINE | {"learning_rate": 0.01, "max_epochs": 1000},
    **{
        f"cosine, rate 0.01, decay {decay}": COSINE | {"learning_rate": 0.01, "weight_decay": decay}
        for decay in (1e-5, 1e-4)
    },
    "cosine, rate 0.01, batches of 32": COSINE | {"learning_rate": 0.01, "batch_size": 32},
    "cosine, rate 0.003, 128 256 384": COSINE | {"learning_rate": 0.003, "hidden_units": (128, 256, 384)},
    "tanh 128 128, decay 1e-4": TANH | {"weight_decay": 1e-4},
    "tanh 128 128 128, decay 1e-4": TANH
    | {"hidden_units": (128, 128, 128), "activations": ("tanh", "tanh", "tanh"), "weight_decay": 1e-4},
    "tanh 128 128, decay 1e-5, standardised": TANH | {"weight_decay": 1e-5, "standardize": "on"},
    "gelu 50 50, decay 1e-3, standardised": GELU | {"weight_decay": 1e-3, "standardize": "on"},
    "gelu 50 50, decay 1e-5, standardised": GELU | {"weight_decay": 1e-5, "standardize": "on"},
}


class Drawn(NamedTuple):
    """Functions that the unknown one may be, and what would have been measured of them."""

    inputs: np.ndarray  # (POINTS, 1), even along the training points
    values: np.ndarray  # (POINTS, DRAWS) of the functions there
    y_train: np.ndarray  # (n, DRAWS), with noise


def draw(dataset: Dataset, rng: np.random.Generator) -> Drawn:
    """Functions from the posterior of the Gaussian process that is fitted to the training points of one input."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel

    x, y = dataset.x_train.astype(np.float64), dataset.y_train[:, 0].astype(np.float64)
    found = fit_gaussian_process(x, y).values
    kernel = ConstantKernel(found["signal_variance"]) * RBF(found["length_scale"])
    process = GaussianProcessRegressor(kernel, alpha=found["noise_variance"], optimizer=None).fit(x, y - y.mean())
    inputs = np.linspace(x.min(), x.max(), POINTS)[:, None]
    values = y.mean() + process.sample_y(np.concatenate([inputs, x]), DRAWS, int(rng.integers(2**31)))
    noise = np.sqrt(found["noise_variance"]) * rng.standard_normal((len(x), DRAWS))
    return Drawn(inputs, values[:POINTS], values[POINTS:] + noise)


def predictions(config: RegressionConfig, dataset: Dataset, train: np.ndarray, at: np.ndarray, seed: int) -> np.ndarray:
    """Predictions (n,) at inputs (n, 1) of a network that was trained on some of the training points."""
    from training.trainer import trainer_for

    data, scaling = standardised(config, dataset, train)
    trainer = trainer_for(config, dataset.data.shapes)
    trainer.fit(config, data.x_train, data.y_train, train, train[:1], seed, (), scaling.unit)
    return scaling.predictions(trainer.predict(scaling.inputs(at).astype(np.float32))[:, 0])


def errors_on_functions(config: RegressionConfig, dataset: Dataset, drawn: Drawn, seed: int) -> np.ndarray:
    """The mean squared errors (DRAWS, 2) of single networks and of the mean of NETWORKS of them."""
    errors = []
    for number, (truth, y) in enumerate(zip(drawn.values.T, drawn.y_train.T, strict=True)):
        own, networks = dataclasses.replace(dataset, y_train=y[:, None].astype(dataset.y_train.dtype)), []
        for network in range(NETWORKS):
            train, _ = hold_out(len(y), HELD_OUT, np.random.default_rng((seed, number, network)))
            own_seed = derive_seed(seed, config, number * NETWORKS + network)
            networks.append(predictions(config, own, train, drawn.inputs, own_seed))
        errors.append([np.mean((np.array(networks) - truth) ** 2), np.mean((np.mean(networks, axis=0) - truth) ** 2)])
    return np.array(errors)


def blocks_of(dataset: Dataset) -> Folds:
    """The folds that hold out one inner block along x each."""
    return folds_of(np.argsort(dataset.x_train[:, 0], kind="stable"), BLOCKS)[1:-1]


def error_on_blocks(config: RegressionConfig, dataset: Dataset, seed: int) -> float:
    """The mean squared error of one network a block, at the points that it has not learned from."""
    errors = [
        predictions(config, dataset, train, dataset.x_train[block], derive_seed(seed, config, fold))
        - dataset.y_train[block, 0]
        for fold, (train, block) in enumerate(blocks_of(dataset))
    ]
    return float(np.mean(np.concatenate(errors) ** 2))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=SHIPPED)
    homework = load_homework(parser.parse_args(argv).config)
    configure(homework.compute.threads, "float32", "none", homework.compute.onednn)
    dataset, reference = load_regression(homework.data), homework.tasks["regression"].reference
    seed = homework.compute.seed
    drawn = draw(dataset, np.random.default_rng(seed))
    rows = []
    for name, changes in CANDIDATES.items():
        config = dataclasses.replace(reference, **changes)
        errors = errors_on_functions(config, dataset, drawn, seed)
        single, mean = errors.mean(axis=0)
        spread = errors[:, 0].std(ddof=1) / np.sqrt(DRAWS)
        rows.append((single, spread, mean, error_on_blocks(config, dataset, seed), name))
        print(rows[-1], file=sys.stderr, flush=True)
    print("| candidate | single networks | mean of two | held-out blocks |\n|---|---:|---:|---:|")
    for single, spread, mean, blocks, name in sorted(rows):
        print(f"| {name} | {single:.3f} ± {spread:.3f} | {mean:.3f} | {blocks:.3f} |")


if __name__ == "__main__":
    main()
