"""Train one extra of a task: short further trainings that the report draws on.

    python -m training.run_extra --task regression --extra splits|baselines|initialisation|seeds|smaller
    python -m training.run_extra --task classification --extra double_softmax|reference_seeds|...|ablation|smaller

Writes runs/<task>/<extra>/ with a folder for each of its cases. What the settings switch off has no cases. See
training/regression_extras.py and training/classification_extras.py for what each one trains, and what it costs.
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
