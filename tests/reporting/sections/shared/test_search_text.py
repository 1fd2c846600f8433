"""What is said of a search: each sentence follows what was found."""

import re

import numpy as np
import pytest

from reporting.results import load_results
from tests.invented import edits

ONE = {"learning_rate": [0.001], "weight_decay": [1e-7], "batch_size": [16]}
BINARY = {"learning_rate": [0.001, 0.002], "weight_decay": [1e-7, 1e-5], "batch_size": [16, 32]}


def paragraph(text, task="regression"):
    """The sentences about the grid search of a task, in the body and in the appendix."""
    details = text.split(f"{task.capitalize()}: the grid’s winner has")[1].split(" fits.")[0]
    starts = [part for part in text.split("The grid search trains all")[1:]]
    return starts[0 if task == "regression" else 1].split("Figure&nbsp;")[1].split("combinations of the")[0] + details


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
    assert "It is tied with all 17 others, none of which can be ruled out as the truly best one" in paragraph(text)
    assert "on the corrected t statistics of the five folds" in paragraph(text)
    assert "half of the comparisons can hardly see differences below 1." in paragraph(text)
    assert "all 17 other combinations of the grid are tied with its winner" in text.lower()
    assert "A tie is no proof of equality." in text


def test_a_winner_without_ties_is_told_apart(text_of):
    text = text_of(edits.searches.search("regression", one_ahead))
    assert "It is truly the best one with 95&nbsp;% confidence, by multiple comparisons" in paragraph(text)
    assert "The grid’s winner is truly the best of its 18 combinations with 95&nbsp;% confidence" in text


def test_some_ties_are_counted(text_of):
    text = text_of(
        edits.searches.search("classification", lambda values, fold: 0.9 if values["batch_size"] == 32 else 0.5)
    )
    assert "It is tied with five of the other eleven: with 95&nbsp;% confidence one of these six is truly best" in text
    assert "on paired answers to the 600 validation images" in paragraph(text, "classification")
    assert "the best of the grid’s twelve combinations is its winner or one of the five tied with it" in text
    assert "The test covers the choice of images, not of the seed." in paragraph(text, "classification")
    assert "not of the seed" not in paragraph(text)


def test_one_tie_is_one(text_of):
    grid = {"learning_rate": [0.001], "weight_decay": [1e-7], "batch_size": [16, 32]}
    text = text_of(edits.searches.search("regression", wavering, grid))
    assert "It is tied with the only other one, which cannot be ruled out as the truly best one" in paragraph(text)


def test_a_single_combination_is_compared_with_nothing(text_of):
    text = text_of(edits.searches.search("regression", grid=ONE))
    assert "It is the only one." in paragraph(text) and "No hyperparameter changes the score." not in paragraph(text)
    assert "The grid holds no second combination with a score" in text and "In the regression’s search" not in text


def test_combinations_that_failed_are_named(text_of):
    text = text_of(edits.searches.search("regression", failed=(3,)))
    assert "One combination failed on a fold and has no score." in text
    assert "matters most: the mean scores of its values span" in paragraph(text)
    assert "Nothing is known of the combinations that failed (1 of the regression, 0 of the classification)" in text
    assert "Nothing is known of the combinations that failed" not in text_of()
    rest = text_of(edits.searches.search("regression", grid=BINARY, failed=range(2, 9)))
    assert "No other one has a score." in rest and "The grid holds no second combination with a score" in rest


def test_shares_of_the_variance_follow_the_scores(text_of):
    text = text_of(edits.searches.search("regression", by_learning_rate))
    assert "The learning rate explains 100 % of the variance between scores" in paragraph(text)
    assert "the learning rate stands out." in paragraph(text)
    assert "Hyperparameters: of the regression the learning rate stands out;" in text
    text = text_of(edits.searches.search("regression", wavering))
    assert re.search("none stands out \\(the .* would from a share of [0-9]+.% on\\)", paragraph(text))


def test_equal_scores_have_no_reason(text_of):
    text = text_of(edits.searches.search("regression", lambda values, fold: 0.5))
    assert "No hyperparameter changes the score." in paragraph(text) and "none of which can be ruled out" in text


def test_one_hyperparameter_alone_has_no_share(text_of):
    grid = {"learning_rate": [0.001, 0.002, 0.003], "weight_decay": [1e-7], "batch_size": [16]}
    text = text_of(edits.searches.search("regression", by_learning_rate, grid))
    assert "The learning rate matters most: the mean scores of its values span" in paragraph(text)


def test_a_cheaper_one_within_one_standard_error_is_named(text_of):
    def slow(runs):
        winner = load_results(runs, "regression").search.best["trial"]
        edits.searches.timed(runs, "regression", lambda row: 0.25 if row["trial"] == winner else 0.15)

    text = text_of(slow)
    assert "trained in clearly less time: 30 s instead of 50 s." in paragraph(text)
    assert "tied, cheaper" in text


def test_none_is_cheaper_for_noise(text_of):
    """Costs of which all that differs is noise."""
    text = text_of(lambda runs: edits.searches.timed(runs, "regression", lambda row: 0.1 + 1e-5 * row["trial"]))
    assert "No combination within one standard error" in paragraph(text)
    assert "trained in clearly less time." in paragraph(text) and "tied, cheaper" not in text


def test_ties_by_one_loss_cannot_be_judged(text_of):
    text = text_of(edits.searches.search("classification", objective="validation_loss"))
    told = paragraph(text, "classification")
    assert "The best by validation loss is" in told and "within one standard error" not in told
    assert "Of each combination one validation loss is known, which cannot tell it from another one." in told
    assert "ne validation loss of each combination cannot tell the grid’s combinations apart" in text


def test_a_small_grid_is_not_said_to_have_no_effect(text_of):
    """Two times two combinations: the winner is the best, and the test of the effects could hardly find anything."""
    grid = BINARY | {"weight_decay": [1e-7]}
    text = text_of(
        edits.searches.search("regression", lambda v, fold: v["batch_size"] * v["learning_rate"] + fold, grid)
    )
    assert "With one degree of freedom for this rest, a test could hardly find anything." in paragraph(text)
    assert "It is truly the best one" in paragraph(text) and "no hyperparameter matters" not in text


def test_an_untested_effect_does_not_stand_out(text_of):
    """Scores that the effects explain to the last digit."""
    text = text_of(edits.searches.search("regression", lambda v, fold: v["batch_size"] + 1e3 * v["learning_rate"]))
    assert "No rest is left to test them against." in paragraph(text)
    assert " out" not in paragraph(text)


def test_what_half_of_the_grid_would_have_found(text_of):
    text = paragraph(text_of())
    assert (
        "The winning score is optimistic, as the winner was selected on it. The best of nine random combinations would"
        in text
    )


def test_an_edge_is_named(text_of):
    text = text_of(edits.searches.search("regression", by_learning_rate))
    assert "The winning learning rate lies at the edge of the grid" in paragraph(text)
    assert "The grid has only two values of weight decay, so nothing was tried beyond the winning one." in paragraph(
        text
    )


@pytest.mark.parametrize(
    ("restored", "words"), [(True, "its epoch of lowest validation loss"), (False, "its last epoch")]
)
def test_a_fit_counts_with_one_epoch(text_of, restored, words):
    text = text_of(edits.searches.search("regression", restore_best_weights=restored))
    assert f"Each fit is scored at {words}" in paragraph(text)


def test_fits_that_stopped_early_are_counted(text_of):
    assert "Early stopping ended three of the 90 fits." in text_of(edits.searches.search("regression", stops=3))
    assert "Early stopping ended none of the 90 fits." in text_of()
