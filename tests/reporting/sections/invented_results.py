"""The recorded results of a task in invented runs, loaded once for all tests of a folder."""

import pytest

from reporting.results import load_results
from tests.invented import write_runs


def results_of(task):
    """A fixture of the task's results."""

    @pytest.fixture(scope="package")
    def results(tmp_path_factory):
        return load_results(write_runs(tmp_path_factory.mktemp("runs")), task)

    return results


def found_by(findings_of):
    """A fixture of what the sections find in the results."""

    @pytest.fixture(scope="package")
    def found(results):
        return findings_of(results)

    return found
