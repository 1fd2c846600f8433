"""Grid search of the classification network: every combination, scored on the images held out for validation.

    python -m tuning.tune_classification

Writes runs/classification/search/. A search that was stopped goes on where it was; one core needs a quarter of an hour.
"""

import sys

from training.cli import parse_arguments, run_main
from training.config import load_homework
from training.datasets import load_fashion_mnist
from training.train_classification import fold_indices
from tuning.flags import add_search_flags
from tuning.tune import tune


def main(argv=None):
    arguments = parse_arguments(__doc__, argv, add_search_flags)
    homework = load_homework(arguments.config, arguments.quick)
    split = load_fashion_mnist(homework.data)
    search = homework.classification_search
    folds = fold_indices(split, search.base, homework.compute.seed)
    tune("classification", homework, search, split, folds, arguments)


if __name__ == "__main__":
    sys.exit(run_main(main))
