"""Train one variant of a task, with one network per fold, and record it.

    python -m training.train --task regression --variant reference

Any other name than a variant's is answered with the names of all variants of the task. `reference` has the settings of
homework.toml, `tuned` the best combination of the finished search, any other those of its own table. Writes
runs/<task>/<variant>/; of a variant that the settings switch off only that it is. Test data are used after training
only, for evaluation. A network of the regression takes seconds on one core, one of the classification minutes.
"""

import sys
from collections.abc import Sequence

from reporting.artifacts import UserError, variants_of
from training.cli import homework_of, parse_arguments, run_main
from training.experiment import experiment
from training.extras import train_cases
from training.tasks import TASKS


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(__doc__, argv, task=TASKS, variant=None)
    if arguments.variant not in variants_of(arguments.task):
        known = ", ".join(variants_of(arguments.task))
        raise UserError(f"the {arguments.task} has no variant {arguments.variant!r}; choose one of {known}")
    this = experiment(arguments.task, homework_of(arguments), arguments.runs)
    if this.leaves_out(arguments.variant):
        train_cases(this, arguments.variant, {})
        return
    config = this.config(arguments.variant)
    record = this.recording(arguments.variant, config)
    if record.is_done():
        return
    record.begin()
    this.task.module.train(record, config, this.folds(config), this.dataset, this.seed, inspected=True)


if __name__ == "__main__":
    sys.exit(run_main(main))
