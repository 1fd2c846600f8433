"""Pictures of any kind as arrays of grey values or colours, and what was done for that."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reporting.artifacts import UserError

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm")
LONGEST = 512  # pixels of a side; larger pictures are made smaller first, as networks see far fewer
COLOURED = 8  # the mean difference between the greatest and the least colour of a pixel from which on it counts
LIGHT = 200  # the mean grey value from which on transparent pictures are laid on black
LUMA = (0.299, 0.587, 0.114)  # of red, green and blue (ITU-R BT.601)


@dataclasses.dataclass
class Step:
    """Something that was done to a picture, with the picture after it, and the numbers that made it necessary."""

    name: str
    image: np.ndarray  # (height, width, 1 or 3), from 0 to 255
    numbers: dict[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Picture:
    """A picture on its way to a network."""

    path: Path
    width: int  # of the file, in pixels
    height: int
    steps: list[Step]

    @property
    def image(self) -> np.ndarray:
        """The picture after the last step: (height, width, 1 or 3)."""
        return self.steps[-1].image

    def add(self, name: str, image: np.ndarray, **numbers: float) -> None:
        """Note a step."""
        self.steps.append(Step(name, np.clip(image, 0, 255), {key: float(value) for key, value in numbers.items()}))


def find_pictures(names: Sequence[str]) -> list[Path]:
    """The files that are named, and those of folders; raises UserError where there is none."""
    found: list[Path] = []
    for name in names:
        path = Path(name).expanduser()
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS and file.is_file())
            if not inside:
                raise UserError(f"{path} holds no pictures ({', '.join(ENDINGS)})")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise UserError(f"{path}: no such file")
    return list(dict.fromkeys(found))


def read_picture(path: Path, channels: int) -> Picture:
    """A picture with so many channels; raises UserError if the file is none."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path) as file:
            turned = file.getexif().get(0x0112, 1) not in (0, 1)
            size = file.size
            file.draft("RGB", (LONGEST, LONGEST))  # a large JPEG is read at a fraction of its size
            image = with_eight_bits(ImageOps.exif_transpose(file) if turned else file)
    except UnidentifiedImageError:
        raise UserError(f"{path} is not an image") from None
    except Exception as error:  # a damaged file raises whatever its first damaged part raises
        raise UserError(f"{path} cannot be read as an image: {' '.join(str(error).split())}") from None
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    colours = np.asarray(image, dtype=np.float32)  # red, green, blue, opacity
    shown, opacity = colours[..., :3], colours[..., 3:] / 255
    spread = mean_over(shown.max(axis=2) - shown.min(axis=2), opacity)
    if turned and size[0] != size[1] and (image.width > image.height) != (size[0] > size[1]):
        size = size[::-1]
    picture = Picture(path, *size, [Step("original", shown * opacity + 255 * (1 - opacity))])
    if turned:
        picture.add("turned", picture.image)
    if opacity.min() < 1:
        lay_on_ground(picture, shown, opacity)
    if channels == 1:
        grey = (picture.image @ np.array(LUMA, np.float32))[..., None]
        if spread > COLOURED:
            picture.add("grey", grey, spread=spread)
        else:
            picture.steps[-1].image = grey
    return picture


def with_eight_bits(image: Any) -> Any:
    """An image of Pillow's as one of red, green, blue and opacity, of whatever kind it was."""
    from PIL import Image

    if image.mode.startswith(("I", "F")):  # 16 or 32 bits a pixel, which Pillow would cut off at 255
        values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0, neginf=0)
        least, most = min(0.0, float(values.min())), float(values.max())
        top = next((limit for limit in (1.0, 255.0, 65535.0) if most <= limit and image.mode != "F"), most)
        values = (values - least) / max(top - least, 1e-9) * 255
        image = Image.fromarray(values.astype(np.uint8))
    return image.convert("RGBA")


def lay_on_ground(picture: Picture, shown: np.ndarray, opacity: np.ndarray) -> None:
    """Give a transparent picture a ground: white, or black if what is to be seen is light."""
    brightness = mean_over(shown.mean(axis=2), opacity)
    ground = 0 if brightness >= LIGHT else 255
    picture.add("laid", shown * opacity + ground * (1 - opacity), ground=ground, brightness=brightness)


def mean_over(values: np.ndarray, opacity: np.ndarray) -> float:
    """The mean of values (height, width), each as far as its pixel (height, width, 1) is to be seen."""
    return float((values * opacity[..., 0]).sum() / max(opacity.sum(), 1e-9))
