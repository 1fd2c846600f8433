"""Train one extra of a task: short further trainings that the report uses.

    python -m training.run_extra --task regression --extra splits

Any other name than an extra's is answered with the names of all extras of the task. Writes runs/<task>/<extra>/ with a
folder for each case; an extra that the settings switch off has none. With --cases several processes share an extra; the
one that finishes its last case finishes it. What each extra trains, and how long that takes,
is in training/regression_extras.py and training/classification_extras.py.
"""

import argparse
import sys
from collections.abc import Sequence

from reporting.artifacts import UserError, extras_of
from training.cli import homework_of, parse_arguments, run_main
from training.experiment import experiment
from training.extras import make_cases, train_cases
from training.tasks import TASKS


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(__doc__, argv, add_cases, task=TASKS, extra=None)
    if arguments.extra not in extras_of(arguments.task):
        known = ", ".join(extras_of(arguments.task))
        raise UserError(f"the {arguments.task} has no extra {arguments.extra!r}; choose one of {known}")
    this = experiment(arguments.task, homework_of(arguments), arguments.runs)
    cases = make_cases(this, arguments.extra)
    unknown = [name for name in arguments.cases if name not in cases]
    if unknown:
        raise UserError(f"{this.task.name} {arguments.extra} has no case {unknown[0]!r}; it has {', '.join(cases)}")
    train_cases(this, arguments.extra, cases, arguments.cases)


def add_cases(parser: argparse.ArgumentParser) -> None:
    """Add the flag --cases to a parser."""
    parser.add_argument("--cases", nargs="+", default=[], metavar="CASE", help="train no more than these of its cases")


if __name__ == "__main__":
    sys.exit(run_main(main))
