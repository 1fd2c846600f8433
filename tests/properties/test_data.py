"""Folds, hold-outs and readers of data, for all inputs."""

import gzip
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from reporting.artifacts import UserError
from training.datasets import hold_out, kfold_indices
from training.idx import FILES, parse_idx, to_idx, unpack
from training.own_images import ARRAYS, read_own
from training.points_csv import LARGEST, read_points

SEEDS = st.integers(0, 2**31 - 1)
NUMBERS = st.floats(-LARGEST, LARGEST)


@given(st.integers(2, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(2, n))), SEEDS)
def test_folds_hold_out_each_point_once(size, seed):
    """The held-out parts are a partition, in sizes that differ by at most one; a seed gives the same folds again.

    A training part and its held-out part are all points.
    """
    n, folds = size
    pairs = kfold_indices(n, folds, np.random.default_rng(seed))
    assert len(pairs) == folds and sorted(np.concatenate([held for _, held in pairs])) == list(range(n))
    for train, held in pairs:
        assert sorted([*train, *held]) == list(range(n)) and abs(len(held) - n / folds) < 1
    again = kfold_indices(n, folds, np.random.default_rng(seed))
    assert all(
        np.array_equal(a, b) for pair, other in zip(pairs, again, strict=True) for a, b in zip(pair, other, strict=True)
    )


@given(st.integers(0, 3), st.integers(-2, 9))
def test_impossible_folds_are_a_mistake_of_the_user(n, folds):
    """Either a partition or a UserError, never another exception."""
    try:
        assert len(kfold_indices(n, folds, np.random.default_rng(0))) == folds
    except UserError:
        assert not 2 <= folds <= n


@given(st.integers(0, 500), st.floats(0, 1), SEEDS)
def test_a_hold_out_is_a_partition_with_the_share_that_was_asked_for(n, share, seed):
    """Both parts are sorted, disjoint, everything together, and neither is empty; or it is a UserError."""
    try:
        train, held = hold_out(n, share, np.random.default_rng(seed))
    except UserError:
        assert round(n * share) in (0, n)
        return
    assert len(held) == round(n * share) > 0 and len(train) > 0
    assert sorted([*train, *held]) == list(range(n)) and list(train) == sorted(train) and list(held) == sorted(held)


def read(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "points.csv"
        path.write_bytes(content)
        return read_points(path).values


@given(
    st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=20).filter(
        lambda rows: all(len(set(column)) > 1 for column in zip(*rows, strict=True))
    ),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", " ", "\t"]),
)
def test_points_are_read_as_they_were_written(rows, header, mark, end, blank):
    """Every float keeps its last digit, whatever the header, byte-order mark, line ends and blanks around it."""
    lines = ["x,y"] * header + [f"{x!r}{blank},{blank}{y!r}" for x, y in rows]
    content = (b"\xef\xbb\xbf" if mark else b"") + (end.join(lines) + end).encode()
    np.testing.assert_array_equal(read(content), np.array(rows))


@given(
    st.one_of(
        st.binary(max_size=60), st.text(alphabet='0123456789.,;-+eE"naif \t\r\n\x00xy', max_size=60).map(str.encode)
    )
)
def test_any_bytes_are_points_or_one_line(content):
    """A reader of what people write raises nothing but UserError, and that in one line."""
    try:
        points = read(content)
    except UserError as error:
        assert "\n" not in str(error) and "points.csv" in str(error)
    else:
        assert points.shape[1] >= 2 and len(points) >= 2 and np.isfinite(points).all()


@given(st.binary(max_size=40), st.booleans(), st.sampled_from(FILES))
def test_any_bytes_in_place_of_images_are_one_line(content, packed, name):
    """What gets through is what the file says, and what does not is a UserError that names the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.gz"
        for start in (b"", bytes([0, 0, 8, 3 if "images" in name else 1])):
            path.write_bytes(gzip.compress(start + content) if packed else start + content)
            try:
                array = parse_idx(unpack(path), name, path)
                assert to_idx(array) == start + content
            except UserError as error:
                assert name in str(error) and "\n" not in str(error)


SIDES = st.integers(1, 70)
CONTENTS = st.one_of(
    st.sampled_from([np.uint8, np.int64, np.float32, np.bool_]).flatmap(
        lambda kind: arrays(kind, st.lists(st.integers(0, 5), max_size=5).map(tuple))
    ),
    st.tuples(st.integers(0, 6), SIDES, SIDES, st.sampled_from([(), (1,), (3,), (4,)])).map(
        lambda sizes: np.zeros((*sizes[:3], *sizes[3]), np.uint8)
    ),
    st.lists(st.integers(-1, 4), max_size=6).map(lambda labels: np.array(labels, int)),
)


@given(st.tuples(CONTENTS, CONTENTS, CONTENTS, CONTENTS) | st.integers(2, 5).map(lambda n: usual(n)))
def test_any_arrays_are_images_that_can_be_learned_from_or_one_line(contents):
    """Images of one small size and labels that all occur in training and test, or a UserError that names the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.npz"
        np.savez(path, **dict(zip(ARRAYS, contents, strict=True)))
        check_images(path, folder)


def usual(classes):
    """Arrays that can be used."""
    labels = np.arange(2 * classes) % classes
    return np.zeros((len(labels), 7, 5), np.uint8), labels, np.zeros((len(labels), 7, 5), np.uint8), labels


def check_images(path, folder):
    """Read images: they can be used, or the error names the folder in one line."""
    try:
        images = read_own(path)
    except UserError as error:
        assert folder in str(error) and "\n" not in str(error)
        return
    x_train, y_train, x_test, y_test = images.arrays.values()
    assert x_train.shape[1:] == x_test.shape[1:] and max(x_train.shape[1:3]) <= 64 and x_train.shape[3] in (1, 3)
    assert all(array.dtype == np.uint8 for array in images.arrays.values())
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert len(x) == len(y) and set(y.tolist()) == set(range(len(images.classes)))
    assert 2 <= len(images.classes) <= 100


FILE = st.tuples(
    st.sampled_from(["train", "test"]),
    st.sampled_from(["a", "b", "1", "10", "ü x"]),
    st.sampled_from(["1.png", "2.PNG", "3.jpg", "4.jpeg", ".5.png", "notes.txt"]),
    st.sampled_from(["1", "L", "I;16", "LA", "P", "RGB", "RGBA", "cut", "empty"]),
    st.sampled_from([(6, 6)] * 8 + [(6, 5), (65, 6)]),
)


@settings(max_examples=60)
@given(st.lists(FILE, max_size=12), st.booleans())
def test_any_folder_of_pictures_can_be_learned_from_or_is_one_line(files, whole):
    """Whatever lies in a tree of folders; a `whole` one has a readable picture for each class besides."""
    names = {name for _, name, *_ in files} | {"a", "b"}
    sure = [(part, name, "0.png", "RGB", (6, 6)) for part in ("train", "test") for name in names] if whole else []
    with tempfile.TemporaryDirectory() as folder:
        for part, name, file, mode, size in [*files, *sure]:
            path = Path(folder) / part / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            broken = mode in ("cut", "empty") or (file[2:].startswith("jp") and mode not in ("1", "L", "RGB"))
            Image.new("L" if broken else mode, size, 1).save(path, format="PNG" if "jp" not in file.lower() else "JPEG")
            if broken:
                path.write_bytes(path.read_bytes()[: 60 if mode == "cut" else 0])
        check_images(Path(folder), folder)
