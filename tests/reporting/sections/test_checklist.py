"""The checklist: what it counts, and that its sources hold what they are named for."""

import csv
import json
import re
import tomllib

import numpy as np
import pytest

from reporting import document
from reporting.artifacts import Identity, load_arrays
from reporting.contents import DOCUMENT
from reporting.engine.sections import Findings
from reporting.results import load_all_results
from reporting.settings import SHIPPED
from tests.invented import edits, outcomes, write_outcome, write_runs
from tests.reporting.stand_ins import without_drawings


def answers(runs):
    return Findings(DOCUMENT, load_all_results(runs))("checklist")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    runs = write_runs(tmp_path_factory.mktemp("checklist") / "runs")
    for edit in edits.searches.searches():  # which say of each fold whether it failed
        edit(runs)
    return runs


def test_every_fit_is_counted(runs):
    fits = answers(runs).fits
    rows = {
        task: [len(path.read_text().splitlines()) - 1 for path in runs.glob(f"{task}/**/folds.csv")] for task in fits
    }
    for task, item in fits.items():
        assert item.search + item.others == sum(rows[task]) and not item.failed and not item.tested_in_search
        assert item.tested == item.others  # all invented networks are
    assert fits["classification"].search == 12 and fits["regression"].search == 90


def test_seconds_are_those_of_all_fits(runs):
    tables = [list(csv.DictReader(path.open())) for path in runs.rglob("folds.csv")]
    assert answers(runs).seconds == pytest.approx(sum(float(row["seconds"]) for rows in tables for row in rows))


def test_failed_fits_are_counted_and_cost_no_time(tmp_path):
    name = "two extras off; two combinations failed"
    found = answers(write_outcome(tmp_path / "runs", name))
    assert [item.failed for item in found.fits.values()] == [2, 2] and np.isfinite(found.seconds)


def test_duplicates_are_told_and_so_is_that_nobody_counted_them(text_of):
    assert "Images: not recorded." in text_of(edits.origins.duplicates(None, None))
    text = text_of(edits.origins.duplicates(3, 2))
    assert "Test images also in the training data: 2 of 1000. Training images that repeat another: 3 of 3000." in text


def test_points_of_both_sets_are_counted(tmp_path):
    runs = write_runs(tmp_path / "runs")
    for path in runs.glob("regression/**/predictions.npz"):
        edits.files.edit_arrays(
            path,
            lambda stored: {
                f"{axis}_test": np.r_[stored[f"{axis}_train"][:3], stored[f"{axis}_test"][3:]] for axis in "xy"
            },
        )
    edits.files.settle(runs)
    assert answers(runs).repeated_points == 3


def test_a_search_that_saw_test_data_is_confessed(tmp_path, monkeypatch):
    without_drawings(monkeypatch)
    name = next(name for name, item in outcomes.items() if edits.searches.tested in item.edits)
    page = document.report_document(Identity(*"abcdef"), write_outcome(tmp_path / "runs", name))
    assert "A search recorded test scores." in page and "recorded no test score" not in page


def test_each_answer_has_a_source_that_holds_its_keys(runs, monkeypatch):
    without_drawings(monkeypatch)
    page = document.report_document(Identity(*"abcdef"), runs)
    table = re.search('<div class="table[^"]*" id="table-checklist".*?</table>', page, re.DOTALL)[0]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th><td>(.*?)</td><td>(.*?)</td></tr>", table, re.DOTALL)
    assert len(rows) >= 12 and all(answer.strip() for _, answer, _ in rows)
    for item, _, sources in rows:
        found = re.findall(r"<code>(.*?)</code> (.*?)(?:;|$)", sources)
        assert found, item
        for file, keys in found:
            assert_holds(runs, file, keys.strip().split(", "))


def assert_holds(runs, file, keys):
    if file == "homework.toml":
        assert set(keys) <= set(tomllib.loads(SHIPPED.read_text())["report"])
        return
    paths = list(runs.glob(file))
    assert paths, file
    for key in keys:
        assert any(holds(path, key) for path in paths), (file, key)


def holds(path, key):
    """Whether a file has a key: a.b in JSON, a column, an array, or several whose names begin so."""
    if path.suffix == ".json":
        value = json.loads(path.read_text())
        for part in key.split("."):
            if part not in value:
                return False
            value = value[part]
        return True
    if path.suffix == ".csv":
        return key == "columns" or key in path.read_text().splitlines()[0].split(",")
    return any(name == key or key.endswith("*") and name.startswith(key[:-1]) for name in load_arrays(path))
