"""How the settings of [regression.extended] were chosen: candidates by held-out blocks and by shuffled folds.

    python -m tests.benchmarks.blocks --config mine.toml

A block is a tenth of the training points that lie side by side along x; each but the two at the ends is held out once,
since a gap has measurements on both sides. Shuffled folds tell how well a network fits where there are measurements.
No test point is read. Prints a table for RESULTS.md, the least mean of both errors first; takes some minutes on one
core.
"""

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training.config import RegressionConfig
from training.datasets import Dataset, Folds, folds_of, kfold_indices
from training.device import configure
from training.points import load_regression
from training.scaling import standardised
from training.seeds import derive_seed
from training.settings import SHIPPED, load_homework

BLOCKS, SEEDS = 10, 2
SMOOTH = {"learning_rate_schedule": "cosine", "initializer": "fan_in_uniform", "standardize": "on"}
WIDTHS = ((50, 50), (128, 128))
CANDIDATES = {
    "reference": {},
    **{
        f"{function} {' '.join(map(str, widths))}, rate {rate}, decay {decay}": SMOOTH
        | {
            "hidden_units": widths,
            "activations": (function,) * len(widths),
            "learning_rate": rate,
            "weight_decay": decay,
        }
        for function in ("tanh", "gelu")
        for widths in WIDTHS
        for rate in (0.003,)
        for decay in (1e-5, 1e-4, 1e-3)
    },
}


def blocks_of(dataset: Dataset) -> Folds:
    """The folds that hold out one inner block along x each; several inputs have no such order."""
    return folds_of(np.argsort(dataset.x_train[:, 0], kind="stable"), BLOCKS)[1:-1]


def errors_of(config: RegressionConfig, dataset: Dataset, folds: Folds, seed: int) -> np.ndarray:
    """The squared errors at the points that folds hold out, of the means of SEEDS networks trained without them."""
    from training.trainer import trainer_for

    trainer, errors = trainer_for(config, dataset.data.shapes), []
    for fold, (train, held_out) in enumerate(folds, 1):
        data, scaling = standardised(config, dataset, train)
        predictions = []
        for number in range(SEEDS):
            own_seed = derive_seed(seed + number, config, fold)
            trainer.fit(config, data.x_train, data.y_train, train, train[:1], own_seed, (), scaling.unit)
            predictions.append(scaling.predictions(trainer.predict(data.x_train[held_out])[:, 0]))
        errors.append((np.mean(predictions, axis=0) - dataset.y_train[held_out, 0]) ** 2)
    return np.concatenate(errors)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=SHIPPED)
    homework = load_homework(parser.parse_args(argv).config)
    configure(homework.compute.threads, "float32", "none", homework.compute.onednn)
    dataset, reference = load_regression(homework.data), homework.tasks["regression"].reference
    seed, count = homework.compute.seed, len(dataset.x_train)
    ways = blocks_of(dataset), kfold_indices(count, BLOCKS // 2, np.random.default_rng(seed))
    found = {}
    for name, changes in CANDIDATES.items():
        config = dataclasses.replace(reference, **changes)
        found[name] = [errors_of(config, dataset, folds, seed).mean() for folds in ways]
        print(f"{name}: {found[name]}", file=sys.stderr, flush=True)
    print("| candidate | MSE on held-out blocks | on shuffled folds | mean |\n|---|---:|---:|---:|")
    for name, (blocks, shuffled) in sorted(found.items(), key=lambda item: sum(item[1])):
        print(f"| {name} | {blocks:.3f} | {shuffled:.3f} | {(blocks + shuffled) / 2:.3f} |")


if __name__ == "__main__":
    main()
