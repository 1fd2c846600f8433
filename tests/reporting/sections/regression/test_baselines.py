"""The network against simpler models: paired bootstrap intervals, and what may be said of the differences."""

import dataclasses
import re

import numpy as np
import pytest

from reporting.engine.formatting import format_signed
from reporting.sections.regression.baselines import baseline_findings, intervals
from reporting.stats.differences import Difference
from tests.invented import edits
from tests.reporting.sections.regression.changed import exchanged, findings_of, with_predictions


@pytest.fixture
def cases(results):
    return results.extras["baselines"].cases


def test_no_error_is_below_zero_and_the_network_does_not_differ_from_itself():
    errors = np.array([[0.0, 0.0, 0.0, 0.0, 9.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
    own, differences = intervals(errors, 500, np.random.default_rng(0))
    assert own[0].low == 0 and own[0].value == 1.8
    assert (differences[0].low, differences[0].high) == (0, 0) and differences[1].value == pytest.approx(-1.2)


def test_one_test_point_decides_nothing(results, cases):
    one = {name: with_predictions(case, **first_point(case)) for name, case in cases.items()}
    models = baseline_findings({"network": with_predictions(results.tuned, **first_point(results.tuned))}, one, ())
    assert models.undecided == ["gaussian_process", "polynomial", "constant"]
    assert not models.methods[0].ensemble.bounded


def first_point(variant):
    return {name: variant.predictions[name][..., :1] for name in ("x_test", "y_test", "test_predictions")}


def test_many_intervals_are_said_to_hold_each_by_itself(text_of):
    assert "Each interval holds by itself; of so many, some may miss by chance." in text_of()


def test_errors_of_the_mean_prediction_by_region(results, found):
    models = found("baselines")
    names = ["network", "extended", "gaussian_process", "polynomial", "constant"]
    assert [method.name for method in models.methods] == names
    network = models.by_name["network"]
    assert network.ensemble.value == pytest.approx(results.tuned.run.metrics["ensemble_test_loss"])
    parts = [error.value * region.points for error, region in zip(network.regions, models.regions, strict=True)]
    assert sum(parts) == pytest.approx(100 * network.ensemble.value)
    assert all(item.low < item.value < item.high for method in models.methods for item in method.estimates)
    assert models.degrees == (7, 8)


def test_baselines_are_beaten_unbeaten_or_neither(results, found, cases):
    models, gaps = found("baselines"), found("data").gaps
    assert "constant" in models.beaten and models.best.name != "constant"
    assert sorted(models.beaten + models.unbeaten + models.undecided) == ["constant", "gaussian_process", "polynomial"]
    stored = results.tuned.predictions
    perfect = with_predictions(cases["polynomial"], test_predictions=np.tile(stored["y_test"], (5, 1)))
    alike = with_predictions(cases["constant"], test_predictions=stored["test_predictions"])
    changed = baseline_findings({"network": results.tuned}, cases | {"polynomial": perfect, "constant": alike}, gaps)
    assert changed.unbeaten == ["polynomial"] and "constant" in changed.undecided and changed.best.name == "polynomial"


def test_verdicts_by_region_are_those_of_the_differences(found):
    models = found("baselines")
    first, *others = models.regions
    differences = (Difference(0.2, 0.1, 0.3), *(Difference(0.0, -0.1, 0.1) for _ in others))
    process = dataclasses.replace(models.gaussian_process, region_differences=differences)
    methods = tuple(process if method.name == process.name else method for method in models.methods)
    assert dataclasses.replace(models, methods=methods).by_region == [("worse", [first]), ("undecided", others)]


def test_differences_stand_in_the_last_row(text_of, found):
    row = text_of().split("network less")[1].split("Table")[0]
    differences = found("baselines").gaussian_process.differences
    assert len(differences) == 1 + len(found("baselines").regions) > 1
    written = [
        f"{format_signed(one.value)}{format_signed(one.low)} to {format_signed(one.high)}" for one in differences
    ]
    assert all(numbers in row for numbers in written)


def test_without_gaps_there_are_no_regions(results, cases):
    models = baseline_findings({"network": results.tuned}, cases, ())
    assert models.regions == () and models.gaussian_process.region_differences == ()


def test_baselines_switched_off(results):
    assert findings_of(exchanged(results, extras={"baselines": {}}))("baselines") is None


@pytest.mark.parametrize(
    ("offset", "words"), [(0.0, "is worse than"), (3.0, "is better than"), (0.145, "cannot be told apart from")]
)
def test_sentence_about_the_gaussian_process_follows_its_error(text_of, offset, words):
    text = text_of(edits.regression.predictions("baselines/gaussian_process", offset))
    assert re.search(f"On all test points the mean of the tuned networks [^.]*{words} the Gaussian process", text)
