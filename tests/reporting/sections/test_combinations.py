"""All combinations of the grids, and what is said of those that failed."""

import pytest

from reporting.contents import DOCUMENT
from reporting.engine.sections import Findings
from reporting.results import load_all_results
from tests.invented import edits, write_runs


def grids_of(runs):
    """The findings of the appendix by task, and the rows of its tables."""
    findings = Findings(DOCUMENT, load_all_results(runs))
    return {grid.task: grid for grid in findings("combinations")}, findings.parts("tables")


def test_every_combination_has_a_row_best_first(tmp_path):
    grids, tables = grids_of(write_runs(tmp_path))
    for task, combinations in (("regression", 18), ("classification", 12)):
        rows = tables[f"{task}_trials"]()
        assert [row.rank for row in rows] == list(range(1, combinations + 1)) and not grids[task].failed


@pytest.fixture
def failed(tmp_path):
    runs = write_runs(tmp_path / "runs")
    edits.searches.search("regression", failed=(3,))(runs)
    return runs


def test_failed_folds_are_told_with_their_reason(failed):
    (fold,) = grids_of(failed)[0]["regression"].failed
    search = load_all_results(failed)["regression"].search
    row = next(row for row in search.folds if row["status"] == "failed")
    assert (fold.fold, fold.reason) == (row["fold"], row["reason"])
    assert fold.values == {name: row[name] for name in ("learning_rate", "weight_decay", "batch_size")}


def test_failed_folds_stand_below_the_table(text_of):
    text = text_of(edits.searches.search("regression", failed=(3,)))
    assert "of the combination learning rate&nbsp;0.001, weight decay&nbsp;" in text
    assert "failed: " in text and "failed: " not in text_of()
