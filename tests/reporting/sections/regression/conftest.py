"""Example results of the regression, and what its sections find in them."""

import pytest

from reporting.results import load_results
from tests.invented import write_runs
from tests.reporting.sections.regression.changed import findings_of


@pytest.fixture(scope="package")
def results(tmp_path_factory):
    return load_results(write_runs(tmp_path_factory.mktemp("runs")), "regression")


@pytest.fixture(scope="package")
def found(results):
    return findings_of(results)


@pytest.fixture
def found_with(tmp_path):
    """A function that returns what is found in example runs with changes."""

    def find(name="runs", **changes):
        return findings_of(load_results(write_runs(tmp_path / name, **changes), "regression"))

    return find
