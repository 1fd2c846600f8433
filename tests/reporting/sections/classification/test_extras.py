"""What the chapter says of the further trainings, and of those that are switched off."""

import re

import pytest

from tests.invented import WITHOUT_EXTENDED
from tests.reporting.sections.classification.answers import EXTRAS


def test_extras_are_described(text_of):
    text = text_of()
    for words in (
        "shows the same settings trained on Equation",
        "With the tuned settings otherwise, the smaller network reaches a test accuracy of",
        "are nine networks",
        "the tuned configuration is better than the reference one over three seeds (+2.03",
        "One seed cannot judge the sizes.",
    ):
        assert words in text
    assert "Switched off in the settings" not in text


def test_extras_that_are_switched_off_are_left_out_and_named(text_of):
    text = text_of(switched_off=tuple(f"classification/{name}" for name in EXTRAS))
    named = "training with the second softmax, further seeds of the reference settings, further seeds"
    assert f"not in this section: {named}" in text
    for words in (
        "tuned settings otherwise",
        "over three seeds",
        "Over seeds",
        "shows the same settings trained on",
        "Rings: other seeds",
    ):
        assert words not in text
    assert "The three configurations are three networks." in text


def test_without_the_extended_network_the_chapter_is_about_two_configurations(text_of):
    text = text_of(switched_off=WITHOUT_EXTENDED)
    for words in (
        "Two configurations are trained",
        "Settings of the two configurations.",
        "Both share ",
        "By validation accuracy the better of the two is the tuned configuration.",
        "The two configurations and variations of them",
        "the interval of this run’s tuned configuration, the better by validation accuracy.",
        "The two configurations with all their seeds are six networks.",
        "not in this section: the extended network.",
    ):
        assert words in text
    chapter = text[text.index("Two configurations are trained") : text.index("Switched off in the settings")]
    for words in ("extended", "three configurations", "by hand"):
        assert words not in chapter.replace("the highest with three convolutions", "").split("Analysis")[0]


def test_two_networks_alone_are_both(text_of):
    off = [f"classification/{name}" for name in ("reference_seeds", "tuned_seeds")]
    text = text_of(switched_off=(*WITHOUT_EXTENDED, *off))
    assert re.search(
        r"The two configurations are two networks. Both take \S+ test images for the same wrong class\.", text
    )
    assert "that both networks take for the same wrong class." in text and "all two" not in text


@pytest.mark.parametrize("name", EXTRAS)
def test_each_extra_can_be_switched_off_alone(text_of, name):
    assert "Switched off in the settings" in text_of(switched_off=(f"classification/{name}",))
