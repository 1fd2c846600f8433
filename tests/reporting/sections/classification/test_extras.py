"""What the chapter says of the further trainings, and of those that are switched off."""

import pytest

from tests.reporting.sections.classification.answers import EXTRAS


def test_extras_are_described(text_of):
    text = text_of()
    for words in (
        "shows the same settings trained on Equation",
        "Which ingredient of the improved configuration matters?",
        "Trained with the tuned settings otherwise, it reaches",
        "are nine networks",
        "Over seeds, the tuned network is ahead of the reference settings by 2.0 points on average, "
        "and its worst seed is ahead",
    ):
        assert words in text
    assert "Switched off in the settings" not in text


def test_extras_that_are_switched_off_are_left_out_and_named(text_of):
    text = text_of(switched_off=tuple(f"classification/{name}" for name in EXTRAS))
    named = "training with the second softmax, further seeds of the reference settings, further seeds"
    assert f"not in this section: {named}" in text
    for words in (
        "Which ingredient",
        "tuned settings otherwise, it",
        "Over seeds",
        "shows the same settings trained on",
        "(rings)",
        "Left: test accuracies",
    ):
        assert words not in text
    assert "The three configurations are three networks." in text


@pytest.mark.parametrize("name", EXTRAS)
def test_each_extra_can_be_switched_off_alone(text_of, name):
    assert "Switched off in the settings" in text_of(switched_off=(f"classification/{name}",))
