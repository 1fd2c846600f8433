"""The one builder of invented runs, and the list of all ways in which they turned out."""

from pathlib import Path
from typing import Any

from tests.invented.classification import write_classification
from tests.invented.classification_extras import write_classification_extras
from tests.invented.example import Example
from tests.invented.outcome import Outcome
from tests.invented.outcomes_of_data import OUTCOMES_OF_DATA
from tests.invented.outcomes_of_networks import OUTCOMES_OF_NETWORKS
from tests.invented.outcomes_of_searches import OUTCOMES_OF_SEARCHES
from tests.invented.regression import write_regression
from tests.invented.regression_extras import write_regression_extras

outcomes: dict[str, Outcome] = OUTCOMES_OF_NETWORKS | OUTCOMES_OF_SEARCHES | OUTCOMES_OF_DATA


def write_runs(folder: Path | str, **changes: Any) -> Path:
    """Write runs into `folder` (the runs folder itself) and return it; `changes` are fields of Example."""
    example, runs = Example(**changes), Path(folder)
    write_regression_extras(runs / "regression", example, write_regression(runs / "regression", example))
    write_classification_extras(
        runs / "classification", example, write_classification(runs / "classification", example)
    )
    return runs


def write_outcome(folder: Path | str, name: str) -> Path:
    """Write the runs of one of the outcomes into `folder` and return it."""
    return outcomes[name].edited(write_runs(folder, **outcomes[name].changes))
