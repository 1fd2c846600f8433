"""The set-up: what it finds missing, and the real Makefile with interpreters that only say what they are."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from reporting import environment, machine

ROOT = Path(__file__).parent.parent
FILES = ("Makefile", "homework.toml", "reporting/__init__.py", "reporting/environment.py", "reporting/machine.py")
PATH = os.environ["PATH"]
ENVIRONMENT = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CONFIG", "RUNS", "QUICK", "VENV", "PYTHON"}
# Runs the set-up itself, says that it is whatever stands in the file beside it, and notes all else.
INTERPRETER = """#!/bin/sh
case "$FOREIGN $1 $3" in "1 -c weasyprint") exit 1;; *" -c "*) exit;; esac
[ "$1" = -B ] && exec {python} "$@"
PATH={path}
case "$1" in *machine.py) exec cat {home}/description;; esac
echo "$@" >>calls
env >environment
for venv; do :; done
if [ "$2" = venv ]; then
  rm -rf $venv; mkdir -p $venv/bin; touch $venv/pyvenv.cfg; ln -s {home}/{name} $venv/bin/python
fi
case "$*" in *"${{FAIL:-nothing}}"*) exit 1;; esac
"""


class Machine:
    """A copy of what sets up, in a folder of its own, with a PATH on which there is only what a test puts there."""

    def __init__(self, folder):
        self.folder = folder
        self.programs = folder / "programs"
        self.programs.mkdir()
        for name in (*FILES, *(path.name for path in ROOT.glob("requirements*.lock"))):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        for name in ("make", "sh", "nproc"):
            (self.programs / name).symlink_to(shutil.which(name))

    def add_python(self, name, version, folder=None, **differences):
        """Put an interpreter on the path that says of itself what is passed, else that it lacks nothing."""
        home = self.folder / (folder or f"opt-{name}")
        home.mkdir(exist_ok=True)
        found = {"version": list(version), "path": str(home / name), "system": "linux x86_64", "pip": True}
        (home / "description").write_text(json.dumps({**found, "modules": [], "libraries": [], **differences}))
        (home / name).write_text(INTERPRETER.format(python=sys.executable, path=PATH, home=home, name=name))
        (home / name).chmod(0o755)
        (self.programs / name).unlink(missing_ok=True)
        (self.programs / name).symlink_to(home / name)
        return home / name

    def add_program(self, name):
        (self.programs / name).write_text("#!/bin/sh\n")
        (self.programs / name).chmod(0o755)

    def make(self, *arguments, **variables):
        """Set up for the goals; the scripts of the goals themselves are not there."""
        inherited = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
        environ = {**inherited, "PATH": str(self.programs), **variables}
        command = [self.programs / "make", "--no-print-directory", "set-up", *arguments]
        return subprocess.run(command, cwd=self.folder, env=environ, capture_output=True, text=True)

    def said(self, *arguments, **variables):
        """The one error of a make that has to fail."""
        result = self.make(*arguments, **variables)
        lines = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
        assert result.returncode and len(lines) == 1 and "Traceback" not in result.stderr, result.stderr
        return lines[0]

    def calls(self):
        """What interpreters were asked to make and install since the last time, and forget it."""
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line for line in lines if line.startswith(("-m venv", "-m pip"))]

    def record(self):
        return json.loads((self.folder / ".venv" / ".made").read_text())


@pytest.fixture
def bare(tmp_path):
    return Machine(tmp_path)


@pytest.fixture
def furnished(bare):
    """A machine that lacks nothing, with Python 3.12 as python3 and 3.13 beside it."""
    bare.add_python("python3", (3, 12, 3))
    bare.add_python("python3.13", (3, 13, 5))
    return bare


def test_the_report_alone_installs_no_tensorflow_and_training_no_less_than_that(furnished):
    def installed(*arguments):
        furnished.make(*arguments)
        return [call.partition(" -r ")[2] for call in furnished.calls() if " -r " in call]

    assert installed("report") == ["requirements-report.lock"]
    assert "tensorflow" not in (ROOT / "requirements-report.lock").read_text()
    assert installed("tune", "TENSORBOARD=1") == ["requirements.lock", "requirements-tensorboard.lock"]
    assert installed("lint") == ["requirements-test.lock"]


def test_what_is_done_is_not_done_again_until_a_lock_changes(furnished):
    assert furnished.make().returncode == 0
    assert sum(call.startswith("-m venv") for call in furnished.calls()) == 1
    furnished.make()
    assert furnished.calls() == []
    with (furnished.folder / "requirements.lock").open("a") as file:
        file.write("# changed\n")
    furnished.make()
    assert [call.partition(" -r ")[2] for call in furnished.calls()] == ["requirements.lock"]


def test_what_pip_could_not_install_is_installed_the_next_time(furnished):
    assert "pip could not install requirements.lock" in furnished.said(FAIL="-r requirements.lock")
    furnished.calls()
    assert furnished.make().returncode == 0
    assert [call.partition(" -r ")[2] for call in furnished.calls()] == ["requirements.lock"]


def test_packages_come_from_where_pip_is_told_and_with_their_digests(furnished):
    furnished.make("report", PIP_NO_INDEX="1", PIP_FIND_LINKS="wheels")
    [call] = [call for call in furnished.calls() if "pip install" in call]
    assert "--require-hashes" in call and "index" not in call


def test_pips_and_pythons_variables_neither_move_packages_nor_change_what_is_imported(furnished):
    (furnished.folder / "foreign").mkdir()
    (furnished.folder / "foreign" / "json.py").write_text("raise SystemExit(9)")
    variables = {"PIP_TARGET": "elsewhere", "PIP_USER": "1", "PIP_NO_DEPS": "1", "PIP_INDEX_URL": "https://mirror"}
    variables |= {"PYTHONPATH": "foreign", "PYTHONHOME": "/nowhere", "PYTHONSAFEPATH": "1", "PYTHONWARNINGS": "error"}
    result = furnished.make("report", **variables)
    assert result.returncode == 0, result.stderr
    seen = (furnished.folder / "environment").read_text().split()
    assert {line.partition("=")[0] for line in seen} & variables.keys() == {"PIP_INDEX_URL"}


def test_packages_that_pip_put_elsewhere_are_not_taken_for_installed(furnished):
    assert "installed requirements-report.lock elsewhere than into .venv" in furnished.said("report", FOREIGN="1")
    furnished.calls()
    assert furnished.make("report").returncode == 0
    assert [call.partition(" -r ")[2] for call in furnished.calls() if " -r " in call] == ["requirements-report.lock"]


@pytest.mark.parametrize("name", ["random.py", "statistics.py", "numpy.py", "keras/__init__.py"])
def test_a_file_that_hides_a_module_is_named(furnished, name):
    for package in ("numpy", "keras"):
        (furnished.folder / ".venv" / "lib" / "python3.12" / "site-packages" / package).mkdir(parents=True)
    lay_environment(furnished, furnished.folder / "opt-python3" / "python3")
    assert furnished.make("report").returncode == 0
    (furnished.folder / name).parent.mkdir(exist_ok=True)
    (furnished.folder / name).touch()
    assert f"error: {name.split('/')[0]} in this folder hides" in furnished.said("report")


def test_two_at_once_make_one_environment(furnished):
    environ = {**os.environ, "PATH": str(furnished.programs)}
    command = [furnished.programs / "make", "set-up"]
    both = [subprocess.Popen(command, cwd=furnished.folder, env=environ, stdout=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate() and process.returncode for process in both] == [0, 0]
    calls = furnished.calls()
    assert len(calls) == len(set(calls)) == 3
    assert not list((furnished.folder / ".venv").glob("*lock*"))  # others may still have to make the folder


def test_the_environment_records_its_interpreter(furnished):
    furnished.make("report")
    assert furnished.record()["version"] == [3, 12, 3]
    assert furnished.record()["path"] == str(furnished.folder / "opt-python3" / "python3")


def test_another_python_that_is_named_makes_it_anew_and_the_default_does_not(furnished):
    furnished.make("report", "PYTHON=python3.13")
    furnished.calls()
    furnished.make("report")  # python3 is 3.12
    furnished.make("report", "PYTHON=python3.13")
    assert furnished.calls() == []
    result = furnished.make("report", "PYTHON=python3")
    assert re.search(r"\.venv anew: it is of Python 3\.13\.5 at \S+, not of PYTHON=python3\n", result.stdout)
    assert furnished.record()["version"] == [3, 12, 3]


def test_an_interpreter_that_is_gone_or_upgraded_makes_it_anew(furnished):
    furnished.make("report")
    furnished.add_python("python3", (3, 13, 0), folder="opt-python3")
    assert "Python 3.12.3 at" in furnished.make("report").stdout and furnished.record()["version"] == [3, 13, 0]
    shutil.rmtree(furnished.folder / "opt-python3")
    furnished.add_python("python3", (3, 13, 0), folder="elsewhere")
    assert "does not run any more" in furnished.make("report").stdout
    assert furnished.record()["path"] == str(furnished.folder / "elsewhere" / "python3")


def test_a_newer_patch_of_the_interpreter_leaves_it_alone(furnished):
    furnished.make("report")
    furnished.calls()
    furnished.add_python("python3", (3, 12, 4), folder="opt-python3")
    furnished.make("report")
    assert furnished.calls() == []


def lay_environment(found, python):
    (found.folder / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
    (found.folder / ".venv" / "pyvenv.cfg").touch()
    (found.folder / ".venv" / "bin" / "python").symlink_to(python)


def test_an_environment_that_has_pip_is_used_as_it_is_even_where_none_could_be_made(bare):
    lay_environment(bare, bare.add_python("python3", (3, 12, 3), modules=["ensurepip"]))
    assert bare.make().returncode == 0
    assert not any("-m venv" in call for call in bare.calls())
    (bare.programs / "python3").unlink()  # it is enough that the environment's own runs
    assert bare.make().returncode == 0


def test_an_environment_that_was_not_made_here_is_not_deleted_for_another_python(furnished):
    lay_environment(furnished, furnished.folder / "opt-python3" / "python3")
    assert "delete it or leave PYTHON= out" in furnished.said("report", "PYTHON=python3.13")
    assert furnished.calls() == []


def test_a_folder_with_other_things_is_left_alone(furnished):
    assert "reporting holds other things" in furnished.said("report", "VENV=reporting")


@pytest.mark.parametrize(
    ("version", "goal", "expected"),
    [
        ((2, 7, 18), "report", "Python 3.11 or newer is needed, python3 is 2.7.18"),
        ((3, 10, 1), "all", "Python 3.11 to 3.13 for TensorFlow is needed, python3 is 3.10.1"),
        ((3, 14, 0), "all", "Python 3.11 to 3.13 for TensorFlow is needed, python3 is 3.14.0"),
        ((3, 14, 0), "tune", "Python 3.11 to 3.13 for TensorFlow is needed, python3 is 3.14.0"),
    ],
)
def test_a_python_without_packages_is_refused_with_what_is_to_be_done(bare, version, goal, expected):
    bare.add_python("python3", version)
    line = bare.said(goal)
    assert expected in line and "uv venv --seed --python 3.13 .venv" in line
    bare.add_python("python3.12", (3, 12, 3))
    line = bare.said(goal)
    assert expected in line and "make all PYTHON=python3.12" in line
    assert bare.calls() == []


def test_the_report_is_made_with_a_python_that_has_no_tensorflow_and_training_then_names_another(bare):
    bare.add_python("python3", (3, 14, 0))
    bare.add_python("python3.13", (3, 13, 5))
    bare.make("report")
    assert bare.record()["version"] == [3, 14, 0]
    assert "PYTHON=python3.13" in bare.said("train")
    bare.make("train", "PYTHON=python3.13")
    assert bare.record()["version"] == [3, 13, 5]


@pytest.mark.parametrize("goal", ["report", "test"])
def test_a_python_that_does_not_run_is_named_in_one_line(furnished, goal):
    assert furnished.said(goal, "PYTHON=nonsense") == "error: PYTHON=nonsense is no Python that runs; python3.13 is"
    (furnished.programs / "python3.13").unlink()
    assert furnished.said(goal, "PYTHON=nonsense") == "error: PYTHON=nonsense is no Python that runs; python3 is"


def test_without_any_python_there_is_one_line(bare):
    assert "PYTHON=python3 is no Python that runs, and there is no other" in bare.said("report")


EVERYTHING = {"modules": ["ensurepip"], "libraries": list(machine.LIBRARIES)}
PANGO = "libpangoft2-1.0-0 libharfbuzz-subset0"


@pytest.mark.parametrize(
    ("program", "remedy"),
    [("dnf", "sudo dnf install pango"), ("brew", "brew install pango"), ("nothing", "install Pango and HarfBuzz")],
)
def test_everything_that_is_missing_is_named_at_once_before_anything_is_installed(bare, program, remedy):
    bare.add_python("python3", (3, 14, 0))
    bare.add_python("python3.12", (3, 12, 0), system="linux-musl x86_64", **EVERYTHING)
    bare.add_program(program)
    line = bare.said("all")
    problems = ["python3 is 3.14.0", "python3.12 lacks ensurepip", *machine.LIBRARIES, "not for linux-musl x86_64"]
    for words in (*problems, remedy, "PYTHON=python3.12", "uv venv --seed --python python3.12 .venv"):
        assert words in line
    assert bare.calls() == []


def test_tuning_asks_for_no_library_of_the_report(bare):
    bare.add_python("python3", (3, 12, 0), libraries=list(machine.LIBRARIES))
    assert bare.make("-n", "tune").returncode == 0
    assert "HarfBuzz" in bare.said("report") and "HarfBuzz" in bare.said("all")
    bare.make("tune")
    assert bare.record()["installed"].keys() == {"requirements.lock"}


# What is missing, without make


@pytest.fixture
def debian(tmp_path, monkeypatch):
    """A PATH with nothing but an apt-get that notes its arguments, and then python3 lacks nothing."""
    (tmp_path / "apt-get").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/calls\n')
    (tmp_path / "apt-get").chmod(0o755)
    (tmp_path / "sh").symlink_to(shutil.which("sh"))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def interpreter(**differences):
    found = {"command": "python3.13", "version": [3, 13, 0], "path": "/usr/bin/python3.13", "system": "linux x86_64"}
    return {**found, "modules": [], "libraries": [], **differences}


def demanded(python, needs=("report", "training"), space=0.0, making=True):
    with pytest.raises(SystemExit) as stopped:
        machine.demand(python, ".venv", list(needs), making, space)
    return stopped.value.code


def test_debian_has_a_package_of_venv_for_each_of_its_pythons_and_for_no_other(debian, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    line = demanded(interpreter(**EVERYTHING))
    install = "apt-get install --yes --no-install-recommends"
    assert f"run sudo sh -c 'apt-get update; {install} python3.13-venv {PANGO}'" in line and "\n" not in line
    assert "-venv" not in demanded(interpreter(path="/opt/bin/python3.13", **EVERYTHING))
    assert not (debian / "calls").exists()


def test_root_installs_all_of_it_in_one_run(debian, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(machine, "describe", lambda command: interpreter())
    machine.demand(interpreter(**EVERYTHING), ".venv", ["report"], True, 0.0)
    expected = ["update", f"install --yes --no-install-recommends python3.13-venv {PANGO}"]
    assert (debian / "calls").read_text().splitlines() == expected


def test_root_installs_nothing_while_something_is_missing_that_no_package_brings(debian, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "Python 3.11 to 3.13" in demanded(interpreter(version=[3, 14, 0], **EVERYTHING))
    assert not (debian / "calls").exists()


def test_an_installation_without_effect_is_an_error(debian, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(machine, "describe", lambda command: interpreter(**EVERYTHING))
    assert f"run sh -c 'apt-get update; apt-get install --yes --no-install-recommends python3.13-venv {PANGO}'" in (
        demanded(interpreter(**EVERYTHING))
    )


def test_too_little_disk_is_named_before_anything_is_downloaded(debian):
    free = shutil.disk_usage(".").free / 1e9
    assert "GB, " in demanded(interpreter(), space=2 * free + 1)
    machine.demand(interpreter(), ".venv", ["report"], True, free / 2)


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [("flags\t\t: fpu sse4_2 avx\n", True), ("flags\t\t: fpu sse4_2 avx2x\n", False), ("Features : asimd\n", True)],
)
def test_a_processor_without_avx_is_named_before_anything_is_downloaded(tmp_path, monkeypatch, cpuinfo, expected):
    (tmp_path / "cpuinfo").write_text(cpuinfo)
    assert machine.avx(str(tmp_path / "cpuinfo")) == expected and machine.avx(str(tmp_path / "nowhere"))
    monkeypatch.setattr(machine, "avx", lambda: expected)
    found = machine.missing(interpreter(), ".venv", ["training"], False, 0.0)
    assert any("AVX" in each.problem for each in found) != expected
    assert not machine.missing(interpreter(), ".venv", ["report"], False, 0.0)


def test_a_library_that_is_nowhere_does_not_load():
    assert not machine.loads("nowhere-1.0")


def test_an_interpreter_describes_itself():
    found = machine.describe(sys.executable)
    assert tuple(found["version"]) == sys.version_info[:3] and found["path"] == os.path.realpath(sys.executable)
    assert found["pip"] and machine.serves(found, ["training"])
    assert machine.describe("nonsense") == {}


# Facts that stand in several files


def test_the_newest_python_is_the_newest_for_which_tensorflow_is_there():
    classifiers = "\n".join(metadata.metadata("tensorflow").get_all("Classifier"))
    minors = [int(minor) for minor in re.findall(r"Python :: 3\.(\d+)$", classifiers, re.MULTILINE)]
    assert (3, max(minors)) == machine.NEWEST and (3, min(minors)) <= machine.OLDEST


def test_all_files_name_the_same_pythons():
    oldest, newest = machine.dotted(*machine.OLDEST), machine.dotted(*machine.NEWEST)
    assert f"Python {oldest}, 3.12 or {newest}" in (ROOT / "README.md").read_text()
    assert f"--python-version {oldest} " in (ROOT / "Makefile").read_text()
    assert f'python_version = "{oldest}"' in (ROOT / "pyproject.toml").read_text()
    assert f'target-version = "py{oldest.replace(".", "")}"' in (ROOT / "pyproject.toml").read_text()


def test_every_lock_but_that_of_the_gpu_is_needed_by_something():
    needed = {name for name, *_ in environment.NEEDS.values()}
    assert needed - {"requirements-bench.txt"} == {
        path.name for path in ROOT.glob("requirements*.lock") if path.stem != "requirements-gpu"
    }


@pytest.mark.parametrize("name", ["environment", "machine"])
def test_old_pythons_understand_what_tells_that_they_are_too_old(name):
    for node in ast.walk(ast.parse((ROOT / "reporting" / f"{name}.py").read_text())):
        assert not isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr | ast.Nonlocal | ast.AsyncFunctionDef)
        if isinstance(node, ast.FunctionDef):
            assert node.returns is None and not node.args.kwonlyargs and not node.args.posonlyargs
            assert all(argument.annotation is None for argument in node.args.args)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            assert not any(isinstance(element, ast.Starred) for element in node.elts)
        if isinstance(node, ast.Dict):
            assert None not in node.keys
