"""Images of one's own: what each form gives, what is converted, and what is refused in one line."""

import dataclasses
import shutil

import numpy as np
import pytest
from PIL import Image

from reporting.artifacts import UserError
from tests.training.stand_in_images import stand_in, write_idx  # noqa: F401 (a fixture)
from training.datasets import describe_images, load_images
from training.idx import FILES
from training.known_images import KNOWN
from training.own_images import ARRAYS, read_own
from training.pictures import values_of
from training.settings import load_homework

# ruff: noqa: F811 (the fixture's name is a parameter)

CONFIG = load_homework().data


def random_arrays(classes=3, train=12, test=6, size=(9, 11), seed=0):
    """Four arrays (uint8) in the order of FILES; grey where `size` has two numbers."""
    rng = np.random.default_rng(seed)
    images = [rng.integers(0, 256, (count, *size), dtype=np.uint8) for count in (train, test)]
    labels = [np.arange(count, dtype=np.uint8) % classes for count in (train, test)]
    return dict(zip(FILES, (images[0], labels[0], images[1], labels[1]), strict=True))


def write_npz(folder, arrays):
    np.savez(folder / "mine.npz", **dict(zip(ARRAYS, arrays.values(), strict=True)))
    return folder / "mine.npz"


def write_pictures(folder, arrays, names="abcdefghij", ending=".png"):
    """The images as pictures in folders of their classes, named by their number."""
    for part, images, labels in (("train", *list(arrays.values())[:2]), ("test", *list(arrays.values())[2:])):
        for number, (image, label) in enumerate(zip(images, labels, strict=True)):
            place = folder / part / names[label]
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(place / f"{number:05d}{ending}")
    return folder


def load(path, **changes):
    return load_images(dataclasses.replace(CONFIG, dataset=str(path), **changes))


@pytest.mark.parametrize("size", [(9, 11), (8, 8, 3)])
def test_all_forms_hold_the_same_images_and_have_the_same_digests(tmp_path, size):
    arrays = random_arrays(size=size)
    write_idx(tmp_path / "idx", arrays)
    shapes, digests = [], []
    for path in (tmp_path / "idx", write_npz(tmp_path, arrays), write_pictures(tmp_path / "tree", arrays)):
        dataset = load(path)
        shapes.append(dataset.data.inputs)
        digests.append(dataset.data.digests)
        np.testing.assert_array_equal(dataset.x_train.reshape(12, -1), arrays[FILES[0]].reshape(12, -1))
        np.testing.assert_array_equal(dataset.y_test, arrays[FILES[3]])
    assert set(shapes) == {(*size[:2], 3 if len(size) == 3 else 1)}
    assert digests[0] == digests[1] == digests[2]


def test_provenance_is_of_the_content_wherever_it_lies_and_names_come_from_folders(tmp_path):
    write_pictures(tmp_path / "one" / "shapes", random_arrays(), ("cat", "dog", "mouse"))
    first = load(tmp_path / "one" / "shapes").data
    shutil.move(tmp_path / "one", tmp_path / "two")
    second = describe_images(dataclasses.replace(CONFIG, dataset=str(tmp_path / "two" / "shapes")))
    assert first == second and first.classes == ("cat", "dog", "mouse") and first.source == "shapes"
    assert str(tmp_path) not in str(first) and not first.is_fashion_mnist


def test_classes_whose_names_are_numbers_are_in_their_order(tmp_path):
    names = [str(number) for number in range(11)]
    write_pictures(tmp_path, random_arrays(classes=11, train=22, test=11), names)
    assert load(tmp_path).data.classes == tuple(names)


def test_names_in_the_settings_replace_others(tmp_path):
    path = write_npz(tmp_path, random_arrays())
    assert load(path).data.classes == ("0", "1", "2")
    assert load(path, class_names=("x", "y", "z")).data.classes == ("x", "y", "z")
    for names, said in {("x", "x", "z"): "a name twice", ("x",): "1 class", tuple("wxyz"): "no training image"}.items():
        with pytest.raises(UserError, match=said):
            load(path, class_names=names)


def test_fewer_training_images_hold_all_classes_of_folders_alike(tmp_path):
    arrays = random_arrays(classes=3, train=300, test=6)
    write_pictures(tmp_path, arrays)
    dataset = load(tmp_path, train_images=100)
    assert np.bincount(dataset.y_train).tolist() == [34, 33, 33] and dataset.data.counts == {"train": 100, "test": 6}
    path = write_npz(tmp_path, arrays | {FILES[1]: np.sort(arrays[FILES[1]])})
    with pytest.raises(UserError, match="train_images = 100 leaves no training image of class 1"):
        load(path, train_images=100)


def test_files_that_are_no_pictures_are_left_out_and_counted(tmp_path):
    write_pictures(tmp_path, random_arrays())
    (tmp_path / "train" / "a" / "empty.png").touch()
    (tmp_path / "train" / "b" / "text.jpg").write_text("hello")
    cut = tmp_path / "test" / "c" / "cut.png"
    cut.write_bytes((tmp_path / "test" / "c" / "00002.png").read_bytes()[:50])
    for name in (".DS_Store", "Thumbs.db", "._x.png"):
        (tmp_path / "train" / "a" / name).write_text("no picture")
    images = read_own(tmp_path)
    assert images.unreadable == 3 and len(images.arrays[FILES[0]]) == 12
    assert (
        len(images.notes) == 1 and images.notes[0].startswith("3 files cannot be read") and str(cut) in images.notes[0]
    )
    assert load(tmp_path).data.unreadable == 3


def test_grey_pictures_among_colour_ones_become_colour_and_are_told(tmp_path):
    write_pictures(tmp_path, random_arrays(size=(8, 8, 3)))
    Image.new("L", (8, 8), 77).save(tmp_path / "train" / "a" / "grey.png")
    images = read_own(tmp_path)
    assert images.arrays[FILES[0]].shape == (13, 8, 8, 3)
    assert (
        images.notes[0].startswith("1 of 19 pictures are grey") and (images.arrays[FILES[0]] == 77).all((1, 2, 3)).any()
    )


def test_colour_files_of_grey_pictures_count_as_grey(tmp_path):
    arrays = random_arrays()
    write_pictures(
        tmp_path, arrays | {name: np.repeat(arrays[name][..., None], 3, -1) for name in (FILES[0], FILES[2])}
    )
    assert load(tmp_path).data.inputs == (9, 11, 1)


CONVERSIONS = {
    "two colours": (Image.new("1", (2, 2), 1), 255),
    "sixteen bits": (Image.fromarray(np.full((2, 2), 65535 // 2, np.uint16)), 127),
    "transparent": (Image.new("RGBA", (2, 2), (10, 20, 30, 0)), (255, 255, 255)),
    "half transparent": (Image.new("LA", (2, 2), (0, 128)), (127, 127, 127)),
    "a palette": (Image.new("RGB", (2, 2), (0, 51, 102)).convert("P"), (0, 51, 102)),
    "ink": (Image.new("CMYK", (2, 2), (0, 0, 0, 255)), (0, 0, 0)),
}


@pytest.mark.parametrize(("image", "value"), CONVERSIONS.values(), ids=CONVERSIONS)
def test_other_kinds_of_colour_are_converted(image, value):
    values = values_of(image)
    assert values.dtype == np.uint8 and (values == np.array(value)).all()


def test_what_a_palette_makes_transparent_is_white(tmp_path):
    image = Image.new("P", (3, 3), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.save(tmp_path / "a.png", transparency=0)
    with Image.open(tmp_path / "a.png") as stored:
        assert (values_of(stored) == 255).all()


def add_picture(folder, size=(9, 11), part="train", name="a"):
    (folder / part / name).mkdir(exist_ok=True)
    Image.new("L", size[::-1]).save(folder / part / name / "added.png")


BAD_TREES = {
    "no test": (lambda f: shutil.rmtree(f / "test"), "test is missing"),
    "a class without test": (lambda f: shutil.rmtree(f / "test" / "b"), "lacks the class b"),
    "a class without training": (lambda f: shutil.rmtree(f / "train" / "b"), "lacks the class b"),
    "an empty class": (lambda f: [p.unlink() for p in (f / "test" / "b").iterdir()], "b holds no picture"),
    "another size": (lambda f: add_picture(f, (9, 12)), "added.png is 12 x 9 pixels (1 of 19"),
    "too large": (lambda f: add_picture(f, (9, 65)), "added.png is 65 x 9 pixels; at most 64 x 64"),
    "one class": (
        lambda f: [shutil.rmtree(f / part / name) for part in ("train", "test") for name in "bc"],
        "1 class;",
    ),
    "no folders": (lambda f: [shutil.rmtree(f / part) for part in ("train", "test")], "no images that can be used"),
    "nothing": (lambda f: shutil.rmtree(f), "no such folder; dataset under [data] names fashion_mnist, mnist"),
    "two IDX files": (lambda f: (f / FILES[0]).touch(), "train-labels-idx1-ubyte.gz is missing"),
}


@pytest.mark.parametrize(("damage", "message"), BAD_TREES.values(), ids=BAD_TREES)
def test_a_folder_that_cannot_be_used_is_refused_in_one_line(tmp_path, damage, message):
    folder = write_pictures(tmp_path / "mine", random_arrays())
    damage(folder)
    with pytest.raises(UserError) as error:
        load(folder)
    assert message in str(error.value) and str(folder) in str(error.value) and "\n" not in str(error.value)


def replaced(number, array):
    return lambda arrays: arrays | {FILES[number]: array}


BAD_ARRAYS = {
    "fractions": (replaced(0, np.zeros((12, 9, 11))), "x_train must hold whole numbers from 0 to 255, it is float64"),
    "negative": (replaced(2, np.full((6, 9, 11), -1)), "x_test must hold whole numbers"),
    "four colours": (replaced(0, np.zeros((12, 9, 11, 4), np.uint8)), "with 3 colours behind; they are 9 x 11 x 4"),
    "flat": (replaced(0, np.zeros((12, 99), np.uint8)), "must be height x width"),
    "too large": (replaced(0, np.zeros((12, 65, 9), np.uint8)), "at most 64 x 64"),
    "other size": (replaced(2, np.zeros((6, 9, 9), np.uint8)), "training images are 9 x 11 x 1 and test images 9 x 9"),
    "too few labels": (replaced(1, np.arange(11) % 3), "12 training images and labels of shape (11,)"),
    "no images": (
        lambda a: a | {FILES[2]: np.zeros((0, 9, 11), np.uint8), FILES[3]: np.zeros(0, int)},
        "0 test images",
    ),
    "a gap": (replaced(1, 2 * (np.arange(12) % 3)), "no training image has label 1"),
    "too great a label": (replaced(3, np.arange(6)), "a test image has label 5; with 3 classes they end at 2"),
    "no test images of a class": (replaced(3, np.zeros(6, int)), "no test image has label 1"),
    "texts": (replaced(1, np.array(["a", "b", "c"] * 4)), "y_train must hold whole numbers"),
    "objects": (replaced(1, np.array([0, 1, None] * 4, object)), "no .npz file of plain arrays"),
}


@pytest.mark.parametrize(("change", "message"), BAD_ARRAYS.values(), ids=BAD_ARRAYS)
def test_arrays_that_cannot_be_used_are_refused_in_one_line(tmp_path, change, message):
    path = write_npz(tmp_path, change(random_arrays()))
    with pytest.raises(UserError) as error:
        load(path)
    assert message in str(error.value) and str(path) in str(error.value) and "\n" not in str(error.value)


def test_an_npz_file_that_is_missing_damaged_or_incomplete_is_refused(tmp_path):
    path = tmp_path / "mine.npz"
    for write, said in (
        (lambda: None, "no such file"),
        (lambda: path.write_bytes(b"PK"), "is damaged"),
        (lambda: np.savez(path, x_train=np.zeros(3)), "y_train is missing"),
    ):
        write()
        with pytest.raises(UserError, match=said):
            load(path)


def test_more_than_100_classes_are_refused(tmp_path):
    with pytest.raises(UserError, match="101 classes; 2 to 100 are possible"):
        load(write_npz(tmp_path, random_arrays(classes=101, train=202, test=101)))
    assert len(load(write_npz(tmp_path, random_arrays(classes=100, train=200, test=100))).data.classes) == 100


def test_the_digits_are_at_hand_with_a_fixed_split(monkeypatch):
    config = dataclasses.replace(CONFIG, dataset="digits")
    dataset = load_images(config)
    assert describe_images(config) == dataset.data and dataset.data.inputs == (8, 8, 1)
    assert dataset.x_train.shape == (1442, 8, 8, 1) and dataset.x_train.max() == 255
    assert np.bincount(dataset.y_test).min() >= 34 and dataset.data.classes == tuple("0123456789")
    monkeypatch.setitem(KNOWN["digits"].digests, FILES[0], "0" * 64)
    with pytest.raises(UserError, match="install the pinned scikit-learn"):
        load_images(config)


def test_a_known_set_is_recognised_wherever_it_lies(stand_in):
    data = load(stand_in).data
    assert data == describe_images(CONFIG) and data.is_fashion_mnist and data.source == "Fashion-MNIST"


def test_a_data_set_is_found_beside_the_settings(tmp_path, monkeypatch):
    write_npz(tmp_path, random_arrays())
    (tmp_path / "mine.toml").write_text('[data]\ndataset = "mine.npz"\n')
    assert load_homework(tmp_path / "mine.toml").data.dataset == str(tmp_path / "mine.npz")
    (tmp_path / "digits").mkdir()
    (tmp_path / "mine.toml").write_text('[data]\ndataset = "digits"\n')
    assert load_homework(tmp_path / "mine.toml").data.dataset == "digits"
