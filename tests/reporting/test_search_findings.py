"""The verdict on a grid: winner, ties, the cheapest within one standard error, and what each hyperparameter contributes."""

import itertools
import math

import numpy as np
import pytest

from reporting.findings.effects import effect, pair_means
from reporting.findings.search import is_edge, p_value, search_findings
from reporting.results import SearchResults
from reporting.significance import corrected_resampled_p_value, f_p_value, holm_adjusted


def search_of(scores, direction="min", objective="validation_loss", grid=None, seconds=None, **columns):
    """A search: scores is one row of folds for each combination of the grid, which has one hyperparameter if none is given."""
    grid = grid or {"batch_size": [16 * 2**k for k in range(len(scores))]}
    combinations = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    folds = [
        {"trial": trial, "fold": fold, objective: score, "stopped_early": False}
        | {key: column[trial - 1] for key, column in columns.items()}
        for trial, row in enumerate(scores, start=1)
        for fold, score in enumerate(row, start=1)
    ]
    means = [float(np.mean(row)) for row in scores]
    order = sorted(
        range(len(means)), key=lambda k: (math.isnan(means[k]), means[k] if direction == "min" else -means[k])
    )
    trials = [
        {
            "trial": k + 1,
            **values,
            "score": means[k],
            "rank": order.index(k) + 1,
            "seconds": seconds[k] if seconds else 1.0,
        }
        for k, values in enumerate(combinations)
    ]
    space = {"objective": objective, "direction": direction, "folds": len(scores[0]), "grid": grid}
    return SearchResults(None, space, trials, folds, {})


def trials(combinations):
    return [item.trial for item in combinations]


def test_winner_far_ahead_is_distinct():
    found = search_findings(search_of([[1.0, 1.1, 1.2], [2.0, 2.1, 2.2]]), {"batch_size": 32}, 20)
    assert found.winner_is_distinct and not found.all_tied and found.winner == {"batch_size": 16}
    assert [item.verdict for item in found.ranked] == ["best", "distinct"]
    assert found.reference_rank == 2 and not found.winner_is_reference_setting


def test_winner_within_the_noise_is_tied():
    found = search_findings(search_of([[1.0, 1.4, 0.9], [1.2, 1.0, 1.3]]), {"batch_size": 16}, 20)
    assert (
        trials(found.tied) == [2]
        and found.all_tied
        and not found.winner_is_distinct
        and found.winner_is_reference_setting
    )


def test_some_are_tied_and_others_not():
    found = search_findings(search_of([[1.0, 1.4, 0.9], [1.2, 1.0, 1.3], [91, 91.4, 90.9]]), {}, 20)
    assert [item.verdict for item in found.ranked] == ["best", "tied", "distinct"] and not found.all_tied
    assert found.others == 2


def test_p_values_are_paired_corrected_and_adjusted():
    scores = [[1.0, 5.0, 9.0], [1.1, 5.1, 9.11], [3.0, 5.5, 9.4]]
    found = search_findings(search_of(scores), {}, 20)
    expected = [corrected_resampled_p_value(np.subtract(row, scores[0])) for row in scores[1:]]
    assert [item.p_value for item in found.ranked] == [None, *expected]
    assert [item.adjusted for item in found.ranked[1:]] == pytest.approx(holm_adjusted(expected))
    assert [item.verdict for item in found.ranked] == ["best", "distinct", "tied"]


def test_equal_trials_are_tied():
    assert p_value(search_of([[1.0, 2.0], [1.0, 2.0]]), 1, 2, 20) == 1


def test_one_fold_is_judged_by_its_accuracies_as_shares():
    search = search_of([[0.91], [0.90]], "max", "validation_accuracy")
    assert p_value(search, 1, 2, 1000) > 0.05 > p_value(search, 1, 2, 100_000)
    losses = search_of([[0.30], [0.50]], validation_accuracy=[0.90, 0.89])
    assert p_value(losses, 1, 2, 1000) > 0.05 > p_value(losses, 1, 2, 100_000)


def test_one_fold_of_losses_alone_tells_nothing_apart():
    assert p_value(search_of([[0.30], [0.50]]), 1, 2, 20) == 1


def test_combination_that_failed_is_counted_and_never_tied():
    found = search_findings(search_of([[1.0, 1.1], [math.nan, 1.0]]), {}, 20)
    assert (
        found.diverged == 1
        and found.winner_is_distinct
        and found.others == 0
        and found.worst_score == pytest.approx(1.05)
    )
    assert [item.verdict for item in found.ranked] == ["best", "failed"]
    assert found.reference_rank is None and found.strongest is None and found.explained is None


def test_grid_of_one_combination():
    found = search_findings(search_of([[1.0, 1.1]]), {"batch_size": 16}, 20)
    assert (
        found.winner_is_distinct
        and found.winner_is_reference_setting
        and found.strongest is None
        and found.at_edge == ()
    )
    assert found.effects == () and found.pair_scores == {} and found.winner_is_cheapest and found.others == 0


def test_cheapest_within_one_standard_error():
    scores = [[1.0, 1.4, 0.9], [1.1, 1.5, 1.0], [9.0, 9.4, 8.9]]  # the winner's standard error is 0.153
    found = search_findings(search_of(scores, seconds=[5.0, 3.0, 1.0]), {}, 20)
    assert found.ranked[0].error == pytest.approx(np.std(scores[0], ddof=1) / math.sqrt(3))
    assert found.cheapest.trial == 2 and not found.winner_is_cheapest
    assert search_findings(search_of(scores, seconds=[2.0, 3.0, 1.0]), {}, 20).winner_is_cheapest


def test_error_of_one_fold_is_that_of_a_share():
    found = search_findings(
        search_of([[0.9], [0.88], [0.5]], "max", "validation_accuracy", seconds=[3.0, 2.0, 1.0]), {}, 100
    )
    assert found.ranked[0].error == pytest.approx(math.sqrt(0.9 * 0.1 / 100)) and found.cheapest.trial == 2
    assert search_findings(search_of([[0.3], [0.5]], validation_accuracy=[0.9, 0.8]), {}, 100).cheapest is None


GRID = {"a": [1, 2], "b": [1, 2, 3]}


def scores_of(function):
    """One score for each combination of GRID."""
    return [[function(*values)] for values in itertools.product(*GRID.values())]


def test_shares_of_the_variance_by_hand():
    noise = iter([0.1, -0.1, 0.1, -0.1, 0.1, -0.1])
    table = np.array([function + next(noise) for function in [10 * a for a in (1, 2) for _ in range(3)]]).reshape(2, 3)
    total = np.sum((table - table.mean()) ** 2)
    share_a = 3 * np.sum((table.mean(axis=1) - table.mean()) ** 2) / total
    share_b = 2 * np.sum((table.mean(axis=0) - table.mean()) ** 2) / total
    found = search_findings(search_of(table.reshape(-1, 1).tolist(), grid=GRID), {}, 20)
    assert [item.name for item in found.effects] == ["a", "b"]
    assert [item.share for item in found.effects] == pytest.approx([share_a, share_b])
    rest = 1 - share_a - share_b
    raw = [f_p_value(share_a / (rest / 2), 1, 2), f_p_value(share_b / 2 / (rest / 2), 2, 2)]
    assert [item.p_value for item in found.effects] == pytest.approx(holm_adjusted(raw))
    assert [item.name for item in found.effects_beyond_chance] == ["a"] and found.strongest.name == "a"


def test_no_effect_stands_out_of_noise():
    rng = np.random.default_rng(3)
    found = search_findings(search_of(rng.normal(size=(6, 1)).tolist(), grid=GRID), {}, 20)
    assert found.effects_beyond_chance == () and 0 < found.explained < 1 and found.least_effect_p_value >= 0.05


def test_effects_that_add_up_leave_no_rest():
    found = search_findings(search_of(scores_of(lambda a, b: 2.0 * a + b), grid=GRID), {}, 20)
    assert found.explained == pytest.approx(1) and len(found.effects_beyond_chance) == 2


def test_equal_scores_have_no_effect():
    found = search_findings(search_of(scores_of(lambda a, b: 0.7), grid=GRID), {}, 20)
    assert (
        found.strongest is None and found.explained is None and [item.share for item in found.effects] == [None, None]
    )
    rounded = search_findings(search_of(scores_of(lambda a, b: 0.7 + 1e-16 * a * b), grid=GRID), {}, 20)
    assert rounded.strongest is None and rounded.explained is None


def test_one_hyperparameter_leaves_nothing_to_test_with():
    found = search_findings(search_of([[1.0], [2.0], [4.0]]), {}, 20)
    assert found.effects[0].share == pytest.approx(1) and found.least_effect_p_value is None


def test_grid_with_a_failure_has_ranges_but_no_shares():
    scores = scores_of(lambda a, b: 5.0 * a + b)
    scores[1] = [math.nan]
    found = search_findings(search_of(scores, grid=GRID), {}, 20)
    assert (
        found.explained is None
        and found.strongest.name == "a"
        and found.strongest.spread == pytest.approx(effect_by_hand())
    )


def effect_by_hand():
    return np.mean([11, 12, 13]) - np.mean([6, 8])


def test_heat_maps_hold_the_mean_over_the_rest():
    grid = {"a": [1, 2], "b": [1, 2], "c": [1, 2]}
    scores = [[100.0 * a + 10 * b + c] for a, b, c in itertools.product(*grid.values())]
    search = search_of(scores, grid=grid)
    assert pair_means(search, "a", "b").tolist() == [[111.5, 121.5], [211.5, 221.5]]
    assert list(search_findings(search, {}, 20).pair_scores) == [("a", "b"), ("a", "c"), ("b", "c")]


def test_heat_maps_show_the_strongest_hyperparameters():
    grid = {name: [1, 2] for name in "abcde"}
    scores = [[sum(10.0**k * value for k, value in enumerate(values))] for values in itertools.product(*grid.values())]
    found = search_findings(search_of(scores, grid=grid), {}, 20)
    assert not found.every_pair_is_drawn and {name for pair in found.pair_scores for name in pair} == set("bcde")


def test_heat_maps_leave_failures_out():
    search = search_of([[math.nan], [1.0], [2.0], [3.0]], grid={"a": [1, 2], "b": [1, 2]})
    assert np.array_equal(pair_means(search, "a", "b"), [[math.nan, 1], [2, 3]], equal_nan=True)


def test_edge_needs_three_numbers():
    assert is_edge([1, 2, 3], 3) and is_edge([1, 2, 3], 1) and not is_edge([1, 2, 3], 2)
    assert not is_edge([1, 2], 2) and not is_edge(["a", "b", "c"], "a") and not is_edge([False, True], True)


def test_effect_is_the_range_of_the_means():
    rows = [{"a": 1, "score": 1.0}, {"a": 1, "score": 3.0}, {"a": 2, "score": 5.0}, {"a": 2, "score": math.nan}]
    assert effect(rows, "a") == 3.0
