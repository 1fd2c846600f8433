"""The three configurations' results, which of two is better, and how the tuned network was trained."""

import dataclasses
import math
import re

import numpy as np
import pytest

from reporting.artifacts import Stored, plain
from reporting.results import load_reference_report, load_results
from reporting.sections.classification.results import (
    compare,
    figures,
    plot_losses,
    rows,
    training_of,
)
from tests.invented import WITHOUT_EXTENDED, edits, write_runs
from tests.reporting.sections.classification.answers import EXTRAS, answering, exchanged, findings_of


def compared(results, first_wrong, second_wrong):
    """The comparison of two networks that err on these images only."""
    answers = []
    for wrong in (first_wrong, second_wrong):
        labels = results.tuned.predictions["test_labels"].copy()
        labels[wrong] = (labels[wrong] + 1) % 10
        answers.append(answering(results.tuned, labels))
    return compare(*answers)


def test_configuration_better_worse_and_undecided(results):
    better = compared(results, slice(0, 60), slice(0, 20))
    assert better.difference.better and not better.difference.undecided
    assert better.difference.value == pytest.approx(0.04) and better.p_value < 0.001
    worse = compared(results, slice(0, 20), slice(0, 60))
    assert worse.difference.worse and (worse.only_first_right, worse.only_second_right) == (40, 0)
    assert compared(results, slice(0, 20), slice(10, 32)).difference.undecided


def test_equal_configurations_are_undecided(results):
    same = compared(results, slice(0, 20), slice(0, 20))
    assert same.difference.undecided and same.difference.value == 0 and same.p_value == 1


@pytest.mark.parametrize(("losses", "epoch"), [([3, 2, 1], 3), ([3, 1, 1.04], 2), ([3, 1, math.nan], 2)])
def test_epoch_of_the_lowest_validation_loss(results, losses, epoch):
    history = [{"fold": 1, "epoch": k + 1, "validation_loss": loss} for k, loss in enumerate(losses)]
    training = training_of(dataclasses.replace(results.tuned, history=history))
    assert training.lowest_validation_loss_epoch == epoch


def test_of_trainings_only_is_said_what_was_seen(text_of):
    text = text_of()
    assert (
        "lowest at epoch 15 of 15 (reference settings), epoch 15 of 15 (tuned) and epoch 15 of 15 (extended)." in text
    )
    assert "No validation loss ends above its minimum." in text and "on a scale of its own" not in text
    text = text_of(edits.classification.rising_loss)
    assert re.search(r"epoch 15 of 15 \(reference settings\), epoch \d of 15 \(tuned\) and", text)
    assert "The validation loss of the tuned network ends above its minimum." in text
    text = text_of(edits.files.configured("classification/reference", loss="double_softmax"))
    assert "The loss of the reference settings passes through a second softmax" in text


@pytest.mark.parametrize(
    ("losses", "higher"), [([3, 2, 1], False), ([1, 2], True), ([1, 1], False), ([1, math.nan], True)]
)
def test_a_loss_has_risen_if_it_ends_above_its_minimum(results, losses, higher):
    history = [{"fold": 1, "epoch": k + 1, "validation_loss": loss} for k, loss in enumerate(losses)]
    assert training_of(dataclasses.replace(results.tuned, history=history)).ends_higher == higher


def test_test_interval_holds_the_accuracy(found):
    scores = found("results").tuned
    assert scores.test_interval[0] < scores.test_accuracy < scores.test_interval[1]


def test_best_on_validation(tmp_path):
    runs = write_runs(tmp_path, accuracy={"reference": 0.89, "tuned": 0.92, "extended": 0.90})
    found = findings_of(load_results(runs, "classification"))("results")
    assert (found.best, found.best_on_validation, found.level_on_validation) == (("tuned",), "tuned", False)


def test_equal_accuracies_are_level_and_none_is_the_best(text_of):
    text = text_of(edits.classification.every_network(edits.classification.perfect, part="validation"))
    assert "the reference settings, the tuned network and the extended settings are level." in text
    assert "By validation accuracy the best" not in text and ", the best by validation accuracy" not in text


def test_the_table_has_the_report_the_configurations_and_their_variations(results, found):
    report, *own = rows(results)
    assert report.test_accuracy == load_reference_report()["classification"]["test_accuracy"]
    assert (report.train_loss, report.test_interval, report.rung) == (None, None, None)
    assert [row.name for row in own] == ["reference", "double_softmax", "tuned", "smaller", "extended"]
    assert [row.name for row in own if row.best] == [found("results").best_on_validation]
    assert [row.rung.seeds if row.rung else None for row in own] == [3, None, 3, None, 3]
    assert own[2].test_accuracy == own[2].rung.accuracy == found("results").tuned.test_accuracy
    assert own[3].test_accuracy == found("smaller").scores.test_accuracy


def test_without_extras_the_table_has_the_configurations_alone(tmp_path):
    runs = write_runs(tmp_path, switched_off=tuple(f"classification/{name}" for name in EXTRAS))
    results = load_results(runs, "classification")
    own = rows(results)[1:]
    assert [row.name for row in own] == list(results.variants) and {row.rung.sd for row in own} == {None}


def test_trainings_of_all_configurations_are_drawn_on_one_scale(results, found):
    for draw, kind in zip(figures(results, found)["classification_training"], ("loss", "accuracy"), strict=True):
        (axes,) = draw().axes
        drawn = [list(line.get_ydata()) for line in axes.get_lines()]
        assert drawn == [
            variant.curves(f"{part}_{kind}")[0]
            for variant in results.variants.values()
            for part in ("train", "validation")
        ]
        labels = [text.get_text() for text in axes.get_legend().get_texts()]
        assert labels == ["reference settings", "tuned", "extended"]


def test_a_loss_with_a_second_softmax_is_labelled_so(results):
    case = results.extras["double_softmax"].case
    run = dataclasses.replace(case.run, config=dict(case.run.config) | {"loss": "double_softmax"})
    assert plot_losses(dataclasses.replace(case, run=run)).axes[0].get_ylabel() == "cross-entropy, twice softmax"


def test_one_network_three_times_is_no_difference(results):
    same = findings_of(exchanged(results, tuned=results.reference, extended=results.reference))("results")
    assert same.tuned_against_reference.difference.undecided and same.best_on_validation == "reference"
    assert same.level_on_validation
    assert np.isneginf(same.extended_against_tuned.difference.low)


def test_settings_are_judged_over_seeds_and_networks_over_images(results, found, text_of):
    """Networks that the images tell apart do not make settings better whose seeds scatter by more."""
    of_networks, of_settings = found("results").tuned_against_reference, found("results").tuned_verdict
    assert of_networks.difference.better and of_settings.better and of_settings.seeds == 3
    scattered = edits.classification.probabilities(edits.classification.perfect, ["reference_seeds/seed_2"])
    text = text_of(scattered, accuracy={"reference": 0.80, "tuned": 0.90, "extended": 0.96})
    assert "the tuned configuration cannot be told apart from the reference one over three seeds" in text
    assert "test images compare the main networks, not their settings." in text
    assert "The tuned network is better than the reference network (the former alone is right on 1" in text
    assert "the extended configuration is better than the tuned one over three seeds" in text


def test_one_seed_judges_no_settings(text_of):
    text = text_of(switched_off=tuple(f"classification/{name}" for name in EXTRAS))
    assert "one seed of each cannot tell the tuned configuration from the reference one" in text


def test_the_winners_score_is_optimistic_and_fresh_networks_say_by_how_much(results, found, text_of):
    optimism = found("results").optimism
    networks = [results.tuned, *results.extras["tuned_seeds"].cases.values()]
    fresh = np.mean([network.run.metrics["validation_accuracy"] for network in networks])
    assert optimism.winner == results.search.best["score"] and optimism.seeds == 3 and optimism.combinations == 12
    assert optimism.fresh == pytest.approx(fresh)
    assert optimism.difference.value == pytest.approx(optimism.winner - fresh)
    assert optimism.difference.low < optimism.difference.value < optimism.difference.high
    text = text_of()
    assert (
        "of the validation images. As the best of twelve, this score is optimistic." in text
        and "flatters it a little" not in text
    )


def test_a_winner_without_rivals_is_not_optimistic(text_of):
    text = text_of(edits.searches.search("classification", grid={"learning_rate": [0.01]}))
    assert "this score is optimistic" not in text and "put the optimism at" not in text


def test_whether_test_accuracies_had_been_seen_is_said(results, text_of):
    """As the settings record it; nothing without the extended settings."""
    assert findings_of(results)("results").chosen_after_test_seen
    alone = Stored(plain(results.judgement) | {"extended_chosen_after_test_seen": False})
    assert not findings_of(dataclasses.replace(results, judgement=alone))("results").chosen_after_test_seen
    sentence = "The extended settings were chosen after test accuracies had been seen"
    assert sentence in text_of() and sentence not in text_of(switched_off=WITHOUT_EXTENDED)
