"""The verdict on a grid: winner, ties, the cheapest within one standard error, what each hyperparameter contributes."""

import itertools
import math

import numpy as np
import pytest

from reporting.artifacts import load_table, save_table
from reporting.results import SearchResults
from reporting.sections.shared.search import is_edge, search_findings
from reporting.sections.shared.search_ranking import p_value
from reporting.stats.significance import corrected_resampled_p_value, f_p_value, holm_adjusted
from tests.invented import edits


def search_of(scores, direction="min", objective="validation_loss", grid=None, seconds=None, **columns):
    """A search: scores is one row of folds for each combination of the grid, of one hyperparameter if none is given."""
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
    space["settings"] = {"restore_best_weights": False}
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
    found = search_findings(search_of(scores, grid=grid), {}, 20)
    assert list(found.pair_scores) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found.pair_scores["a", "b"].tolist() == [[111.5, 121.5], [211.5, 221.5]]


def test_heat_maps_show_the_strongest_hyperparameters():
    grid = {name: [1, 2] for name in "abcde"}
    scores = [[sum(10.0**k * value for k, value in enumerate(values))] for values in itertools.product(*grid.values())]
    found = search_findings(search_of(scores, grid=grid), {}, 20)
    assert not found.every_pair_is_drawn and {name for pair in found.pair_scores for name in pair} == set("bcde")


def test_edge_needs_three_numbers():
    assert is_edge([1, 2, 3], 3) and is_edge([1, 2, 3], 1) and not is_edge([1, 2, 3], 2)
    assert not is_edge([1, 2], 2) and not is_edge(["a", "b", "c"], "a") and not is_edge([False, True], True)


ONE = {"learning_rate": [0.001], "weight_decay": [1e-7], "batch_size": [16]}
BINARY = {"learning_rate": [0.001, 0.002], "weight_decay": [1e-7, 1e-5], "batch_size": [16, 32]}


def paragraph(text, task="regression"):
    """The sentences about the grid search of a task."""
    starts = [part for part in text.split("The grid search trains all")[1:]]
    return starts[0 if task == "regression" else 1].split("Figure&nbsp;")[1].split("combinations of the")[0]


def noise(values, fold):
    """A number from 0 to 1, another one for each combination and fold."""
    numbers = [round(1e4 * values["learning_rate"]), round(1e7 * values["weight_decay"]), values["batch_size"], fold]
    return float(np.random.default_rng(numbers).random())


def wavering(values, fold):
    """Scores that differ from fold to fold and from one combination to another, but for no reason."""
    return fold + noise(values, fold)


def one_ahead(values, fold):
    return (
        0.1 + 0.001 * fold
        if values["learning_rate"] == 0.001 and values["batch_size"] == 32 and values["weight_decay"] == 1e-5
        else 100 + fold
    )


def by_learning_rate(values, fold):
    """Scores that only the learning rate decides, but for noise."""
    return round(1e4 * values["learning_rate"]) + noise(values, fold)


def test_ties_are_called_ties(text_of):
    text = text_of(edits.searches.search("regression", wavering))
    assert "It is tied with all 17 others, none of which can be told apart from it by the corrected" in paragraph(text)
    assert "by the corrected resampled t test over the five folds" in paragraph(text)
    assert "all 17 other combinations of the grid are tied with its winner" in text.lower()
    assert "A tie is no proof that settings are equal: a test over five folds finds large differences only." in text


def test_a_winner_without_ties_is_told_apart(text_of):
    text = text_of(edits.searches.search("regression", one_ahead))
    assert "It differs from every other one by the corrected resampled t test over the five folds" in paragraph(text)
    assert "The grid’s winner differs from all 17 other combinations" in text


def test_some_ties_are_counted(text_of):
    text = text_of(
        edits.searches.search("classification", lambda values, fold: 0.9 if values["batch_size"] == 32 else 0.5)
    )
    assert "It is tied with five of the other eleven, which cannot be told apart from it by a test" in text
    assert "by a test of two shares of the 600 validation images" in paragraph(text, "classification")
    assert "of the eleven other combinations of the grid, five are tied with its winner" in text.lower()
    assert "The test weighs the choice of the images, not that of the seed." in paragraph(text, "classification")
    assert "not that of the seed" not in paragraph(text)


def test_one_tie_is_one(text_of):
    grid = {"learning_rate": [0.001], "weight_decay": [1e-7], "batch_size": [16, 32]}
    text = text_of(edits.searches.search("regression", wavering, grid))
    assert "It is tied with the only other one, which cannot be told apart from it" in paragraph(text)


def test_a_single_combination_is_compared_with_nothing(text_of):
    text = text_of(edits.searches.search("regression", grid=ONE))
    assert "It is the only one." in paragraph(text) and "No hyperparameter changes the score." not in paragraph(text)
    assert "The grid holds no second combination with a score" in text and "In the regression’s search" not in text


def test_combinations_that_failed_are_named(text_of):
    text = text_of(edits.searches.search("regression", failed=(3,)))
    assert "One combination failed on a fold and has no score." in text
    assert "matters most: the mean scores of its values lie" in paragraph(text)
    assert "Nothing is known of the combinations that failed (1 of the regression, 0 of the classification)" in text
    assert "Nothing is known of the combinations that failed" not in text_of()
    rest = text_of(edits.searches.search("regression", grid=BINARY, failed=range(2, 9)))
    assert "No other one has a score." in rest and "The grid holds no second combination with a score" in rest


def test_shares_of_the_variance_follow_the_scores(text_of):
    text = text_of(edits.searches.search("regression", by_learning_rate))
    assert "the learning rate accounts for 100 %" in paragraph(text)
    assert "the learning rate stands out." in paragraph(text)
    assert "; the learning rate matters by more than chance explains." in text
    text = text_of(edits.searches.search("regression", wavering))
    assert "none stand" in paragraph(text) and "no hyperparameter matters by more than chance explains" in text


def test_equal_scores_have_no_reason(text_of):
    text = text_of(edits.searches.search("regression", lambda values, fold: 0.5))
    assert "No hyperparameter changes the score." in paragraph(text) and "none of which can be told apart" in text


def test_one_hyperparameter_alone_has_no_share(text_of):
    grid = {"learning_rate": [0.001, 0.002, 0.003], "weight_decay": [1e-7], "batch_size": [16]}
    text = text_of(edits.searches.search("regression", by_learning_rate, grid))
    assert "The learning rate matters most: the mean scores of its values lie" in paragraph(text)


def seconds(*values):
    """Other wall times of the regression's combinations, the last one for all others."""

    def change(runs):
        path = runs / "regression/search/trials.csv"
        rows = sorted(load_table(path), key=lambda row: row["rank"])
        timed = [{**row, "seconds": values[min(k, len(values) - 1)]} for k, row in enumerate(rows)]
        save_table(path, sorted(timed, key=lambda row: row["trial"]))

    return change


def test_the_cheapest_within_one_standard_error_is_named(text_of):
    text = text_of(seconds(50.0, 30.0, 50.0))
    assert "the cheapest has rank 2: it was trained in 30 s where the best took 50 s." in text
    assert "tied, cheapest" in text and "a square the cheapest within one standard error of the best" in text
    text = text_of(seconds(20.0, 30.0))
    assert "No combination within one standard error of its score" in paragraph(text) and "best, cheapest" in text


def test_one_fold_of_losses_has_no_standard_error(text_of):
    text = paragraph(text_of(edits.searches.search("classification", objective="validation_loss")), "classification")
    assert "The best combination by validation loss is" in text and "within one standard error" not in text


def test_an_edge_is_named(text_of):
    text = text_of(edits.searches.search("regression", by_learning_rate))
    assert "The winning learning rate lies at the edge of the grid" in paragraph(text)


@pytest.mark.parametrize(
    ("restored", "words"), [(True, "its epoch of lowest validation loss"), (False, "its last epoch")]
)
def test_a_fit_counts_with_one_epoch(text_of, restored, words):
    text = text_of(edits.searches.search("regression", restore_best_weights=restored))
    assert f"A fit counts with {words}" in paragraph(text)


def test_fits_that_stopped_early_are_counted(text_of):
    assert "Early stopping ended three of the 90 fits." in text_of(edits.searches.search("regression", stops=3))
    assert "Early stopping ended none of the 90 fits." in text_of()
