"""Example results of the regression, and what its sections find in them."""

import pytest

from reporting.results import load_results
from tests.invented import write_runs
from tests.reporting.sections.invented_results import found_by, results_of
from tests.reporting.sections.regression.changed import findings_of

results = results_of("regression")
found = found_by(findings_of)


@pytest.fixture
def found_with(tmp_path):
    """A function that returns what is found in example runs with changes."""

    def find(name="runs", **changes):
        return findings_of(load_results(write_runs(tmp_path / name, **changes), "regression"))

    return find
