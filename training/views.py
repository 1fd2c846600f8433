"""The views of an image over which a network's predictions are averaged."""

from collections.abc import Callable, Sequence
from typing import Any

from keras import ops

from training.config import FitConfig

Views = Callable[[Any], Sequence[Any]]


def views_of(config: FitConfig) -> Views:
    """A function of inputs, tensors or symbolic ones of a functional model, that returns all views of them.

    These are the inputs themselves, with `shifted_views` images shifted by so many pixels in each of four directions,
    and after training with flips all of these mirrored.
    """
    pixels, flipped = getattr(config, "shifted_views", 0), getattr(config, "horizontal_flips", False)

    def views(x: Any) -> Sequence[Any]:
        steps = [(pixels, 0), (-pixels, 0), (0, pixels), (0, -pixels)] if pixels else []
        seen = [x, *(shifted(x, *step) for step in steps)]
        return seen + [ops.flip(view, axis=2) for view in seen] if flipped else seen

    return views


def shifted(images: Any, down: int, right: int) -> Any:
    """Images (n, height, width, channels) shifted by so many pixels; what comes in is zero."""
    height, width = images.shape[1:3]
    rows, columns = (max(down, 0), max(-down, 0)), (max(right, 0), max(-right, 0))
    padded = ops.pad(images, [(0, 0), rows, columns, (0, 0)])
    top, left = rows[1], columns[1]
    return padded[:, top : top + height, left : left + width]
