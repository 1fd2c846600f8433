"""A picture made like the training images: their ground, and their object's size and place, by rules that are stated.

Nothing here asks the network: each rule follows from what training images have in common, and every step is noted.
"""

import dataclasses

import numpy as np

from training.photos import LUMA, Picture

COMMON = 0.9  # the share of training images that must have one ground for pictures to be given it
GROUND = 16  # grey values by which grounds may differ and still be the same
OBJECT = 25  # grey values by which pixels of the object differ from the ground
MIDDLE = 127.5  # the grey value above which a ground is light
COMMON_EDGE = 0.5  # the share of a picture's edge that must be ground
UNEVEN = 40  # grey values from the ground's median beyond which pixels of the edge are not ground
SPREAD = (0.1, 99.9)  # percentiles of the training images between which a size or a place is usual


@dataclasses.dataclass(frozen=True)
class Style:
    """What the training images have in common. Sizes and places are shares of the image's sides."""

    height: int
    width: int
    channels: int
    ground: float | None  # the grey value around the object; None if there is no common one
    size: float = 1.0  # of the object's longer side: the median image's
    sizes: tuple[float, float] = (0.0, 1.0)  # the usual ones
    centre: tuple[float, float] = (0.5, 0.5)  # of the object, down and to the right: the median image's
    off: float = 1.0  # how far off the centre it usually is at most


@dataclasses.dataclass(frozen=True)
class Box:
    """The object of a picture, in pixels: from `top` to before `bottom`, from `left` to before `right`."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    @property
    def centre(self) -> tuple[float, float]:
        """Down and to the right."""
        return (self.top + self.bottom) / 2, (self.left + self.right) / 2


def grey_of(images: np.ndarray) -> np.ndarray:
    """Images (..., height, width, 1 or 3) in grey: (..., height, width)."""
    return images @ np.array(LUMA, np.float32) if images.shape[-1] == 3 else images[..., 0].astype(np.float32)


def edge_of(grey: np.ndarray, thickness: int = 1) -> np.ndarray:
    """The pixels within so many of the edge of a picture (height, width), as a mask."""
    mask = np.ones(grey.shape, bool)
    mask[thickness:-thickness, thickness:-thickness] = False
    return mask


def style_of(images: np.ndarray) -> Style:
    """The style of training images (n, height, width, channels) uint8."""
    _, height, width, channels = images.shape
    grey = grey_of(images)
    grounds = np.median(grey[:, edge_of(grey[0])], axis=1)
    ground = float(np.median(grounds))
    if np.mean(np.abs(grounds - ground) <= GROUND) < COMMON:
        return Style(height, width, channels, None)
    boxes = [box for image in grey[:5000] if (box := object_in(image, ground))]
    if not boxes:
        return Style(height, width, channels, None)
    sizes = np.array([max(box.sides[0] / height, box.sides[1] / width) for box in boxes])
    centres = np.array([np.divide(box.centre, (height, width)) for box in boxes])
    centre = np.median(centres, axis=0)
    off = float(np.percentile(np.abs(centres - centre).max(axis=1), SPREAD[1]))
    least, most = map(float, np.percentile(sizes, SPREAD))
    return Style(
        height,
        width,
        channels,
        ground,
        float(np.median(sizes)),
        (least, most),
        (float(centre[0]), float(centre[1])),
        off,
    )


def object_in(grey: np.ndarray, ground: float) -> Box | None:
    """Where a picture (height, width) differs from its ground; None if it does nowhere."""
    seen = np.abs(grey - ground) > OBJECT
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return Box(rows[0], rows[-1] + 1, columns[0], columns[-1] + 1) if len(rows) else None


def adapt(picture: Picture, style: Style) -> dict[str, float]:
    """Add the steps that make a picture one of these; returns what cannot be mended, as names with numbers."""
    fits = (picture.height, picture.width) == (style.height, style.width)
    if style.ground is None:
        if not fits:
            picture.add("resized", resized(cut_to_shape(picture.image, style), style.height, style.width))
        return {}
    ground, share = ground_of(grey_of(picture.image))
    middle = float(np.median(ground))
    if (middle > MIDDLE) != (style.ground > MIDDLE):
        picture.add("inverted", 255 - picture.image, ground=middle)
        ground = 255 - ground
    if share < COMMON_EDGE:
        if not fits:
            picture.add("resized", resized(padded(picture.image, style), style.height, style.width))
        return {"uneven": share}
    if np.abs(ground - style.ground).max() > GROUND / 2:
        level_ground(picture, ground, style.ground)
    box = object_in(grey_of(picture.image), style.ground)
    return place(picture, box, style, fits)


def ground_of(grey: np.ndarray) -> tuple[np.ndarray, float]:
    """The ground of a picture (height, width): the plane through most of its edge, and the share of the edge in it."""
    height, width = grey.shape
    mask = edge_of(grey, max(1, round(min(height, width) / 50)))
    down, right = np.nonzero(mask)
    values = grey[mask]
    part = np.abs(values - np.median(values)) <= UNEVEN
    plane = np.stack([np.ones(len(down)), down / height, right / width], axis=1)
    found = np.linalg.lstsq(plane[part], values[part], rcond=None)[0]
    all_down, all_right = np.mgrid[:height, :width]
    return found[0] + found[1] * all_down / height + found[2] * all_right / width, float(part.mean())


def level_ground(picture: Picture, ground: np.ndarray, wanted: float) -> None:
    """Take the ground off, so that it is as in the training images; what differs little from it becomes it."""
    difference = picture.image - ground[..., None]
    mask = edge_of(ground, max(1, round(min(ground.shape) / 50)))
    around = difference[mask]
    noise = max(GROUND / 2, 6 * float(np.median(np.abs(around))))
    difference[np.abs(difference).max(axis=2) <= noise] = 0
    room = max(255 - float(ground.mean()), 1) if wanted < MIDDLE else max(float(ground.mean()), 1)
    stretch = (255 - wanted if wanted < MIDDLE else wanted) / room
    picture.add("levelled", wanted + difference * min(stretch, 2), ground=np.mean(ground), noise=noise)


def place(picture: Picture, box: Box | None, style: Style, fits: bool) -> dict[str, float]:
    """Give the object of a picture the size and the place that it has in training images; returns what is missing."""
    shape = picture.image.shape[:2]
    if box and (unusual(box, shape, style) or not same_shape(shape, style)):
        filled = max(side / whole for side, whole in zip(box.sides, shape, strict=True))
        touched = sum([box.top == 0, box.bottom == shape[0], box.left == 0, box.right == shape[1]])
        picture.add("placed", placed(picture.image, box, style), filled=filled, size=style.size)
        return {"touches": float(touched)} if touched and not fits else {}
    if not fits:
        picture.add("resized", resized(padded(picture.image, style), style.height, style.width))
    return {} if box else {"empty": float(OBJECT)}


def same_shape(shape: tuple[int, ...], style: Style) -> bool:
    """Whether a picture's sides have the ratio of the training images', but for rounding."""
    return abs(shape[0] * style.width - shape[1] * style.height) <= max(style.height, style.width)


def unusual(box: Box, shape: tuple[int, ...], style: Style) -> bool:
    """Whether the object of a picture of this shape is larger, smaller or farther off than in training images."""
    size = float(np.max(np.divide(box.sides, shape)))
    off = float(np.abs(np.divide(box.centre, shape) - style.centre).max())
    return not style.sizes[0] <= size <= style.sizes[1] or off > style.off


def placed(image: np.ndarray, box: Box, style: Style) -> np.ndarray:
    """The object in an image of the training images' size, as large as in the median one, and where it is there."""
    scale = style.size * min(style.height / box.sides[0], style.width / box.sides[1])
    sides = [max(1, round(side * scale)) for side in box.sides]
    small = resized(image[box.top : box.bottom, box.left : box.right], *sides)
    result = np.full((style.height, style.width, style.channels), style.ground, np.float32)
    shape, centre = (style.height, style.width), style.centre
    top, left = (
        int(np.clip(round(centre[axis] * shape[axis] - sides[axis] / 2), 0, shape[axis] - sides[axis]))
        for axis in (0, 1)
    )
    result[top : top + sides[0], left : left + sides[1]] = small
    return result


def padded(image: np.ndarray, style: Style) -> np.ndarray:
    """A picture with ground beside it, or above and below, so that it has the shape of the training images."""
    height, width = image.shape[:2]
    ratio = style.height / style.width
    wanted = max(height, round(width * ratio)), max(width, round(height / ratio))
    more = [(side - own) // 2 for side, own in zip(wanted, (height, width), strict=True)]
    edges = [(first, side - own - first) for first, side, own in zip(more, wanted, (height, width), strict=True)]
    return np.pad(image, [*edges, (0, 0)], constant_values=style.ground or 0)


def cut_to_shape(image: np.ndarray, style: Style) -> np.ndarray:
    """The middle of a picture in the shape of the training images."""
    height, width = image.shape[:2]
    rows, columns = (
        min(height, max(1, round(width * style.height / style.width))),
        min(width, max(1, round(height * style.width / style.height))),
    )
    top, left = (height - rows) // 2, (width - columns) // 2
    return image[top : top + rows, left : left + columns]


def resized(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """An image (height, width, channels) of another size; Lanczos' filter takes means where it becomes smaller."""
    from PIL import Image

    parts = [Image.fromarray(np.ascontiguousarray(image[..., part], np.float32)) for part in range(image.shape[-1])]
    larger = height > image.shape[0] or width > image.shape[1]
    method = Image.Resampling.BICUBIC if larger else Image.Resampling.LANCZOS
    return np.clip(np.stack([np.asarray(part.resize((width, height), method)) for part in parts], axis=-1), 0, 255)
