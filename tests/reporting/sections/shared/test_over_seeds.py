"""Means over seeds stand at the head of the report, where each configuration has as many."""

import numpy as np
import pytest

from reporting.results import load_results
from reporting.sections.shared.over_seeds import means_over_seeds
from tests.invented import write_runs

SEEDS = ("tuned_seeds", "reference_seeds", "extended_seeds")


@pytest.mark.parametrize(
    ("off", "seeds"), [((), 3), (("classification/tuned_seeds",), 1), (tuple(f"classification/{s}" for s in SEEDS), 1)]
)
def test_means_are_over_seeds_that_all_configurations_have(tmp_path, off, seeds):
    results = load_results(write_runs(tmp_path, switched_off=off), "classification")
    found = means_over_seeds(results, ["test_accuracy"])
    assert (found.seeds, found.several) == (seeds, seeds > 1) and list(found.means) == list(results.variants)
    for name, means in found.means.items():
        accuracies = [network.run.metrics["test_accuracy"] for network in results.seeds_of(name)[:seeds]]
        assert means == {"test_accuracy": pytest.approx(np.mean(accuracies))}


def test_the_head_of_the_report_says_what_it_means_over(text_of):
    assert text_of().split("Regression:")[0].count("(3‑seed&nbsp;means)") == 4
    one = text_of(switched_off=("regression/tuned_seeds",)).split("Regression:")[0]
    assert one.count("(3‑seed&nbsp;means)") == 2
