"""Losses before and after the grid search, and what may be said of their change."""

import dataclasses
import math

import numpy as np
import pytest

from reporting.sections.regression.results import figures, limits_of, rows_of
from reporting.sections.shared.curves import plot_training_curves
from reporting.sections.shared.verdicts import Verdict, verdict_over_folds
from reporting.stats.differences import Difference, resampled_difference, unpaired_difference
from tests.reporting.sections.regression.changed import with_predictions
from tests.reporting.stats.peers import corrected_resampled_p_value


def test_clear_improvement_is_better(found_with):
    found = found_with(regression_error={"reference": 1.0, "tuned": 0.1})("results")
    assert found.verdict.word == "better" and found.verdict.difference.value < 0
    assert found.tuned.test_loss < found.reference.test_loss


def test_clear_loss_is_worse(found_with):
    found = found_with(regression_error={"reference": 0.1, "tuned": 1.0})("results")
    assert found.verdict.word == "worse" and found.verdict.difference.value > 0


def test_small_change_is_not_decided(found_with):
    assert found_with(regression_error={"reference": 0.4, "tuned": 0.4})("results").verdict.word in (
        "undecided",
        "equivalent",
    )


def test_tuning_is_judged_by_the_corrected_test_over_folds_and_seeds(results, found):
    verdict = found("results").verdict
    differences = np.array(
        [
            second.column("test_loss") - first.column("test_loss")
            for first, second in zip(results.seeds_of("reference"), results.seeds_of("tuned"), strict=True)
        ]
    )
    assert (verdict.seeds, verdict.folds) == differences.shape == (3, 5)
    assert verdict.difference == resampled_difference(differences)
    assert verdict.undecided == (corrected_resampled_p_value(differences) >= 0.05)


def test_a_change_with_p_of_a_fifth_is_not_called_an_improvement(results):
    """The mean of five folds' differences exceeds their deviation, which says little: p is 0.20."""
    differences = -0.1 + 0.1025 * np.array([-1.2, -0.6, 0.0, 0.6, 1.2])
    assert abs(differences.mean()) > differences.std(ddof=1)
    assert corrected_resampled_p_value(differences) == pytest.approx(0.20, abs=0.01)
    folds = [{**row, "test_loss": 0.4} for row in results.reference.folds]
    first = dataclasses.replace(results.reference, folds=folds)
    changed = [{**row, "test_loss": 0.4 + change} for row, change in zip(folds, differences, strict=True)]
    second = dataclasses.replace(results.reference, folds=changed)
    verdict = verdict_over_folds(results, [first], [second], "test_loss")
    assert verdict.undecided and verdict.difference.value == pytest.approx(-0.1)


def test_settings_are_paired_only_over_the_same_folds(results):
    other = with_predictions(results.tuned, fold=results.tuned.predictions["fold"][::-1])
    verdict = verdict_over_folds(results, [results.reference], [other], "test_loss")
    apart = unpaired_difference(results.reference.column("test_loss"), other.column("test_loss"))
    assert verdict.difference == apart and verdict.seeds == 1


def test_a_small_difference_with_a_narrow_interval_is_equivalence():
    narrow, wide = Difference(-0.01, -0.02, -0.001), Difference(-0.01, -0.2, 0.18)
    assert Verdict(narrow, 3, 5, margin=0.05).word == "equivalent"
    assert Verdict(narrow, 3, 5, margin=0.01).word == "better"
    assert Verdict(wide, 3, 5, margin=0.05).word == "undecided"
    assert Verdict(Difference(-0.01, -math.inf, math.inf), 1, 1, margin=0.05).word == "too few seeds"


def test_tuned_figures_are_fresh_and_the_optimism_of_the_search_is_told(results, found, text_of):
    optimism = found("results").optimism
    assert optimism.score == pytest.approx(results.search.best["score"])
    fresh = [variant.run.metrics["validation_loss"] for variant in results.seeds_of("tuned")]
    assert optimism.fresh == pytest.approx(np.mean(fresh)) and optimism.difference.value == pytest.approx(
        optimism.fresh - optimism.score
    )
    assert f"The winning score, {optimism.score:.3f}, is the lowest of 18 noisy ones and so optimistic" in text_of()


def test_the_lower_test_loss_is_the_best_one(found):
    losses = found("results").tuned
    for other, best in ((9.0, [False, True]), (0.0, [True, False]), (losses.test_loss, [True, True])):
        rows = rows_of({"reference": dataclasses.replace(losses, test_loss=other), "tuned": losses})
        assert [row.best for row in rows] == best and [row.name for row in rows] == ["reference", "tuned"]


@pytest.mark.parametrize(("floor", "lines"), [(0.2, 3), (0.0, 2), (None, 2)])
def test_floor_is_a_level_line(floor, lines):
    axes = plot_training_curves([[0.5, 0.3]], [[0.6, 0.4]], "MSE", logarithmic=True, floor=floor).axes[0]
    levels = [line for line in axes.get_lines() if set(line.get_ydata()) == {floor}]
    assert len(axes.get_lines()) == lines and len(levels) == lines - 2


@pytest.mark.parametrize(
    ("reference", "tuned", "words"),
    [
        (1.0, 0.1, "the tuned configuration is better than the reference configuration over three times five folds"),
        (0.1, 1.0, "the tuned configuration is worse than the reference configuration over three times five folds"),
    ],
)
def test_sentence_about_the_tuning_follows_its_verdict(text_of, reference, tuned, words):
    text = text_of(regression_error={"reference": reference, "tuned": tuned})
    assert f"On them {words} (" in text
    assert f"Regression: {words.replace('reference configuration', 'reference one')}" in text


def test_losses_of_each_row_are_those_of_the_run(results, found):
    for name, losses in vars(found("results")).items():
        if name in results.variants:
            assert losses.validation_loss == results.variants[name].run.metrics["validation_loss"]
            assert losses.test_loss == pytest.approx(np.mean(results.variants[name].column("test_loss")))


def test_both_panels_of_the_trainings_have_one_scale(results, found):
    first, second = (draw().axes[0].get_ylim() for draw in figures(results, found)["regression_training"])
    losses = [loss for variant in results.variants.values() for loss in variant.curves("train_loss")[0]]
    assert first == second and first[0] < min(losses) and first[1] > max(losses)
    assert limits_of([0.0, 0.0]) is None and limits_of([0.0, 2.0, 4.0]) == pytest.approx((1.8, 4.4))
