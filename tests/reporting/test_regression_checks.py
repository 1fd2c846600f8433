"""A regression's numbers against its arrays: rounding is no contradiction, whatever the sizes; anything else is one."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.regression_checks import fold_scores, recomputed_regression, wrong_metrics, wrong_scores
from reporting.results import Variant


def variant(scale=1.0, offset=0.0, error=0.1, apart=0.05, folds=2, standardised=False, seed=0, points=40):
    """Networks whose losses differ by so little, and what a run records of them in float32."""
    rng = np.random.default_rng(seed)
    y = {part: offset + scale * rng.normal(size=points) for part in ("train", "test")}
    rows = {part: (1 + apart * np.arange(folds))[:, None] * error * scale * rng.normal(size=points) for part in y}
    stored = {f"y_{part}": values for part, values in y.items()} | {"fold": np.arange(points) % folds + 1}
    stored |= {f"{part}_predictions": y[part] + rows[part] for part in y}
    stored |= {"y_mean": np.full(folds, offset), "y_sd": np.full(folds, scale)} if standardised else {}
    whole = Variant(SimpleNamespace(metrics={}), [], [], stored, {}, {}, {}, {})
    scores = fold_scores(whole)
    counts = [
        (points - int(np.sum(stored["fold"] == k + 1)), int(np.sum(stored["fold"] == k + 1))) for k in range(folds)
    ]
    table = [
        {"fold": k + 1, "train_points": counts[k][0], "validation_points": counts[k][1]}
        | {name: float(values[k]) for name, values in scores.items()}
        for k in range(folds)
    ]
    return dataclasses.replace(whole, folds=table, run=SimpleNamespace(metrics=recomputed_regression(whole)))


def rounded(whole, seed):
    """The same with every loss off by what float32 makes of it, and all that follows from them."""
    rng = np.random.default_rng(seed)
    metrics = dict(whole.run.metrics)
    for name in [name for name in metrics if name.endswith("_loss")]:
        off = 1 + 2e-6 * rng.normal(size=len(whole.folds))
        if name == "ensemble_test_loss":
            metrics[name] *= off[0]
            continue
        values = np.array([row[name] for row in whole.folds]) * off
        for row, value in zip(whole.folds, values, strict=True):
            row[name] = float(value)
        metrics |= {name: float(values.mean()), f"{name}_sd": float(values.std(ddof=1))}
    whole.run.metrics = metrics
    return whole


@settings(deadline=None)
@given(
    st.integers(-12, 15),
    st.sampled_from([0.0, 1.0, 1e3, 1e6]),
    st.floats(1e-3, 10),
    st.floats(0, 0.5),
    st.integers(2, 6),
    st.integers(0, 99),
)
def test_rounding_is_no_contradiction_at_any_size(power, offsets, error, apart, folds, seed):
    scale = 10.0**power
    whole = variant(scale, offsets * scale, error, apart, folds, standardised=True, seed=seed)
    whole = rounded(whole, seed)
    assert wrong_metrics(whole) == "" == wrong_scores(whole)


def test_a_deviation_of_nearly_equal_losses_may_differ_in_its_third_digit():
    whole = variant(apart=6e-6, seed=3)
    whole.run.metrics["test_loss_sd"] += 1e-6 * whole.run.metrics["test_loss"]
    assert wrong_metrics(whole) == ""


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("name", ["train_loss", "test_loss_sd", "ensemble_test_loss"])
def test_a_loss_that_was_changed_is_one(scale, name):
    whole = variant(scale, standardised=True, apart=0.3)
    whole.run.metrics[name] *= 1.01
    assert wrong_metrics(whole).startswith(f"{name} is ")


@pytest.mark.parametrize("name", ["train_r2", "validation_loss", "test_r2"])
def test_a_fold_that_was_changed_is_one(name):
    whole = variant()
    whole.folds[1][name] += 0.001
    assert wrong_scores(whole).startswith(f"{name} of fold 2 is ")


def test_r_squared_of_equal_targets_is_not_recorded():
    whole = variant()
    whole.predictions["y_test"][:] = 1.0
    assert np.isnan(fold_scores(whole)["test_r2"]).all()
    assert "test_r2" not in recomputed_regression(whole) and "ensemble_test_r2" not in recomputed_regression(whole)
