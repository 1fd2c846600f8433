"""Findings, for all results: what decides which sentence stands is never both, never neither."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reporting.results import SearchResults, load_reference_report
from reporting.sections.classification.fields import recognised_fields
from reporting.sections.classification.mistakes import class_errors, confusions, most_misclassified
from reporting.sections.regression.data import find_gaps, in_gaps
from reporting.sections.shared.search import is_edge, search_findings
from reporting.sections.shared.settings import Stopping
from reporting.sections.shared.units import layer_units
from reporting.sections.shared.weights import shape_of

POSITIONS = st.lists(st.integers(-500, 500).map(lambda k: k / 100), min_size=3, max_size=60, unique=True)
NAMES = "abcdefghij"
MATRICES = arrays(int, (10, 10), elements=st.integers(0, 30)) | arrays(
    int, (10, 10), elements=st.sampled_from([0, 0, 0, 5])
)
MATRICES = MATRICES.filter(np.any)  # there are test images


@given(POSITIONS, st.randoms(use_true_random=False), st.floats(0.5, 4), st.integers(-9, 9))
def test_gaps_hold_no_training_point(positions, chance, scale, shift):
    """They lie within the range, one after the other, whatever the order, the unit and the origin of x."""
    x = np.array(positions)
    gaps = find_gaps(x, x)
    assert not in_gaps(x, gaps).any() and all(gap.test_points == 0 for gap in gaps)
    ends = [end for gap in gaps for end in (gap.start, gap.end)]
    assert ends == sorted(ends) and all(x.min() <= end <= x.max() for end in ends)
    shuffled = chance.sample(positions, len(positions))
    assert find_gaps(np.array(shuffled), x) == gaps
    moved = find_gaps(x * 2 + shift, x)  # doubling is exact
    assert [(gap.start, gap.end) for gap in moved] == [(2 * gap.start + shift, 2 * gap.end + shift) for gap in gaps]


@given(MATRICES)
def test_errors_by_class_are_what_is_off_the_diagonal(matrix):
    """Each class counts its images and mistakes; the most misclassified have more than the mean.

    There are none of these only if all classes have equally many mistakes.
    """
    classes = class_errors(matrix, NAMES, load_reference_report()["classification"])
    errors = [item.errors for item in classes]
    assert sum(errors) == matrix.sum() - np.trace(matrix) and [item.images for item in classes] == list(
        matrix.sum(axis=1)
    )
    worst = most_misclassified(classes)
    assert (not worst) == (len(set(errors)) == 1) and all(item.errors > sum(errors) / 10 for item in worst)
    assert [item.errors for item in worst] == sorted((item.errors for item in worst), reverse=True)
    shares = [share for item in classes for share in (item.precision, item.recall, item.f1) if share]
    assert all(
        -1e-9 <= share.low <= share.value + 1e-9 and share.value <= share.high + 1e-9 <= 1 + 1e-8 for share in shares
    )


@given(MATRICES)
def test_confusions_are_the_largest_mistakes(matrix):
    """Three at most, most frequent first, none of a class with itself, and no other mistake is more frequent."""
    found = confusions(matrix, NAMES, 3)
    counts = [item.images for item in found]
    wrong = sorted((matrix[a, b] for a, b in itertools.permutations(range(10), 2)), reverse=True)
    assert counts == [count for count in wrong[:3] if count] and all(item.true != item.predicted for item in found)
    assert all(matrix[item.labels] == item.images for item in found)


@given(arrays(float, st.integers(2, 40), elements=st.integers(-9, 9).map(float)), st.integers(1, 6))
def test_the_shape_of_weights_does_not_depend_on_their_unit(values, power):
    """It is one of six words, the same at another scale, and "constant" for a constant alone."""
    shape = shape_of(values)
    assert shape in ("normal", "skewed", "flat", "heavy-tailed", "uneven", "constant")
    assert shape_of(values * 2.0**power) == shape and (shape == "constant") == (np.ptp(values) == 0)


@given(
    arrays(np.float32, 12, elements=st.floats(-2, 2, width=32)),
    arrays(np.float32, 12, elements=st.floats(0, 2, width=32)),
)
def test_dead_units_are_those_that_never_vary(minimum, width):
    """Between none and all of them; a missing number counts as dead, not as alive."""
    stored = {
        "d/minimum": minimum,
        "d/maximum": minimum + width,
        "d/active_share": np.full(12, 0.5, np.float32),
        "d/spectrum": width,
    }
    found = layer_units("d", stored)
    assert 0 <= found.dead <= found.units == 12 and found.all_used == (found.dead == 0) and found.probe_active == ()
    assert layer_units("d", stored | {"d/maximum": np.full(12, np.nan)}).dead == 12


@given(arrays(float, (10, 4, 4), elements=st.floats(-1, 1)))
def test_a_blank_field_is_never_recognised(contrast):
    """Recognition needs a positive correlation, so a field that shows nothing scores nothing."""
    assert recognised_fields(np.zeros((10, 4, 4)), contrast) == (0, 0.0)
    recognised, correlation = recognised_fields(contrast, contrast)
    assert 0 <= recognised <= 10 and -1 <= correlation <= 1 + 1e-9


@st.composite
def searches(draw):
    """A finished search over one to two hyperparameters, with ties and failures among its scores."""
    grid = {
        "learning_rate": [0.001, 0.01, 0.1][: draw(st.integers(1, 3))],
        "batch_size": [16, 32][: draw(st.integers(1, 2))],
    }
    folds, larger = draw(st.integers(1, 4)), draw(st.booleans())
    objective = "validation_accuracy" if larger else "validation_loss"
    rows, trials = [], []
    for number, values in enumerate(itertools.product(*grid.values()), 1):
        scores = draw(st.lists(st.sampled_from([0.1, 0.2, 0.25, 0.9]), min_size=folds, max_size=folds))
        if number > 1 and draw(st.booleans()) and draw(st.booleans()):
            scores[0] = math.nan
        named = dict(zip(grid, values, strict=True))
        rows += [
            {"trial": number, "fold": fold, **named, objective: score, "stopped_early": False}
            | {"epochs": 3, "epoch_seconds": draw(st.sampled_from([0.1, 0.2, 5.0])), "epoch_seconds_error": 0.01}
            for fold, score in enumerate(scores, 1)
        ]
        trials.append(
            {
                "trial": number,
                **named,
                "score": float(np.mean(scores)),
                "score_sd": float(np.std(scores)),
                "seconds": 1.0,
            }
        )
    order = sorted(trials, key=lambda row: (math.isnan(row["score"]), -row["score"] if larger else row["score"]))
    trials = [{**row, "rank": order.index(row) + 1} for row in trials]
    space = {"objective": objective, "direction": "max" if larger else "min", "folds": folds, "grid": grid}
    space["settings"] = {"restore_best_weights": False}
    right = np.array([np.arange(20) < round(20 * row["score"]) if row["score"] > 0 else np.zeros(20) for row in trials])
    answers = {"answers": right, "labels": np.ones(20)}
    return SearchResults(SimpleNamespace(), space, trials, rows, {"trial": order[0]["trial"]}, answers)


@given(searches(), st.sampled_from([{"learning_rate": 0.001, "batch_size": 16}, {"learning_rate": 7}]))
def test_findings_of_a_search_fit_together(search, reference):
    """The winner has the best finite score, ties are other trials with a score, and effects are ranges.

    The reference settings have a rank, or none where they are not in the grid.
    """
    found = search_findings(search, reference, validation_points=100, margin=0.1)
    finite = [row["score"] for row in search.trials if math.isfinite(row["score"])]
    assert found.score == (max if found.larger_is_better else min)(finite) and found.diverged == len(
        search.trials
    ) - len(finite)
    assert found.worst_score == (min if found.larger_is_better else max)(finite)
    verdicts = [item.verdict for item in found.ranked]
    assert verdicts.count("best") == 1 and verdicts[0] == "best" and verdicts.count("failed") == found.diverged
    assert verdicts.count("tied") == len(found.tied) and found.winner_is_distinct == (found.judged and not found.tied)
    equal = [item.rank for item in found.ranked[1:] if item.scores == found.ranked[0].scores]
    assert not found.judged or set(equal) <= {item.rank for item in found.tied}
    assert found.expected_best[-1] == pytest.approx(found.score) and len(found.expected_best) == found.others + 1
    assert all(item.spread >= 0 and (item.share is None or -1e-9 <= item.share <= 1 + 1e-9) for item in found.effects)
    assert (found.strongest is None) == (not any(item.spread for item in found.effects))
    winner, cheapest = found.ranked[0], found.cheapest
    assert cheapest is None or (abs(cheapest.score - found.score) <= winner.error and cheapest.cost < winner.cost)
    assert found.reference_rank is None or 1 <= found.reference_rank <= found.combinations
    assert found.winner_is_reference_setting == (found.reference_rank == 1)


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5, unique=True))
def test_an_edge_is_an_end_of_several_values(values):
    """Words have no order, so none of them is at an edge."""
    assert sum(is_edge(values, value) for value in values) == (2 if len(values) > 1 else 0)
    assert not any(is_edge([str(value) for value in values], str(value)) for value in values)


@given(st.integers(0, 5), st.integers(1, 50), st.integers(0, 60))
def test_what_cannot_fire_is_told_from_what_did_not(stopped, epochs, patience):
    """The first epoch sets the mark, so n - 1 of n epochs can be without progress, and the last one ends it anyway."""
    stopping = Stopping(5, stopped, epochs, epochs, epochs, patience)
    assert stopping.fired == (stopped > 0) and stopping.can_fire == (patience < epochs - 1)
