"""The data of both tasks as arrays, with their provenance, and how they are split. Standard library and numpy only."""

import dataclasses
from collections.abc import Callable

import numpy as np

from reporting.artifacts import Data, UserError
from training.config import DataConfig
from training.fashion_mnist import DIGESTS, SHAPES, find_fashion_mnist

CLASS_NAMES = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot")

Fold = tuple[np.ndarray, np.ndarray]  # sorted indices of the training and of the validation part
Folds = list[Fold]


@dataclasses.dataclass(frozen=True)
class Dataset:
    """Training and test data of one task.

    Regression: inputs (n, columns) and targets (n, 1), float32 if all are of order one, else float64.
    Classification: images (n, 28, 28, 1) uint8, labels (n,) int64 from 0 to 9.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    data: Data
    function: Callable[[np.ndarray], np.ndarray] | None = None  # that the points of a regression measure, if known


def load_fashion_mnist(config: DataConfig) -> Dataset:
    """The first `config.train_images` training images of Fashion-MNIST and its 10,000 test images."""
    _, arrays = find_fashion_mnist(config.fashion_mnist)
    x_train, y_train, x_test, y_test = (arrays[name] for name in DIGESTS)
    x_train, y_train = x_train[: config.train_images], y_train[: config.train_images]
    repeated, shared = duplicates_of(x_train, x_test)
    data = fashion_mnist_data(config.train_images)
    return Dataset(
        x_train[..., None],
        y_train.astype(np.int64),
        x_test[..., None],
        y_test.astype(np.int64),
        dataclasses.replace(data, duplicates_train=repeated, duplicates_train_test=shared),
    )


def duplicates_of(x_train: np.ndarray, x_test: np.ndarray) -> tuple[int, int]:
    """How many training images repeat earlier ones, and how many test images are among them, by equal bytes."""
    known = {image.tobytes() for image in x_train}
    return len(x_train) - len(known), sum(image.tobytes() in known for image in x_test)


def fashion_mnist_data(train_images: int) -> Data:
    """The provenance of Fashion-MNIST, of which at most so many training images are used.

    It does not depend on the folder: only files with these digests are used.
    """
    train, test = (SHAPES[f"{part}-labels-idx1-ubyte"][0] for part in ("train", "t10k"))
    counts = {"train": min(train_images, train), "test": test}
    return Data("Fashion-MNIST", dict(DIGESTS), counts, (28, 28, 1), CLASS_NAMES)


def hold_out(n: int, share: float, rng: np.random.Generator) -> Fold:
    """A random fold of `n` points in which round(n * share) are for validation."""
    size = round(n * share)
    if not 0 < size < n:
        raise UserError(
            f"validation_share = {share} of {n} leaves {size} for validation and {n - size} for training;"
            " both need at least one"
        )
    shuffled = rng.permutation(n)
    return np.sort(shuffled[size:]), np.sort(shuffled[:size])


def kfold_indices(n: int, folds: int, rng: np.random.Generator) -> Folds:
    """Random folds of `n` points: each point is held out once, and the held-out parts differ in size by at most one."""
    if not 2 <= folds <= n:
        raise UserError(f"folds = {folds} is impossible with {n} training points; choose between 2 and {n}")
    return folds_of(rng.permutation(n), folds)


def folds_of(order: np.ndarray, folds: int) -> Folds:
    """Folds that hold out consecutive indices of `order`; the held-out parts differ in size by at most one."""
    parts = np.array_split(order, folds)
    return [
        (np.sort(np.concatenate(parts[:held] + parts[held + 1 :])), np.sort(part)) for held, part in enumerate(parts)
    ]
