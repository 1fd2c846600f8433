"""From settings to the PDF on tiny data: every stage through its main, and recorded numbers read back from the page."""

import contextlib
import json
import re

import numpy as np
import pikepdf
import pypdfium2
import pytest

from reporting import build_report
from reporting.artifacts import TASKS, Data, load_arrays, load_table, stages
from tests.tiny_settings import tiny_settings
from training import classification, plan, prepare_data, regression, run_extra, train
from training.datasets import Dataset
from training.own_images import Images
from training.settings import load_homework
from tuning import tune

IDENTITY = """
[identity]
student = "Ada <b>Lovelace</b> & Sons"
"""


def tiny_images(_config):
    """Images of ten distinguishable brightnesses in place of Fashion-MNIST."""
    rng = np.random.default_rng(0)
    labels = np.arange(260) % 10
    images = (rng.integers(0, 60, (260, 28, 28, 1)) + 19 * labels[:, None, None, None]).astype(np.uint8)
    counts, classes = {"train": 200, "test": 60}, tuple("0123456789")
    data = Data("tiny images", {"images": "0" * 64}, counts, (28, 28, 1), classes)
    return Dataset(images[:200], labels[:200], images[200:], labels[200:], data)


def run_all(folder, patch):
    """Every stage in order; returns the folder of the runs."""
    patch.setattr(classification, "load", tiny_images)
    patch.setattr(classification, "describe_data", lambda config: tiny_images(config).data)
    patch.setattr(prepare_data, "read_images", lambda config: Images({}, (), "", str(folder)))
    patch.setattr(plan, "images_are_there", lambda config: True)
    settings = folder / "mine.toml"
    settings.write_text(tiny_settings(IDENTITY, 4, 2, extended_seeds=0))
    shared = ["--config", str(settings), "--runs", str(folder / "runs")]
    assert not prepare_data.main(shared)
    for folder_name in stages():
        task, name = folder_name.split("/")
        if name == "search":
            assert not tune.main(["--task", task, "--workers", "1", *shared])
        elif name in TASKS[task].variants:
            assert not train.main(["--task", task, "--variant", name, *shared])
        else:
            assert not run_extra.main(["--task", task, "--extra", name, *shared])
    assert not build_report.main(shared)
    return folder / "runs"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        yield run_all(tmp_path_factory.mktemp("pipeline"), patch)


def metrics(runs, name):
    return json.loads((runs / name / "run.json").read_text())["metrics"]


@pytest.fixture(scope="module")
def pdf_text(runs):
    """The words of the PDF."""
    with contextlib.closing(pypdfium2.PdfDocument(runs / "report" / "report.pdf")) as pdf:
        return " ".join(page.get_textpage().get_text_bounded() for page in pdf)


@pytest.mark.parametrize("variant", ["reference", "tuned"])
def test_regression_losses_are_on_the_page(runs, pdf_text, variant):
    recorded = metrics(runs, f"regression/{variant}")
    for name in ("train_loss", "validation_loss", "test_loss", "ensemble_test_loss"):
        assert f"{recorded[name]:.3f}" in pdf_text


@pytest.mark.parametrize("variant", ["reference", "tuned", "extended"])
def test_accuracies_are_on_the_page(runs, pdf_text, variant):
    recorded = metrics(runs, f"classification/{variant}")
    for name in ("validation_accuracy", "test_accuracy"):
        share = 100 * recorded[name]
        assert re.search(rf"(?<![\d.])({share:.1f}\s*%|{share:.2f}(?!\d))", pdf_text)


@pytest.mark.parametrize("task", TASKS)
def test_tuned_figures_are_fresh(runs, task):
    """No network beside the search has a seed of its fits: the winner is trained on folds and seeds of its own."""
    searched = {row["seed"] for row in load_table(runs / task / "search/folds.csv")}
    tables = [path for path in (runs / task).rglob("folds.csv") if path.parent.name != "search"]
    rows = [row for path in tables for row in load_table(path) if "seed" in row]
    assert len(rows) > 3 and not searched & {row["seed"] for row in rows}


@pytest.mark.parametrize("name", ["tuned", "tuned_seeds/seed_2"])
def test_the_tuned_networks_say_how_sure_they_are(runs, name):
    stored = load_arrays(runs / "regression" / name / "predictions.npz")
    deviations = stored["laplace_test_sd"]
    assert deviations.shape == stored["test_predictions"].shape and (deviations > 0).all()
    rows = load_table(runs / "regression" / name / "folds.csv")
    assert all(row["laplace_noise_variance"] > 0 and row["laplace_prior_precision"] > 0 for row in rows)


@pytest.mark.parametrize("task", TASKS)
def test_a_searchs_answers_are_those_that_were_scored(runs, task):
    folder = runs / task / "search"
    if task == "regression":
        assert not (folder / "answers.npz").exists()
        return
    stored, folds = load_arrays(folder / "answers.npz"), load_table(folder / "folds.csv")
    accuracies = (stored["answers"] == stored["labels"]).mean(axis=1)
    assert stored["scored"].all() and accuracies.tolist() == [row["validation_accuracy"] for row in folds]
    assert all(0 < row["epoch_seconds"] < row["seconds"] for row in folds)


def test_names_are_escaped(runs, pdf_text):
    assert "<b>Lovelace</b>" not in (runs / "report" / "report.html").read_text()
    assert "Lovelace" in pdf_text


def test_pdf_is_tagged_and_has_an_outline(runs):
    with pikepdf.open(runs / "report" / "report.pdf") as pdf:
        assert pdf.Root.MarkInfo.Marked and pdf.Root.Lang and len(pdf.open_outline().root) >= 2


def test_finished_stages_are_not_run_again(runs, monkeypatch, capsys):
    monkeypatch.setattr(regression, "train", None)  # would fail if it were called
    settings = runs.parent / "mine.toml"
    train.main(["--task", "regression", "--variant", "tuned", "--config", str(settings), "--runs", str(runs)])
    assert "up to date" in capsys.readouterr().out


def test_nothing_is_planned_once_all_is_finished(runs):
    assert plan.stale_stages(load_homework(runs.parent / "mine.toml"), runs) == []


def test_same_seed_gives_equal_metrics(runs, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        again = run_all(tmp_path, patch)
    for name in (
        "regression/reference",
        "regression/tuned",
        "regression/search",
        "classification/tuned",
        "classification/extended",
    ):
        assert metrics(again, name) == metrics(runs, name)
