"""The network against simpler models: paired bootstrap intervals, and what may be said of the differences."""

import numpy as np
import pytest

from reporting.sections.regression.baselines import baseline_findings, bootstrapped
from tests.invented import edits
from tests.reporting.sections.regression.changed import exchanged, findings_of, with_predictions


@pytest.fixture
def cases(results):
    return results.extras["baselines"].cases


def test_bootstrap_is_paired_and_near_the_normal_interval():
    rng = np.random.default_rng(1)
    first = rng.exponential(size=400)
    means, drawn = bootstrapped(np.array([first, first + 0.1]), 2000, np.random.default_rng(0))
    assert means[1] - means[0] == pytest.approx(0.1) and np.allclose(drawn[1] - drawn[0], 0.1)
    assert drawn[0].std() == pytest.approx(first.std() / 20, rel=0.05)


def test_errors_of_the_mean_prediction_by_region(results, found):
    models = found("baselines")
    assert [method.name for method in models.methods] == ["network", "gaussian_process", "polynomial", "constant"]
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
    changed = baseline_findings(results.tuned, cases | {"polynomial": perfect, "constant": alike}, gaps)
    assert changed.unbeaten == ["polynomial"] and "constant" in changed.undecided and changed.best.name == "polynomial"


def test_without_gaps_there_are_no_regions(results, cases):
    models = baseline_findings(results.tuned, cases, ())
    assert models.regions == () and models.gaussian_process.region_differences == ()


def test_baselines_switched_off(results):
    assert findings_of(exchanged(results, extras={"baselines": {}}))("baselines") is None


@pytest.mark.parametrize(
    ("offset", "words"), [(0.0, "is worse than"), (3.0, "is better than"), (0.145, "cannot be told apart from")]
)
def test_sentence_about_the_gaussian_process_follows_its_error(text_of, offset, words):
    text = text_of(edits.regression.predictions("baselines/gaussian_process", offset))
    assert f"the networks’ mean prediction {words} the Gaussian process" in text
