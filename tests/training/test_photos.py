"""Files of pictures: which are found and how they are read."""

import numpy as np
import pytest
from PIL import Image

from reporting.artifacts import UserError
from training.adapting import Style, adapt, style_of
from training.photos import LONGEST, find_pictures, read_picture

STYLE = Style(28, 28, 1, 0.0, 1.0, (0.9, 1.0), (0.5, 0.5), 0.04)


def steps(picture):
    return [step.name for step in picture.steps]


def square(ground=255, own=0, side=60, at=20, whole=100):
    values = np.full((whole, whole), ground, np.uint8)
    values[at : at + side, at : at + side] = own
    return values


def saved(path, values, mode=None, **options):
    image = Image.fromarray(np.asarray(values, np.uint8))
    (image.convert(mode) if mode else image).save(path, **options)
    return path


def test_files_and_folders_are_found_once(tmp_path):
    first, second = (saved(tmp_path / name, square()) for name in ("b.png", "a.JPG"))
    (tmp_path / "notes.txt").write_text("no picture")
    assert find_pictures([str(first), str(tmp_path)]) == [first, second]


@pytest.mark.parametrize("name, words", [("none.png", "no such file"), ("empty", "holds no pictures")])
def test_what_is_not_there_is_told_in_a_line(tmp_path, name, words):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=words) as caught:
        find_pictures([str(tmp_path / name)])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"words", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0"])
def test_what_is_no_image_is_told_in_a_line(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(UserError, match=r"a\.png .*image") as caught:
        read_picture(tmp_path / "a.png", 1)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", ["png", "jpg"])
def test_a_truncated_picture_is_told_in_a_line(tmp_path, ending):
    path = saved(tmp_path / f"a.{ending}", np.random.default_rng(0).integers(0, 256, (80, 80, 3)))
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(UserError, match="cannot be read as an image"):
        read_picture(path, 1)


def test_a_white_ground_is_inverted_and_a_dark_one_is_not(tmp_path):
    for ground, expected in ((255, ["original", "inverted", "placed"]), (0, ["original", "placed"])):
        picture = read_picture(saved(tmp_path / "a.png", square(ground, 255 - ground)), 1)
        assert adapt(picture, STYLE) == {} and steps(picture) == expected
        assert picture.image.mean() > 240  # the square fills the image
    assert picture.steps[-1].numbers["filled"] == pytest.approx(0.6)


def test_a_light_ground_stays_where_training_images_have_one(tmp_path):
    picture = read_picture(saved(tmp_path / "a.png", square()), 1)
    adapt(picture, Style(28, 28, 1, 255.0, 0.6, (0.5, 0.7)))
    assert steps(picture) == ["original", "resized"]


def test_colours_are_made_grey_and_grey_pictures_are_not_said_to_be(tmp_path):
    red = np.stack([square(), square(), square(255, 200)], axis=2)
    assert steps(read_picture(saved(tmp_path / "a.png", square(), "RGB"), 1)) == ["original"]
    assert steps(read_picture(saved(tmp_path / "a.png", red), 1)) == ["original", "grey"]
    assert steps(read_picture(saved(tmp_path / "a.png", red), 3)) == ["original"]
    assert read_picture(saved(tmp_path / "a.png", square()), 3).image.shape == (100, 100, 3)


@pytest.mark.parametrize("own, ground", [(60, 255), (250, 0)])
def test_transparent_pictures_get_a_ground_from_which_they_differ(tmp_path, own, ground):
    values = np.dstack([np.full((50, 50), own)] * 3 + [square(0, 255, 20, 10, 50)])
    picture = read_picture(saved(tmp_path / "a.png", values), 1)
    assert steps(picture) == ["original", "laid"] and picture.image[0, 0, 0] == ground
    assert adapt(picture, STYLE) == {} and picture.image.mean() > 190
    clear = read_picture(saved(tmp_path / "b.png", values * 0), 1)
    assert adapt(clear, STYLE) == {"empty": 25.0}


def test_a_picture_is_turned_as_its_camera_noted(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    wide = np.zeros((20, 40), np.uint8)
    wide[:, :10] = 255
    picture = read_picture(saved(tmp_path / "a.jpg", wide, exif=exif), 1)
    assert steps(picture) == ["original", "turned"] and picture.image.shape == (40, 20, 1)
    assert (picture.height, picture.width) == (40, 20) and picture.image[5].mean() > 240 > 10 > picture.image[30].mean()


def test_large_pictures_are_made_smaller_first(tmp_path):
    picture = read_picture(saved(tmp_path / "a.jpg", np.zeros((900, 1500), np.uint8)), 1)
    assert max(picture.image.shape) <= LONGEST and (picture.height, picture.width) == (900, 1500)


def test_sixteen_bits_keep_their_shades(tmp_path):
    Image.fromarray(square(200, 100).astype(np.uint16) * 257).save(tmp_path / "a.png")
    image = read_picture(tmp_path / "a.png", 1).image
    assert abs(image[0, 0, 0] - 200) <= 1 and abs(image[50, 50, 0] - 100) <= 1


def test_the_shade_of_a_ground_is_taken_off(tmp_path):
    down, right = np.mgrid[:100, :100]
    shaded = np.where(square() == 0, 30, 225 - down * 0.4 - right * 0.3)
    noisy = shaded + np.random.default_rng(0).normal(0, 3, shaded.shape)
    picture = read_picture(saved(tmp_path / "a.png", noisy.clip(0, 255)), 1)
    assert adapt(picture, STYLE) == {} and steps(picture) == ["original", "inverted", "levelled", "placed"]
    levelled = picture.steps[2].image[..., 0]
    assert levelled[:15].max() == 0 and levelled[40:60, 40:60].min() > 120


def test_what_cannot_be_mended_is_told(tmp_path):
    blank = read_picture(saved(tmp_path / "a.png", square(255, 255)), 1)
    cut = read_picture(saved(tmp_path / "b.png", square(at=0, side=40)), 1)
    noise = read_picture(saved(tmp_path / "c.png", np.random.default_rng(0).integers(0, 256, (90, 90))), 1)
    assert adapt(blank, STYLE) == {"empty": 25.0} and adapt(cut, STYLE) == {"touches": 2.0}
    assert set(adapt(noise, STYLE)) == {"uneven"} and "placed" not in steps(noise)


def test_data_without_a_common_ground_have_no_rules_for_one(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (50, 12, 16, 3), dtype=np.uint8)
    images[:, 0] = images[:, -1] = np.arange(50)[:, None, None] * 5
    style = style_of(images)
    assert style.ground is None and (style.height, style.width, style.channels) == (12, 16, 3)
    picture = read_picture(saved(tmp_path / "a.png", square()), 3)
    assert adapt(picture, style) == {} and steps(picture) == ["original", "resized"]
    assert style_of(np.zeros((9, 8, 8, 1), np.uint8)).ground is None  # nothing to be seen in any of them
