"""Work in processes of its own, this project's and the peers', which say on their last line what it took."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from reporting.artifacts import UserError

PEERS = Path(__file__).with_name("peers.py")


def results_of(command: list[str], processes: int = 1) -> list[dict]:
    """What so many processes side by side say on their last lines; raises UserError with the errors of one that fails.

    "whole" is added, the seconds from the start of the first one to its end.
    """
    started = time.perf_counter()
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, **pipes) for _ in range(processes)]
    results = []
    for process in running:
        output, errors = process.communicate()
        if process.returncode:
            raise UserError(f"{' '.join(command)} ended with {process.returncode}:\n{errors[-3000:].strip()}")
        results.append(json.loads(output.splitlines()[-1]) | {"whole": time.perf_counter() - started})
    return results


def seconds_of(command: list[str], processes: int = 1) -> float:
    """The seconds of the slowest of so many processes side by side."""
    return max(result["seconds"] for result in results_of(command, processes))


def ours(what: str, *values: object) -> list[str]:
    """The command for work of tests/benchmarks/ours.py."""
    return [sys.executable, "-m", "tests.benchmarks.ours", what, *map(str, values)]


class Peers:
    """PyTorch's environment; arrays and settings reach it in a file."""

    def __init__(self, python: str, folder: Path):
        self.python, self.folder = python, folder

    def command(self, what: str, arrays: dict[str, np.ndarray], settings: dict) -> list[str]:
        """The command for work of peers.py, whose file is written anew."""
        path = self.folder / f"{what}.npz"
        np.savez(path, settings=json.dumps(settings), **arrays)
        return [self.python, str(PEERS), str(path), what]
