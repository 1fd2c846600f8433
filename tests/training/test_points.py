"""The points of the regression: their columns, their provenance, and whether they are of order one."""

import dataclasses
import hashlib

import numpy as np
import pytest

from reporting.artifacts import UserError
from tests.training.test_datasets import data_config
from tests.training.test_points_csv import GOOD
from training.points import load_regression, of_order_one
from training.prepare_data import told_of_points
from training.synthetic import make_points


def load_csv(folder, content, test=GOOD):
    """The Dataset of a training file with `content` and a good test file."""
    (folder / "train.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "test.csv").write_text(test)
    return load_regression(
        data_config(regression_train=str(folder / "train.csv"), regression_test=str(folder / "test.csv"))
    )


def test_columns_of_order_one_are_float32(tmp_path):
    dataset = load_csv(tmp_path, GOOD)
    assert dataset.x_train.dtype == dataset.y_train.dtype == np.float32
    np.testing.assert_array_equal(dataset.x_train, [[-1.5], [0], [4]])
    np.testing.assert_array_equal(dataset.y_train, [[2], [3.25], [-1]])


@pytest.mark.parametrize(
    ("given", "missing"), [("regression_train", "regression_test"), ("regression_test", "regression_train")]
)
def test_one_csv_without_the_other_is_refused(given, missing):
    with pytest.raises(UserError, match=f"{missing} is empty"):
        load_regression(data_config(**{given: "points.csv"}))


def test_provenance_of_csv_files_is_their_digests_and_counts(tmp_path):
    data = load_csv(tmp_path, GOOD + "7,8\n").data
    assert data.counts == {"train": 4, "test": 3}
    assert data.digests["test.csv"] == hashlib.sha256(GOOD.encode()).hexdigest()
    assert data.source == "train.csv and test.csv"
    assert str(tmp_path) not in str(dataclasses.asdict(data))


def test_files_of_one_name_keep_a_digest_each(tmp_path):
    paths = [tmp_path / part / "points.csv" for part in ("train", "test")]
    for path, content in zip(paths, (GOOD, GOOD + "7,8\n"), strict=True):
        path.parent.mkdir()
        path.write_text(content)
    assert (
        len(load_regression(data_config(regression_train=str(paths[0]), regression_test=str(paths[1]))).data.digests)
        == 2
    )


def test_shipped_points_are_the_same_every_time():
    first, second = (load_regression(data_config()) for _ in range(2))
    np.testing.assert_array_equal(first.y_test, second.y_test)
    assert first.data == second.data
    assert first.data.source == "the project’s own function"


def test_time_stamps_stay_apart(tmp_path):
    content = "time,count\n" + "".join(f"{1_700_000_000 + k},{k % 7}\n" for k in range(100))
    assert len(np.unique(load_csv(tmp_path, content, content.replace(",0", ",9")).x_train)) == 100


@pytest.mark.parametrize(
    ("scale", "offset", "one"), [(1, 0, True), (3, 5, True), (1e-3, 0, False), (100, 0, False), (1, 1990, False)]
)
def test_columns_of_order_one_are_told_from_others(scale, offset, one):
    values = offset + scale * np.linspace(-1.5, 1.5, 50)
    assert of_order_one(np.column_stack([values, np.linspace(-1, 1, 50)])) == one


def test_the_shipped_points_are_of_order_one():
    assert of_order_one(make_points()[0])


def test_which_column_is_which_is_recorded_and_told(tmp_path):
    data = load_csv(tmp_path, "price,area\n1,2\n3,4\n", "price,area\n5,6\n7,8\n").data
    assert data.columns == ("price", "area")
    assert told_of_points(data) == ["of the columns price is the input, area is the target"]
    assert data == dataclasses.replace(data, notes=("another",)) and data.notes == ()


def test_columns_of_the_test_file_may_stand_in_another_order(tmp_path):
    dataset = load_csv(tmp_path, "a,b,y\n1,2,3\n4,5,6\n", "y,b,a\n3,2,1\n6,5,4\n")
    np.testing.assert_array_equal(dataset.x_test, [[1, 2], [4, 5]])
    np.testing.assert_array_equal(dataset.x_train, dataset.x_test)
    assert dataset.data.inputs == (2,)


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ("a,b,y\n1,2,3\n4,5,6\n", "a,c,y\n1,2,3\n4,5,6\n", "has columns a, c, y, the training points a, b, y"),
        ("a,b,y\n1,2,3\n4,5,6\n", "a,y\n1,2\n4,5\n", "2 columns, but the training points have 3"),
        ("y,x\n1,2\n4,5\n", "1.5,2\n4,5\n", "one of the two files has names and the other none"),
    ],
)
def test_files_that_disagree_are_refused(tmp_path, train, test, message):
    with pytest.raises(UserError, match=message):
        load_csv(tmp_path, train, test)


def test_one_file_for_training_and_test_is_told(tmp_path):
    (tmp_path / "points.csv").write_text(GOOD)
    path = str(tmp_path / "points.csv")
    notes = load_regression(data_config(regression_train=path, regression_test=path)).data.notes
    assert "training and test points are the same file" in notes[-1]
