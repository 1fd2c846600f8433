"""What is said of the reference report's losses and settings."""

import dataclasses

import pytest

from reporting.results import load_reference_report
from reporting.sections.regression.report import rows
from tests.invented import edits
from tests.reporting.sections.regression.changed import findings_of


def test_loss_below_and_above_the_report(found_with):
    assert found_with("good", regression_error={"reference": 0.4, "tuned": 0.1})("report").tuned_below_report
    found = found_with("bad", regression_error={"reference": 0.4, "tuned": 1.5})("report")
    assert not found.tuned_below_report and not found.ensemble_below_report


def test_same_winner_as_the_report(results, found):
    assert not found("report").same_winner
    winner = load_reference_report()["regression"]["winner"]
    ranked = [
        row | {"rank": 1} if all(row[k] == v for k, v in winner.items()) else row | {"rank": row["rank"] + 1}
        for row in results.search.trials
    ]
    search = dataclasses.replace(results.search, trials=ranked)
    assert findings_of(dataclasses.replace(results, search=search))("report").same_winner


def test_both_reports_stand_beside_each_other(results):
    first, reference, tuned_there, tuned = rows(results)
    printed = load_reference_report()["regression"]
    for row, losses in (
        (first, printed["first"]),
        (reference, results.reference.run.metrics),
        (tuned_there, printed["tuned"]),
        (tuned, results.tuned.run.metrics),
    ):
        assert row[1:] == tuple(losses[name] for name in ("train_loss", "validation_loss", "test_loss"))


@pytest.mark.parametrize(
    ("mean", "single", "words"),
    [
        (0.05, 0.06, "mean test loss and that of their mean prediction are below the reference report’s"),
        (0.05, 0.9, "; their mean test loss is not."),
        (0.8, 0.9, "Neither the tuned networks’ mean test loss nor that of their mean prediction is below"),
    ],
)
def test_sentence_about_the_losses_follows_them(text_of, mean, single, words):
    assert words in text_of(edits.regression.near_the_report(mean, single))


def test_losses_on_other_data_do_not_compare(text_of):
    text = text_of()
    assert "as the data differ: the reference report used the course’s points, this run the project" in text
    assert "of both reports; the data differ." in text
