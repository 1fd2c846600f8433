"""Pictures of any size and kind become one of the training images' shape, by steps that are noted."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from training.adapting import Style, adapt, style_of
from training.photos import read_picture

SIDES = st.one_of(st.integers(1, 40), st.integers(1, 500))
MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16")
STYLES = [
    Style(28, 28, 1, 0.0, 1.0, (0.9, 1.0), (0.5, 0.5), 0.04),
    Style(28, 28, 1, 0.0, 0.7, (0.6, 0.75), (0.5, 0.45), 0.1),
    Style(8, 8, 1, 0.0, 1.0),
    Style(20, 30, 1, 255.0, 0.8, (0.7, 0.9)),
    Style(32, 32, 3, None),
    Style(16, 12, 3, 250.0, 0.9, (0.8, 1.0)),
]


def drawn(mode, width, height, seed):
    """A picture with some of its pixels in other values, in a mode of Pillow's."""
    rng = np.random.default_rng(seed)
    values = np.full((height, width, 4), rng.integers(0, 256), np.uint8)
    top, left = rng.integers(0, height), rng.integers(0, width)
    values[top : top + rng.integers(1, height + 1), left : left + rng.integers(1, width + 1)] = rng.integers(0, 256, 4)
    image = Image.fromarray(values)
    if mode == "I;16":
        return Image.fromarray(values[..., 0].astype(np.uint16) * 257)
    return image if mode == "RGBA" else image.convert("RGB").convert(mode)


@given(st.sampled_from(MODES), SIDES, SIDES, st.sampled_from(STYLES), st.integers(0, 1000))
def test_any_picture_becomes_one_of_the_training_images_shape(tmp_path_factory, mode, width, height, style, seed):
    path = tmp_path_factory.getbasetemp() / "picture.tif"
    drawn(mode, width, height, seed).save(path)
    picture = read_picture(path, style.channels)
    faults = adapt(picture, style)
    assert (picture.width, picture.height) == (width, height)
    assert picture.image.shape == (style.height, style.width, style.channels)
    for step in picture.steps:
        assert np.isfinite(step.image).all() and step.image.min() >= 0 and step.image.max() <= 255
        assert step.image.shape[2] in (1, 3) and all(isinstance(value, float) for value in step.numbers.values())
    assert picture.steps[0].name == "original" and set(faults) <= {"empty", "touches", "uneven"}
    assert len({step.name for step in picture.steps}) == len(picture.steps)


@given(st.integers(8, 40), st.integers(8, 40), st.sampled_from([1, 3]), st.sampled_from([0, 255]), st.integers(0, 99))
def test_training_images_themselves_are_left_as_they_are(tmp_path_factory, height, width, channels, ground, seed):
    """Images of one ground with objects of about one size are usual ones, and no step alters them."""
    rng = np.random.default_rng(seed)
    images = np.full((30, height, width, channels), ground, np.uint8)
    images[:, 2:-2, 2:-2] = np.where(rng.random((30, height - 4, width - 4, 1)) < 0.9, 255 - ground, 128)
    style = style_of(images)
    assert style.ground == ground
    path = tmp_path_factory.getbasetemp() / "own.png"
    Image.fromarray(images[0] if channels == 3 else images[0, ..., 0]).save(path)
    picture = read_picture(path, channels)
    assert adapt(picture, style) == {} and [step.name for step in picture.steps] == ["original"]
    np.testing.assert_allclose(picture.image, images[0], atol=0.01)


@given(st.integers(30, 300), st.integers(30, 300), st.floats(0.1, 0.9), st.integers(0, 99))
def test_the_object_gets_the_usual_size_and_place_wherever_it_is(tmp_path_factory, width, height, share, seed):
    """A dark rectangle on white becomes a light one on black, as long as the training images' and in their middle."""
    rng = np.random.default_rng(seed)
    rows, columns = max(3, int(height * share)), max(3, int(width * share))
    top, left = rng.integers(0, height - rows + 1), rng.integers(0, width - columns + 1)
    values = np.full((height, width), 255, np.uint8)
    values[top : top + rows, left : left + columns] = 40
    path = tmp_path_factory.getbasetemp() / "object.png"
    Image.fromarray(values).save(path)
    style = STYLES[1]
    picture = read_picture(path, 1)
    adapt(picture, style)
    if "inverted" not in [step.name for step in picture.steps]:  # an object along most of the edge is taken for ground
        assert 2 * (rows + columns) > (width + height)
        return
    seen = np.argwhere(picture.image[..., 0] > 100)
    sides = seen.max(axis=0) + 1 - seen.min(axis=0)
    assert abs(sides.max() - 0.7 * 28) <= 2 and picture.image.max() > 190
    middle = (seen.max(axis=0) + 1 + seen.min(axis=0)) / 2 / 28
    assert np.abs(middle - style.centre).max() < 0.1
