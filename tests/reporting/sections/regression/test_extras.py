"""Extras that are switched off leave the chapter, and are named."""

import pytest

EXTRAS = {  # what only a chapter with the extra says, and how it is named where it is off
    "splits": ("How the Points Are Split", "other ways to split the points"),
    "baselines": ("compares the tuned networks with three models", "baselines"),
    "initialisation": ("Under Glorot uniform", "another initialiser"),
    "tuned_seeds": ("each with its own shuffle", "further seeds of the tuned networks"),
    "smaller": ("hidden units the network has", "a smaller network"),
}


@pytest.mark.parametrize("name", EXTRAS)
def test_an_extra_stands_or_is_named_as_switched_off(text_of, name):
    words_with_it, words_without = EXTRAS[name]
    text = text_of(switched_off=[f"regression/{name}"])
    assert words_with_it not in text
    assert f"Switched off in the settings, and therefore not in this section: {words_without}." in text


def test_with_all_extras_nothing_is_switched_off_and_with_none_all_are_named(text_of):
    text = text_of()
    assert all(words in text for words, _ in EXTRAS.values()) and "not in this section" not in text
    off = text_of(switched_off=[f"regression/{name}" for name in EXTRAS])
    assert "another initialiser, further seeds of the tuned networks and a smaller network." in off
