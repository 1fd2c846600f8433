"""Drawings as SVG: the same text twice, ids of their own, and an alternative text."""

import re

import pytest
from markupsafe import Markup
from matplotlib.figure import Figure

from reporting.engine.errors import RenderError
from reporting.engine.formatting import format_decimals
from reporting.engine.svg import labelled, settle_layout, svg_of_equation, svg_of_figure
from reporting.engine.tracing import marked


def curve():
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([1, 2], [0, 1], marker="o")
    return labelled(svg_of_figure(figure, "curve"), "A line from 0 to 1.")


def test_figure_is_the_same_text_twice_and_its_ids_are_its_own():
    text = curve()
    assert text == curve()
    assert "<title>A line from 0 to 1.</title>" in text
    assert 'id="' not in text.replace('id="curve-', "")
    assert 'href="#curve-' in text
    assert "<metadata>" not in text


def test_axes_are_laid_out_once_and_stand_at_rounded_places():
    figure = Figure(figsize=(2, 1), layout="constrained")
    axes = figure.subplots()
    settle_layout(figure)
    bounds = axes.get_position(original=True).bounds
    assert all(number == pytest.approx(round(number, 6), abs=1e-12) for number in bounds)
    settle_layout(figure)
    assert axes.get_position(original=True).bounds == bounds


@pytest.mark.parametrize("alternative", ["", "  ", Markup("<b>bold</b>")])
def test_drawing_without_an_alternative_in_plain_words_is_refused(alternative):
    with pytest.raises(RenderError, match="needs an alternative text in plain words"):
        labelled("<svg></svg>", alternative)


def test_alternative_text_is_escaped_and_in_one_line():
    assert labelled("<svg></svg>", "a < b\n & c") == '<svg role="img"><title>a &lt; b &amp; c</title></svg>'


def test_an_alternative_has_raised_digits_in_place_of_markup():
    number = marked(format_decimals(1.2e18), "test_loss", 1.2e18)
    svg = labelled("<svg></svg>", Markup("An error of {}, R &amp; D.").format(number))
    assert svg == '<svg role="img"><title>An error of 1.20 × 10¹⁸, R &amp; D.</title></svg>'


def test_equation_is_one_path_with_a_title():
    text = svg_of_equation(r"\frac{1}{N}", "one over N")
    assert text.count("<path") == 1
    assert "<title>one over N</title>" in text


@pytest.mark.parametrize("tex", [r"\frac{1}{N}", r"x", r"\frac{a}{\sum_j b_j}"])
def test_the_axis_of_an_equation_is_in_the_middle_of_its_drawing(tex):
    """So that the number beside it stands on the axis."""
    low, height = map(
        float, re.search(r'viewBox="\S+ (\S+) \S+ (\S+)"', svg_of_equation(tex, "words", size=10)).groups()
    )
    assert low + height / 2 == pytest.approx(-2.5, abs=0.02)
