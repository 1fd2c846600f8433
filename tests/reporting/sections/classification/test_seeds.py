"""Configurations over their seeds: what the verdict on two settings may be trusted with."""

import dataclasses

import numpy as np
import pytest

from reporting.sections.classification.results import settings_verdict
from reporting.sections.shared.verdicts import verdict_over_seeds
from tests.reporting.sections.classification.answers import answering, exchanged, right_in

DRAWS, SD = 2000, 0.003  # of the accuracies of one setting over its seeds


@pytest.mark.parametrize(("seeds", "former"), [(2, 0.27), (3, 0.16)])
def test_false_alarms_of_the_seeds_verdict_are_5_percent(results, seeds, former):
    """Settings that are equal; `former` is the rate of the rule that took two sd of a difference for an effect."""
    strict = dataclasses.replace(results, judgement={"equivalent_accuracy": 0.0})  # no difference is too small
    rng = np.random.default_rng(seeds)
    first, second = rng.normal(0.9, SD, (2, DRAWS, seeds))
    verdicts = [verdict_over_seeds(strict, *pair) for pair in zip(first.tolist(), second.tolist(), strict=True)]
    alarms = np.mean([item.better or item.worse for item in verdicts])
    assert alarms == pytest.approx(0.05, abs=3 * (0.05 * 0.95 / DRAWS) ** 0.5)
    two_sd = 2 * np.sqrt(2) * second.std(axis=1, ddof=1)
    assert np.mean(np.abs(second[:, 0] - first[:, 0]) > two_sd) == pytest.approx(former, abs=0.03)


def test_seeds_are_paired_and_their_margin_is_that_of_the_settings(results):
    verdict = settings_verdict(results, "reference", "tuned")
    assert (verdict.seeds, verdict.folds) == (3, 1) and verdict.margin == results.judgement["equivalent_accuracy"]
    pairs = [
        [results.variants[name], *results.extras[f"{name}_seeds"].cases.values()] for name in ("reference", "tuned")
    ]
    first, second = ([network.run.metrics["test_accuracy"] for network in networks] for networks in pairs)
    assert verdict.difference.value == pytest.approx(np.mean(np.subtract(second, first))) and verdict.better
    assert settings_verdict(results, "tuned", "reference").worse
    assert settings_verdict(results, "tuned", "tuned").equivalent


def test_a_single_seed_is_no_verdict(results):
    alone = dataclasses.replace(
        results, extras={name: dataclasses.replace(extra, cases={}) for name, extra in results.extras.items()}
    )
    better = exchanged(alone, tuned=answering(results.tuned, right_in(results.tuned, 1.0)))
    verdict = settings_verdict(better, "reference", "tuned")
    assert not (verdict.known or verdict.better or verdict.worse or verdict.equivalent or verdict.undecided)
