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

from reporting.artifacts import TASKS, extras_of, variants_of

ROOT = Path(__file__).parent.parent
STAGES = {f"tuning.tune --task {task}" for task in TASKS}
STAGES |= {f"training.train --task {task} --variant {name}" for task in TASKS for name in variants_of(task)}
STAGES |= {f"training.run_extra --task {task} --extra {name}" for task in TASKS for name in extras_of(task)}
AFTER_THE_TUNED_NETWORK = {
    f"training.run_extra --task regression --extra {name}" for name in ("initialisation", "seeds", "smaller")
}
AFTER_THE_SEARCH = {"training.train --task regression --variant tuned", *AFTER_THE_TUNED_NETWORK}
FAKE_PYTHON = """#!{python}
import os, pathlib, subprocess, sys, time
arguments = sys.argv[1:]
if arguments[0] == "reporting/artifacts/registry.py":
    os.execv(sys.executable, [sys.executable, *arguments])
if arguments[0] == "-c":
    sys.exit()
if "reporting.environment" in arguments:
    pathlib.Path(".venv/bin").mkdir(parents=True, exist_ok=True)
    pathlib.Path(".venv/.made").touch()
    if not os.path.lexists(".venv/bin/python"):
        os.symlink(os.path.realpath(__file__), ".venv/bin/python")
    sys.exit()
line = " ".join(arguments)
runs = pathlib.Path(arguments[arguments.index("--runs") + 1]) if "--runs" in arguments else None
if arguments[:2] == ["-m", "training.plan"]:
    with open("plans", "a") as file:
        file.write(line + "\\n")
    if os.environ.get("FAIL_PLAN"):
        sys.exit(1)
    stale = set(pathlib.Path("stale").read_text().split()) if os.path.exists("stale") else set()
    stale |= set() if (runs / "data.json").exists() else {{"data"}}
    told = subprocess.run([sys.executable, "reporting/artifacts/registry.py"], capture_output=True, text=True).stdout
    for folder, needed, _ in map(str.split, told.splitlines()):
        if needed in stale or not (runs / folder / "run.json").exists():
            stale.add(folder)
    print(*stale, *["report"] * bool(stale), sep="\\n")
    sys.exit()
with open("calls", "a") as file:
    file.write(line + "\\n")
if os.environ.get("FAIL", "nothing") in line:
    sys.exit("error: failed as it was told to")
if runs:
    module, task, name = arguments[1], arguments[3], arguments[5] if "training" in arguments[1] else "search"
    fixed = {{"training.prepare_data": "data.json", "reporting.build_report": "report/report.pdf"}}
    target = runs / fixed.get(module, f"{{task}}/{{name}}/run.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(str(time.time()))
    linger = 1.5 if os.environ.get("SLOW", "nothing") in line else float(os.environ.get("LINGER", "0"))
    for event, pause in (("begins", linger), ("ends", 0)):
        with open("moments", "a") as file:
            file.write(event + "\\n")
        time.sleep(pause)
"""


class Project:
    """A copy of the Makefile and of what its rules depend on, without anything that computes."""

    def __init__(self, folder):
        self.folder = folder
        if not (folder / "Makefile").exists():
            self.lay_out(folder)

    @staticmethod
    def lay_out(folder):
        for name in ("Makefile", "homework.toml", *(path.name for path in ROOT.glob("requirements*.lock"))):
            shutil.copy(ROOT / name, folder)
        (folder / "reporting/artifacts").mkdir(parents=True)
        for name in (
            "reporting/sections/shared/search.py",
            "report_templates/sections/shared/search.html.j2",
            "report_templates/report.css",
        ):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("as it ships")
        shutil.copy(ROOT / "reporting/artifacts/registry.py", folder / "reporting/artifacts")
        (folder / "fake-python").write_text(FAKE_PYTHON.format(python=sys.executable))
        (folder / "fake-python").chmod(0o755)

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
        return {call for call in calls if call.startswith(("training.train", "training.run_extra", "tuning."))}

    def call_stale(self, *folders):
        """Let the plan name these, and whatever is downstream of them, from now on."""
        (self.folder / "stale").write_text(" ".join(folders))


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """The folder of a project in which `make all` has run."""
    project = Project(tmp_path_factory.mktemp("finished"))
    assert project.make("all").returncode == 0
    project.calls()
    return project.folder


@pytest.fixture
def finished(made_once, tmp_path):
    """A project of the test's own in which `make all` has run."""
    shutil.copytree(made_once, tmp_path, symlinks=True, dirs_exist_ok=True)
    return Project(tmp_path)


def test_make_alone_prints_help_that_names_every_target(project):
    result = project.make()
    assert result.returncode == 0 and not project.calls()
    for target in ("all", "data", "train", "tune", "report", "quick", "test", "lint", "lock", "bench", "clean"):
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
    assert sorted(call.split()[3] for call in flagged) == ["classification", "regression"]


def test_all_sets_up_runs_every_stage_and_then_has_nothing_to_do(project):
    assert project.make("all").returncode == 0
    calls = project.calls()
    assert len(calls) == len(set(calls))
    assert all(any(stage in call for call in calls) for stage in STAGES)
    assert (project.folder / "runs" / "report" / "report.pdf").exists()
    project.make("all")
    assert project.calls() == []
    assert "-m training." not in project.make("-n", "all").stdout


def test_a_tuned_network_waits_for_its_search(project):
    project.make("all", "JOBS=8")
    calls = project.calls()

    def position(stage):
        return next(place for place, call in enumerate(calls) if stage in call)

    for task in ("regression", "classification"):
        assert position(f"tune --task {task}") < position(f"--task {task} --variant tuned")


def test_the_plan_is_made_with_the_settings_of_the_goal_and_only_where_it_is_needed(finished):
    (finished.folder / "plans").unlink(missing_ok=True)
    for goals in (["help"], ["report"], ["clean"]):
        finished.make(*goals)
    assert not (finished.folder / "plans").exists()
    finished.make("train", "QUICK=1", "RUNS=others")
    assert (finished.folder / "plans").read_text() == "-m training.plan --config homework.toml --runs others --quick\n"


@pytest.mark.parametrize(
    ("stale", "expected"),
    [
        ("data", STAGES),
        ("regression/search", {"tuning.tune --task regression", *AFTER_THE_SEARCH}),
        ("regression/tuned", AFTER_THE_SEARCH),
        ("regression/splits", {"training.run_extra --task regression --extra splits"}),
    ],
)
def test_what_the_plan_names_is_made_again_and_the_report_after_it(finished, stale, expected):
    finished.call_stale(stale)
    finished.make("all", "JOBS=1")
    calls = finished.calls()
    assert {call.removeprefix("-m ").partition(" --config")[0] for call in calls if "--task" in call} == expected
    assert "build_report" in calls[-1]


def test_times_of_files_decide_nothing(finished):
    paths = [path for path in finished.folder.rglob("*") if not path.is_relative_to(finished.folder / ".venv")]
    for place, path in enumerate(paths):
        os.utime(path, (1e9, 1e9) if place % 2 else (4e9, 4e9))
    finished.make("all")
    assert finished.calls() == []


def test_where_the_plan_fails_every_stage_is_asked(finished):
    finished.make("all", FAIL_PLAN="1")
    assert finished.stages() == STAGES


def test_stages_that_were_copied_from_elsewhere_are_asked_once_while_there_is_no_environment(finished):
    shutil.rmtree(finished.folder / ".venv")
    finished.make("all")
    assert finished.stages() == STAGES
    finished.make("all")
    assert finished.calls() == []


def test_another_settings_file_renews_the_report_even_where_no_stage_reads_the_difference(finished):
    (finished.folder / "mine.toml").write_text('[identity]\nstudent = "Ada Lovelace"\n')
    os.utime(finished.folder / "mine.toml", (1e9, 1e9))
    finished.make("all", "CONFIG=mine.toml")
    assert finished.calls() == ["-m reporting.build_report --config mine.toml --runs runs"]
    finished.make("all", "CONFIG=mine.toml")
    assert finished.calls() == []


def test_a_lost_result_is_made_again_with_what_needs_it(finished):
    (finished.folder / "runs/regression/tuned/run.json").unlink()
    finished.make("all")
    calls = finished.calls()
    assert len(calls) == len(AFTER_THE_SEARCH) + 1
    assert "--variant tuned" in calls[0] and "build_report" in calls[-1]


@pytest.mark.parametrize(
    "name",
    [
        "homework.toml",
        "report_templates/report.css",
        "report_templates/sections/shared/search.html.j2",
        "reporting/sections/shared/search.py",
        "runs/regression/splits/run.json",
    ],
)
def test_what_the_report_alone_reads_renews_the_report_alone(finished, name):
    with (finished.folder / name).open("a") as file:
        file.write("\n")
    finished.make("all")
    assert [call.split()[1] for call in finished.calls()] == ["reporting.build_report"]
    finished.make("all")
    assert finished.calls() == []


def test_what_changes_while_the_report_is_made_makes_it_again(finished):
    style = finished.folder / "report_templates" / "report.css"
    style.write_text("changed once")
    (finished.folder / "moments").unlink()
    process = finished.start("all", LINGER="0.5")
    deadline = time.time() + 30
    while not (finished.folder / "moments").exists() and time.time() < deadline:
        time.sleep(0.02)
    style.write_text("changed twice")
    process.communicate(timeout=30)
    assert "build_report" in finished.make("-n", "all").stdout


def test_quick_keeps_its_results_apart(project):
    assert project.make("quick").returncode == 0
    calls = [call for call in project.calls() if "--config" in call]
    assert len(calls) == len(STAGES) + 2
    assert all("--runs runs/quick" in call for call in calls)
    assert all(call.endswith("--quick") for call in calls if "build_report" not in call)
    assert not (project.folder / "runs" / "data.json").exists()


@pytest.mark.parametrize(
    "arguments", [["CONFIG=nowhere.toml"], ["RUNS=two words"]], ids=["missing settings", "space in a path"]
)
def test_bad_variables_give_one_line_and_do_nothing(project, arguments):
    result = project.make("all", *arguments)
    assert result.returncode != 0 and not project.calls()
    assert len(result.stderr.splitlines()) == 1
    assert arguments[0].partition("=")[2].split()[0] in result.stderr or "without spaces" in result.stderr


def test_a_failed_stage_keeps_what_is_finished_and_the_next_make_goes_on(project):
    result = project.make("all", "JOBS=1", FAIL="--task classification --variant tuned")
    assert result.returncode != 0 and "error: failed as it was told to" in result.stderr
    done = {path.relative_to(project.folder / "runs") for path in (project.folder / "runs").rglob("run.json")}
    assert Path("classification/search/run.json") in done
    project.calls()
    assert project.make("all").returncode == 0
    assert len(project.stages()) == len(STAGES) - len(done)


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
    project.call_stale("data")
    most = {}
    for jobs in (1, 4):
        (project.folder / "moments").unlink(missing_ok=True)
        project.make("train", f"JOBS={jobs}", LINGER="0.1")
        at_work = np.cumsum(
            [1 if event == "begins" else -1 for event in (project.folder / "moments").read_text().split()]
        )
        most[jobs] = at_work.max()
    assert most[1] == 1 and 1 < most[4] <= 4


def test_of_two_jobs_one_fills_the_time_of_the_longest_search_and_what_needs_that_goes_first_afterwards(project):
    project.make("all", "JOBS=2", SLOW="tune --task classification")
    calls = [call.removeprefix("-m ").partition(" --config")[0] for call in project.calls() if "--task" in call]
    tuned = calls.index("training.train --task classification --variant tuned")
    assert [call for call in calls[:tuned] if "--extra" in call] == [
        "training.run_extra --task classification --extra improved_seeds"
    ]


def test_clean_removes_results_but_neither_data_nor_environment(finished):
    (finished.folder / "data").mkdir()
    (finished.folder / "runs" / "notes.txt").write_text("mine")
    assert finished.make("clean").returncode == 0
    assert [path.name for path in (finished.folder / "runs").iterdir()] == ["notes.txt"]
    assert (finished.folder / "data").exists() and (finished.folder / ".venv").exists()
