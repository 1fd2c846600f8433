"""Data sets: arrays, provenance, folds and hold-outs."""

import dataclasses
import gzip
import shutil

import numpy as np
import pytest

from reporting.artifacts import UserError
from tests.training.stand_in_images import stand_in  # noqa: F401 (a fixture)
from training.datasets import (
    describe_images,
    duplicates_of,
    hold_out,
    kfold_indices,
    load_images,
)
from training.known_images import KNOWN
from training.settings import load_homework

# ruff: noqa: F811 (the fixture's name is a parameter)


PLAIN = {"regression_header": "auto", "train_images": 60000}


def data_config(**changes):
    return dataclasses.replace(load_homework().data, **changes)


def test_images_are_uint8_with_a_channel_and_only_training_images_are_limited(stand_in):
    dataset = load_images(data_config(fashion_mnist=str(stand_in), train_images=50))
    assert dataset.x_train.shape == (50, 28, 28, 1) and dataset.x_train.dtype == np.uint8
    assert dataset.x_test.shape == (10, 28, 28, 1)
    assert dataset.y_train.shape == (50,) and dataset.y_test.shape == (10,)
    assert np.issubdtype(dataset.y_train.dtype, np.integer)
    assert dataset.data.counts["train"] == 50


def test_pixels_and_labels_keep_their_order(stand_in):
    content = gzip.decompress((stand_in / "train-images-idx3-ubyte.gz").read_bytes())
    dataset = load_images(data_config(fashion_mnist=str(stand_in)))
    assert dataset.x_train[1, 0, 2, 0] == content[16 + 28 * 28 + 2]
    labels = gzip.decompress((stand_in / "train-labels-idx1-ubyte.gz").read_bytes())
    assert dataset.y_train[3] == labels[8 + 3]


def test_provenance_does_not_depend_on_the_folder(stand_in):
    named = load_images(data_config(fashion_mnist=str(stand_in))).data
    shutil.copytree(stand_in, KNOWN["fashion_mnist"].system)
    assert load_images(data_config()).data == named
    assert str(stand_in) not in str(named)


def test_provenance_of_images_needs_no_file(stand_in):
    loaded = load_images(data_config(fashion_mnist=str(stand_in), train_images=50)).data
    assert describe_images(data_config(fashion_mnist="nowhere", train_images=50)) == loaded


@pytest.mark.parametrize(("n", "folds"), [(2, 2), (100, 5), (103, 5), (7, 7)])
def test_folds_partition_the_training_set(n, folds):
    pairs = kfold_indices(n, folds, np.random.default_rng(1))
    assert len(pairs) == folds
    np.testing.assert_array_equal(np.sort(np.concatenate([validation for _, validation in pairs])), np.arange(n))
    for train, validation in pairs:
        np.testing.assert_array_equal(np.sort(np.concatenate([train, validation])), np.arange(n))
        assert len(validation) in (n // folds, n // folds + 1)


def test_folds_are_shuffled_and_follow_the_generator():
    def folds(seed):
        return [list(validation) for _, validation in kfold_indices(100, 5, np.random.default_rng(seed))]

    assert folds(1) == folds(1) != folds(2)
    assert all(np.ptp(validation) > 40 for validation in folds(1))


@pytest.mark.parametrize(("n", "folds"), [(4, 5), (100, 1), (0, 2)])
def test_impossible_folds_are_refused(n, folds):
    with pytest.raises(UserError, match=f"folds = {folds} is impossible"):
        kfold_indices(n, folds, np.random.default_rng(1))


@pytest.mark.parametrize(("n", "share", "size"), [(60000, 0.2, 12000), (10, 0.25, 2), (3, 0.5, 2)])
def test_hold_out_partitions_with_the_share_that_is_asked_for(n, share, size):
    train, validation = hold_out(n, share, np.random.default_rng(1))
    assert len(validation) == size
    np.testing.assert_array_equal(np.sort(np.concatenate([train, validation])), np.arange(n))


@pytest.mark.parametrize(("n", "share"), [(3, 0.1), (3, 0.9), (0, 0.5)])
def test_a_hold_out_that_leaves_a_part_empty_is_refused(n, share):
    with pytest.raises(UserError, match="both need at least one"):
        hold_out(n, share, np.random.default_rng(1))


def test_images_that_repeat_are_counted_by_their_bytes():
    x = np.zeros((5, 28, 28), np.uint8)
    x[1:4, 0, 0] = 1, 2, 1
    x[4, 27, 27] = 9
    assert duplicates_of(x[:4], x) == (1, 4)
    assert duplicates_of(x[:2], x[2:]) == (0, 1)


def test_duplicates_are_recorded_where_images_are_loaded_and_identify_no_data(stand_in):
    loaded = load_images(data_config(fashion_mnist=str(stand_in), train_images=50)).data
    assert (loaded.duplicates_train, loaded.duplicates_train_test) == (0, 0)
    told = describe_images(data_config(train_images=50))
    assert told.duplicates_train is None and told == loaded
