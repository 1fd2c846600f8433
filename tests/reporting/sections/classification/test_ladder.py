"""The accuracies in context: published ones, seeds, ingredients."""

import dataclasses

import pytest
from reporting.sections.classification.ablation import ablation_of

from reporting.engine.canvas import FULL
from reporting.results import load_results
from reporting.sections.classification.ladder import plot_ladder
from reporting.sections.classification.seeds import Rung, compare_seeds
from reporting.stats.differences import Difference
from tests.invented import write_runs
from tests.reporting.drawn import saved, width_of
from tests.reporting.sections.classification.answers import EXTRAS, findings_of

ACCURACY = {"reference": 0.89, "tuned": 0.91, "improved": 0.93}
RUNGS = [
    Rung("human", (0.835,), (0.81, 0.86), True),
    Rung("other_reports", (0.877, 0.935), None, True),
    Rung("tuned", (0.91, 0.90, 0.92), (0.9, 0.915), False),
    Rung("improved", (0.93,), (0.92, 0.94), False),
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
        "improved",
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
    ladder = ladder_of(tmp_path, accuracy={"reference": accuracy, "tuned": 0.91, "improved": 0.93})
    assert (ladder.agrees_with_report, ladder.above_report) == (agrees, above)


@pytest.mark.parametrize(("accuracy", "verdict"), [(0.934, "undecided"), (0.99, "higher"), (0.80, "lower")])
def test_the_best_configuration_is_held_against_the_best_published_result(tmp_path, accuracy, verdict):
    ladder = ladder_of(tmp_path, accuracy=dict.fromkeys(("reference", "tuned", "improved"), accuracy))
    assert getattr(ladder.best_against_published, verdict)


def test_mean_and_deviation_over_seeds():
    assert rung(0.9, 0.92).mean == pytest.approx(0.91) and rung(0.9, 0.92).sd == pytest.approx(0.02 / 2**0.5)
    assert rung(0.9).sd is None


def test_seeds_always_ahead_always_behind_and_mixed():
    ahead = compare_seeds(rung(0.90, 0.91), rung(0.93, 0.92, 0.94))
    assert ahead.difference.better and ahead.pairings == 6 and ahead.difference.value == pytest.approx(0.025)
    behind = compare_seeds(rung(0.93, 0.92, 0.94), rung(0.90, 0.91))
    assert behind.difference.worse and behind.ahead == 0
    mixed = compare_seeds(rung(0.90, 0.92), rung(0.91, 0.91))
    assert mixed.difference.undecided and mixed.ahead == 2 and mixed.level
    equal = compare_seeds(rung(0.90, 0.90), rung(0.90, 0.90))
    assert equal.difference.undecided and equal.ahead == 0 and equal.level


def test_one_seed_is_not_compared():
    assert compare_seeds(rung(0.9), rung(0.91, 0.92)) is None


def test_ingredients_help_hurt_and_stay_undecided(found):
    verdicts = {
        verdict: [item.name for item in found("ladder").ablation.named(verdict)]
        for verdict in ("lower", "higher", "undecided")
    }
    assert verdicts == {"lower": ["horizontal_flips", "learning_rate"], "higher": ["dropout"], "undecided": ["padding"]}


def test_ablation_knows_what_changed_and_by_how_much(results, found):
    ablation = found("ladder").ablation
    rate = ablation.ingredients[-1]
    assert rate.changes == {"learning_rate": (0.002, 0.0001), "learning_rate_schedule": ("cosine", "constant")}
    complete, without = (
        results.extras["ablation"].cases[name].run.metrics["validation_accuracy"]
        for name in ("complete", "without_learning_rate")
    )
    assert ablation.complete == pytest.approx(complete)
    assert rate.difference.value == pytest.approx(without - complete) and rate.difference.worse
    assert rate.difference.low < rate.difference.value < rate.difference.high


def test_ablation_without_an_ingredient_is_none(results):
    extra = results.extras["ablation"]
    assert ablation_of(dataclasses.replace(extra, cases={"complete": extra.cases["complete"]})) is None


def test_without_extras_there_are_neither_seeds_nor_ingredients(tmp_path):
    ladder = ladder_of(tmp_path, switched_off=tuple(f"classification/{name}" for name in EXTRAS))
    assert (ladder.ablation, ladder.tuned_seeds, ladder.improved_seeds) == (None,) * 3
    assert not ladder.several_seeds and ladder.rungs["tuned"].sd is None


def test_ladder_draws_published_accuracies_seeds_and_ingredients():
    names = ["people", "others", "tuned", "improved"]
    changes = [Difference(-0.01, -0.02, -0.005), Difference(0.01, 0.004, 0.02), Difference(0, -0.1, 0.1)]
    figure = plot_ladder(RUNGS, names, list(zip(("padding", "dropout", "flips"), changes, strict=True)))
    left, right = figure.axes
    assert [label.get_text() for label in left.get_yticklabels()] == names
    drawn = [(line.get_marker(), line.get_xdata().tolist()) for line in left.get_lines()]
    assert ("D", [83.5]) in drawn and ("o", [91.0]) in drawn and ("o", [90.0, 92.0]) in drawn
    assert [text.get_text() for text in left.texts] == ["83.5", "87.7–93.5", "91.00", "93.00"]
    markers = [line.get_marker() for line in right.get_lines() if line.get_marker() != "None"]
    assert markers == ["o", "s", "D"] and width_of(figure) == pytest.approx(FULL)
    saved(figure)


def test_ladder_without_ingredients_has_one_panel():
    assert len(plot_ladder(RUNGS, ["a", "b", "c", "d"]).axes) == 1


def test_sentence_about_seeds_follows_their_order(text_of):
    words = "the tuned network is behind the reference settings by 2.0 points on average, and its best seed is behind"
    assert words in text_of(accuracy=ACCURACY | {"reference": 0.93})
    assert "pairing each seed with each, it is ahead in" in text_of(accuracy=ACCURACY | {"reference": 0.91})


def test_sentence_about_ingredients_follows_their_effect(text_of):
    text = text_of()
    lower = "horizontal flips or learning rate with schedule of the learning rate"
    assert f"With the reference settings’ {lower} the accuracy is lower." in text
    assert "With the reference settings’ dropout the accuracy is higher." in text
    assert "For padding the images cannot tell." in text


@pytest.mark.parametrize(("accuracy", "place"), [(0.934, "within"), (0.99, "below"), (0.80, "above")])
def test_place_of_the_best_published_result(text_of, accuracy, place):
    text = text_of(accuracy=dict.fromkeys(ACCURACY, accuracy))
    assert f"augmentation), lies {place} the interval of this run’s" in text
