"""What the way of cutting points into folds does: each finding in both directions, and the figure read back."""

import numpy as np
import pytest

from reporting.engine.canvas import FULL
from reporting.sections.regression.splits import (
    HeldOut,
    mean_r_squared,
    plot_splits,
    split_findings,
    split_of,
)
from reporting.stats.order import chance_of_order, share_alone
from tests.invented import edits
from tests.reporting.drawn import saved, width_of
from tests.reporting.sections.regression.changed import exchanged, findings_of, with_predictions

X = np.linspace(-5, 5, 11)


@pytest.fixture
def cases(results):
    return results.extras["splits"].cases


def test_fold_beyond_its_training_range_extrapolates():
    assert HeldOut(1, np.array([5.0, 6.0, 1.5]), np.array([1.0, 2.0])).extrapolates
    assert not HeldOut(1, np.array([5.0, 1.2, 1.5]), np.array([1.0, 2.0])).extrapolates
    assert HeldOut(1, np.array([0.5, 2.5, 1.0, 2.0]), np.array([1.0, 2.0])).beyond == 2


def test_share_of_points_held_out_with_their_neighbours():
    x = np.arange(6.0)
    assert share_alone(x, np.array([1, 1, 1, 2, 2, 2])) == pytest.approx(4 / 6)
    assert share_alone(x, np.array([1, 2, 1, 2, 1, 2])) == 0
    assert share_alone(x[::-1], np.array([1, 1, 1, 1, 1, 1])) == 1


def test_strips_are_told_from_shuffled_folds(found):
    splits = found("splits")
    assert [split.name for split in splits.splits if split.in_strips] == ["file_order", "blocks"]
    assert [fold.fold for fold in splits.splits[2].extrapolating] == [1, 3]
    shuffled = splits.splits[1]
    assert (shuffled.name, shuffled.ratio, shuffled.extrapolating) == ("shuffled", 1, ()) and splits.misleading
    assert [split.name for split in splits.compared] == ["file_order", "blocks"] and splits.reference_strip is None


def test_file_order_that_is_mixed_is_no_strip(cases):
    found = split_findings({"file_order": cases["shuffled"], "shuffled": cases["shuffled"]}, same_data=False)
    assert not found.file_order.follows_x and not found.compared and not found.misleading and not found.extrapolating


def test_low_half_first_is_an_order_of_the_file():
    rng = np.random.default_rng(0)
    x = np.r_[rng.uniform(-5, 0, 50), rng.uniform(0, 5, 50)]
    fold = np.arange(100) * 3 // 100 + 1
    assert share_alone(x, fold) < 0.5 and chance_of_order(x, fold) < 0.01


def test_a_mixed_file_is_rarely_said_to_have_an_order():
    """The permutation test's level: 5 % of mixed files have a share below 5 %."""
    rng, fold = np.random.default_rng(0), np.arange(60) * 3 // 60 + 1
    shares = [chance_of_order(rng.uniform(size=60), fold) for _ in range(60)]
    assert np.mean(np.array(shares) < 0.05) < 0.12 and np.mean(shares) == pytest.approx(0.5, abs=0.1)


def test_half_ordered_file_in_words(text_of):
    text = text_of(edits.regression.half_in_order)
    assert "The rows of the file partly follow x:" in text and "no order of x" not in text


def test_shuffled_folds_are_not_compared_with_themselves(cases):
    found = split_findings({"file_order": cases["blocks"], "shuffled": cases["blocks"]}, same_data=False)
    assert [split.in_strips for split in found.splits] == [True, True] and [split.name for split in found.compared] == [
        "file_order"
    ]


def test_strips_that_score_as_well_mislead_nobody(cases):
    split = split_of("blocks", cases["blocks"], shuffled=cases["blocks"].run.metrics["validation_loss"])
    assert split.in_strips and split.ratio == 1


def test_r_squared_is_the_mean_over_the_folds(cases):
    variant = cases["shuffled"]
    stored = variant.predictions
    expected = []
    for k in (1, 2, 3):
        held = stored["fold"] == k
        y, predicted = stored["y_train"][held], stored["train_predictions"][k - 1][held]
        expected.append(1 - np.sum((y - predicted) ** 2) / np.sum((y - y.mean()) ** 2))
    assert mean_r_squared(variant) == pytest.approx(np.mean(expected))
    assert mean_r_squared(with_predictions(variant, y_train=np.ones(100))) is None


def test_reference_strip_is_the_first_rows(results, cases):
    strip, x = split_findings(cases, same_data=True).reference_strip, results.tuned.predictions["x_train"]
    assert strip.rows == 20 and (strip.start, strip.end) == (x[:20].min(), x[:20].max())
    assert strip.remaining == np.sum((x[20:] > strip.start) & (x[20:] < strip.end))


def test_splits_switched_off(results):
    assert findings_of(exchanged(results, extras={"splits": {}}))("splits") is None


def ticks(axes):
    """The x of each row of ticks, in the order in which they were drawn."""
    return [list(line.get_xdata()[::3]) for line in axes.get_lines()]


def test_splits_show_the_held_out_among_the_others():
    folds = [[(X[:3], X[3:]), (X[3:], X[:3])], [(X[::2], X[1::2])]]
    figure = plot_splits(["file order", "shuffled"], folds, {"validation MSE": ["7.5", "0.3"], "$R^2$": ["−1.6", ""]})
    axes, text = figure.axes
    drawn = [X[3:], X[:3], X[:3], X[3:], X[1::2], X[::2]]
    assert ticks(axes) == [x.tolist() for x in drawn]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["file order", "shuffled"]
    assert width_of(figure) == pytest.approx(FULL)
    assert "−1.6" in saved(figure) and "held out" in saved(figure)


def test_folds_beyond_their_range_are_warned_of(text_of):
    text = text_of()
    assert "Warning: " in text and "of the folds in blocks along x extrapolate: most of their points lie beyond" in text
    assert "times the validation loss of shuffled folds" in text and "measures the split, not the network" in text


def test_mixed_file_order_is_no_strip_in_words(text_of):
    text = text_of(edits.regression.mixed_file_order)
    assert "A permutation test finds no order of x in the file" in text
    assert "Warning: " not in text and "measures the split" not in text


def test_constant_y_has_no_r_squared(text_of):
    assert "0.000 ± 0.000" in text_of(edits.regression.constant_y)
