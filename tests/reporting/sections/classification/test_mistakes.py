"""What a network takes for what, typical images, and suspected labels."""

import dataclasses
import re

import numpy as np
import pytest

from reporting.engine.canvas import FULL
from reporting.engine.captioned import Group, plot_captioned_images
from reporting.results import load_reference_report
from reporting.sections.classification.confusion import (
    class_errors,
    confusions,
    most_misclassified,
    plot_confusion_matrix,
    shown_classes,
)
from reporting.sections.classification.mistakes import (
    examples_of,
    figures,
    suspects_of,
    tables,
)
from reporting.stats.differences import Difference
from tests.reporting.drawn import saved, width_of
from tests.reporting.sections.classification.answers import (
    EXTRAS,
    answering,
    exchanged,
    findings_of,
    rewrite_all,
    right_in,
)

NAMES = "abcdefghij"
REPORT = load_reference_report()["classification"]


def mistakes_of(results, labels):
    """The findings for a tuned network that gives these labels with certainty."""
    return findings_of(exchanged(results, tuned=answering(results.tuned, labels)))("mistakes")


def test_perfect_classifier(results):
    mistakes = mistakes_of(results, results.tuned.predictions["test_labels"])
    assert mistakes.errors == 0 and mistakes.most_misclassified == mistakes.confusions == mistakes.never_predicted == ()
    assert not mistakes.same_classes_as_report
    assert all(item.recall.value == 1 for item in mistakes.classes)


def test_one_class_classifier(results):
    mistakes = mistakes_of(results, np.full_like(results.tuned.predictions["test_labels"], 3))
    assert mistakes.errors == 900 and len(mistakes.never_predicted) == 9 and "Dress" not in mistakes.never_predicted
    assert {item.label for item in mistakes.most_misclassified} == set(range(10)) - {3}


def test_most_misclassified_as_in_the_report_and_not(found):
    mistakes = found("mistakes")
    assert mistakes.same_classes_as_report and mistakes.most_misclassified[0].name == "Shirt"
    matrix = np.diag([100] * 10)
    matrix[5, 7] = 40
    others = most_misclassified(class_errors(matrix, NAMES, REPORT))
    assert [item.label for item in others] == [5]
    assert not dataclasses.replace(mistakes, most_misclassified=others).same_classes_as_report


def test_equal_errors_single_out_no_class():
    assert most_misclassified(class_errors(np.ones((10, 10), dtype=int), NAMES, REPORT)) == ()


def test_class_shares_by_hand():
    matrix = np.diag([90] * 10)
    matrix[0, 6] = 10
    top, *_, shirt = class_errors(matrix, NAMES, REPORT)[:7]
    assert shirt.precision.value == 0.9 and shirt.recall.value == 1 and shirt.f1.value == pytest.approx(2 * 90 / 190)
    assert top.recall.value == 0.9 and top.recall.low < 0.9 < top.recall.high
    assert top.f1.low < top.f1.value < top.f1.high
    assert top.report_difference.value == pytest.approx(0.9 - 0.860) and not top.differs_from_report
    assert shirt.report_difference.value == pytest.approx(1 - 0.688) and shirt.differs_from_report


def test_recalls_that_differ_from_the_report_differ_in_ten_tests_together():
    """One recall that is 2.3 standard errors away is one of ten, any of which chance may move so far."""
    matrix = np.diag([round(1000 * share / REPORT["images_per_class"]) for share in REPORT["confusion_diagonal"]])
    for label, count in enumerate(1000 - np.diag(matrix)):
        matrix[label, (label + 1) % 10] = count
    assert not any(item.differs_from_report for item in class_errors(matrix, NAMES, REPORT))
    moved = round(2.3 * (2 * 0.86 * 0.14 / 1000) ** 0.5 * 1000)
    matrix[0, 0] += moved
    matrix[0, 1] -= moved
    assert not class_errors(matrix, NAMES, REPORT)[0].differs_from_report
    matrix[0, 0] += moved
    matrix[0, 1] -= moved
    assert class_errors(matrix, NAMES, REPORT)[0].differs_from_report


def test_class_without_images_or_answers_has_no_share():
    matrix = np.diag([5] * 9 + [0])
    empty = class_errors(matrix, NAMES, REPORT)[9]
    assert (empty.precision, empty.recall, empty.f1, empty.report_difference) == (None,) * 4
    assert not empty.differs_from_report and empty.errors == 0
    matrix[8] = 0
    matrix[8, 0] = 5
    missed = class_errors(matrix, NAMES, REPORT)[8]
    assert missed.precision is None and missed.recall.value == 0 and missed.f1.value == 0


def test_confusions_are_the_largest_cells_off_the_diagonal():
    matrix = np.diag([1000] * 10)
    matrix[6, 0], matrix[0, 6] = 9, 12
    assert [(item.true, item.predicted, item.images) for item in confusions(matrix, NAMES, 3)] == [
        ("a", "g", 12),
        ("g", "a", 9),
    ]


def test_the_table_has_all_classes_in_order_of_their_labels(results, found):
    rows = tables(results, found)["classification_classes"]()
    assert rows == found("mistakes").classes and [item.label for item in rows] == list(range(10))


def test_examples_are_the_most_and_the_least_certain(results, found):
    pair = found("mistakes").confusions[0]
    most, least = examples_of(results.tuned, pair, results.classes)
    assert most.predicted_probability > least.predicted_probability and most.true == least.true == pair.true
    probabilities = results.tuned.predictions["test_probabilities"][most.index]
    assert most.predicted_probability == pytest.approx(probabilities.max()) and most.image.shape == (28, 28)


def test_single_confusion_is_shown_once(results):
    labels = results.tuned.predictions["test_labels"].copy()
    labels[0] = (labels[0] + 1) % 10
    variant = answering(results.tuned, labels, 0.8)
    matrix = np.zeros((10, 10), dtype=int)
    matrix[results.tuned.predictions["test_labels"][0], labels[0]] = 1
    assert [mistake.index for mistake in examples_of(variant, confusions(matrix, NAMES, 6)[0], NAMES)] == [0]


@pytest.mark.parametrize(("confidences", "certain"), [((0.99, 0.95), 20), ((0.99, 0.6), 0)])
def test_suspects_need_every_network_to_be_certain(results, confidences, certain):
    labels = right_in(results.tuned, 0.98)
    suspects = suspects_of([answering(results.tuned, labels, confidence) for confidence in confidences], NAMES)
    assert (suspects.networks, suspects.agreed, suspects.certain) == (2, 20, certain)
    assert len(suspects.shown) == min(certain, 8)
    if certain:
        assert suspects.shown[0].predicted_probability == pytest.approx(min(confidences))
        assert suspects.shown[0].true_probability == pytest.approx((1 - min(confidences)) / 9)


def test_no_suspects_without_agreement(results):
    right = results.tuned.predictions["test_labels"]
    suspects = suspects_of(
        [answering(results.tuned, right_in(results.tuned, 0.5), 0.99), answering(results.tuned, right, 0.99)], NAMES
    )
    assert suspects.agreed == suspects.certain == 0 and suspects.shown == ()


def test_too_many_suspects_are_not_shown(results):
    suspects = suspects_of([answering(results.tuned, right_in(results.tuned, 0.5))] * 2, NAMES)
    assert suspects.too_many and suspects.shown == () and suspects.certain == 500


def agreeing(results, labels):
    """The results without further seeds, whose three networks all give these labels with certainty."""
    alone = {name: dataclasses.replace(extra, cases={}) for name, extra in results.extras.items()}
    networks = {name: answering(variant, labels) for name, variant in results.variants.items()}
    return exchanged(dataclasses.replace(results, extras=alone), **networks)


@pytest.mark.parametrize(
    ("share", "names"),
    [(0.98, ["confusion", "mistakes", "suspects"]), (0.5, ["confusion", "mistakes"]), (1, ["confusion"])],
)
def test_figures_are_there_for_what_is_found(results, share, names):
    changed = agreeing(results, right_in(results.tuned, share))
    drawn = figures(changed, findings_of(changed))
    assert list(drawn) == [f"classification_{name}" for name in names]
    for (draw,) in drawn.values():
        saved(draw())


def test_confusion_cells_hold_the_counts():
    matrix = np.array([[7, 3], [1, 9]])
    figure = plot_confusion_matrix(
        matrix, ["Shirt", "Coat"], [Difference(0.02, 0.01, 0.03), Difference(-0.03, -0.08, 0.02)]
    )
    axes, beside = figure.axes
    assert [round(bar.get_width(), 6) for bar in beside.patches] == [2, -3] and beside.get_ylim() == axes.get_ylim()
    ends = [segment[:, 0].tolist() for segment in beside.collections[0].get_segments()]
    assert np.allclose(ends, [[1, 3], [-8, 2]])
    cells = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in axes.texts}
    assert cells.popitem()[1] == "recall"  # above the column of recalls
    assert cells == {(0, 0): "7", (0, 1): "3", (1, 0): "1", (1, 1): "9"}
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true class", "predicted class")
    assert "70.0 %" in saved(figure)


@pytest.mark.parametrize(
    "matrix", [np.diag([5, 5, 5]), np.array([[5, 0, 0]] * 3), np.diag([5, 5, 0]), np.zeros((3, 3), dtype=int)]
)
def test_perfect_one_class_and_empty_confusions_are_drawn(matrix):
    differences = [Difference(0.1, 0.0, 0.2), Difference(0.0, 0.0, 0.0), None]
    saved(plot_confusion_matrix(matrix, ["a", "b", "c"], differences))


def test_captioned_images_stand_in_groups():
    image = np.full((28, 28), 200, dtype=np.uint8)
    groups = [
        Group("Shirt taken\nfor Coat (3)", [(image, "0.1\n0.8"), (image, "0.2\n0.7")]),
        Group("Bag", [(image, "0.3")]),
    ]
    figure = plot_captioned_images(groups, 12, places=2)
    drawn = figure.axes[0].get_images()
    assert len(drawn) == 3 and drawn[0].get_clim() == (0, 255)
    lefts = [drawing.get_extent()[0] for drawing in drawn]
    assert lefts == sorted(lefts) and width_of(figure) == pytest.approx(FULL / 12 * 4)
    text = saved(figure)
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert "for Coat (3)" in text and len(ids) == len(set(ids))


def always_dress(labels):
    return np.tile(np.where(np.arange(10) == 3, 0.91, 0.01), (len(labels), 1))


def test_perfect_networks_have_no_confusions_and_no_suspects(text_of):
    text = text_of(
        lambda runs: rewrite_all(runs, lambda labels: np.eye(10)[labels]),
        switched_off=tuple(f"classification/{name}" for name in EXTRAS),
    ).replace("\N{NO-BREAK SPACE}", " ")
    assert "It makes no mistake." in text
    assert "There is no test image that all of them take for the same wrong class." in text
    assert "shows images of the most frequent" not in text
    assert "no more than on all" in text


def test_networks_that_always_answer_the_same(text_of):
    text = text_of(lambda runs: rewrite_all(runs, always_dress)).replace("\N{NO-BREAK SPACE}", " ")
    assert "No image at all was taken for T-shirt, Trouser, Pullover, Coat" in text
    assert "it is overconfident" in text and "no more than on all" in text


def test_other_data_are_not_compared_with_the_report():
    matrix = np.array([[7, 3], [1, 9]])
    classes = class_errors(matrix, ["0", "b"])
    assert all(item.report_recall is None and not item.differs_from_report for item in classes)
    assert [item.has_name for item in classes] == [False, True]
    assert len(plot_confusion_matrix(matrix, ["0", "b"]).axes) == 1


def test_of_many_classes_the_most_mistaken_are_shown_and_cells_hold_no_counts():
    matrix = np.diag([9] * 30)
    matrix[5:17, 0] = np.arange(1, 13)
    assert shown_classes(matrix) == tuple(range(7, 17)) and shown_classes(np.diag([3] * 10)) == tuple(range(10))
    figure = plot_confusion_matrix(matrix, [f"class {k}" for k in range(30)])
    assert [text.get_text() for text in figure.axes[0].texts] == ["recall"] and "class 29" in saved(figure)
    assert "thing 98" not in saved(plot_confusion_matrix(np.diag([1] * 100), [f"thing {k}" for k in range(100)]))


def test_colours_and_shapes_of_images_are_kept():
    image = np.zeros((10, 20, 3), np.uint8)
    image[..., 0] = 255
    (drawn,) = plot_captioned_images([Group("red $ (1)", [(image, "0.1")])], 12).axes[0].get_images()
    left, right, bottom, top = drawn.get_extent()
    assert (right - left) == pytest.approx(2 * (bottom - top)) and drawn.get_array()[0, 0].tolist() == [1, 0, 0]
