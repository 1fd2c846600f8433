"""A whole homework on tiny data, made by the real Makefile in folders of its own, to be killed and starved."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from reporting import environment
from reporting.artifacts import stages, variants_of
from tests.tiny_settings import tiny_settings
from tests.training.stand_in_images import write_idx
from training.idx import FILES, digests_of

ROOT = Path(__file__).parents[2]
LIMIT = 3600  # seconds for one make, on a machine that does much else
DATA = """
[data]
fashion_mnist = "{images}"
train_images = 200
"""
# Every Python that a stage starts imports this: for it, the small files are Fashion-MNIST.
SITE = """
import os, sys
sys.path.insert(0, {root!r})
if os.environ.get("TINY_IMAGES"):
    try:
        import json
        from training.known_images import KNOWN
        KNOWN["fashion_mnist"].counts.update(train=200, test=60)
        KNOWN["fashion_mnist"].digests.update(json.loads(os.environ["TINY_IMAGES"]))
    except ImportError:  # a Python without numpy
        pass
"""


def write_images(folder):
    """Images of ten distinguishable brightnesses in four IDX files: name -> SHA-256 of the unpacked file."""
    rng, arrays = np.random.default_rng(0), {}
    for part, count in (("train", 200), ("t10k", 60)):
        labels = (np.arange(count) % 10).astype(np.uint8)
        images = (rng.integers(0, 60, (count, 28, 28)) + 19 * labels[:, None, None]).astype(np.uint8)
        arrays |= {f"{part}-images-idx3-ubyte": images, f"{part}-labels-idx1-ubyte": labels}
    assert set(arrays) == set(FILES)
    write_idx(folder, arrays)
    return digests_of(arrays)


class Course:
    """Settings, data and an environment that is set up already; `make` runs the project's own Makefile on them."""

    def __init__(self, folder):
        self.folder = folder
        self.images = write_images(folder / "images")
        (folder / "tiny.toml").write_text(tiny_settings(DATA.format(images=folder / "images"), 40, 3))
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(SITE.format(root=str(ROOT)))
        (folder / "venv" / "bin").mkdir(parents=True)
        python = folder / "venv" / "bin" / "python"
        python.write_text(f'#!/bin/sh\nPYTHONPATH={folder / "site"} exec {sys.executable} "$@"\n')
        python.chmod(0o755)
        installed = {name: environment.digest(ROOT / name) for name, *_ in environment.NEEDS.values()}
        record = {"version": list(sys.version_info[:3]), "path": sys.executable, "installed": installed}
        environment.write_record(folder / "venv", record)

    def start(self, runs, *arguments):
        """A make in a session of its own; what it says goes to a file."""
        inherited = {
            name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
        }
        python = {
            "TINY_IMAGES": json.dumps(self.images),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        own = [f"CONFIG={self.folder / 'tiny.toml'}", f"RUNS={runs}", f"VENV={self.folder / 'venv'}"]
        log = self.folder / f"log-{time.monotonic_ns()}"
        with open(log, "w") as said:
            process = subprocess.Popen(
                ["make", *own, *(arguments or ["all"])],
                cwd=ROOT,
                env=inherited | python,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        process.log = log
        return process

    def make(self, runs, *arguments):
        """Run make to its end; returns its exit status and what it said."""
        process = self.start(runs, *arguments)
        return process.wait(LIMIT), process.log.read_text()

    @staticmethod
    def stages():
        """The stages of `make all`, in order, each as the words that tell its process from others."""
        words = ["training.prepare_data"]
        for task, name in (stage.split("/") for stage in stages()):
            kind = "variant" if name in variants_of(task) else "extra"
            script = "training.train" if kind == "variant" else "training.run_extra"
            search = name == "search"
            words.append(f"tuning.tune --task {task}" if search else f"{script} --task {task} --{kind} {name}")
        return [*words, "reporting.build_report"]


def stage_of(command):
    """What a command line is a stage of, e.g. "training.train --task regression --variant tuned"; "" if of none."""
    match = re.search(r"-m ((?:training|tuning|reporting)\.\w+(?: --(?:task|variant|extra) \w+)*)", command)
    return match[1] if match and match[1] != "training.pipeline" else ""  # which starts the stages


def running(process):
    """The stages at work in the session of a make, with the number of the process of each."""
    lines = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--sid", str(process.pid)], capture_output=True, text=True
    ).stdout.splitlines()
    found = {
        stage_of(line): int(line.split()[0])
        for line in lines
        if "python" in line and not line.split()[1].endswith("make")
    }
    return {stage: pid for stage, pid in found.items() if stage}


def kill(process):
    """`kill -9` of a make and of everything that it started."""
    for pid in subprocess.run(
        ["ps", "-o", "pid=", "--sid", str(process.pid)], capture_output=True, text=True
    ).stdout.split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def finished(runs):
    """The bytes of every run.json and of every recorded fold: what is done."""
    return {
        path.relative_to(runs): path.read_bytes() for path in [*runs.rglob("run.json"), *runs.rglob("rows/[!.]*.json")]
    }


def metrics(runs):
    """Every headline number, by stage."""
    return {
        str(path.parent.relative_to(runs)): json.loads(path.read_text())["metrics"]
        for path in sorted(runs.rglob("run.json"))
    }


def curves(runs):
    """Every table of epochs, to the last digit."""
    return {str(path.relative_to(runs)): path.read_text() for path in sorted(runs.rglob("history.csv"))}
