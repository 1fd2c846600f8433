"""The plan names the stages that are not up to date, and touches nothing."""

import json
import shutil

import numpy as np
import pytest

from reporting.artifacts import TASKS, UserError, extras_of, save_arrays, save_json, stages
from training import plan, prepare_data
from training.best import Best
from training.experiment import experiment
from training.extras import make_cases
from training.settings import load_homework

AFTER_TUNED = {
    task.name: [f"{task.name}/{extra.name}" for extra in task.extras if extra.needs == task.searched]
    for task in TASKS.values()
}
AFTER_SEARCH = {
    task.name: [f"{task.name}/{extra.name}" for extra in task.extras if extra.needs in ("search", task.searched)]
    for task in TASKS.values()
}
EVERYTHING = ["data", *stages()]
CHANGES = {
    "an extra": ("[regression.extras]\ntuned_seeds = 3", ["regression/tuned_seeds"]),
    "an extra that is switched off": ("[classification.extras]\nsmaller = false", ["classification/smaller"]),
    "a variant that is switched off": (
        "[classification.extras]\nextended = false",
        ["classification/extended", "classification/extended_seeds"],
    ),
    "a variant": (
        "[classification.extended]\ndropout = 0.4",
        ["classification/extended", "classification/extended_seeds"],
    ),
    "a grid": (
        "[regression.search.grid]\nweight_decay = [0.5]",
        ["regression/search", "regression/tuned", *AFTER_SEARCH["regression"]],
    ),
    "a task's networks": (
        "[regression]\nbatch_size = 8",
        [name for name in stages() if name.startswith("regression/") and name != "regression/baselines"],
    ),
    "the seed": ("[compute]\nseed = 7", list(stages())),
    "the threads": ("[compute]\nthreads = 2", list(stages())),
    "the precision": (
        '[compute]\nprecision = "mixed_bfloat16"',
        [name for name in stages() if name.startswith("classification/")],
    ),
    "the images": ("[data]\ntrain_images = 500", EVERYTHING),
    "the author": ('[identity]\nstudent = "Ada"', []),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder in which every stage is finished, as far as its run.json tells; nothing is trained for it."""
    runs, homework = tmp_path_factory.mktemp("recorded"), load_homework()
    save_json(runs / "data.json", prepare_data.data_of(homework))
    for folder in stages():
        task, _, name = folder.partition("/")
        this = experiment(task, homework, runs)
        record = plan.recording_of_stage(this, name)
        record.precision = "float32"
        if name == "search":
            winner = {setting: values[0] for setting, values in this.settings.search.grid.items()}
            save_json(record.folder / "best.json", Best(1, winner, 0.5, 0.0))
        elif name == TASKS[task].searched:
            layers = this.task.module.layer_sizes(this.config(name))
            spectra = {f"{layer}/spectrum": np.ones(size, np.float32) for layer, size in layers.items()}
            save_arrays(record.folder / "activations.npz", spectra)
        elif name in extras_of(task):
            assert bool(make_cases(this, name)) == bool(getattr(this.settings.extras, name))
        record.finish({})
    return runs


@pytest.fixture
def runs(recorded, tmp_path, monkeypatch):
    monkeypatch.setattr(plan, "images_are_there", lambda config: True)
    return shutil.copytree(recorded, tmp_path / "runs")


@pytest.fixture
def planned(runs, tmp_path):
    """A function of settings that returns the stages that are not up to date with them."""

    def stages_for(text=""):
        (tmp_path / "mine.toml").write_text(text)
        return plan.stale_stages(load_homework(tmp_path / "mine.toml"), runs)

    return stages_for


def tree(folder):
    """Every path below a folder, with the time at which it was last changed."""
    return {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}


def test_with_everything_finished_there_is_nothing_to_do(planned):
    assert planned() == []


@pytest.mark.parametrize(("text", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_concerns_its_stages_and_what_needs_them(planned, text, expected):
    assert planned(text) == expected


def test_what_is_recorded_as_switched_off_is_up_to_date(runs, planned, tmp_path):
    text = "[classification.extras]\nextended = false"
    for folder in planned(text):
        task, _, name = folder.partition("/")
        record = plan.recording_of_stage(experiment(task, load_homework(tmp_path / "mine.toml"), runs), name)
        record.precision = "float32"
        record.finish({})
    assert planned(text) == [] and planned("[classification.extended]\ndropout = 0.4" + "\n" + text) == []
    assert planned() == CHANGES["a variant that is switched off"][1]


def test_in_an_empty_folder_everything_is_to_do(tmp_path):
    assert plan.stale_stages(load_homework(), tmp_path / "nowhere") == EVERYTHING
    assert not (tmp_path / "nowhere").exists()


def test_runs_of_another_scale_do_not_count(runs):
    assert plan.stale_stages(load_homework(quick=True), runs) == EVERYTHING


def test_a_lost_run_concerns_what_needs_it(runs, planned):
    (runs / "classification/tuned/run.json").unlink()
    assert planned() == ["classification/tuned", *AFTER_TUNED["classification"]]


@pytest.mark.parametrize("content", [None, "", "{}", '{"regression": 5}'])
def test_without_the_record_of_the_data_everything_is_to_do(runs, planned, content):
    (runs / "data.json").unlink()
    if content is not None:
        (runs / "data.json").write_text(content)
    assert planned() == EVERYTHING


def test_without_the_images_everything_is_to_do(planned, monkeypatch):
    monkeypatch.setattr(plan, "images_are_there", lambda config: False)
    assert planned() == EVERYTHING


@pytest.mark.parametrize(
    "text",
    [
        "[regresion]\nfolds = 3",
        "[regression]\nfolds = 101",
        "[classification]\nvalidation_share = 0.0000001",
        '[data]\nregression_train = "nowhere.csv"\nregression_test = "nowhere.csv"',
        "[regression",
    ],
)
def test_a_mistake_in_the_settings_or_the_data_is_an_error_of_the_user(planned, text):
    with pytest.raises(UserError):
        planned(text)


def test_a_damaged_winner_of_a_search_is_an_error_that_says_what_to_do(runs, planned):
    (runs / "regression/search/best.json").write_text("{")
    with pytest.raises(UserError, match="make tune"):
        planned()


def test_the_plan_writes_nothing_and_waits_for_nobody(runs, planned):
    """Also while another process holds a stage's lock."""
    busy = plan.recording_of_stage(experiment("regression", load_homework(), runs), "reference")
    busy.acquire()
    before = tree(runs)
    assert planned() == [] and planned("[regression.extras]\ntuned_seeds = 3") == ["regression/tuned_seeds"]
    assert tree(runs) == before
    busy.release()


@pytest.mark.parametrize("counted", [None, 7])
def test_what_is_only_told_of_the_data_makes_nothing_stale(runs, planned, counted):
    """Neither records from before duplicates were counted, nor those in which they are."""
    for path in runs.rglob("*.json"):
        record = json.loads(path.read_text())
        for data in record.values() if path.name == "data.json" else [record.get("data", {})]:
            for name in ("duplicates_train", "duplicates_train_test"):
                data.pop(name, None)
                data |= {name: counted} if counted else {}
        path.write_text(json.dumps(record))
    assert planned() == []
