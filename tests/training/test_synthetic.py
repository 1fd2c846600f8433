"""The points that ship with the project are what their docstring says."""

import numpy as np
import pytest

from training import synthetic


def test_shipped_points_leave_the_gaps_empty_and_test_points_do_not():
    train, test = (part[:, 0] for part in synthetic.make_points())
    assert len(train) == len(test) == 100
    for low, high in synthetic.GAPS:
        assert not np.any((train > low) & (train < high))
        assert np.sum((test > low) & (test < high)) >= 5
    assert np.ptp(train) > 9


def test_shipped_points_follow_the_function_with_the_stated_noise():
    assert synthetic.unknown_function(np.zeros(1)) == pytest.approx(2.8 + 0.8 * np.sin(-1.1))
    for points, noise in zip(synthetic.make_points(), (synthetic.TRAIN_NOISE, synthetic.TEST_NOISE), strict=True):
        assert np.std(points[:, 1] - synthetic.unknown_function(points[:, 0])) == pytest.approx(noise, rel=0.2)
