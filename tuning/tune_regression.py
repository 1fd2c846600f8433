"""Grid search of the regression network: every combination on every fold.

    python -m tuning.tune_regression

Writes runs/regression/search/. A search that was stopped goes on where it was; one core needs a few minutes.
"""

import sys

from training.cli import parse_arguments, run_main
from training.config import load_homework
from training.datasets import load_regression
from training.train_regression import fold_indices
from tuning.flags import add_search_flags
from tuning.tune import tune


def main(argv=None):
    arguments = parse_arguments(__doc__, argv, add_search_flags)
    homework = load_homework(arguments.config, arguments.quick)
    split = load_regression(homework.data)
    search = homework.regression_search
    folds = fold_indices(split, search.base, homework.compute.seed)
    tune("regression", homework, search, split, folds, arguments)


if __name__ == "__main__":
    sys.exit(run_main(main))
