"""What a person can get wrong, through the scripts that make runs: one clear line each, and nothing on disk is harmed.

The keys of the tables are the mistakes; what is read in detail is tested beside the modules that read it.
"""

import dataclasses
import errno
import gzip
import json
import os
import shutil
import subprocess

import numpy as np
import pytest

from reporting import artifacts, build_report
from reporting.artifacts import load_arrays, load_table, save_arrays, save_table
from reporting.engine import pdf
from reporting.engine.errors import MissingLibraries
from tests.invented import write_runs
from tests.training.stand_in_images import stand_in  # noqa: F401 (a fixture)
from training import fetching, known_images, prepare_data
from training.cli import run_main
from training.idx import to_idx
from training.known_images import KNOWN
from training.own_images import Images

POINTS = "x,y\n" + "".join(f"{x},{x * x % 7}\n" for x in range(12))
SETTINGS = {
    "an unknown key": ("[regression]\nlearning_rat = 0.1", "unknown key 'learning_rat'; did you mean learning_rate"),
    "an unknown table": ("[regresion]\nfolds = 3", "unknown key 'regresion'; did you mean regression"),
    "a key outside its table": ("learning_rate = 0.1", "unknown key 'learning_rate'"),
    "a value in place of a table": ("[regression]\nsearch = 5", "search is a table"),
    "a missing file": (None, "no such settings file"),
    "a missing value": ("[regression]\nfolds =", "not valid TOML"),
    "a text in place of a number": ('[regression]\nfolds = "5"', "folds must be a whole number"),
    "a number in place of a text": ("[identity]\nstudent = 7", "student must be a text in quotes"),
    "a text without quotes": ("[identity]\nstudent = Ada", "not valid TOML"),
    "a date": ("[compute]\nseed = 2021-12-01", "seed must be a whole number"),
    "a negative rate": ("[regression]\nlearning_rate = -0.1", "learning_rate must be above 0"),
    "NaN": ("[classification]\ndropout = nan", "dropout must be a number"),
    "infinity": ("[regression]\nweight_decay = inf", "weight_decay must be a number"),
    "an empty list in the grid": (
        "[regression.search.grid]\nlearning_rate = []",
        "must be a list of at least one value",
    ),
    "no list in the grid": ("[regression.search.grid]\nlearning_rate = 0.1", "must be a list"),
    "a grid value twice": ("[regression.search.grid]\nlearning_rate = [0.1, 0.1]", "lists a value twice"),
    "whole numbers among others in the grid": ("[regression.search.grid]\nlearning_rate = [1, 0.1]", "mixes types"),
    "NaN in the grid": ("[regression.search.grid]\nlearning_rate = [nan, 0.1]", "learning_rate must be a number"),
    "a list in the grid": ('[classification.search.grid]\nfilters = [[8, "x"]]', "must be a whole number"),
    "a layer without activation": (
        '[regression]\nactivations = ["tanh"]',
        "activations has 1 value for 3 hidden layers",
    ),
    "more folds than points": ("[regression]\nfolds = 101", "folds = 101 is impossible with 100 training points"),
    "another encoding": ('[identity]\nstudent = "é"'.encode("latin-1"), "line 2; save it in that encoding"),
    "half of a UTF-16 file": ('[identity]\nstudent = "é"'.encode("utf-16")[:-1], "not a text file in UTF-8"),
    "two lines in one": ('[identity]\nstudent = "Ada\\nLovelace"', "student must be one line of text"),
}
CSV = {
    "a missing file": (None, "no such file"),
    "an empty file": ("", "holds 0 points"),
    "one row": ("x,y\n1,2\n", "holds 1 points"),
    "text among numbers": ("x,y\n1,2\n3,four\n", "line 3: 'four' is not a number"),
    "missing values": ("1,2\n3,nan\n", "holds 1 points"),
    "infinity": ("1,2\n-inf,4\n", "line 2: -inf is not a finite number"),
    "more columns than names": ("x,y\n1,2,3\n1,2,3\n", "line 2: 3 columns instead of 2"),
    "names that may be a point": ("0,1\n1,2\n3,4\n", "regression_header = true"),
    "decimal commas": ("x,y\n1,5,2,5\n", "line 2: 4 columns"),
    "a constant y": ("1,2\n3,2\n5,2\n", "y is 2 in every row"),
    "a constant x": ("1,2\n1,3\n1,4\n", "x is 1 in every row"),
    "fewer rows than folds": ("1,2\n3,4\n5,6\n", "folds = 5 is impossible with 3 training points"),
    "huge values": ("1,2\n3,1e300\n", "not a finite number of ordinary size"),
    "a byte that is no number": (b"x,y\n1,2\n3,\xff\n", "is not a number"),
    "a zero byte": (b"x,y\n1,2\n3,4\x00\n", "not a text file in UTF-8"),
}
ACCEPTED = {
    "a byte-order mark": b"\xef\xbb\xbf" + POINTS.encode(),
    "another encoding": POINTS.encode("utf-16"),
    "CRLF": POINTS.replace("\n", "\r\n").encode(),
    "the same x twice": (POINTS + "3,4\n3,4.5\n").encode(),
}


def images(array):
    return gzip.compress(to_idx(array))


IMAGES = {
    "a truncated file": (
        lambda folder, file: file.write_bytes(file.read_bytes()[:-20]),
        "is truncated or no gzip file",
    ),
    "another magic number": (
        lambda folder, file: file.write_bytes(images(np.zeros(60, np.uint8))),
        "does not begin like an IDX file",
    ),
    "another digest": (
        lambda folder, file: file.write_bytes(images(np.zeros((60, 28, 28), np.uint8))),
        "its digest differs",
    ),
    "labels and images swapped": (
        lambda folder, file: shutil.copy(folder / "train-labels-idx1-ubyte.gz", file),
        "are the files swapped",
    ),
    "training and test images swapped": (
        lambda folder, file: shutil.copy(folder / "t10k-images-idx3-ubyte.gz", file),
        "its digest differs",
    ),
    "a missing file": (lambda folder, file: file.unlink(), "is missing"),
    "a missing folder": (lambda folder, file: shutil.rmtree(folder), "is missing"),
    "a file in place of the folder": (
        lambda folder, file: (shutil.rmtree(folder), folder.touch()),
        "is missing",
    ),
}


def edit_json(name, **changes):
    def edit(runs):
        content = json.loads((runs / name).read_text())
        (runs / name).write_text(json.dumps(content | changes))

    return edit


def edit_config(name, **changes):
    def edit(runs):
        content = json.loads((runs / name).read_text())
        (runs / name).write_text(json.dumps(content | {"config": content["config"] | changes}))

    return edit


def lose(name):
    return lambda runs: (runs / name).unlink()


def truncate(name, keep=0.5):
    return lambda runs: (runs / name).write_bytes(
        (runs / name).read_bytes()[: int(keep * (runs / name).stat().st_size)]
    )


def add_noise(runs):
    arrays = load_arrays(runs / "regression/tuned/predictions.npz")
    save_arrays(
        runs / "regression/tuned/predictions.npz", arrays | {"test_predictions": arrays["test_predictions"] + 0.1}
    )


def drop_rows(runs):
    save_table(runs / "regression/search/trials.csv", load_table(runs / "regression/search/trials.csv")[:-3])


def store_objects(runs):
    np.savez(runs / "regression/tuned/weights.npz", weights=np.array([{}], dtype=object))


ARTIFACTS = {
    "no runs at all": (lambda runs: shutil.rmtree(runs), "run 'make all' to make it"),
    "no search": (lambda runs: shutil.rmtree(runs / "classification/search"), "run 'make all' to make it"),
    "a lost run.json": (lose("regression/tuned/run.json"), "run.json is missing"),
    "a lost file": (lose("regression/tuned/weights.npz"), "weights.npz is missing"),
    "a lost table": (lose("classification/tuned/history.csv"), "history.csv is missing"),
    "truncated arrays": (truncate("classification/extended/predictions.npz"), "predictions.npz is damaged"),
    "a truncated table": (truncate("regression/reference/folds.csv", 0.9), "folds.csv"),
    "a truncated run.json": (truncate("regression/reference/run.json"), "run.json is damaged: not JSON"),
    "an empty winner": (lambda runs: (runs / "regression/search/best.json").write_text("{}"), "best.json holds no"),
    "another schema version": (
        edit_json("regression/tuned/run.json", schema_version=0),
        "has schema version 0, this program reads",
    ),
    "another configuration": (
        edit_config("regression/tuned/run.json", batch_size=1),
        "the tuned network was trained with 1",
    ),
    "other data": (
        edit_json("classification/tuned/run.json", data={"source": "?", "digests": {}, "counts": {}}),
        "tuned",
    ),
    "metrics that disagree": (
        edit_json("classification/tuned/run.json", metrics={"test_accuracy": 0.99}),
        "by the run's own arrays",
    ),
    "predictions that disagree": (add_noise, "by the run's own arrays"),
    "an incomplete grid": (drop_rows, "15 combinations where the grid's 18 are expected"),
    "objects in place of numbers": (store_objects, "weights.npz is damaged"),
    "a file in place of a folder": (
        lambda runs: (shutil.rmtree(runs / "regression"), (runs / "regression").touch()),
        "cannot read",
    ),
}
IDENTITY = {
    "an unknown key": ('[identity]\nstudant = "x"', "did you mean student"),
    "no text": ("[identity]\nnumber = 7", "number must be a text in quotes"),
    "no table": ("identity = 3", "identity is a table"),
    "a control character": ('[identity]\nstudent = "A\\u0001"', "student must be one line of text"),
}
MACHINE = {
    "no space": (errno.ENOSPC, "cannot write", "No space left on device"),
    "a read-only folder": (errno.EROFS, "cannot write", "Read-only file system"),
    "no permission": (errno.EACCES, "cannot write", "Permission denied"),
}
COUNT = sum(map(len, (SETTINGS, CSV, IMAGES, ARTIFACTS, IDENTITY, MACHINE))) + 2  # and no Pango, no network


def test_at_least_forty_mistakes_are_tried():
    assert COUNT >= 40 + 30
    print(f"{COUNT} mistakes")


def tree(folder):
    """Every file below a folder with its bytes."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def complaint(capsys, main, *argv):
    """What a script says that ends in a mistake; there is one line of it."""
    assert run_main(lambda: main([str(word) for word in argv])) == 1
    said = capsys.readouterr()
    assert said.err.startswith("error: ") and said.err.count("\n") == 1 and len(said.err) < 500 and not said.out
    return said.err


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "data.json").write_text("earlier")
    return tmp_path


@pytest.fixture
def no_images(monkeypatch, tmp_path):
    """Fashion-MNIST is not looked for."""
    monkeypatch.setattr(prepare_data, "read_images", lambda config: Images({}, (), "", str(tmp_path)))


@pytest.mark.parametrize(("content", "words"), SETTINGS.values(), ids=SETTINGS)
def test_settings(folder, capsys, no_images, content, words):
    if content is not None:
        (folder / "mine.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    before = tree(folder)
    said = complaint(capsys, prepare_data.main, "--config", folder / "mine.toml", "--runs", folder / "runs")
    assert words in said and tree(folder) == before
    assert ("mine.toml" in said) != ("folds = 101" in said)  # too many folds are known from the data alone


def settings_of(folder, content):
    """Settings that name a training file with this content; None leaves it out."""
    if content is not None:
        (folder / "train.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "test.csv").write_text(POINTS)
    (folder / "mine.toml").write_text(
        f'[data]\nregression_train = "{folder}/train.csv"\nregression_test = "{folder}/test.csv"\n'
    )
    return folder / "mine.toml"


@pytest.mark.parametrize(("content", "words"), CSV.values(), ids=CSV)
def test_points(folder, capsys, no_images, content, words):
    settings = settings_of(folder, content)
    before = tree(folder)
    said = complaint(capsys, prepare_data.main, "--config", settings, "--runs", folder / "runs")
    assert words in said and tree(folder) == before
    assert ("train.csv" in said) != ("folds = 5" in said)  # too few points are known from the settings alone


@pytest.mark.parametrize("content", ACCEPTED.values(), ids=ACCEPTED)
def test_points_that_are_no_mistake(folder, no_images, content):
    assert not prepare_data.main(["--config", str(settings_of(folder, content)), "--runs", str(folder / "runs")])


@pytest.mark.parametrize(("damage", "words"), IMAGES.values(), ids=IMAGES)
def test_images(folder, capsys, stand_in, damage, words):  # noqa: F811
    (folder / "mine.toml").write_text(f'[data]\nfashion_mnist = "{stand_in}"\ntrain_images = 100\n')
    damage(stand_in, stand_in / "train-images-idx3-ubyte.gz")
    before = tree(folder)
    said = complaint(capsys, prepare_data.main, "--config", folder / "mine.toml", "--runs", folder / "runs")
    assert words in said and str(stand_in) in said and tree(folder) == before


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return write_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture
def runs(example, tmp_path):
    (tmp_path / "runs" / "report").mkdir(parents=True)
    (tmp_path / "runs" / "report" / "report.pdf").write_text("earlier")
    return shutil.copytree(example, tmp_path / "runs", dirs_exist_ok=True)


@pytest.mark.parametrize(("damage", "words"), ARTIFACTS.values(), ids=ARTIFACTS)
def test_recorded_files(runs, capsys, damage, words):
    damage(runs)
    before = tree(runs) if runs.exists() else {}
    said = complaint(capsys, build_report.main, "--runs", runs)
    assert words in said and str(runs) in said and before == (tree(runs) if runs.exists() else {})


@pytest.mark.parametrize(
    "name", ["regression/search/best.json", "regression/search/run.json", "regression/tuned/predictions.npz"]
)
def test_what_the_line_says_mends_a_damaged_file(runs, capsys, name):
    """The line names the run.json of the stage that wrote the file: that stage is then the one that make runs."""
    truncate(name)(runs)
    said = complaint(capsys, build_report.main, "--runs", runs)
    assert f"delete {runs / name.rpartition('/')[0] / 'run.json'} and run 'make all'" in said


@pytest.mark.parametrize(("content", "words"), IDENTITY.values(), ids=IDENTITY)
def test_identity(runs, tmp_path, capsys, content, words):
    (tmp_path / "mine.toml").write_text(content)
    before = tree(runs)
    assert words in complaint(capsys, build_report.main, "--runs", runs, "--config", tmp_path / "mine.toml")
    assert tree(runs) == before


@pytest.mark.parametrize(("number", "what", "words"), MACHINE.values(), ids=MACHINE)
def test_a_folder_that_cannot_be_written(folder, capsys, no_images, monkeypatch, number, what, words):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    settings = settings_of(folder, POINTS)
    monkeypatch.setattr(artifacts.files.os, "fsync", refuse)
    before = tree(folder)
    said = complaint(capsys, prepare_data.main, "--config", settings, "--runs", folder / "runs")
    assert what in said and words in said and tree(folder) == before


def test_no_pango(runs, capsys, monkeypatch):
    def absent(document):
        raise MissingLibraries(f"run: {pdf.INSTALL_PANGO}")

    monkeypatch.setattr(pdf, "render_pdf", absent)
    assert "libpangoft2-1.0-0 libharfbuzz-subset0" in complaint(capsys, build_report.main, "--runs", runs)
    assert (runs / "report" / "report.pdf").read_text() == "earlier"


def test_no_network(folder, capsys, monkeypatch):
    (folder / "without").mkdir()
    (folder / "without" / "keras.py").write_text(
        "import types\n"
        "def load_data():\n"
        "    raise Exception('URL fetch failure on https://...: None -- [Errno -3] Temporary failure')\n"
        "datasets = types.SimpleNamespace(fashion_mnist=types.SimpleNamespace(load_data=load_data))\n"
    )
    run = subprocess.run

    def no_apt(command, **options):
        if command[0] == "apt-get":
            stderr = "Reading\nE: Temporary failure resolving 'deb.debian.org'\n"
            raise subprocess.CalledProcessError(100, command, stderr=stderr)
        return run(command, **options)

    monkeypatch.setenv("PYTHONPATH", str(folder / "without"))
    monkeypatch.setattr(fetching.subprocess, "run", no_apt)
    absent = dataclasses.replace(KNOWN["fashion_mnist"], system=folder / "nowhere")
    monkeypatch.setitem(KNOWN, "fashion_mnist", absent)
    monkeypatch.setattr(known_images, "DATA", folder / "data")
    (folder / "mine.toml").touch()
    assert (
        run_main(lambda: prepare_data.main(["--config", str(folder / "mine.toml"), "--runs", str(folder / "runs")]))
        == 1
    )
    said = capsys.readouterr().err
    assert (
        said.count("\n") == 1
        and "Debian's package: E: Temporary failure" in said
        and "Keras' loader: URL fetch failure" in said
    )
    assert "name their folder as dataset" in said
    assert [path.name for path in (folder / "data").iterdir()] == [".lock"]
