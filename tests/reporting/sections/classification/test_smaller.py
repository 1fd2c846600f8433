"""The smaller network that the spectra recommend."""

import dataclasses

from reporting.artifacts import load_json
from reporting.results import load_results
from tests.invented import write_runs
from tests.reporting.sections.classification.answers import change_run, findings_of


def test_smaller_network_is_smaller_or_not(found):
    smaller = found("smaller")
    assert smaller.is_smaller and smaller.sizes == {"filters": [16, 24], "dense_units": [16, 24]}
    assert not dataclasses.replace(smaller, parameter_share=1.0).is_smaller


def test_without_its_training_there_is_nothing_to_say(tmp_path):
    runs = write_runs(tmp_path, switched_off=("classification/smaller",))
    assert findings_of(load_results(runs, "classification"))("smaller") is None


def test_smaller_network_that_is_not_smaller_is_not_praised(text_of):
    def change(runs):
        tuned = load_json(runs / "classification/tuned/run.json")["metrics"]["parameters"]
        change_run(runs / "classification/smaller/smaller", metrics={"parameters": tuned})

    assert "Fewer units and filters:" not in text_of(change)
