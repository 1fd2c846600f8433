"""Losses before and after the grid search, and what may be said of their change."""

import dataclasses
import math

import numpy as np
import pytest

from reporting.sections.regression.results import change_of, rows_of, same_folds
from reporting.sections.shared.curves import plot_training_curves
from reporting.stats.differences import within
from tests.reporting.sections.regression.changed import with_predictions


def test_clear_improvement_is_better(found_with):
    found = found_with(regression_error={"reference": 1.0, "tuned": 0.1})("results")
    assert found.change.better and not found.change.worse and not found.change.undecided
    assert found.tuned.test_loss < found.reference.test_loss and found.change.value < 0 and found.ensemble_improved


def test_clear_loss_is_worse(found_with):
    found = found_with(regression_error={"reference": 0.1, "tuned": 1.0})("results")
    assert found.change.worse and not found.change.better and found.change.value > 0 and not found.ensemble_improved


def test_small_change_is_within_the_spread(found_with):
    change = found_with(regression_error={"reference": 0.4, "tuned": 0.4})("results").change
    assert change.undecided and not change.better and not change.worse


def test_change_that_is_no_number_is_neither_better_nor_worse():
    change = within(math.nan, 0.1)
    assert change.undecided and not change.better and not change.worse


def test_change_is_paired_only_over_the_same_folds(results):
    assert same_folds(results.reference, results.tuned)
    differences = results.tuned.column("test_loss") - results.reference.column("test_loss")
    change = change_of(results.reference, results.tuned, "test_loss")
    assert change.value == pytest.approx(differences.mean())
    assert change.margin == pytest.approx(differences.std(ddof=1))
    other = with_predictions(results.tuned, fold=results.tuned.predictions["fold"][::-1])
    spreads = [variant.run.metrics["test_loss_sd"] for variant in (results.reference, results.tuned)]
    assert not same_folds(results.reference, other)
    assert change_of(results.reference, other, "test_loss").margin == pytest.approx(math.hypot(*spreads))


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
        (1.0, 0.1, "the test loss improves by"),
        (0.1, 1.0, "the test loss becomes worse by"),
        (0.4, 0.4, "an improvement cannot be claimed, nor a loss."),
    ],
)
def test_sentence_about_the_change_follows_it(text_of, reference, tuned, words):
    assert words in text_of(regression_error={"reference": reference, "tuned": tuned})


def test_losses_of_each_row_are_those_of_the_run(results, found):
    for name, losses in vars(found("results")).items():
        if name in results.variants:
            assert losses.validation_loss == results.variants[name].run.metrics["validation_loss"]
            assert losses.test_loss == pytest.approx(np.mean(results.variants[name].column("test_loss")))
