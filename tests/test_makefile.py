"""The Makefile, run for real in a copy of its own with a Python that only notes what it is asked to do."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from reporting.artifacts import extras_of

ROOT = Path(__file__).parent.parent
STAGES = {
    "tuning.tune_classification",
    "tuning.tune_regression",
    "training.train_classification --variant reference",
    "training.train_classification --variant tuned",
    "training.train_classification --variant improved",
    "training.train_regression --variant reference",
    "training.train_regression --variant tuned",
}
STAGES |= {f"training.regression_extras --extra {name}" for name in extras_of("regression")}
STAGES |= {f"training.classification_extras --extra {name}" for name in extras_of("classification")}
FAKE_PYTHON = """#!{python}
import os, pathlib, sys, time
arguments = sys.argv[1:]
with open("calls", "a") as file:
    file.write(" ".join(arguments) + "\\n")
if os.environ.get("FAIL", "nothing") in " ".join(arguments):
    sys.exit("error: failed as it was told to")
if arguments[:2] == ["-m", "venv"]:
    (pathlib.Path(arguments[2]) / "bin").mkdir(parents=True)
    os.symlink(__file__, pathlib.Path(arguments[2]) / "bin" / "python")
if "--runs" in arguments:
    runs, module = pathlib.Path(arguments[arguments.index("--runs") + 1]), arguments[1]
    task = "regression" if "regression" in module else "classification"
    variant = arguments[3] if arguments[2] in ("--variant", "--extra") else "search"
    fixed = {{"training.prepare_data": "data.json", "reporting.build_report": "report/report.pdf"}}
    target = runs / fixed.get(module, f"{{task}}/{{variant}}/run.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    if module == "training.prepare_data":
        (runs / "data.mk").write_text("$(RUNS)/data.json: points.csv\\npoints.csv:\\n")
    target.touch()
    for event, pause in (("begins", float(os.environ.get("LINGER", "0"))), ("ends", 0)):
        with open("moments", "a") as file:
            file.write(event + "\\n")
        time.sleep(pause)
"""


class Project:
    """A copy of the Makefile and of what its rules depend on, without anything that computes."""

    def __init__(self, folder):
        self.folder = folder
        for name in (
            "Makefile",
            "homework.toml",
            "requirements.txt",
            "requirements-report.txt",
            "requirements-test.txt",
            "requirements-tensorboard.txt",
        ):
            shutil.copy(ROOT / name, folder)
        for name in (
            "training/synthetic.py",
            "reporting/system_libraries.py",
            "reporting/metrics.py",
            "report_templates/report.css",
            "points.csv",
        ):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).touch()
        (folder / "fake-python").write_text(FAKE_PYTHON.format(python=sys.executable))
        (folder / "fake-python").chmod(0o755)
        for path in folder.rglob("*"):
            os.utime(path, (1e9, 1e9))  # everything is older than what make makes now

    def start(self, *arguments, **environment):
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CONFIG", "RUNS", "QUICK", "VENV")
        }
        return subprocess.Popen(
            ["make", "PYTHON=./fake-python", *arguments],
            cwd=self.folder,
            env=inherited | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # which a shell's background jobs ignore
        )

    def make(self, *arguments, **environment):
        process = self.start(*arguments, **environment)
        output, errors = process.communicate(timeout=60)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def calls(self):
        """What Python was asked to do since the last time, and forget it."""
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def stages(self):
        """The training and tuning stages among the calls."""
        calls = [line.removeprefix("-m ").partition(" --config")[0] for line in self.calls()]
        return {
            call
            for call in calls
            if call.startswith(
                ("training.train", "training.regression_extras", "training.classification_extras", "tuning.")
            )
        }

    def touch(self, name):
        """Make a file newer than every other, whatever the resolution of the file system's clock."""
        later = time.time() + 5
        os.utime(self.folder / name, (later, later))


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture
def finished(project):
    """A project in which `make all` has run."""
    assert project.make("all").returncode == 0
    project.calls()
    return project


def test_make_alone_prints_help_that_names_every_target(project):
    result = project.make()
    assert result.returncode == 0 and not project.calls()
    for target in ("all", "data", "train", "tune", "report", "quick", "test", "test-slow", "lint", "bench", "clean"):
        assert f"make {target} " in result.stdout


def test_dry_run_shows_every_stage_once_and_does_nothing(project):
    before = sorted(project.folder.rglob("*"))
    plan = project.make("-n", "all").stdout
    assert all(plan.count(stage) == 1 for stage in STAGES)
    assert plan.index("prepare_data") < min(plan.index(stage) for stage in STAGES)
    assert plan.index("build_report") > max(plan.index(stage) for stage in STAGES)
    assert sorted(project.folder.rglob("*")) == before


def test_flags_of_a_search_reach_both_searches_and_nothing_else(project):
    assert project.make("all", "WORKERS=3", "KEEP_GOING=1").returncode == 0
    flagged = [call for call in project.calls() if call.endswith("--workers 3 --keep-going")]
    assert sorted(call.split()[1] for call in flagged) == ["tuning.tune_classification", "tuning.tune_regression"]


def test_tensorboard_is_installed_when_it_is_asked_for(project):
    plan = project.make("-n", "tune", "TENSORBOARD=1").stdout
    assert "requirements-tensorboard.txt" in plan and plan.count("--tensorboard") == 2
    assert "tensorboard" not in project.make("-n", "tune").stdout


def test_all_sets_up_runs_every_stage_and_then_has_nothing_to_do(project):
    assert project.make("all").returncode == 0
    calls = project.calls()
    assert len(calls) == len(set(calls))
    assert all(any(stage in call for call in calls) for stage in STAGES)
    assert (project.folder / "runs" / "report" / "report.pdf").exists()
    project.make("all")
    assert project.calls() == []
    assert "train" not in project.make("-n", "all").stdout


def test_a_tuned_network_waits_for_its_search(project):
    project.make("all", "JOBS=8")
    calls = project.calls()

    def position(stage):
        return next(place for place, call in enumerate(calls) if stage in call)

    for task in ("regression", "classification"):
        assert position(f"tune_{task}") < position(f"train_{task} --variant tuned")


def test_changed_settings_ask_every_stage_again(finished):
    finished.touch("homework.toml")
    finished.make("all")
    assert finished.stages() == STAGES


def test_another_settings_file_is_never_up_to_date_even_if_it_is_older(finished):
    (finished.folder / "mine.toml").touch()
    os.utime(finished.folder / "mine.toml", (1e9, 1e9))
    plan = finished.make("-n", "all", "CONFIG=mine.toml").stdout
    assert all(plan.count(stage) == 1 for stage in STAGES)
    finished.make("all", "CONFIG=mine.toml")
    calls = finished.calls()
    assert len(calls) == len(STAGES) + 2 and all("--config mine.toml" in call for call in calls)
    finished.make("all", "CONFIG=mine.toml")
    assert finished.calls() == []


def test_data_exchanged_for_an_older_file_are_looked_at_again(finished):
    points = finished.folder / "points.csv"
    (finished.folder / "runs" / "data.stat").write_text(
        f"{int(points.stat().st_mtime)} {points.stat().st_size} points.csv\n"
    )
    assert "prepare_data" not in finished.make("-n", "all").stdout
    os.utime(points, (5e8, 5e8))
    assert "prepare_data" in finished.make("-n", "all").stdout


@pytest.mark.parametrize("name", ["data.json", "asked", "regression/search/run.json", "report/report.pdf"])
def test_what_was_made_while_the_clock_was_ahead_is_asked_again(finished, name):
    """Its time would otherwise hide every change that is made until the clock has caught up."""
    assert "fake-python" not in finished.make("-n", "all").stdout
    later = time.time() + 1e6
    os.utime(finished.folder / "runs" / name, (later, later))
    finished.make("all")
    expected = {"data.json": STAGES, "asked": STAGES, "report/report.pdf": set()}
    after_the_search = {"tuning.tune_regression", "training.train_regression --variant tuned"}
    after_the_search |= {
        f"training.regression_extras --extra {extra}" for extra in ("initialisation", "seeds", "smaller")
    }
    assert finished.stages() == expected.get(name, after_the_search)


def test_a_clock_that_fell_back_leaves_nothing_out(finished):
    for path in (finished.folder / "runs").rglob("*.json"):
        os.utime(path, (1e9 + 1, 1e9 + 1))  # older than everything that they were made from
    finished.touch("points.csv")
    finished.make("all")
    assert finished.stages() == STAGES


def test_two_makes_at_once_set_up_one_environment(project):
    processes = [project.start("all", LINGER="0.1") for _ in range(2)]
    assert [process.communicate(timeout=60) and process.returncode for process in processes] == [0, 0]
    assert sum("-m venv" in call for call in project.calls()) == 1


def test_changed_or_lost_data_are_looked_at_again(finished):
    finished.touch("points.csv")
    assert "prepare_data" in finished.make("-n", "all").stdout
    (finished.folder / "points.csv").unlink()
    finished.make("data")
    assert [call.split()[1] for call in finished.calls()] == ["training.prepare_data"]


def test_a_lost_result_is_the_only_one_made_again(finished):
    (finished.folder / "runs/regression/tuned/run.json").unlink()
    finished.make("all")
    calls = [call.split()[1] for call in finished.calls()]
    assert calls == [
        "training.train_regression",
        *["training.regression_extras"] * 3,
        "reporting.build_report",
    ]  # three extras rest on it


@pytest.mark.parametrize("name", ["report_templates/report.css", "reporting/metrics.py"])
def test_a_changed_template_or_metric_makes_the_report_alone_again(finished, name):
    finished.touch(name)
    finished.make("all")
    assert [call.split()[1] for call in finished.calls()] == ["reporting.build_report"]


def test_report_alone_trains_nothing_and_installs_no_tensorflow(project):
    assert project.make("report").returncode == 0
    calls = project.calls()
    assert calls[-1] == "-m reporting.build_report --config homework.toml --runs runs"
    assert not project.stages()
    installed = [call.partition(" -r ")[2] for call in calls if " -r " in call]
    assert installed == ["requirements-report.txt"]
    assert "tensorflow" not in (ROOT / "requirements-report.txt").read_text().lower().replace("no tensorflow", "")


def test_tune_alone_needs_no_library_of_the_report(project):
    assert project.make("tune").returncode == 0
    assert "reporting/system_libraries.py report" not in project.calls()


def test_quick_keeps_its_results_apart(project):
    assert project.make("quick").returncode == 0
    calls = [call for call in project.calls() if "--config" in call]
    assert len(calls) == len(STAGES) + 2
    assert all("--runs runs/quick" in call for call in calls)
    assert all(call.endswith("--quick") for call in calls if "build_report" not in call)
    assert not (project.folder / "runs" / "data.json").exists()


def test_quick_settings_in_one_folder_are_not_taken_for_full_ones(finished):
    assert "prepare_data" in finished.make("-n", "all", "QUICK=1").stdout


@pytest.mark.parametrize(
    "arguments", [["CONFIG=nowhere.toml"], ["RUNS=two words"]], ids=["missing settings", "space in a path"]
)
def test_bad_variables_give_one_line_and_do_nothing(project, arguments):
    result = project.make("all", *arguments)
    assert result.returncode != 0 and not project.calls()
    assert len(result.stderr.splitlines()) == 1
    assert arguments[0].partition("=")[2].split()[0] in result.stderr or "without spaces" in result.stderr


def test_a_failed_stage_keeps_what_is_finished_and_the_next_make_goes_on(project):
    result = project.make("all", "JOBS=1", FAIL="train_classification --variant tuned")
    assert result.returncode != 0 and "error: failed as it was told to" in result.stderr
    done = {path.relative_to(project.folder / "runs") for path in (project.folder / "runs").rglob("run.json")}
    assert Path("classification/search/run.json") in done
    project.calls()
    assert project.make("all").returncode == 0
    assert len(project.stages()) == len(STAGES) - len(done)


def test_a_failed_check_of_the_libraries_stops_the_report(project):
    result = project.make("report", FAIL="system_libraries.py report")
    assert result.returncode != 0
    assert not any("build_report" in call for call in project.calls())


def test_an_interrupt_leaves_finished_results(project):
    process = project.start("all", "JOBS=1", LINGER="0.6")
    reference = project.folder / "runs/classification/search/run.json"
    deadline = time.time() + 30
    while not reference.exists() and time.time() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode != 0
    assert reference.exists()  # its stage was not over for make, but the file is written whole or not at all


def test_stages_run_side_by_side_as_jobs_allow(project):
    project.make("all", "JOBS=1")
    most = {}
    for jobs in (1, 4):
        for name in ("runs/asked", "moments"):
            (project.folder / name).unlink(missing_ok=True)
        project.make("train", f"JOBS={jobs}", LINGER="0.3")
        at_work = np.cumsum(
            [1 if event == "begins" else -1 for event in (project.folder / "moments").read_text().split()]
        )
        most[jobs] = at_work.max()
    assert most[1] == 1 and 1 < most[4] <= 4


def test_clean_removes_results_but_neither_data_nor_environment(finished):
    (finished.folder / "data").mkdir()
    (finished.folder / "runs" / "notes.txt").write_text("mine")
    assert finished.make("clean").returncode == 0
    assert [path.name for path in (finished.folder / "runs").iterdir()] == ["notes.txt"]
    assert (finished.folder / "data").exists() and (finished.folder / ".venv").exists()
