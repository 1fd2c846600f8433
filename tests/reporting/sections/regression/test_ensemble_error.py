"""The standard error of the test loss that the networks have together."""

import math

import numpy as np
import pytest

from reporting.sections.regression.ensemble import ensemble_error


def test_ensemble_error_by_hand():
    stored = {"y_test": np.zeros(4), "test_predictions": np.array([[1, 1, 3, 3], [-1, 3, 3, -1.0]])}  # means 0, 2, 3, 1
    assert ensemble_error(stored) == pytest.approx(np.std([0, 4, 9, 1], ddof=1) / math.sqrt(4))
    assert ensemble_error({"y_test": np.zeros(1), "test_predictions": np.ones((2, 1))}) is None
