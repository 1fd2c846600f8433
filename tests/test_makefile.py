"""The Makefile, run for real in a copy of its own with a Python that only notes what it is asked to do."""

import ast
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FAKE_PYTHON = """#!{python}
import os, sys
line = " ".join(sys.argv[1:])
if sys.argv[1] == "-c":
    sys.exit()
with open("calls", "a") as file:
    file.write(line.replace("\\n", " ") + "\\n")
with open("arguments", "a") as file:
    file.write(repr(sys.argv[1:]) + "\\n")
if os.environ.get("FAIL", "nothing") in line:
    sys.exit("error: failed as it was told to")
"""


class Project:
    """A copy of the Makefile, without anything that computes."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("Makefile", "homework.toml"):
            shutil.copy(ROOT / name, folder)
        (folder / "fake-python").write_text(FAKE_PYTHON.format(python=sys.executable))
        (folder / "fake-python").chmod(0o755)
        (folder / ".venv" / "bin").mkdir(parents=True)
        (folder / ".venv" / "bin" / "python").symlink_to(folder / "fake-python")

    def make(self, *arguments, **environment):
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CONFIG", "RUNS", "QUICK", "VENV")
        }
        command = ["make", "PYTHON=./fake-python", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=inherited | environment, capture_output=True, text=True, timeout=60
        )

    def calls(self):
        """What Python was asked to do since the last time, but for the set-up; and forget it."""
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [" ".join(line.split()) for line in lines if "reporting.environment" not in line]

    def arguments(self):
        """What `calls` tells, as lists of words."""
        self.calls()
        lines = (self.folder / "arguments").read_text().splitlines()
        (self.folder / "arguments").unlink()
        words = [ast.literal_eval(line) for line in lines]
        return [call for call in words if "reporting.environment" not in call]


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_make_alone_prints_help_that_names_every_target(project):
    said = project.make().stdout
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.M))
    internal = {"help", "set-up", "set-up-bench"}
    assert targets - internal <= set(re.findall(r"make ([a-z][a-z-]*)", said)) and not project.calls()


def test_all_trains_what_is_to_be_trained_and_then_makes_the_report_of_it(project):
    before = time.time()
    assert project.make("all").returncode == 0
    training, report = project.calls()
    assert training == "-m training.pipeline train --config homework.toml --runs runs"
    made, since = report.rsplit(" ", 1)
    assert made == "-m reporting.build_report --config homework.toml --runs runs --if-changed --since"
    assert before - 1 <= int(since) <= time.time()


@pytest.mark.parametrize("goal", ["data", "tune", "train"])
def test_a_part_is_a_target_of_the_pipeline(project, goal):
    assert project.make(goal).returncode == 0
    assert project.calls() == [f"-m training.pipeline {goal} --config homework.toml --runs runs"]


@pytest.mark.parametrize(
    ("variable", "flag"),
    [
        ("JOBS=3", "--jobs 3"),
        ("WORKERS=2", "--workers 2"),
        ("KEEP_GOING=1", "--keep-going"),
        ("TENSORBOARD=1", "--tensorboard"),
        ("EXTRAS=0", "--no-extras"),
        ("QUICK=1", "--quick"),
    ],
)
def test_variables_become_flags(project, variable, flag):
    project.make("all", variable)
    pipeline, report = project.calls()
    assert pipeline.partition("--runs runs ")[2] == flag and flag not in report


def test_quick_keeps_its_results_apart(project):
    assert project.make("quick").returncode == 0
    pipeline, report = project.calls()
    assert "--runs runs/quick --quick" in pipeline and "--runs runs/quick" in report


def test_the_report_alone_trains_nothing_and_is_made_in_any_case(project):
    assert project.make("report").returncode == 0
    assert project.calls() == ["-m reporting.build_report --config homework.toml --runs runs"]


def test_verifying_trains_nothing_and_makes_no_report(project):
    assert project.make("verify").returncode == 0
    assert project.calls() == ["-m reporting.verify --config homework.toml --runs runs"]


def test_the_defence_sheet_trains_nothing(project):
    assert project.make("defence").returncode == 0
    assert project.calls() == ["-m reporting.build_report --config homework.toml --runs runs --defence"]


def test_the_plan_runs_nothing(project):
    project.make("plan")
    assert project.calls() == ["-m training.pipeline train --config homework.toml --runs runs --dry-run"]


def test_after_a_failed_stage_there_is_no_report(project):
    result = project.make("all", FAIL="training.pipeline")
    assert result.returncode and "error: failed as it was told to" in result.stderr
    assert [call.split()[1] for call in project.calls()] == ["training.pipeline"]


def test_a_failed_set_up_stops_everything(project):
    assert project.make("all", FAIL="reporting.environment").returncode
    assert not project.calls()


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("CONFIG=nowhere.toml", "nowhere.toml: no such settings file"),
        ("RUNS=", "RUNS= is empty"),
        ("RUNS=  ", "RUNS= is empty"),
        ("CONFIG=", "CONFIG= is empty"),
        ("VENV=", "VENV= is empty"),
        ("RUNS=$HOME", "RUNS must be a path without a dollar sign"),
        ("RUNS=-rf", "does not begin with a hyphen"),
        ("config=mine.toml", "config is no variable of this Makefile; there are CONFIG RUNS"),
        ("EXTRA=0", "EXTRA is no variable of this Makefile"),
    ],
)
@pytest.mark.parametrize("goal", ["all", "clean"])
def test_bad_variables_give_one_line_and_do_nothing(project, goal, argument, said):
    (project.folder / "runs" / "report").mkdir(parents=True)
    result = project.make(goal, argument)
    assert result.returncode != 0 and not project.calls() and (project.folder / "runs" / "report").exists()
    assert len(result.stderr.splitlines()) == 1 and said in result.stderr


NAMES = ["a b", "a;touch z", "a|b", "50%", "a:b", "a#b", "[a]", "a(b)", "it's", 'a"b', "a`touch z`", "a&b", "*", "a\\b"]


@pytest.mark.parametrize("name", [*NAMES, "数据", "a,b", "a=b", "!", "{a,b}", "a<b>c"])
def test_any_path_is_taken_as_it_is(project, name):
    settings = f"{name}.toml"
    shutil.copy(project.folder / "homework.toml", project.folder / settings)
    assert project.make("quick", f"RUNS={name}", f"CONFIG={settings}").returncode == 0
    pipeline, report = project.arguments()
    for call in (pipeline, report):
        words = call[call.index("--config") :]
        assert words[:4] == ["--config", settings, "--runs", f"{name}/quick"]
    (project.folder / name / "report").mkdir(parents=True)
    (project.folder / "runs" / "report").mkdir(parents=True)
    assert project.make("clean", f"RUNS={name}", f"CONFIG={settings}").returncode == 0
    assert not (project.folder / name).exists() and (project.folder / "runs" / "report").exists()
    assert name in project.make("help", f"RUNS={name}", f"CONFIG={settings}").stdout
    assert not (project.folder / "z").exists()


def test_a_tilde_is_the_home_folder(project):
    assert project.make("report", "RUNS=~/my runs", HOME="/home/ada").returncode == 0
    assert project.arguments()[0][5] == "/home/ada/my runs"


def test_every_variable_of_the_makefile_is_known():
    text = (ROOT / "Makefile").read_text()
    known = set(re.search(r"^KNOWN := ((?:[^\\\n]*\\\n)*.*)", text, re.M)[1].replace("\\", " ").split())
    assert set(re.findall(r"^([A-Z_]+) *\?=", text, re.M)) | set(re.findall(r"\b([A-Z_]+)=", text)) & known <= known
    optional = set(re.findall(r"\$\(if \$\(([A-Z_]+)\)", text))
    assert optional - {"UNKNOWN"} <= known


def test_clean_removes_results_but_neither_data_nor_environment(project):
    for name in ("runs/regression/reference", "runs/quick/report", "runs/report", "data"):
        (project.folder / name).mkdir(parents=True)
    (project.folder / "runs" / "notes.txt").write_text("mine")
    assert project.make("clean").returncode == 0
    assert [path.name for path in (project.folder / "runs").iterdir()] == ["notes.txt"]
    assert (project.folder / "data").exists() and (project.folder / ".venv").exists()


def test_goals_follow_each_other_whatever_the_number_of_jobs(project):
    slow = FAKE_PYTHON.format(python=sys.executable).replace("line = ", "import time; time.sleep(0.2); line = ")
    (project.folder / "fake-python").write_text(slow)
    assert project.make("-j8", "report", "tune", "verify").returncode == 0
    assert [call.split()[1] for call in project.calls()] == [
        "reporting.build_report",
        "training.pipeline",
        "reporting.verify",
    ]


def test_the_check_of_gpus_trains_nothing_else(project):
    assert project.make("check-gpu").returncode == 0
    assert project.calls() == ["-m tuning.check_gpu"]


def test_budget_and_limit_reach_the_benchmark(project):
    project.make("bench", "BUDGET=60", "KERNELS=avx2")
    assert project.calls()[-1] == "-m tests.benchmarks --config homework.toml --budget 60 --kernels avx2"
    project.make("bench")
    assert project.calls()[-1] == "-m tests.benchmarks --config homework.toml"
