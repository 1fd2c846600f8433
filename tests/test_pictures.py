"""From a folder of colour pictures to the report, on a small scale: every stage through its main."""

import re

import numpy as np
import pytest
from PIL import Image

from reporting import build_report, verify
from reporting.artifacts import TASKS, load_run, stages
from tests.tiny_settings import tiny_settings
from training import prepare_data, run_extra, train
from tuning import tune

SETTINGS = """
[data]
dataset = "shapes"
"""


def write_shapes(folder):
    """Pictures of 14 x 12 pixels, reddish ones and bluish ones, and a file that is no picture."""
    rng = np.random.default_rng(0)
    for part, count in (("train", 60), ("test", 20)):
        for label, name in enumerate(("red things", "blue things")):
            (folder / part / name).mkdir(parents=True)
            for number in range(count):
                image = rng.integers(0, 150, (14, 12, 3), dtype=np.uint8)
                image[..., 2 * label] += 105
                Image.fromarray(image).save(folder / part / name / f"{number}.png")
    (folder / "train" / "red things" / "broken.png").write_text("no picture")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The runs with their report."""
    folder = tmp_path_factory.mktemp("pictures")
    write_shapes(folder / "shapes")
    text = tiny_settings(SETTINGS, 2, 2).replace("filters = [3, 4]", "filters = [3]").replace("filters = [4, 5]", "")
    (folder / "mine.toml").write_text(text)
    shared = ["--config", str(folder / "mine.toml"), "--runs", str(folder / "runs")]
    assert not prepare_data.main([*shared, "--no-extras"])
    for task, name in (stage.split("/") for stage in stages()):
        if name == "search":
            assert not tune.main(["--task", task, "--workers", "1", *shared, "--no-extras"])
        else:
            script, kind = (train, "variant") if name in TASKS[task].variants else (run_extra, "extra")
            assert not script.main(["--task", task, f"--{kind}", name, *shared, "--no-extras"])
    assert not build_report.main(shared)
    return folder / "runs"


def test_the_data_are_recorded_as_they_are(runs):
    data = load_run(runs / "classification" / "tuned").data
    assert data.inputs == (14, 12, 3) and data.classes == ("blue things", "red things") and data.unreadable == 1
    assert data.source == "shapes" and data.counts == {"train": 120, "test": 40}


def test_the_report_speaks_of_them(runs):
    text = re.sub("<[^>]*>", "", (runs / "report" / "report.html").read_text())
    assert "the author’s own (“shapes”)" in text and "14 by 12 pixels in colour" in text
    assert "could not be read and is left out" in text and "red things" in text
    assert "garment" not in text and "Fashion-MNIST" not in text


def test_its_numbers_are_those_of_the_files(runs, capsys):
    assert (
        not verify.main(["--config", str(runs.parent / "mine.toml"), "--runs", str(runs)])
        and "agree" in capsys.readouterr().out
    )
