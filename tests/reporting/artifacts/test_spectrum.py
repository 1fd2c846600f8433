"""The rule by which smaller networks are recommended and trained."""

import numpy as np
import pytest

from reporting.artifacts import components_holding, sufficient_units


@pytest.mark.parametrize(
    ("variances", "share", "components"),
    [
        ([90, 9, 1], 0.99, 2),
        ([90, 9, 1], 0.991, 3),
        ([1, 9, 90], 0.9, 1),  # in any order
        ([5, 5, 5, 5], 0.75, 3),
        ([7], 0.99, 1),
        ([0, 0, 0], 0.99, 0),
        ([1, -1e-9, 0], 0.99, 1),  # rounding leaves variances below zero
    ],
)
def test_components_that_hold_a_share(variances, share, components):
    assert components_holding(np.array(variances, dtype=np.float32), share) == components


@pytest.mark.parametrize(
    ("components", "units", "sufficient"),
    [(0, 64, 8), (1, 64, 8), (4, 64, 8), (5, 64, 16), (12, 64, 24), (40, 64, 64), (3, 4, 4)],
)
def test_sufficient_units_are_multiples_of_eight_and_no_more_than_there_are(components, units, sufficient):
    assert sufficient_units(components, units) == sufficient
