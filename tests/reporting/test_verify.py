"""Every printed number says what it is made of, and a report that the runs do not bear out is told by its numbers."""

import re
import shutil

import numpy as np
import pytest

from reporting import checks, defence, document, regression_checks, verify
from reporting.engine.comparison import blocks_of
from reporting.engine.pdf import on_paper
from reporting.results import load_all_results
from reporting.settings import SHIPPED, load_identity, load_judgement
from tests.invented import write_runs
from tests.invented.edits.files import edit_arrays, edit_json
from tests.reporting.stand_ins import without_drawings

NUMBER = re.compile(r'<data value="([^"]*)" data-from="([^"]*)" data-read="(\d+)">(.*?)</data>', re.DOTALL)
MEAN_LOSS = "regression/results.over_seeds.means.tuned.test_loss"
TUNED = "regression/tuned"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of invented runs with a page of them, without drawings."""
    runs = write_runs(tmp_path_factory.mktemp("made") / "runs")
    with pytest.MonkeyPatch.context() as patch:
        without_drawings(patch)
        results = load_all_results(runs, load_judgement(SHIPPED))
        report = document.Document(load_identity(SHIPPED), results, runs)
        page = defence.with_questions(report.html(), report)
    (runs / "report").mkdir()
    (runs / "report" / "report.html").write_text(page, encoding="utf-8")
    return runs


@pytest.fixture
def runs(made, tmp_path, monkeypatch):
    """A copy of it to change; nothing is drawn."""
    without_drawings(monkeypatch)
    return shutil.copytree(made, tmp_path / "runs")


@pytest.fixture
def outcome(runs, capsys):
    """A function that verifies: the exit status, what is printed, and the line of an error."""

    def verified():
        status = verify.main(["--runs", str(runs)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return verified


def edit_page(runs, pattern, replacement):
    """Change the page at the first place that a pattern matches."""
    path = runs / "report" / "report.html"
    text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1)
    assert count == 1
    path.write_text(text, encoding="utf-8")


def moved(name, place, by):
    """An edit of arrays that adds to one element of one of them."""

    def edit(arrays):
        array = np.array(arrays[name])
        array[place] += by
        return {name: array}

    return edit


def test_a_report_agrees_with_its_runs(outcome, runs):
    status, printed, error = outcome()
    count = len(NUMBER.findall((runs / "report" / "report.html").read_text(encoding="utf-8")))
    assert (status, printed, error) == (0, f"{count} numbers agree\n", "") and count > 500


def test_a_report_with_drawings_agrees_with_its_runs(built, capsys):
    assert verify.main(["--runs", str(built)]) == 0
    assert capsys.readouterr().out.endswith(" numbers agree\n")


def test_every_number_has_a_path_and_files(runs):
    page = (runs / "report" / "report.html").read_text(encoding="utf-8")
    without = {source for _, source, _, _ in NUMBER.findall(page) if not re.search(r"[.:\[]", source)}
    assert without == set()
    numbers = [number for block in blocks_of(page) for number in block.numbers]
    nowhere = [number for number in numbers if not re.search(r"\.(json|csv|npz|toml|py)\b", number.read)]
    assert nowhere == []
    losses = {number.read for number in numbers if number.source == MEAN_LOSS}
    folder = "regression/tuned_seeds/{seed_2, seed_3}"
    assert losses == {
        f"regression/tuned/folds.csv, {folder}/folds.csv: test_loss;"
        f" regression/tuned/run.json, {folder}/run.json: metrics.test_loss"
    }


def test_sources_are_no_part_of_the_pdf_nor_of_attributes(runs):
    page = (runs / "report" / "report.html").read_text(encoding="utf-8")
    left = on_paper(page)
    assert "<data" not in left and 'id="sources"' not in left
    assert not re.search("[\ue010-\ue013]", page) and not re.search(r'="[^"]*<data', page)


@pytest.mark.parametrize(
    ("file", "edit", "finding"),
    [
        (f"{TUNED}/weights.npz", lambda arrays: {name: np.array(value) * 1.01 for name, value in arrays.items()
                                                if name.startswith("trained/")}, "regression/weights"),
        ("regression/search/run.json", None, "runs"),
        ("classification/tuned/predictions.npz", moved("validation_probabilities", slice(20), 1e-4),
         "classification/calibration"),
    ],
)  # fmt: skip
def test_a_changed_array_is_told_by_its_numbers(outcome, runs, file, edit, finding):
    if edit:
        edit_arrays(runs / file, edit)
    else:
        edit_json(runs / file, lambda run: run.update(seconds=run["seconds"] + 60))
    status, printed, error = outcome()
    assert (status, error) == (1, "")
    first = printed.splitlines()[0]
    assert finding in printed and "recomputed" in first and file.rpartition("/")[2] in printed


@pytest.mark.parametrize(
    ("folder", "name", "place", "by", "key"),
    [
        (TUNED, "test_predictions", (0, 0), 0.5, "test_loss"),
        ("classification/tuned", "test_probabilities", (0, slice(None, None, -1)), 0.0, "test_loss"),
    ],
)
def test_what_contradicts_the_arrays_is_one_line(outcome, runs, folder, name, place, by, key):
    def edit(arrays):
        array = np.array(arrays[name])
        array[0] = array[0] + by if by else array[0][::-1]
        return {name: array}

    edit_arrays(runs / folder / "predictions.npz", edit)
    status, printed, error = outcome()
    assert (status, printed, error.count("\n")) == (1, "", 1)
    assert f"{folder}/run.json: {key} is" in error and "by the run's own arrays" in error


@pytest.mark.parametrize(
    ("folder", "name", "finding"),
    [
        (TUNED, "test_predictions", MEAN_LOSS),
        ("classification/tuned", "test_probabilities", "classification/results.over_seeds.means.tuned.test_accuracy"),
    ],
)
def test_recorded_losses_are_those_of_the_arrays(outcome, runs, monkeypatch, folder, name, finding):
    """Even where they differ by less than the report refuses, if another digit is printed for it."""
    for module in (checks, regression_checks):
        monkeypatch.setattr(module, "TOLERANCE", 1.0)
    monkeypatch.setattr(checks, "wrong_error_images", lambda variant: "")
    edit_arrays(runs / folder / "predictions.npz", lambda arrays: {name: np.roll(arrays[name], 1, axis=-1)})
    status, printed, _ = outcome()
    assert status == 1 and re.search(
        rf"^title: {re.escape(finding)} is .*, recomputed .* from .*run.json", printed, re.M
    )


EDITS = {  # of the page, and what is said of them
    r'(data-from="regression/results.over_seeds.means.tuned.test_loss"[^>]*>0\.)\d': (r"\g<1>9", "test_loss is 0.9"),
    r'(<data value="0\.)\d(\d*" data-from="classification/results.over_seeds.means.tuned.test_accuracy")': (
        r"\g<1>1\2",
        "(in full 0.1",
    ),
    "mean squared error": ("mean error", "it reads “"),
    r"<title>Scatter plots of \d": ("<title>Scatter plots of 9", "it reads “Scatter plots of 9"),
    r"<p>Every number of this run.*?</p>": ("", "it reads “nothing”"),
}


def test_an_edited_page_is_told(outcome, runs):
    for pattern, (replacement, _) in EDITS.items():
        edit_page(runs, pattern, replacement)
    status, printed, _ = outcome()
    assert status == 1 and len(printed.splitlines()) == len(EDITS) + 1
    assert [words for _, words in EDITS.values() if words not in printed] == []


def test_a_page_of_earlier_runs_is_told(outcome, runs):
    for path in runs.glob("*/tuned/run.json"):
        edit_json(path, lambda run: run.update(finished_at="2031-01-01T00:00:00+00:00"))
    status, printed, _ = outcome()
    assert status == 1 and "these ended at 2031-01-01" in printed


def test_without_a_page_or_runs_it_says_what_to_do(outcome, runs):
    (runs / "report" / "report.html").write_text("<p>nothing</p>")
    assert outcome()[0] == 1
    (runs / "report" / "report.html").unlink()
    status, printed, error = outcome()
    assert status == 1 and not printed and "make report" in error
