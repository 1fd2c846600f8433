"""What the first page says at a glance."""

import re

import numpy as np
import pytest

from reporting import document
from reporting.artifacts import Identity, noting
from reporting.engine.canvas import new_figure, style
from reporting.results import load_all_results
from reporting.sections.title import place_legend
from tests.invented import WITHOUT_EXTENDED, write_runs
from tests.reporting.stand_ins import without_drawings

REGRESSION_SEEDS = tuple(f"regression/{name}_seeds" for name in ("reference", "tuned", "extended"))
EVERY_SEED = (*REGRESSION_SEEDS, *(f"classification/{name}_seeds" for name in ("reference", "tuned", "extended")))
TUNED = "the tuned configuration {} the reference configuration over three"


@pytest.mark.parametrize(("errors", "verdict"), [((0.9, 0.1), "is better than"), ((0.1, 0.9), "is worse than")])
def test_the_summary_follows_the_regression(text_of, errors, verdict):
    text = text_of(regression_error=dict(zip(("reference", "tuned"), errors, strict=True)))
    assert f"Regression: on the test points {TUNED.format(verdict)} times five folds" in text


@pytest.mark.parametrize(
    ("accuracies", "tuned", "extended"),
    [
        ((0.80, 0.90, 0.96), "is better than", "the extended configuration is better than the tuned one over three"),
        ((0.90, 0.80, 0.60), "is worse than", "the extended configuration is worse than the tuned one over three"),
    ],
)
def test_the_summary_follows_the_classifiers(text_of, accuracies, tuned, extended):
    text = text_of(accuracy=dict(zip(("reference", "tuned", "extended"), accuracies, strict=True)))
    assert f"Classification: on the test images {TUNED.format(tuned)} seeds" in text
    assert extended in text.split("Trust:")[0]


@pytest.mark.parametrize(("reference", "verdict"), [(0.8, "is better than"), (0.99, "is worse than")])
def test_without_an_extended_network_the_summary_ends_with_the_tuned_one(text_of, reference, verdict):
    accuracy = {"reference": reference, "tuned": 0.91, "extended": 0.93}
    text = text_of(accuracy=accuracy, switched_off=WITHOUT_EXTENDED)
    assert f"on the test images {TUNED.format(verdict)} seeds" in text
    assert "extended" not in text.split("Trust:")[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "each configuration has few seeds"),
        ({"switched_off": REGRESSION_SEEDS[:1]}, "some networks were trained from one seed only"),
        ({"switched_off": EVERY_SEED}, "every network was trained from one seed, so"),
        ({"scale": "quick"}, "these are trial runs on a small scale"),
    ],
)
def test_trust_depends_on_the_seeds(text_of, changes, words):
    assert f"Trust: {words}" in text_of(**changes)


def test_contents_list_every_heading_with_its_number_and_every_appendix(text_of):
    listed = re.findall(r"(\S+)&ensp;", text_of())
    parts = [f"{chapter}{part}" for chapter in (1, 2) for part in ("", ".1", ".2", ".3")]
    assert listed == [*parts, "3", "4", *"ABCDEFGHIJKLMNO"]
    assert "Section&nbsp;3 says what may be concluded." in text_of()


def test_a_quick_run_is_stamped(text_of):
    assert "Quick run: a small-scale trial of every stage." in text_of(scale="quick")
    assert "Quick run:" not in text_of()


def test_the_first_page_reads_no_file_itself(tmp_path, monkeypatch):
    """So the table of origins does not name it: what it prints stands with the sections that found it."""
    without_drawings(monkeypatch)
    made = document.Document(Identity(*"abcdef"), load_all_results(write_runs(tmp_path)), tmp_path)
    with noting({}) as reads:
        made.html()
    assert made.reads["heading", "title"] == {} and not reads


def test_the_cards_print_no_error_that_does_not_say_what_it_is_over(text_of):
    cards = text_of().split("Regression:")[0]
    assert "standard error" not in cards and "±" not in cards and "regression test MSE" in cards


@pytest.mark.parametrize(
    ("curve", "moved"), [(lambda x: x, False), (lambda x: -x, False), (lambda x: np.sin(9 * x), True)]
)
def test_the_legend_hides_no_point(curve, moved):
    x = np.linspace(-1, 1, 200)
    with style():
        figure = new_figure(104, 63)
        axes = figure.subplots()
        for name in ("test points", "training points", "95 % band", "networks", "their mean", "Gaussian process"):
            axes.plot(x, curve(x), ".", label=name)
        before = axes.get_ylim()
        place_legend(axes, x, curve(x))
        figure.canvas.draw()
        box = axes.get_legend().get_window_extent()
    assert not any(box.contains(*point) for point in axes.transData.transform(np.column_stack([x, curve(x)])))
    assert (axes.get_ylim() != before) == moved
