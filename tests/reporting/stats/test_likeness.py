"""Shares of validation images that are as unlike the training images as a picture is."""

import numpy as np
import pytest

from reporting.stats.likeness import shares_as_far, shares_as_unlike


def test_the_share_counts_the_distance_itself():
    usual = np.array([1.0, 2.0, 3.0, 4.0])
    assert shares_as_far(usual, np.array([0.5, 2.5, 4.0, 9.0])).tolist() == [1.0, 0.6, 0.4, 0.2]


def test_a_picture_is_as_unlike_as_where_it_is_most():
    rng = np.random.default_rng(0)
    near, far = rng.uniform(size=99), rng.uniform(size=99)
    shares = shares_as_unlike({"a": (near, np.array([0.5, 9.0, 0.5])), "b": (far, np.array([0.5, 0.5, 9.0]))})
    assert shares[1] == shares[2] <= 0.03 < shares[0]


@pytest.mark.parametrize("spaces", [1, 3])
def test_pictures_like_the_data_are_called_unlike_as_often_as_is_said(spaces):
    rng = np.random.default_rng(1)
    rates = []
    for _ in range(200):
        drawn = rng.normal(size=(300, 1)) + rng.normal(size=(300, spaces))  # distances that go together
        shares = shares_as_unlike({str(each): (drawn[:200, each], drawn[200:, each]) for each in range(spaces)})
        rates.append(np.mean(shares <= 0.05))
    assert 0.03 < np.mean(rates) < 0.06
