"""What the work costs here, with Keras' `fit`, skorch and PyTorch: the same work, turn by turn, in one run.

    make bench                            (python -m tests.benchmarks [--epochs 100] [--repeats 3] [--whole])

Prints a line a measurement (median and range) and the ratios. Absolute times differ between machines and hours;
ratios within a run hold. `--whole` also times the whole regression grid once, here and with skorch. PyTorch and skorch
run in an environment of their own, $BENCH_PYTHON. The results that are kept stand in tests/benchmarks/RESULTS.md.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.benchmarks import ours
from training.datasets import load_fashion_mnist, load_regression
from training.recording import current_commit
from training.settings import SHIPPED, load_homework

PEERS = Path(__file__).with_name("peers.py")
IMAGES = 12000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--epochs", type=int, default=100, help="of each fit of the regression grid, which stand for all of them"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--config", type=Path, default=SHIPPED)
    arguments = parser.parse_args()
    homework = load_homework(arguments.config)
    print(f"commit {current_commit()}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), arguments.config, homework)
        bench.regression(arguments.epochs, arguments.repeats)
        bench.classification(arguments.repeats)
        if arguments.whole:
            bench.regression(
                homework.tasks["regression"].reference.max_epochs,
                repeats=1,
                kinds=("two workers", "skorch, all points", "skorch, own split"),
            )
        subprocess.run([sys.executable, "-m", "tests.benchmarks.ours", "oracle"], check=True)


class Bench:
    """The ways of doing the same work; each is a process that reports the seconds it took."""

    def __init__(self, folder, config, homework):
        self.folder, self.config, self.homework = folder, config, homework
        self.points = load_regression(homework.data)

    def regression(self, epochs, repeats, kinds=None):
        """The whole grid for `epochs` epochs a fit: milliseconds for each epoch of each fit.

        skorch's own split leaves 64 of a fold's 80 points and so fewer steps: its time counts as if it took as many.
        """
        search = self.homework.tasks["regression"].search
        fits = search.combinations * search.base.folds
        grid = {"grid": search.grid, "folds": search.base.folds, "epochs": epochs}
        arrays = {"x": self.points.x_train, "y": self.points.y_train}
        ways = {
            "two workers": lambda: self.ours("search", epochs),
            "skorch, all points": lambda: self.peer("skorch_grid", arrays, grid | {"all_points": True}),
            "skorch, own split": lambda: (
                self.peer("skorch_grid", arrays, grid | {"all_points": False}) * self.steps(80) / self.steps(64)
            ),
            "Keras' fit": lambda: self.ours("keras_fit", epochs) * fits / ours.KERAS_FITS,
            "bare PyTorch loop": lambda: self.peer("bare_loop", arrays, {"epochs": epochs, "batch_size": 16}) * fits,
        }
        ways = {name: way for name, way in ways.items() if kinds is None or name in kinds}
        compare(
            f"regression grid, {fits} fits of {epochs} epochs",
            ways,
            repeats,
            1000 / fits / epochs,
            "ms an epoch and fit",
        )

    def steps(self, points):
        """Steps of an epoch over so many points, summed over the grid's batch sizes."""
        return sum(-(-points // size) for size in self.homework.tasks["regression"].search.grid["batch_size"])

    def classification(self, repeats):
        """Epochs of the reference network as two workers of the grid take them, against PyTorch's float32 default."""
        data = load_fashion_mnist(self.homework.data)
        arrays = {"images": data.x_train[:IMAGES], "labels": data.y_train[:IMAGES]}
        scale = 48000 / (IMAGES * 5 // 6)
        for size in self.homework.tasks["classification"].search.grid["batch_size"]:
            ways = {
                "two workers": lambda size=size: self.ours("image_epochs", size) / 2,
                "PyTorch float32": lambda size=size: (
                    self.peer("image_epochs", arrays, {"epochs": 2, "batch_size": size}) / 2
                ),
            }
            compare(f"images, batches of {size}", ways, repeats, scale, "s an epoch of 48,000 images")
        subprocess.run([sys.executable, "-m", "tests.benchmarks.ours", "bound", str(self.config)], check=True)

    def ours(self, what, number):
        return seconds_of([sys.executable, "-m", "tests.benchmarks.ours", what, str(self.config), str(number)])

    def peer(self, what, arrays, settings):
        work = self.folder / "work.npz"
        np.savez(work, settings=json.dumps(settings), **arrays)
        return seconds_of(
            [os.environ["BENCH_PYTHON"], str(PEERS), str(work), what], whole=what == "skorch_grid"
        )  # as our search


def seconds_of(command, whole=False):
    """What a process says on its last line that its work took, or `whole` what it took from its start to its end."""
    started = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - started if whole else json.loads(done.stdout.splitlines()[-1])["seconds"]


def compare(title, ways, repeats, scale, unit):
    """Take the ways turn by turn and print their times and how they compare with the first one's."""
    times = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            times[name].append(scale * way())
    first = statistics.median(next(iter(times.values())))
    print(title)
    for name, values in times.items():
        middle = statistics.median(values)
        print(
            f"  {name:18s} {middle:8.2f} {unit} ({min(values):.2f} to {max(values):.2f}), {middle / first:5.1f} times",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
