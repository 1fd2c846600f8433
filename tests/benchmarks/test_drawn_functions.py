"""The criterion that chose the extended regression: what is drawn and measured. No network is trained."""

import itertools

import numpy as np
import pytest

from tests.benchmarks import drawn_functions
from tests.benchmarks.drawn_functions import BLOCKS, DRAWS, POINTS, blocks_of, draw, errors_on_functions
from training.points import load_regression
from training.settings import load_homework


@pytest.fixture(scope="module")
def dataset():
    return load_regression(load_homework().data)


def test_functions_differ_most_where_no_point_lies_and_their_measurements_have_the_noise(dataset):
    drawn = draw(dataset, np.random.default_rng(0))
    assert drawn.values.shape == (POINTS, DRAWS) and drawn.y_train.shape == (len(dataset.x_train), DRAWS)
    far = np.abs(drawn.inputs - dataset.x_train[:, 0]).min(axis=1) > 0.5
    assert drawn.values[far].std(axis=1).mean() > 2 * drawn.values[~far].std(axis=1).mean()
    places = [int(np.abs(drawn.inputs[:, 0] - x).argmin()) for x in dataset.x_train[:, 0]]
    assert 0.1 < np.var(drawn.y_train - drawn.values[places]) < 0.4  # 0.2 by the Gaussian process, see the report


def test_networks_that_err_to_both_sides_have_a_mean_without_error(dataset, monkeypatch):
    drawn = draw(dataset, np.random.default_rng(0))
    truths = iter(np.repeat(drawn.values.T, 2, axis=0))
    signs = itertools.cycle((1, -1))
    monkeypatch.setattr(drawn_functions, "predictions", lambda *_: next(truths) + next(signs))
    config = load_homework().tasks["regression"].reference
    np.testing.assert_allclose(errors_on_functions(config, dataset, drawn, 1), DRAWS * [[1, 0]], atol=1e-12)


def test_inner_blocks_hold_out_neighbours_once(dataset):
    x = dataset.x_train[:, 0]
    held_out = [x[block] for _, block in blocks_of(dataset)]
    assert len(held_out) == BLOCKS - 2 and not {x.min(), x.max()} & {*np.concatenate(held_out)}
    for block, following in itertools.pairwise(held_out):
        assert block.max() < following.min()
