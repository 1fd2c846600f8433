"""What the work costs here, with Keras' `fit`, skorch and PyTorch: the same work, turn by turn, in one run.

    make bench [BUDGET=480] [WHOLE=1] [KERNELS=avx2]

Prints each measurement when it is had, and at the end a Markdown table of medians, ranges and ratios, as
tests/benchmarks/RESULTS.md keeps one for each kind of processor. Absolute times differ between machines and hours;
ratios within a run hold. The budget is shared out among the comparisons: it decides how many epochs the regression's
fits have, and how often everything is repeated. PyTorch and skorch run in an environment of their own, $BENCH_PYTHON.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from reporting.artifacts import exit_status
from tests.benchmarks import machine
from tests.benchmarks.images import ImageEpochs
from tests.benchmarks.processes import Peers, ours, results_of
from tests.benchmarks.regression import RegressionGrid
from tests.benchmarks.table import markdown
from tests.benchmarks.turns import say
from training.settings import SHIPPED, load_homework

BUDGET = 480  # seconds
REGRESSION, IMAGES = 0.65, 0.25  # of the budget; the rest is for the matrix products and the oracle


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget", type=float, default=BUDGET, help="seconds in all (default: %(default)s)")
    parser.add_argument("--whole", action="store_true", help="also the whole regression grid, here and with skorch")
    parser.add_argument("--kernels", default="", help="avx2: at most these instructions, which have float32 alone")
    parser.add_argument("--config", type=Path, default=SHIPPED)
    arguments = parser.parse_args()
    machine.limit_kernels(arguments.kernels, os.environ)
    homework, python = load_homework(arguments.config), os.environ.get("BENCH_PYTHON", "python3")
    title, facts = machine.title(arguments.kernels), machine.facts(homework.compute, arguments.kernels, python)
    facts.append(f"budget {arguments.budget:.0f} s" + (", and the whole regression grid" if arguments.whole else ""))
    say("\n".join([title, *(f"  {fact}" for fact in facts)]))
    with tempfile.TemporaryDirectory() as folder:
        peers = Peers(python, Path(folder))
        images = ImageEpochs(peers, arguments.config)
        grid = RegressionGrid(peers, machine.threads_of(homework.compute))
        comparisons, notes = images.compare(IMAGES * arguments.budget)
        comparisons = grid.compare(REGRESSION * arguments.budget) + comparisons
        if arguments.whole:
            comparisons.insert(0, grid.whole())
    combinations = 10_000 if arguments.whole else 2_000
    say(f"\noracle of a grid of {combinations:,} combinations ...")
    notes.append(results_of(ours("oracle", combinations))[0]["note"])
    say(f"  {notes[-1]}")
    say("\n" + markdown(title, facts, comparisons, notes))


if __name__ == "__main__":
    try:
        sys.exit(exit_status(main))
    except KeyboardInterrupt:
        sys.exit("\ninterrupted; what is printed above holds, and nothing is kept")
