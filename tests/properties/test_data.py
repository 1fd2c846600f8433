"""Folds, hold-outs and readers of data, for all inputs."""

import gzip
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reporting.artifacts import UserError
from training import fashion_mnist
from training.datasets import hold_out, kfold_indices
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


@given(st.binary(max_size=40), st.booleans(), st.sampled_from(list(fashion_mnist.DIGESTS)))
def test_any_bytes_in_place_of_images_are_one_line(content, packed, name):
    """No content but the data set's own gets through, and what does not is a UserError that names the file."""
    with tempfile.TemporaryDirectory() as folder:
        magic = bytes([0, 0, 8, len(fashion_mnist.SHAPES[name])])
        for start in (b"", magic):
            fashion_mnist.archive(Path(folder), name).write_bytes(
                gzip.compress(start + content) if packed else start + content
            )
            try:
                fashion_mnist.parse_idx(fashion_mnist.unpack(Path(folder), name), name, Path(folder))
                raise AssertionError
            except UserError as error:
                assert name in str(error) and "\n" not in str(error)
