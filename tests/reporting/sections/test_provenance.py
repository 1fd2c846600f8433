"""What the appendix lists of the recorded runs."""

import json

import pytest

from reporting.contents import DOCUMENT
from reporting.engine.sections import Findings
from reporting.results import load_all_results
from reporting.sections.provenance import different, recorded_runs, stages
from tests.invented import edits, write_runs


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return write_runs(tmp_path_factory.mktemp("runs") / "runs")


@pytest.fixture(scope="module")
def results(runs):
    return load_all_results(runs)


def test_stages_are_the_runs_and_one_row_an_extra(results, runs):
    listed = {stage.folder: stage for stage in stages(results)}
    assert list(listed)[:3] == ["regression/reference", "regression/search", "regression/tuned"]
    seeds = listed["regression/tuned_seeds"]
    cases = [json.loads(path.read_text()) for path in sorted(runs.glob("regression/tuned_seeds/*/run.json"))]
    assert seeds.cases == len(cases) and seeds.seconds == pytest.approx(sum(case["seconds"] for case in cases))
    tuned, recorded = listed["regression/tuned"], json.loads((runs / "regression/tuned/run.json").read_text())
    assert tuned.cases is None and tuned.seeds == [recorded["seed"]] and tuned.scale == recorded["scale"]
    assert (tuned.precision, tuned.threads) == (recorded["machine"]["precision"], recorded["machine"]["threads"])


def test_extras_that_are_switched_off_have_no_stage(tmp_path):
    off = ("regression/tuned_seeds", "classification/smaller")
    listed = {stage.folder for stage in stages(load_all_results(write_runs(tmp_path, switched_off=off)))}
    assert not listed & set(off) and "regression/splits" in listed


def test_runs_of_all_cases_are_recorded_runs(results):
    names = [run.variant for run in recorded_runs(results)]
    assert names[:4] == ["reference", "search", "tuned", "extended"] and len(names) > len(list(stages(results)))


def test_machines_versions_and_data_are_listed_once_each(tmp_path):
    runs = write_runs(tmp_path)
    one = Findings(DOCUMENT, load_all_results(runs))("provenance")
    assert [len(found) for found in (one.machines, one.version_sets, one.commits, one.data_sets)] == [1, 1, 1, 2]
    edits.origins.several_machines(3, 2)(runs)
    several = Findings(DOCUMENT, load_all_results(runs))("provenance")
    assert (len(several.machines), len(several.commits)) == (3, 2)


def test_different_values_keep_their_order():
    assert different([3, 1, 3, [2], [2]]) == [3, 1, [2]]
