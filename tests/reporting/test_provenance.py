"""Where the numbers come from: every figure and table has its files, and they hold what is said of them."""

import json
import re

import pytest
from reporting.findings import classification_findings, regression_findings
from reporting.provenance import FIGURES, SENTENCES, TABLES, missing_sources, origins, parsed, source_of, spelled_out
from reporting.render import RenderError

from reporting import contents, stages
from reporting.results import load_classification_results, load_regression_results
from tests.invented import write_runs


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return write_runs(tmp_path_factory.mktemp("runs") / "runs")


@pytest.fixture(scope="module")
def results(runs):
    return load_regression_results(runs), load_classification_results(runs)


@pytest.fixture(scope="module")
def shown(results):
    """The names of all figures and tables of a report with every extra."""
    regression, classification = results
    found = {"regression": regression_findings(regression), "classification": classification_findings(classification)}
    figures = contents.regression_figures(regression, found["regression"])
    return list(figures | contents.classification_figures(classification, found["classification"])), contents.tables(
        found
    )


def test_every_figure_and_table_names_its_files(shown):
    for kind, table, names in (("figure", FIGURES, shown[0]), ("table", TABLES, shown[1])):
        assert all(source_of(table, kind, name) for name in names)


def test_no_entry_is_left_over(shown):
    depending = ["classification_suspects"]  # on what the networks say: there are none in the example
    for table, names in ((FIGURES, shown[0] + depending), (TABLES, shown[1])):
        assert [
            entry for entry in table if not any(re.fullmatch(entry.replace("*", ".*"), name) for name in names)
        ] == []


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for table in (FIGURES, TABLES, SENTENCES) for name, text in table.items()]
)
def test_named_files_hold_the_named_keys(runs, name, text):
    assert missing_sources(runs, text) == []


def test_missing_files_and_keys_are_found(runs):
    assert missing_sources(runs, "regression/tuned/nothing.npz: x") == ["regression/tuned/nothing.npz"]
    (words,) = missing_sources(runs, "regression/tuned/run.json: metrics.test_{loss,luck}")
    assert words.endswith("regression/tuned/run.json: metrics.test_luck")
    assert len(missing_sources(runs, "regression/tuned/{predictions,weights}.npz: trained/*/kernel")) == 1


def test_a_figure_without_files_is_a_clear_error():
    with pytest.raises(RenderError, match="does not say which files the figure 'new_one' is made of"):
        origins(["new_one"], [])


def test_each_file_is_listed_once_with_all_that_is_made_of_it():
    listed = {
        item.file: item for item in origins(["regression_data", "regression_weights"], ["regression_layers", "runs"])
    }
    weights = listed["regression/tuned/weights.npz"]
    assert (weights.figures, weights.tables) == (["regression_weights"], ["regression_layers"])
    assert list(weights.keys) == ["initial/*/kernel", "trained/*/kernel"]
    assert "noise" in listed["regression/tuned/predictions.npz"].sentences


def test_files_of_extras_that_are_switched_off_are_left_out():
    text = "regression/tuned/a.npz: x; regression/{seeds,smaller}/*/a.npz: x"
    assert len(parsed(text, ["regression/seeds", "classification/smaller"])) == 2
    assert list(parsed(text, ["regression/seeds", "regression/smaller"])) == ["regression/tuned/a.npz"]
    files = [item.file for item in origins([], [], ["classification/double_softmax", "classification/smaller"])]
    assert "regression/tuned/predictions.npz" in files and not any("double_softmax" in file for file in files)


def test_braces_are_spelled_out():
    assert spelled_out("a{b,c}d{,e}") == ["abd", "abde", "acd", "acde"]


def test_stages_are_the_runs_and_one_row_an_extra(results, runs):
    listed = {stage.folder: stage for stage in stages.stages(*results)}
    assert list(listed)[:3] == ["regression/reference", "regression/search", "regression/tuned"]
    seeds = listed["regression/seeds"]
    cases = [json.loads(path.read_text()) for path in sorted(runs.glob("regression/seeds/*/run.json"))]
    assert seeds.cases == len(cases) and seeds.seconds == pytest.approx(sum(case["seconds"] for case in cases))
    assert listed["regression/tuned"].cases is None


def test_extras_that_are_switched_off_have_no_stage(tmp_path):
    off = write_runs(tmp_path, switched_off=("regression/seeds", "classification/ablation"))
    both = load_regression_results(off), load_classification_results(off)
    assert stages.switched_off(*both) == ["regression/seeds", "classification/ablation"]
    assert not {"regression/seeds", "classification/ablation"} & {stage.folder for stage in stages.stages(*both)}


def test_runs_of_all_cases_are_recorded_runs(results):
    names = [run.variant for run in stages.recorded_runs(*results)]
    assert names[:3] == ["reference", "search", "tuned"] and len(names) > len(stages.stages(*results))
