"""The accuracies in context: published ones and seeds."""

import pytest

from reporting.engine.canvas import FULL
from reporting.results import load_results
from reporting.sections.classification.ladder import plot_ladder
from reporting.sections.classification.seeds import Rung
from tests.invented import write_runs
from tests.reporting.drawn import saved, width_of
from tests.reporting.sections.classification.answers import EXTRAS, findings_of

ACCURACY = {"reference": 0.89, "tuned": 0.91, "extended": 0.93}
RUNGS = [
    Rung("human", (0.835,), (0.81, 0.86), True),
    Rung("other_reports", (0.877, 0.935), None, True),
    Rung("tuned", (0.91, 0.90, 0.92), (0.9, 0.915), False),
    Rung("extended", (0.93,), (0.92, 0.94), False),
]


def rung(*accuracies):
    return Rung("tuned", accuracies, (0, 1), False)


def ladder_of(tmp_path, **changes):
    """The findings for example runs with changes."""
    return findings_of(load_results(write_runs(tmp_path, **changes), "classification"))("ladder")


def test_ladder_rises_from_people_to_the_record(found):
    rungs = found("ladder").rungs
    assert list(rungs) == [
        "human",
        "other_reports",
        "reference_report",
        "reference",
        "tuned",
        "extended",
        "two_convolutions",
        "record",
    ]
    assert rungs["human"].accuracy == 0.835 and rungs["human"].interval[0] < 0.835
    assert rungs["tuned"].seeds == 3 and rungs["tuned"].accuracy == found("results").tuned.test_accuracy
    assert found("ladder").several_seeds


@pytest.mark.parametrize(
    ("accuracy", "agrees", "above"), [(0.90, True, False), (0.95, False, True), (0.80, False, False)]
)
def test_agreement_with_the_report(tmp_path, accuracy, agrees, above):
    ladder = ladder_of(tmp_path, accuracy={"reference": accuracy, "tuned": 0.91, "extended": 0.93})
    assert (ladder.agrees_with_report, ladder.above_report) == (agrees, above)


@pytest.mark.parametrize(("accuracy", "verdict"), [(0.934, "undecided"), (0.99, "higher"), (0.80, "lower")])
def test_the_best_configuration_is_held_against_the_best_published_result(tmp_path, accuracy, verdict):
    ladder = ladder_of(tmp_path, accuracy=dict.fromkeys(("reference", "tuned", "extended"), accuracy))
    assert getattr(ladder.best_against_published, verdict)


def test_mean_and_deviation_over_seeds():
    assert rung(0.9, 0.92).mean == pytest.approx(0.91) and rung(0.9, 0.92).sd == pytest.approx(0.02 / 2**0.5)
    assert rung(0.9).sd is None


def test_without_extras_there_are_no_seeds(tmp_path):
    ladder = ladder_of(tmp_path, switched_off=tuple(f"classification/{name}" for name in EXTRAS))
    assert not ladder.several_seeds and ladder.rungs["tuned"].sd is None


def test_ladder_draws_published_accuracies_and_seeds():
    names = ["people", "others", "tuned", "extended"]
    figure = plot_ladder(RUNGS, names)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == names
    drawn = [(line.get_marker(), line.get_xdata().tolist()) for line in axes.get_lines()]
    assert ("D", [83.5]) in drawn and ("o", [91.0]) in drawn and ("o", [90.0, 92.0]) in drawn
    assert [text.get_text() for text in axes.texts] == ["83.5", "87.7–93.5", "91.00", "93.00"]
    assert width_of(figure) == pytest.approx(FULL)
    saved(figure)


@pytest.mark.parametrize(
    ("accuracy", "words"), [(0.90, "cannot be told apart from"), (0.95, "is above"), (0.80, "is below")]
)
def test_no_difference_from_the_report_is_called_agreement(text_of, accuracy, words):
    text = text_of(accuracy=ACCURACY | {"reference": accuracy})
    assert f"The test accuracy of the reference settings {words} the 89.8 % of the reference report (" in text


@pytest.mark.parametrize(("accuracy", "place"), [(0.934, "within"), (0.99, "below"), (0.80, "above")])
def test_place_of_the_best_published_result(text_of, accuracy, place):
    text = text_of(accuracy=dict.fromkeys(ACCURACY, accuracy))
    assert f"augmentation). It lies {place} the interval of this run’s" in text
