"""Main effects of a factorial design against numbers worked out by hand."""

import math

import numpy as np
import pytest

from reporting.stats.effects import (
    degrees_of_rest,
    effect_p_values,
    least_significant_share,
    pair_means,
    range_of_means,
    variance_shares,
)
from reporting.stats.significance import f_p_value, holm_adjusted

TABLE = np.array([[10.1, 9.9, 10.1], [19.9, 20.1, 19.9]])  # two values of one factor, three of another


def test_shares_are_those_of_the_means_in_the_sum_of_squares():
    total = np.sum((TABLE - TABLE.mean()) ** 2)
    rows = 3 * np.sum((TABLE.mean(axis=1) - TABLE.mean()) ** 2) / total
    columns = 2 * np.sum((TABLE.mean(axis=0) - TABLE.mean()) ** 2) / total
    assert variance_shares(TABLE) == pytest.approx([rows, columns])


def test_a_factor_of_one_value_has_no_share():
    assert variance_shares(TABLE[:, None]) == pytest.approx([variance_shares(TABLE)[0], 0, variance_shares(TABLE)[1]])


@pytest.mark.parametrize("scores", [[1.0, math.nan], [1.0, math.inf], [0.7, 0.7], [0.7, 0.7 + 1e-16]])
def test_missing_and_equal_scores_have_no_shares(scores):
    assert variance_shares(np.array(scores)) is None


def test_p_values_are_adjusted_f_tests_against_the_rest():
    raw = [f_p_value(0.5 / (0.3 / 2), 1, 2), f_p_value(0.2 / 2 / (0.3 / 2), 2, 2)]
    assert effect_p_values([0.5, 0.2], (2, 3)) == pytest.approx(holm_adjusted(raw))
    assert effect_p_values([0.5, 0.0, 0.2], (2, 1, 3)) == [*effect_p_values([0.5, 0.2], (2, 3))[:1], None,
                                                          *effect_p_values([0.5, 0.2], (2, 3))[1:]]  # fmt: skip


def test_effects_need_a_rest_to_be_tested_against():
    """Where main effects explain all, a share of nothing would be as significant as that of 60 %."""
    assert effect_p_values([0.6, 0.4, 0.0], (2, 3, 2)) == [None] * 3
    assert effect_p_values([0.6, 0.4 - 1e-16], (2, 3)) == [None, None]


@pytest.mark.parametrize(("shares", "shape"), [([1.0], (3,)), ([0.9, 0.05], (2, 2)), ([0.9, 0.05, 0.0], (2, 2, 1))])
def test_effects_need_degrees_of_freedom_to_be_tested_with(shares, shape):
    assert degrees_of_rest(shape) < 2 and effect_p_values(shares, shape) == [None] * len(shares)


def test_a_rest_with_one_degree_of_freedom_could_hardly_find_anything():
    assert least_significant_share([0.5, 0.3], (2, 2), 0) > 0.99 * (1 - 0.3)


@pytest.mark.parametrize("shape", [(2, 3), (3, 3, 2), (2, 1, 4, 2)])
def test_the_least_significant_share_is_just_significant(shape):
    others = [0.01 * (values > 1) for values in shape[1:]]
    least = least_significant_share([0.0, *others], shape, 0)
    assert (
        effect_p_values([least + 1e-6, *others], shape)[0] < 0.05 < effect_p_values([least - 1e-6, *others], shape)[0]
    )


def test_range_of_the_means_leaves_out_what_is_missing():
    scores = np.array([[1.0, 3.0], [5.0, math.nan], [math.nan, math.inf]])
    assert range_of_means(scores, 0) == 3 and range_of_means(scores, 1) == 0
    assert range_of_means(np.full((2, 2), math.nan), 0) == 0


def test_means_of_pairs_are_over_all_other_factors():
    scores = np.add.outer(np.add.outer([100.0, 200.0], [10.0, 20.0]), [1.0, 2.0])
    assert pair_means(scores, 0, 1).tolist() == [[111.5, 121.5], [211.5, 221.5]]
    assert pair_means(scores, 2, 0).tolist() == [[116, 216], [117, 217]]
    scores[0, 0] = math.nan
    assert np.array_equal(pair_means(scores, 0, 1), [[math.nan, 121.5], [211.5, 221.5]], equal_nan=True)
