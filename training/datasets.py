"""The data of both tasks as arrays, with their provenance, and how they are split. Standard library and numpy only."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np

from reporting.artifacts import Data, UserError
from training.config import DataConfig
from training.idx import FILES, digests_of
from training.known_images import KNOWN
from training.own_images import Images, read_own

Fold = tuple[np.ndarray, np.ndarray]  # sorted indices of the training and of the validation part
Folds = list[Fold]


@dataclasses.dataclass(frozen=True)
class Dataset:
    """Training and test data of one task.

    Regression: inputs (n, columns) and targets (n, 1), float32 if all are of order one, else float64.
    Classification: images (n, height, width, 1 or 3) uint8, labels (n,) int64.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    data: Data
    function: Callable[[np.ndarray], np.ndarray] | None = None  # that the points of a regression measure, if known


def load_images(config: DataConfig) -> Dataset:
    """The first `config.train_images` training images of the data set, or all if there are fewer, and its test images.

    Raises UserError if the data set is missing, damaged or of a kind that cannot be used.
    """
    images = read_images(config)
    x_train, y_train, x_test, y_test = images.arrays.values()
    x_train, y_train = x_train[: config.train_images], y_train[: config.train_images]
    repeated, shared = duplicates_of(x_train, x_test)
    data = describe_images(config) if config.dataset in KNOWN else data_of_images(images, config.train_images)
    data = dataclasses.replace(data, duplicates_train=repeated, duplicates_train_test=shared)
    return Dataset(x_train, y_train.astype(np.int64), x_test, y_test.astype(np.int64), data)


def describe_images(config: DataConfig) -> Data:
    """The provenance of the data set; of a known one no file is read, since only files with its digests are used."""
    known = KNOWN.get(config.dataset)
    if known:
        counts = known.counts | {"train": min(config.train_images, known.counts["train"])}
        return Data(known.title, dict(known.digests), counts, known.inputs, class_names(config, known.classes))
    return data_of_images(read_images(config), config.train_images)


def read_images(config: DataConfig) -> Images:
    """All images of the data set; an own one whose content is that of a known one counts as that."""
    if config.dataset in KNOWN:
        known = KNOWN[config.dataset]
        folder, arrays = known.find(named_folder(config))
        arrays = {name: array[..., None] if "images" in name else array for name, array in arrays.items()}
        images = Images(arrays, known.classes, known.title, str(folder))
    else:
        images = recognised(read_own(Path(config.dataset).expanduser(), len(config.class_names)))
    return dataclasses.replace(images, classes=class_names(config, images.classes))


def class_names(config: DataConfig, own: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the classes in the settings, or their `own` ones; raises UserError if there are not as many."""
    if len(set(config.class_names)) < len(config.class_names):
        raise UserError(f"[data] class_names holds a name twice: {', '.join(config.class_names)}")
    if config.class_names and len(config.class_names) != len(own):
        raise UserError(
            f"[data] class_names has {len(config.class_names)} names, but {config.dataset} has {len(own)} classes"
        )
    return config.class_names or own


def named_folder(config: DataConfig) -> str:
    """The folder that the settings name for a known data set; empty if it is looked for."""
    return config.fashion_mnist if config.dataset == "fashion_mnist" else ""


def images_are_there(config: DataConfig) -> bool:
    """Whether nothing need be downloaded."""
    known = KNOWN.get(config.dataset)
    return known.is_there(named_folder(config)) if known else True


def recognised(images: Images) -> Images:
    """The Images by the title and with the classes of a known data set, if they are all of it."""
    for known in KNOWN.values():
        if known.digests == image_digests(images):
            return dataclasses.replace(images, source=known.title, classes=known.classes)
    return images


def data_of_images(images: Images, train_images: int) -> Data:
    """The provenance of images, of which at most so many for training are used."""
    labels = images.arrays[FILES[1]][:train_images]
    if lacking := sorted(set(range(len(images.classes))) - set(labels.tolist())):
        raise UserError(
            f"[data] train_images = {train_images} leaves no training image of class {images.classes[lacking[0]]};"
            " raise it, or mix the order of the images"
        )
    counts = {"train": len(labels), "test": len(images.arrays[FILES[2]])}
    inputs = images.arrays[FILES[0]].shape[1:]
    return Data(
        images.source, image_digests(images), counts, inputs, images.classes, unreadable=images.unreadable or None
    )


def image_digests(images: Images) -> dict[str, str]:
    """The digests of all images and labels, as if they were in IDX files: grey ones without a channel."""
    return digests_of(
        {
            name: array[..., 0] if "images" in name and array.shape[-1] == 1 else array
            for name, array in images.arrays.items()
        }
    )


def duplicates_of(x_train: np.ndarray, x_test: np.ndarray) -> tuple[int, int]:
    """How many training images repeat earlier ones, and how many test images are among them, by equal bytes."""
    known = {image.tobytes() for image in x_train}
    return len(x_train) - len(known), sum(image.tobytes() in known for image in x_test)


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
