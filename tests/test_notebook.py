"""docs/colab.ipynb: a valid notebook, and what its cells do, run in order as a notebook would run them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny_settings import tiny_settings
from training.known_images import KNOWN

ROOT = Path(__file__).parent.parent
NOTEBOOK = json.loads((ROOT / "docs" / "colab.ipynb").read_text(encoding="utf-8"))
CODE = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
PLACEHOLDER = "https://github.com/OWNER/NAME.git"
# What a notebook brings along: shell lines with {names} filled in, %cd, and IPython.display.HTML. A shell line that
# fails ends the test, where a notebook would go on.
AS_A_NOTEBOOK = """
import os, subprocess, sys, types
class HTML:
    def __init__(self, text):
        print("shown:", len(text), "as a report" in text, flush=True)
sys.modules["IPython"] = types.ModuleType("IPython")
sys.modules["IPython.display"] = types.ModuleType("IPython.display")
sys.modules["IPython.display"].HTML = HTML
def shell(line):
    subprocess.run(["bash", "-c", line.format(**globals())], check=True)
def cd(folder):
    os.chdir(folder.format(**globals()))
"""
RECORDING_MAKE = """#!/bin/sh
echo "$PWD make $*" >>"$HOME/calls"
case $1 in quick) folder=runs/quick ;; all) folder=runs ;; *) exit ;; esac
mkdir -p $folder/report && echo '<p class="x">as a report</p>' >$folder/report/report.html
"""
# The environment that is there; `make all` with tiny settings.
REAL_MAKE = """#!/bin/sh
test -e data || ln -s {data} data
test "$1" = all && export CONFIG="$HOME/tiny.toml"
VENV={venv} exec {make} "$@"
"""


def as_script(cells, repository):
    """The cells as one Python program."""
    code = "\n".join(cells).replace(PLACEHOLDER, repository)
    code = re.sub(r"^!(.*)$", lambda match: f"shell({match[1]!r})", code, flags=re.MULTILINE)
    return AS_A_NOTEBOOK + re.sub(r"^%cd (.*)$", lambda match: f"cd({match[1]!r})", code, flags=re.MULTILINE)


def run_cells(home, repository, make):
    """Run all cells in the folder `home`, with `make` in place of the command of that name; returns what is printed."""
    (home / "bin").mkdir()
    (home / "bin" / "make").write_text(make)
    (home / "bin" / "make").chmod(0o755)
    left_out = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CONFIG", "RUNS", "QUICK", "VENV")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"HOME": str(home), "PATH": f"{home / 'bin'}:{os.environ['PATH']}"}
    command = [sys.executable, "-c", as_script(CODE, repository)]
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)


def commit_all(folder):
    """Make a git repository of a folder."""
    git = ["git", "-C", str(folder), "-c", "user.name=test", "-c", "user.email=test@example.org"]
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "Begin"]):
        subprocess.run([*git, *arguments], check=True)
    return folder.as_uri()


def test_it_is_a_notebook_of_version_4_without_outputs():
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    assert NOTEBOOK["metadata"]["kernelspec"]["name"] == "python3"
    for cell in NOTEBOOK["cells"]:
        needed = {"cell_type", "id", "metadata", "source"}
        if cell["cell_type"] == "code":
            needed |= {"execution_count", "outputs"}
            assert cell["execution_count"] is None and cell["outputs"] == []
        assert cell["cell_type"] in ("code", "markdown") and set(cell) == needed
        assert all(line.endswith("\n") for line in cell["source"][:-1]) and not cell["source"][-1].endswith("\n")
    identifiers = [cell["id"] for cell in NOTEBOOK["cells"]]
    assert len(set(identifiers)) == len(identifiers)
    assert all(re.fullmatch(r"[\w-]{1,64}", identifier) for identifier in identifiers)


def test_the_repository_is_named_once_in_the_first_code_cell():
    assert CODE[0].count(PLACEHOLDER) == 1
    assert "://" not in "".join(CODE[1:])


def test_every_target_of_make_is_in_the_makefile():
    targets = re.findall(r"^!make ([\w-]+)$", "\n".join(CODE), re.MULTILINE)
    assert targets == ["quick", "check-gpu", "all"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_the_cells_clone_make_and_show_both_reports(tmp_path):
    (tmp_path / "origin").mkdir()
    (tmp_path / "origin" / "Makefile").write_text("all:\n")
    (tmp_path / "home").mkdir()
    home = tmp_path / "home"
    done = run_cells(home, commit_all(tmp_path / "origin"), RECORDING_MAKE)
    assert done.returncode == 0, done.stderr
    assert (home / "homework" / "Makefile").exists()
    calls = (home / "calls").read_text().splitlines()
    assert calls == [f"{home / 'homework'} make {target}" for target in ("quick", "check-gpu", "all")]
    shown = [line.split() for line in done.stdout.splitlines() if line.startswith("shown:")]
    assert [line[2] for line in shown] == ["True", "True"]


def test_without_an_address_the_notebook_says_what_to_do(tmp_path):
    done = run_cells(tmp_path, PLACEHOLDER, RECORDING_MAKE)
    assert done.returncode == 1 and "write the address of the repository into the first cell" in done.stderr
    assert not (tmp_path / "homework").exists()


@pytest.mark.slow
def test_the_cells_for_real(tmp_path):
    """The last commit of this checkout, its environment and data; `make all` with tiny settings."""
    venv = ROOT / ".venv"
    if not (venv / ".made").exists() or not KNOWN["fashion_mnist"].is_there():
        pytest.skip("needs the environment of make test and Fashion-MNIST at hand")
    (tmp_path / "tiny.toml").write_text(tiny_settings("[data]\ntrain_images = 300\n", 4, 2))
    make = REAL_MAKE.format(data=KNOWN["fashion_mnist"].own.parent, venv=venv.resolve(), make=shutil.which("make"))
    done = run_cells(tmp_path, ROOT.as_uri(), make)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "no check failed" in done.stdout
    sizes = [int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("shown:")]
    assert len(sizes) == 2 and min(sizes) > 100_000
    assert all((tmp_path / "homework" / "runs" / name).exists() for name in ("report/report.pdf", "quick/data.json"))
