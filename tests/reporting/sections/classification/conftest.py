"""Example results of the classification, and what its sections find in them."""

import pytest

from reporting.results import load_results
from tests.invented import write_runs
from tests.reporting.sections.classification.answers import findings_of


@pytest.fixture(scope="package")
def results(tmp_path_factory):
    return load_results(write_runs(tmp_path_factory.mktemp("runs")), "classification")


@pytest.fixture(scope="package")
def found(results):
    return findings_of(results)
