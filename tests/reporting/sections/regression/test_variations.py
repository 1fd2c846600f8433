"""The tuned networks with one thing changed: their initialiser or their size."""

import pytest

from reporting.sections.regression.smaller import SmallerFindings
from reporting.sections.regression.variations import changed_from, variation_of
from tests.reporting.sections.regression.changed import exchanged, findings_of


def extra_error(glorot_uniform=0.6, smaller=0.3):
    return {"splits": 0.4, "glorot_uniform": glorot_uniform, "smaller": smaller}


@pytest.mark.parametrize(
    ("off", "extras"),
    [
        ((), ["", "initialisation", "smaller"]),
        (("initialisation",), ["", "smaller"]),
        (("smaller",), ["", "initialisation"]),
    ],
)
def test_what_was_trained_is_listed(results, off, extras):
    found = findings_of(exchanged(results, extras={name: {} for name in off}))
    assert [extra for extra, _ in found("variations")] == extras


def test_without_changes_there_is_no_table(results):
    found = findings_of(exchanged(results, extras={"initialisation": {}, "smaller": {}}))
    assert found("variations") is found("initialisation") is found("smaller") is None


@pytest.mark.parametrize(("error", "word"), [(0.9, "worse"), (0.05, "better")])
def test_smaller_network_worse_and_better(found_with, error, word):
    found = found_with(extra_error=extra_error(smaller=error))("smaller")
    assert found.smaller.test.word == word and found.is_smaller


def test_network_of_the_same_size_is_not_smaller(results):
    found = SmallerFindings(variation_of(results.tuned), changed_from(results, results.tuned))
    assert not found.is_smaller and found.smaller.test.word == "equivalent"


@pytest.mark.parametrize(
    ("error", "words"), [(0.9, "is worse than the tuned one"), (0.05, "is better than the tuned one")]
)
def test_sentence_about_the_smaller_network_follows_its_losses(text_of, error, words):
    assert f"By test loss the smaller network {words} over five folds" in text_of(
        extra_error=extra_error(smaller=error)
    )


def test_network_that_is_no_smaller_is_not_called_so(text_of):
    assert "A smaller network:" not in text_of(smaller_units=(16, 24, 32))


@pytest.mark.parametrize(("error", "word"), [(0.9, "worse"), (0.05, "better")])
def test_sentence_about_the_initialiser_follows_its_losses(text_of, error, word):
    verdict = f"the Glorot uniform initialiser is {word} than the tuned networks’ fan-in uniform one"
    words = f"By test loss {verdict} over five folds"
    assert words in text_of(extra_error=extra_error(glorot_uniform=error))
