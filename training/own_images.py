"""Images of the user's own: a folder of IDX files or of pictures, or an .npz file."""

from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path

import numpy as np

from reporting.artifacts import UserError
from training.idx import FILES, idx_files, read_idx_folder
from training.known_images import KNOWN

ARRAYS = ("x_train", "y_train", "x_test", "y_test")  # of an .npz file, in the order of FILES
MOST_CLASSES, LARGEST = 100, 64  # classes; pixels on a side
FORMS = "four IDX files (train-images-idx3-ubyte ...), train/<class>/*.png and test/<class>/*.png, or an .npz file"


@dataclasses.dataclass(frozen=True)
class Images:
    """Training and test images before they are limited."""

    arrays: dict[str, np.ndarray]  # by the names in FILES: images (n, height, width, 1 or 3) and labels (n,), all uint8
    classes: tuple[str, ...]  # by label
    source: str  # in the report
    place: str  # where they are, in messages
    unreadable: int = 0  # files that are left out
    notes: tuple[str, ...] = ()  # what the user should know, a line each


def read_own(path: Path, classes: int = 0) -> Images:
    """The images of a folder or an .npz file, of so many classes; 0 counts them by the labels.

    Raises UserError that names the file and says what is wrong.
    """
    if path.suffix.lower() == ".npz":
        images = Images(read_npz(path), (), path.name, str(path))
    elif not path.is_dir():
        raise UserError(
            f"{path}: no such folder; dataset under [data] names {', '.join(KNOWN)}, or a folder with {FORMS}"
        )
    elif idx_files(path):
        images = Images(read_idx_folder(path), (), path.resolve().name, str(path))
    elif any((path / part).is_dir() for part in ("train", "test")):
        from training.pictures import read_pictures

        found = read_pictures(path)
        arrays = dict(zip(FILES, (*found.parts["train"], *found.parts["test"]), strict=True))
        images = Images(arrays, found.classes, path.resolve().name, str(path), len(found.unreadable), found.notes)
    else:
        raise UserError(f"{path} holds no images that can be used; put there {FORMS}")
    return checked(images, classes, path)


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an .npz file by the names in FILES; raises UserError if one is missing or of another kind."""
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = [name for name in ARRAYS if name not in file]
            if missing:
                raise UserError(f"{path}: {missing[0]} is missing; it must hold {', '.join(ARRAYS)}")
            arrays = {name: file[name] for name in ARRAYS}
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; put it there, or name another one as dataset under [data]") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile):
        raise UserError(f"{path} is damaged, or no .npz file of plain arrays; write it with numpy.savez") from None
    return {
        file: whole(array if name[0] == "x" or array.ndim != 2 or array.shape[1] != 1 else array[:, 0], name, path)
        for (name, array), file in zip(arrays.items(), FILES, strict=True)
    }


def whole(array: np.ndarray, name: str, path: Path) -> np.ndarray:
    """An array as uint8; raises UserError if it holds anything but whole numbers from 0 to 255."""
    if array.dtype.kind not in "iu" or (array.size and (array.min() < 0 or array.max() > 255)):
        raise UserError(f"{path}: {name} must hold whole numbers from 0 to 255, it is {said(array)}")
    return array.astype(np.uint8)


def said(array: np.ndarray) -> str:
    """The type, and for numbers the range, of an array."""
    numbers = f" from {array.min():g} to {array.max():g}" if array.size and array.dtype.kind in "iuf" else ""
    return f"{array.dtype}{numbers}"


def checked(images: Images, classes: int, path: Path) -> Images:
    """The Images with a channel, and names for all classes; raises UserError where parts contradict each other."""
    x_train, y_train, x_test, y_test = images.arrays.values()
    x_train, x_test = (checked_shape(x, path) for x in (x_train, x_test))
    for part, x, y in (("training", x_train, y_train), ("test", x_test, y_test)):
        if y.ndim != 1 or len(x) != len(y) or not len(x):
            raise UserError(f"{path}: {len(x)} {part} images and labels of shape {y.shape}; each image needs one label")
    if x_train.shape[1:] != x_test.shape[1:]:
        sizes = [" x ".join(map(str, x.shape[1:])) for x in (x_train, x_test)]
        raise UserError(f"{path}: training images are {sizes[0]} and test images {sizes[1]}; scale them to one size")
    count = len(images.classes) or classes or int(y_train.max()) + 1
    check_labels(y_train, y_test, count, path)
    names = images.classes or tuple(str(label) for label in range(count))
    arrays = dict(zip(FILES, (x_train, y_train, x_test, y_test), strict=True))
    return dataclasses.replace(images, arrays=arrays, classes=names)


def checked_shape(x: np.ndarray, path: Path) -> np.ndarray:
    """Images with a channel (n, height, width, c); raises UserError unless they are small, and grey or in colour."""
    x = x[..., None] if x.ndim == 3 else x
    shape = " x ".join(map(str, x.shape[1:]))
    if x.ndim != 4 or x.shape[3] not in (1, 3) or not all(x.shape[1:]):
        raise UserError(
            f"{path}: images must be height x width, or with 3 colours behind; they are {shape or 'single numbers'}"
        )
    if max(x.shape[1:3]) > LARGEST:
        raise UserError(f"{path}: images are {shape}; at most {LARGEST} x {LARGEST} are possible: scale them down")
    return x


def check_labels(y_train: np.ndarray, y_test: np.ndarray, classes: int, path: Path) -> None:
    """Raise UserError unless labels are 0 to classes - 1 and each occurs in training and test."""
    if not 2 <= classes <= MOST_CLASSES:
        raise UserError(f"{path} has {classes} class{'es' if classes != 1 else ''}; 2 to {MOST_CLASSES} are possible")
    for part, labels in (("training", y_train), ("test", y_test)):
        if labels.max() >= classes:
            raise UserError(
                f"{path}: a {part} image has label {labels.max()}; with {classes} classes they end at {classes - 1}"
            )
        counts = np.bincount(labels, minlength=classes)
        if not counts.all():
            raise UserError(f"{path}: no {part} image has label {counts.argmin()}; each label from 0 on needs some")
