"""Which sentences stand about a grid search, on the first page and in the conclusions, whichever way a run turns out."""

import numpy as np
import pytest

from reporting.artifacts import load_table
from tests.invented import edits

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
    assert (
        "It is tied with all 17 others, none of which can be told apart from it by the corrected resampled t test over the five"
        in text
    )
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
    assert (
        "It is tied with five of the other eleven, which cannot be told apart from it by a test of two shares of the 600"
        in text
    )
    assert "of the eleven other combinations of the grid, five are tied with its winner" in text.lower()
    assert "The test weighs the choice of the images, not that of the seed." in paragraph(text, "classification")
    assert "not that of the seed" not in paragraph(text)


def test_one_tie_is_one(text_of):
    text = text_of(edits.searches.search("regression", lambda values, fold: wavering(values, fold) + 100 * (values["batch_size"] == 64) * fold,
                                  {"learning_rate": [0.001], "weight_decay": [1e-7], "batch_size": [16, 32, 64]}))  # fmt: skip
    assert "It is tied with" in paragraph(text)
    two = text_of(
        edits.searches.search(
            "regression", wavering, {"learning_rate": [0.001], "weight_decay": [1e-7], "batch_size": [16, 32]}
        )
    )
    assert "It is tied with the only other one, which cannot be told apart from it" in two


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
    assert "the learning rate accounts for 100 %" in paragraph(text) and "the learning rate stands out." in paragraph(
        text
    )
    assert "; the learning rate matters by more than chance explains." in text
    text = text_of(edits.searches.search("regression", wavering))
    assert "none stand" in paragraph(text) and "no hyperparameter matters by more than chance explains" in text


def test_equal_scores_have_no_reason(text_of):
    text = text_of(edits.searches.search("regression", lambda values, fold: 0.5))
    assert "No hyperparameter changes the score." in paragraph(text) and "none of which can be told apart" in text


def test_one_hyperparameter_alone_has_no_share(text_of):
    grid = {"learning_rate": [0.001, 0.002, 0.003], "weight_decay": [1e-7], "batch_size": [16]}
    assert "The learning rate matters most: the mean scores of its values lie" in text_of(
        edits.searches.search("regression", by_learning_rate, grid)
    )


def seconds(*values):
    """Other wall times of the regression's combinations, the last one for all others."""

    def change(runs):
        path = runs / "regression/search/trials.csv"
        rows = sorted(load_table(path), key=lambda row: row["rank"])
        timed = [{**row, "seconds": values[min(k, len(values) - 1)]} for k, row in enumerate(rows)]
        edits.files.save_rows(path, sorted(timed, key=lambda row: row["trial"]))

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
    assert (
        "The winning learning rate and batch size lie at the edge" in text
        or "The winning learning rate lies at the edge" in text
    )
    assert "Beyond the edge of the grids, where the regression’s learning rate" in text


@pytest.mark.parametrize(
    ("restored", "words"), [(True, "its epoch of lowest validation loss"), (False, "its last epoch")]
)
def test_a_fit_counts_with_one_epoch(text_of, restored, words):
    text = text_of(edits.searches.search("regression", restore_best_weights=restored))
    assert f"A fit counts with {words}" in paragraph(text)


def test_fits_that_stopped_early_are_counted(text_of):
    assert "Early stopping ended three of the 90 fits." in text_of(edits.searches.search("regression", stops=3))
    assert "Early stopping ended none of the 90 fits." in text_of()


def test_first_page_and_conclusions_follow_the_regression(text_of):
    better = text_of(regression_error={"reference": 0.9, "tuned": 0.1})
    assert (
        "the grid search lowers the test error" in better
        and "Tuning the regression lowers the test MSE: from" in better
    )
    worse = text_of(regression_error={"reference": 0.1, "tuned": 0.9})
    assert (
        "the grid search raises the test error" in worse and "Tuning the regression raises the test MSE: from" in worse
    )
    equal = text_of(regression_error={"reference": 0.3, "tuned": 0.3})
    assert (
        "the grid search leaves the test error where it was" in equal and "is not shown to change the test MSE" in equal
    )


def test_a_change_within_the_seeds_is_not_shown(text_of):
    def scattered(runs):
        """Seeds that differ by more than the tuning changed, which is more than the folds differ."""
        for name, offset in (("seed_2", 0.1), ("seed_3", 2.0)):
            edits.regression.predictions(f"seeds/{name}", offset)(runs)

    errors = {"reference": 0.9, "tuned": 0.1}
    assert "Tuning the regression is not shown to change the test MSE" in text_of(scattered, regression_error=errors)


def test_a_difference_that_not_every_seed_shows_is_restricted(text_of):
    def change(runs):
        for case in ("seed_2", "seed_3"):
            edits.classification.probabilities(edits.classification.perfect, [f"reference_seeds/{case}"])(runs)

    accuracy = {"reference": 0.80, "tuned": 0.90, "improved": 0.96}
    text = text_of(change, accuracy=accuracy)
    assert (
        "is better than the reference settings (not with every seed)," in text
        and "(p&nbsp;&lt; 0.001) (not with every seed)" in text
    )
    assert "not with every seed" not in text_of(accuracy=accuracy)


def test_conclusions_follow_the_classifiers(text_of):
    text = text_of(accuracy={"reference": 0.80, "tuned": 0.90, "improved": 0.96})
    assert "the tuned settings gain" in text and "over the reference ones (p&nbsp;&lt;" in text
    assert "The best of the three by validation accuracy: improved settings." in text
    text = text_of(accuracy={"reference": 0.90, "tuned": 0.80, "improved": 0.80})
    assert (
        "the tuned settings lose" in text and "the improved settings cannot be told apart from the tuned ones" in text
    )


def test_conclusions_follow_the_gaps_and_the_noise(text_of):
    assert "In the gaps the networks err more than elsewhere" in text_of()
    assert "In the gaps the networks err" not in text_of(edits.regression.no_gaps)
    assert "Their validation loss is not clearly above the floor that the noise sets." in text_of()
    assert "Their validation loss lies clearly above the floor that the noise sets." in text_of(
        regression_error={"reference": 2.0, "tuned": 2.0}
    )


def test_conclusions_follow_the_baselines(text_of):
    assert "On the test points the mean of the tuned networks is better than" in text_of()
    assert "is worse than the Gaussian process" in text_of(edits.regression.predictions("tuned", 9.0))
    assert "the mean of the tuned networks is" not in text_of(switched_off=["regression/baselines"])


def test_conclusions_follow_the_units(text_of):
    assert "units none is dead" in text_of(dead_units=0)
    assert "units one is dead" in text_of(dead_units=1)
    assert "and the spectra recommend" in text_of() and "(tried, " in text_of()
    assert "(tried, " not in text_of(switched_off=["regression/smaller", "classification/smaller"])


def test_trust_depends_on_the_seeds(text_of):
    every = [f"classification/{name}_seeds" for name in ("reference", "tuned", "improved")]
    assert "each configuration that is judged was trained from a few seeds" in text_of()
    assert "some networks were trained from one seed only" in text_of(switched_off=every[:1])
    single = text_of(switched_off=["regression/seeds", *every])
    assert "every network was trained from one seed" in single and "Every network was trained from one seed;" in single
    assert "these are trial runs on a small scale" in text_of(scale="quick")


def test_what_is_switched_off_is_missing_and_said_to_be(text_of):
    text = text_of(switched_off=["regression/splits", "classification/ablation"])
    assert (
        "Switched off in the settings: other ways to split the points and the ablation of the improved settings."
        in text
    )
    assert "Switched off in the settings: " not in text_of()


def test_losses_compare_with_the_reference_report_only_on_its_data(text_of):
    assert "The regression’s data are not those of the reference report" in text_of()
    assert "The regression’s validation losses do not compare with those of the reference report" in text_of(
        edits.origins.course_data
    )


def test_runs_of_several_machines_are_said_to_be(text_of):
    def change(runs):
        edits.files.edit_json(runs / "regression/tuned/run.json", lambda run: run.update(commit="f" * 40))

    assert "The runs come from one machine and two versions of the code." in text_of(change)
    assert "The runs come from" not in text_of()
