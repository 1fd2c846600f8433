"""Train one extra of a task: short further trainings that the report uses.

    python -m training.run_extra --task regression --extra splits

Any other name than an extra's is answered with the names of all extras of the task. Writes runs/<task>/<extra>/ with a
folder for each case; an extra that the settings switch off has none. What each extra trains, and how long that takes,
is in training/regression_extras.py and training/classification_extras.py.
"""

import sys
from collections.abc import Sequence

from reporting.artifacts import UserError, extras_of
from training.cli import parse_arguments, run_main
from training.experiment import experiment
from training.extras import make_cases, train_cases
from training.settings import load_homework
from training.tasks import TASKS


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(__doc__, argv, task=TASKS, extra=None)
    if arguments.extra not in extras_of(arguments.task):
        known = ", ".join(extras_of(arguments.task))
        raise UserError(f"the {arguments.task} has no extra {arguments.extra!r}; choose one of {known}")
    this = experiment(arguments.task, load_homework(arguments.config, arguments.quick), arguments.runs)
    train_cases(this, arguments.extra, make_cases(this, arguments.extra))


if __name__ == "__main__":
    sys.exit(run_main(main))
