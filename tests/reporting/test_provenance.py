"""The table of origins is true: every key that it lists was read, and every read is listed."""

import contextlib
from collections import defaultdict

import pytest

from reporting.artifacts import Identity, RecordedRun, Run, Stored
from reporting.document import Document
from reporting.engine.provenance import braced, relative
from reporting.results import load_all_results
from tests.invented import write_runs
from tests.reporting.stand_ins import without_drawings

IDENTITY = Identity("University", "Homework", "Subject", "Professor", "Student", "0042")
WHOLE = ("data", "machine", "versions")  # what a run is said to be read for as a whole


@contextlib.contextmanager
def recorded(path):
    """Inside it, every read of a loaded file is written to `path`, whichever process it happens in."""
    read_part, read_field = Stored.__getitem__, RecordedRun.__getattribute__
    with open(path, "ab", buffering=0) as file, pytest.MonkeyPatch.context() as patch:

        def part(self, name):
            value = read_part(self, name)
            if not isinstance(value, Stored):
                file.write(f"{self.path}\t{self.prefix}{name}\n".encode())
            return value

        def field(self, name):
            value = read_field(self, name)
            if name in Run.__dataclass_fields__ and not isinstance(value, Stored):
                file.write(f"{read_field(self, '_path')}\t{name}\n".encode())
            return value

        patch.setattr(Stored, "__getitem__", part)
        patch.setattr(RecordedRun, "__getattribute__", field)
        yield


def reads_in(path, runs):
    """The (file, key) pairs that were recorded."""
    pairs = {tuple(line.split("\t")) for line in path.read_text().splitlines()} if path.exists() else set()
    first = {key: key.split(".")[0] for _, key in pairs}
    return {(relative(file, runs), first[key] if first[key] in WHOLE else key) for file, key in pairs}


def listed_in(document):
    """The (file, key) pairs of the table of origins, by kind and name of the reader; all of them under None."""
    listed = defaultdict(set)
    for item in document.origins():
        pairs = {(file, key) for file in item.files for key in item.keys}
        for kind, names in (("figure", item.figures), ("table", item.tables), ("heading", item.headings)):
            for name in names:
                listed[kind, name] |= pairs
        listed[None] |= pairs
    return listed


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A drawn document of runs with every extra, its HTML, and what was read to make it."""
    folder = tmp_path_factory.mktemp("made")
    runs = write_runs(folder / "runs")
    results = load_all_results(runs)
    with recorded(folder / "reads"):
        document = Document(IDENTITY, results, runs)
        html = document.html()
    return document, html, reads_in(folder / "reads", runs)


def test_all_that_is_listed_was_read_and_all_that_was_read_is_listed(made):
    document, _, read = made
    assert listed_in(document)[None] == read


def test_the_printed_table_is_complete_although_later_sections_are_not_yet_written(made):
    document, html, _ = made
    table = html[html.index('id="table-origins"') :].split("</table>")[0]
    assert table.count('<th scope="row">') == len(document.origins())
    assert all(f"</code> {', '.join(braced(item.keys))}</th>" in table for item in document.origins())


def test_figures_drawn_in_other_processes_return_what_they_read(made, tmp_path):
    document, _, _ = made
    for name, panels in document.figures.items():
        with recorded(tmp_path / name):
            for draw in panels:
                draw()
        assert reads_in(tmp_path / name, document.runs) <= listed_in(document)["figure", name]


def test_tables_have_read_what_their_rows_are_made_of(made, tmp_path):
    document, _, _ = made
    for name in document.rows.keys() - {"origins"}:
        with recorded(tmp_path / name):
            document.rows[name]()
        assert reads_in(tmp_path / name, document.runs) <= listed_in(document)["table", name]


def folders_read_for(document, *reader):
    """The second level of the files' folders."""
    return {file.split("/")[1] for file, _ in listed_in(document)[reader] if not file.startswith("reporting/")}


@pytest.mark.parametrize(
    ("figure", "folders"),
    [
        ("regression_activations", {"tuned"}),
        ("regression_initialisation", {"tuned", "initialisation"}),
        ("regression_weights", {"tuned"}),
        ("classification_training", {"reference", "tuned", "extended"}),
        ("classification_activations", {"tuned"}),
    ],
)
def test_figures_are_said_to_be_made_of_the_networks_that_they_show(made, figure, folders):
    assert folders_read_for(made[0], "figure", figure) == folders


def test_figures_and_tables_are_all_made_of_something(made):
    listed = listed_in(made[0])
    assert not [name for name in made[0].figures if not listed["figure", name]]
    assert not [name for name in made[0].rows.keys() - {"origins"} if not listed["table", name]]


def test_extras_that_are_switched_off_are_no_origin(tmp_path, monkeypatch):
    without_drawings(monkeypatch)
    off = ("regression/baselines", "regression/tuned_seeds", "classification/tuned_seeds")
    runs = write_runs(tmp_path, switched_off=off)
    document = Document(IDENTITY, load_all_results(runs), runs)
    document.html()
    files = {file for file, _ in listed_in(document)[None]}
    assert not [file for file in files if file.startswith(off)]
    assert "regression/splits/blocks/predictions.npz" in files
