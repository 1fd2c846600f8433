"""The settings files in examples/: each gives a report of its own data and networks, on a tiny scale."""

import contextlib
import json
import re
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from reporting import build_report
from reporting.artifacts import TASKS, load_run
from tests.tiny_settings import tiny_settings
from tests.training.stand_in_images import write_idx
from training import prepare_data, run_extra, train
from training.idx import FILES
from training.settings import load_homework
from tuning import tune

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.toml"))
FOREIGN = r"garment|T-shirt|Trouser|Fashion|reference report"
GRID = load_homework().tasks["classification"].search.grid
SPARED = {"reference_seeds": 0, "tuned_seeds": 0, "extended_seeds": 0, "smaller": False}


def names_of(paths):
    return [path.stem for path in paths]


@pytest.mark.parametrize("path", EXAMPLES, ids=names_of(EXAMPLES))
def test_an_example_is_valid_and_says_how_to_run_it(path):
    homework = load_homework(path)
    assert homework.tasks["classification"].search.combinations >= 4
    assert f"make all CONFIG=examples/{path.name}" in path.read_text()


@pytest.fixture(scope="module")
def regression(tmp_path_factory):
    """The runs of a tiny regression, which the reports of all examples share."""
    folder = tmp_path_factory.mktemp("regression")
    settings = folder / "tiny.toml"
    settings.write_text(tiny_settings("", 3, 1))
    shared = ["--config", str(settings), "--runs", str(folder / "runs"), "--no-extras"]
    train_stages("regression", shared)
    return folder / "runs" / "regression"


def train_stages(task, shared):
    """The search, the networks and the extras of a task."""
    assert not tune.main(["--task", task, "--workers", "1", *shared])
    for name in TASKS[task].variants:
        assert not train.main(["--task", task, "--variant", name, *shared])
    for extra in TASKS[task].extras:
        assert not run_extra.main(["--task", task, "--extra", extra.name, *shared])


def tiny(path, folder):
    """A settings file like an example, but with few images and epochs, and data that are at hand."""
    settings = tomllib.loads(path.read_text())
    data, images = settings.setdefault("data", {}), settings["classification"]
    kind = data.get("dataset", "fashion_mnist")
    if kind == "pictures":
        data["dataset"] = str(write_pictures(folder / "pictures"))
    elif kind != "digits":
        data["dataset"] = str(write_blobs(folder / "blobs"))
    data["train_images"] = 200
    images |= {"max_epochs": 1, "extras": SPARED, "extended": images.get("extended", {}) | {"max_epochs": 1}}
    shipped = {name: values[:1] for name, values in GRID.items()}
    own = images.get("search", {}).get("grid", {})
    grid = shipped | {name: values[:2] for name, values in list(own.items())[:1]}
    images["search"] = images.get("search", {}) | {"grid": grid}
    tiny_path = folder / path.name
    tiny_path.write_text(toml_of(settings))
    return tiny_path


def toml_of(table, name=""):
    """A table of settings as TOML: its values, then its tables."""
    lines = [f"[{name}]"] if name else []
    lines += [f"{key} = {json.dumps(value)}" for key, value in table.items() if not isinstance(value, dict)]
    for key, value in table.items():
        if isinstance(value, dict):
            lines.append(toml_of(value, f"{name}.{key}" if name else key))
    return "\n".join(lines)


def write_blobs(folder):
    """Images of ten brightnesses as IDX files."""
    rng, arrays = np.random.default_rng(0), {}
    for part, number in (("train", 200), ("t10k", 60)):
        labels = (np.arange(number) % 10).astype(np.uint8)
        images = rng.integers(0, 60, (number, 28, 28)) + 19 * labels[:, None, None]
        names = [name for name in FILES if name.startswith(part)]
        arrays |= dict(zip(names, (images.astype(np.uint8), labels), strict=True))
    write_idx(folder, arrays)
    return folder


def write_pictures(folder):
    """Colour pictures of three classes, which differ by the channel that is bright."""
    rng = np.random.default_rng(0)
    for part, number in (("train", 60), ("test", 12)):
        for channel, name in enumerate(("red", "green", "blue")):
            (folder / part / name).mkdir(parents=True)
            for index in range(number):
                pixels = rng.integers(0, 80, (24, 20, 3))
                pixels[4:16, 4:16, channel] += 150
                Image.fromarray(pixels.astype(np.uint8)).save(folder / part / name / f"{index}.png")
    return folder


@pytest.mark.parametrize("path", EXAMPLES, ids=names_of(EXAMPLES))
def test_an_example_gives_a_report_of_its_own_data(path, regression, tmp_path, monkeypatch):
    settings = tiny(path, tmp_path)
    runs = tmp_path / "runs"
    shared = ["--config", str(settings), "--runs", str(runs)]
    assert not prepare_data.main(shared)
    train_stages("classification", shared)
    shutil.copytree(regression, runs / "regression")
    assert not build_report.main(shared)
    with contextlib.closing(pypdfium2.PdfDocument(runs / "report" / "report.pdf")) as pdf:
        text = " ".join(page.get_textpage().get_text_bounded() for page in pdf)
    assert not re.findall(FOREIGN, text)
    data = load_run(runs / "classification" / "reference").data
    assert data.classes[0] in text
