"""Folders of pictures, train/<class>/*.png and test/<class>/*.png, as arrays. Pillow reads them.

Pictures that cannot be read are left out and counted. What is transparent is laid on white; palettes, 16 bits and other
kinds of colour become 8 bits of grey or of red, green and blue: grey if every picture is.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from reporting.artifacts import UserError

ENDINGS = (".png", ".jpg", ".jpeg")
PARTS = ("train", "test")
LARGEST = 64  # pixels on a side
DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N")  # Pillow's modes of grey with 16 bits
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)  # that Pillow raises


@dataclasses.dataclass(frozen=True)
class Picture:
    """One picture that could be read."""

    path: Path
    label: int
    values: np.ndarray  # (height, width, 3) uint8, or (height, width, 1) if it is stored as grey values

    @property
    def grey(self) -> bool:
        """Whether it holds no colours, however it is stored."""
        return self.values.shape[2] == 1 or bool((self.values == self.values[..., :1]).all())


@dataclasses.dataclass(frozen=True)
class Pictures:
    """All pictures of a folder."""

    classes: tuple[str, ...]  # the names of the class folders, by label
    parts: dict[str, tuple[np.ndarray, np.ndarray]]  # "train", "test" -> images (n, height, width, c), labels (n,)
    unreadable: tuple[Path, ...]
    notes: tuple[str, ...]  # what was converted or left out, a line each


def read_pictures(folder: Path) -> Pictures:
    """The pictures of a folder; raises UserError if a class is missing, or sizes are too large or differ."""
    classes = class_folders(folder)
    found: dict[str, list[Picture]] = {part: [] for part in PARTS}
    unreadable: list[Path] = []
    for part in PARTS:
        for label, name in enumerate(classes):
            paths = picture_paths(folder / part / name)
            read = [read_picture(path, label) for path in paths]
            unreadable += [path for path, picture in zip(paths, read, strict=True) if picture is None]
            found[part] += [picture for picture in read if picture]
            if not any(read):
                raise UserError(f"{folder / part / name} holds no picture that can be read ({', '.join(ENDINGS)})")
    everything = found["train"] + found["test"]
    check_sizes(everything)
    grey = [picture.grey for picture in everything]
    parts = {part: arrays_of(in_turn(pictures), all(grey)) for part, pictures in found.items()}
    return Pictures(classes, parts, tuple(unreadable), notes_of(everything, grey, unreadable))


def class_folders(folder: Path) -> tuple[str, ...]:
    """The names of the class folders, which training and test must share; numbers are in their order."""
    names = {}
    for part in PARTS:
        if not (folder / part).is_dir():
            raise UserError(f"{folder / part} is missing; pictures belong in {part}/<class>/, with a folder a class")
        names[part] = {path.name for path in (folder / part).iterdir() if path.is_dir() and path.name[0] != "."}
    for part, other in (PARTS, PARTS[::-1]):
        if lacking := sorted(names[other] - names[part]):
            raise UserError(f"{folder / part} lacks the class {lacking[0]}, which {folder / other} has")
    numbers = all(name.isdecimal() for name in names["train"])
    return tuple(sorted(names["train"], key=lambda name: (int(name), name) if numbers else (0, name)))


def picture_paths(folder: Path) -> list[Path]:
    """The pictures of a class folder by their endings, in order."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS and path.name[0] != ".")


def read_picture(path: Path, label: int) -> Picture | None:
    """A picture; None if it cannot be read. Raises UserError if it is too large."""
    try:
        with Image.open(path) as image:
            if max(image.size) <= LARGEST:
                return Picture(path, label, values_of(image))
    except UNREADABLE:
        return None
    width, height = image.size
    raise UserError(f"{path} is {width} x {height} pixels; at most {LARGEST} x {LARGEST} are possible: scale them down")


def values_of(image: Image.Image) -> np.ndarray:
    """The values of a picture, upright as its camera said: (height, width, 1 or 3) uint8."""
    image = ImageOps.exif_transpose(image)
    if image.mode in DEEP:
        return np.round(np.clip(np.asarray(image) / 257.0, 0, 255)).astype(np.uint8)[..., None]
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image).convert("RGB")
    return np.atleast_3d(np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"), np.uint8))


def check_sizes(pictures: Sequence[Picture]) -> None:
    """Raise UserError unless all pictures have the same size."""
    sizes = Counter(picture.values.shape[:2] for picture in pictures)
    (usual, _), *others = sizes.most_common()
    if others:
        one, other = (next(p for p in pictures if p.values.shape[:2] == size) for size in (usual, others[0][0]))
        said = [f"{p.path} is {p.values.shape[1]} x {p.values.shape[0]}" for p in (one, other)]
        differ = sum(count for _, count in others)
        raise UserError(
            f"pictures differ in size: {said[0]} and {said[1]} pixels ({differ} of {len(pictures)} are"
            " unlike the most); scale them to one size"
        )


def in_turn(pictures: Sequence[Picture]) -> list[Picture]:
    """The first picture of each class, then the second one, and so on: the first n hold all classes alike."""
    seen: Counter[int] = Counter()
    turns = []
    for picture in pictures:
        turns.append((seen[picture.label], picture.label))
        seen[picture.label] += 1
    return [pictures[at] for at in sorted(range(len(pictures)), key=turns.__getitem__)]


def arrays_of(pictures: Sequence[Picture], grey: bool) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, height, width, 1 if grey, else 3) uint8 and labels (n,) uint8."""
    images = [picture.values[..., :1] if grey else picture.values for picture in pictures]
    colour = [np.repeat(image, 3, axis=2) if image.shape[2] == 1 and not grey else image for image in images]
    return np.stack(colour), np.array([picture.label for picture in pictures], np.uint8)


def notes_of(pictures: Sequence[Picture], grey: Sequence[bool], unreadable: Sequence[Path]) -> tuple[str, ...]:
    """What a user should know of how the pictures were read."""
    notes = []
    if unreadable:
        more = f" and {len(unreadable) - 3} more" if len(unreadable) > 3 else ""
        names = ", ".join(map(str, unreadable[:3]))
        notes.append(f"{len(unreadable)} files cannot be read as pictures and are left out: {names}{more}")
    stored = [picture for picture in pictures if picture.values.shape[2] == 1]
    if stored and not all(grey):
        notes.append(
            f"{len(stored)} of {len(pictures)} pictures are grey among colour ones, as {stored[0].path}:"
            " they are read as colour"
        )
    return tuple(notes)
