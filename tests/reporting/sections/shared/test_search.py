"""The verdict on a grid: winner, ties, costs, what each hyperparameter contributes, what fewer would have found."""

import itertools
import math

import numpy as np
import pytest

from reporting.results import SearchResults
from reporting.sections.shared.search import is_edge
from reporting.sections.shared.search import search_findings as findings_of
from reporting.stats.selection import differences_over_folds, expected_best
from reporting.stats.significance import f_p_value, holm_adjusted


def search_findings(search, reference_config, margin=0.1):
    return findings_of(search, reference_config, validation_points=20, margin=margin)


def search_of(scores, direction="min", objective="validation_loss", grid=None, seconds=None, error=0.01, right=None):
    """A search: scores is one row of folds for each combination of the grid, of one hyperparameter if none is given.

    `seconds` of one combination's epochs, each of which has this error; `right` (combinations, images).
    """
    grid = grid or {"batch_size": [16 * 2**k for k in range(len(scores))]}
    combinations = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    folds = [
        {"trial": trial, "fold": fold, objective: score, "stopped_early": False, "epochs": 10}
        | {"epoch_seconds": (seconds[trial - 1] if seconds else 1.0) / 10 / len(row), "epoch_seconds_error": error}
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
        }
        for k, values in enumerate(combinations)
    ]
    space = {"objective": objective, "direction": direction, "folds": len(scores[0]), "grid": grid}
    space["settings"] = {"restore_best_weights": False}
    answers = {} if right is None else {"answers": np.array(right), "labels": np.ones(np.shape(right)[1])}
    return SearchResults(None, space, trials, folds, {}, answers)


def trials(combinations):
    return [item.trial for item in combinations]


def test_winner_far_ahead_is_distinct():
    found = search_findings(search_of([[1.0, 1.1, 1.2], [2.0, 2.1, 2.2]]), {"batch_size": 32})
    assert found.winner_is_distinct and not found.all_tied and found.winner == {"batch_size": 16}
    assert [item.verdict for item in found.ranked] == ["best", "ruled out"]
    assert found.reference_rank == 2 and not found.winner_is_reference_setting


def test_winner_within_the_noise_is_tied():
    found = search_findings(search_of([[1.0, 1.4, 0.9], [1.2, 1.0, 1.3]]), {"batch_size": 16})
    assert (
        trials(found.tied) == [2]
        and found.all_tied
        and not found.winner_is_distinct
        and found.winner_is_reference_setting
    )


def test_some_are_tied_and_others_not():
    found = search_findings(search_of([[1.0, 1.4, 0.9], [1.2, 1.0, 1.3], [91, 91.4, 90.9]]), {})
    assert [item.verdict for item in found.ranked] == ["best", "tied", "ruled out"] and not found.all_tied
    assert found.others == 2


def test_ties_follow_the_simultaneous_bounds():
    scores = [[1.0, 5.0, 9.0], [1.1, 5.1, 9.11], [3.0, 5.5, 9.4]]
    found = search_findings(search_of(scores), {})
    expected = differences_over_folds(np.array(scores), 0)
    assert [item.difference for item in found.ranked] == [None, *expected[1:]]
    assert [item.verdict for item in found.ranked] == ["best", "ruled out", "tied"]
    assert found.ranked[2].behind == (expected[2].low, expected[2].high)


def test_equal_trials_are_tied_and_equivalent():
    found = search_findings(search_of([[1.0, 2.0], [1.0, 2.0]]), {})
    assert found.all_tied and len(found.equivalent) == 1 and found.least_told_apart is None


def test_equivalence_needs_the_whole_interval_within_the_margin():
    search = search_of([[1.0, 2.0, 3.0], [1.01, 2.02, 3.0]])
    assert [len(search_findings(search, {}, margin).equivalent) for margin in (0.02, 0.05)] == [0, 1]
    assert search_findings(search, {}).least_told_apart == pytest.approx(
        search_findings(search, {}).tied[0].difference.margin
    )


def answers_with(only_first, only_second, images=1000):
    """Two classifiers' answers that differ in so many images, in each of them one is right."""
    right = np.ones((2, images), dtype=int)
    right[1, :only_first], right[0, only_first : only_first + only_second] = 0, 0
    return search_of(right.mean(axis=1)[:, None].tolist(), "max", "validation_accuracy", right=right)


def test_accuracies_are_compared_by_paired_answers():
    """Twenty images against five is telling, 120 against 105 is not; unpaired, both are the same difference."""
    apart, alike = (search_findings(answers_with(*counts), {}) for counts in ((20, 5), (120, 105)))
    assert apart.score - apart.worst_score == pytest.approx(alike.score - alike.worst_score)
    assert apart.winner_is_distinct and alike.all_tied
    assert apart.ranked[1].behind[0] > 0 > alike.ranked[1].behind[0]


def test_the_objective_decides_what_is_compared():
    """One loss of each combination cannot be judged, whatever the accuracies beside it are."""
    found = search_findings(search_of([[0.30], [0.50]], right=np.eye(2, 500, dtype=int)), {})
    assert not (found.judged or found.winner_is_distinct or found.all_tied or found.tied or found.equivalent)
    assert [item.verdict for item in found.ranked] == ["best", ""] and not found.costs_compared


def test_combination_that_failed_is_counted_and_never_tied():
    found = search_findings(search_of([[1.0, 1.1], [math.nan, 1.0]]), {})
    assert found.diverged == 1 and not found.judged and found.others == 0 and found.worst_score == pytest.approx(1.05)
    assert [item.verdict for item in found.ranked] == ["best", "failed"]
    assert found.reference_rank is None and found.strongest is None and found.explained is None


def test_grid_of_one_combination():
    found = search_findings(search_of([[1.0, 1.1]]), {"batch_size": 16})
    assert not found.judged and found.winner_is_reference_setting and found.strongest is None and found.at_edge == ()
    assert found.effects == () and found.pair_scores == {} and found.cheapest is None and found.others == 0
    assert found.expected_best == (found.score,) and found.half == 1


def test_cheapest_within_one_standard_error():
    scores = [[1.0, 1.4, 0.9], [1.1, 1.5, 1.0], [9.0, 9.4, 8.9]]  # the winner's standard error is 0.153
    found = search_findings(search_of(scores, seconds=[5.0, 3.0, 1.0]), {})
    assert found.ranked[0].error == pytest.approx(np.std(scores[0], ddof=1) / math.sqrt(3))
    assert found.cheapest.trial == 2 and found.costs_compared
    assert search_findings(search_of(scores, seconds=[2.0, 3.0, 1.0]), {}).cheapest is None


def test_cheapest_counts_training_not_compiling():
    """The wall time of a fit, which compiling is part of, has no say: only epochs and what one of them takes."""
    search = search_of([[1.0, 1.2], [1.1, 1.1]], seconds=[8.0, 4.0])
    for row in search.folds:
        row["seconds"] = 1.0 if row["trial"] == 1 else 99.0
    found = search_findings(search, {})
    assert found.cheapest.trial == 2 and [item.cost for item in found.ranked] == pytest.approx([8, 4])


def test_cheapest_needs_a_difference_beyond_noise():
    """Each fold's ten epochs have an error of ten times `error`; the difference of four such sums twice that."""
    scores, seconds = [[1.0, 1.2], [1.1, 1.1]], [8.0, 7.0]
    assert search_findings(search_of(scores, seconds=seconds, error=0.024), {}).cheapest.trial == 2
    assert search_findings(search_of(scores, seconds=seconds, error=0.026), {}).cheapest is None
    unknown = search_findings(search_of(scores, seconds=seconds, error=math.nan), {})
    assert unknown.cheapest is None and not unknown.costs_compared


def test_error_of_one_fold_is_that_of_a_share():
    found = search_findings(answers_with(100, 0), {})
    assert found.ranked[1].error == pytest.approx(math.sqrt(0.9 * 0.1 / 1000)) and found.ranked[0].error == 0


def test_half_of_the_grid_would_have_found_less():
    scores = [0.5, 0.1, 0.4, 0.2, 0.3]
    found = search_findings(search_of([[value] for value in scores]), {})
    assert found.half == 2 and found.half_score == expected_best(np.array(scores))[1] > found.score
    assert found.expected_best[-1] == found.score
    failed = search_findings(search_of([[value] for value in (*scores, math.nan)]), {})
    assert failed.expected_best == found.expected_best


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
    found = search_findings(search_of(table.reshape(-1, 1).tolist(), grid=GRID), {})
    assert [item.name for item in found.effects] == ["a", "b"]
    assert [item.share for item in found.effects] == pytest.approx([share_a, share_b])
    rest = 1 - share_a - share_b
    raw = [f_p_value(share_a / (rest / 2), 1, 2), f_p_value(share_b / 2 / (rest / 2), 2, 2)]
    assert [item.p_value for item in found.effects] == pytest.approx(holm_adjusted(raw))
    assert [item.name for item in found.effects_beyond_chance] == ["a"] and found.strongest.name == "a"


def test_no_effect_stands_out_of_noise():
    rng = np.random.default_rng(3)
    found = search_findings(search_of(rng.normal(size=(6, 1)).tolist(), grid=GRID), {})
    assert found.effects_beyond_chance == () and 0 < found.explained < 1 and found.least_effect_p_value >= 0.05


def test_effects_that_add_up_leave_nothing_to_test_against():
    found = search_findings(search_of(scores_of(lambda a, b: 2.0 * a + b), grid=GRID), {})
    assert found.explained == pytest.approx(1) and found.degrees == 2
    assert found.effects_beyond_chance == () and found.least_effect_p_value is None


def test_where_no_effect_stands_out_it_is_known_from_where_on_one_would():
    """Two times two combinations leave one degree of freedom, which could hardly find anything: nothing is tested."""
    small = search_findings(search_of([[0.1], [0.2], [0.3], [0.9]], grid={"a": [1, 2], "b": [1, 2]}), {})
    assert small.degrees == 1 and small.least_effect_p_value is None and small.strongest.least_share is None
    noise = np.random.default_rng(3).normal(size=(6, 1)).tolist()
    found = search_findings(search_of(noise, grid=GRID), {})
    assert found.strongest.share < found.strongest.least_share < 1


def test_equal_scores_have_no_effect():
    found = search_findings(search_of(scores_of(lambda a, b: 0.7), grid=GRID), {})
    assert (
        found.strongest is None and found.explained is None and [item.share for item in found.effects] == [None, None]
    )
    rounded = search_findings(search_of(scores_of(lambda a, b: 0.7 + 1e-16 * a * b), grid=GRID), {})
    assert rounded.strongest is None and rounded.explained is None


def test_one_hyperparameter_leaves_nothing_to_test_with():
    found = search_findings(search_of([[1.0], [2.0], [4.0]]), {})
    assert found.effects[0].share == pytest.approx(1) and found.least_effect_p_value is None


def test_grid_with_a_failure_has_ranges_but_no_shares():
    scores = scores_of(lambda a, b: 5.0 * a + b)
    scores[1] = [math.nan]
    found = search_findings(search_of(scores, grid=GRID), {})
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
    found = search_findings(search_of(scores, grid=grid), {})
    assert list(found.pair_scores) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found.pair_scores["a", "b"].tolist() == [[111.5, 121.5], [211.5, 221.5]]


def test_heat_maps_show_the_strongest_hyperparameters():
    grid = {name: [1, 2] for name in "abcde"}
    scores = [[sum(10.0**k * value for k, value in enumerate(values))] for values in itertools.product(*grid.values())]
    found = search_findings(search_of(scores, grid=grid), {})
    assert not found.every_pair_is_drawn and {name for pair in found.pair_scores for name in pair} == set("bcde")


def test_edges_of_two_values_count():
    assert is_edge([1, 2, 3], 3) and is_edge([1, 2, 3], 1) and not is_edge([1, 2, 3], 2)
    assert (
        is_edge([1, 2], 2)
        and is_edge([1, 2], 1)
        and not is_edge([1], 1)
        and not is_edge(["a", "b", "c"], "a")
        and not is_edge([False, True], True)
    )


def test_axes_of_two_values_are_told_from_longer_ones():
    grid = {"a": [1, 2], "b": [1, 2, 3], "c": ["x", "y"]}
    scores = [[100.0 * a + b + 0.1 * (c == "y")] for a, b, c in itertools.product(*grid.values())]
    found = search_findings(search_of(scores, grid=grid), {})
    assert (found.at_edge, found.two_valued, found.edges) == (("a", "b"), ("a",), ("b",))
