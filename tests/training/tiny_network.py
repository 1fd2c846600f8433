"""A tiny classifier that was trained and recorded, on bright shapes on black, and its data."""

import dataclasses

import numpy as np
import pytest

from reporting.artifacts import Data
from training import classification
from training.datasets import Dataset
from training.recording import Recording
from training.settings import load_homework

NAMES = tuple(f"shape {number}" for number in range(10))


def shapes(n, seed):
    """Bars of ten slopes and widths: images (n, 28, 28, 1) uint8 and labels (n,)."""
    rng, labels = np.random.default_rng(seed), np.arange(n) % 10
    down, right = np.mgrid[:28, :28] - 13.5
    angles = np.pi * labels / 10 + rng.normal(0, 0.03, n)
    across = np.abs(down * np.cos(angles)[:, None, None] + right * np.sin(angles)[:, None, None])
    images = np.where(across < rng.uniform(2, 4, n)[:, None, None], rng.integers(150, 256, n)[:, None, None], 0)
    return images.astype(np.uint8)[..., None], labels


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """The folder of the results of a network of bars, with the reference settings' name."""
    data = Data("bars", {"bars": "digest"}, {"train": 80, "test": 20}, (28, 28, 1), NAMES)
    return trained_on(Dataset(*shapes(80, 0), *shapes(20, 1), data), tmp_path / "runs", monkeypatch)


def trained_on(dataset, runs, monkeypatch):
    """The folder of the results of a network that was trained on the data, which are the settings' from then on."""
    homework = load_homework()
    config = dataclasses.replace(
        homework.tasks["classification"].reference,
        filters=(4, 4),
        dense_units=(8, 8),
        max_epochs=1,
        batch_size=20,
        horizontal_flips=True,
    )
    data, folder = dataset.data, runs / "classification" / "reference"
    monkeypatch.setattr(classification, "load", lambda data: dataset)
    monkeypatch.setattr(classification, "save_inspection", lambda *arguments: None)
    record = Recording(folder, "classification", "reference", homework, config, data)
    record.precision = "float32"
    record.acquire()
    folds = classification.fold_indices(len(dataset.x_train), config, homework.compute.seed)
    classification.train(record, config, folds, dataset, homework.compute.seed, inspected=True)
    return runs
