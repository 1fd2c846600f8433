"""Check the settings, find or fetch the data of both tasks and check them, before anything is trained.

    python -m training.prepare_data --config homework.toml --runs runs

Writes runs/data.json, the provenance of the data; runs/data.mk, which tells make on which files it depends; and
runs/data.stat, by which make knows them. Takes a second; the first time it may fetch Fashion-MNIST.
"""

import sys
from pathlib import Path

import numpy as np

from reporting.artifacts import save_json, write_bytes
from training.cli import parse_arguments, run_main
from training.config import LARGE_GRID, SHIPPED, load_homework
from training.datasets import fashion_mnist_data, hold_out, kfold_indices, load_regression
from training.fashion_mnist import DIGESTS, archive, find_fashion_mnist


def main(argv=None):
    arguments = parse_arguments(__doc__, argv)
    homework = load_homework(arguments.config, arguments.quick)
    regression = load_regression(homework.data).data
    folder, _ = find_fashion_mnist(homework.data.fashion_mnist)
    classification = fashion_mnist_data(homework.data.train_images)
    check_splits(homework, regression.counts["train"])
    warn_of_large_grids(homework)
    files = [*csv_files(homework.data), *(archive(folder, name) for name in DIGESTS)]
    save_makefile(arguments.runs, files)
    save_stat(arguments.runs, [arguments.config, SHIPPED, *files])
    save_json(arguments.runs / "data.json", {"regression": vars(regression), "classification": vars(classification)})
    print(
        f"data: {regression.source}, {format_counts(regression)} points; {folder}, {format_counts(classification)} images"
    )


def check_splits(homework, points):
    """Raise UserError now where a later stage could not split its data."""
    rng = np.random.default_rng(0)
    for config in (homework.regression, homework.regression_search.base):
        kfold_indices(points, config.folds, rng)
    for config in (homework.classification, homework.classification_search.base, homework.improved):
        hold_out(homework.data.train_images, config.validation_share, rng)


def warn_of_large_grids(homework):
    """Say before anything is trained that a search will hardly end."""
    for task, search, folds in (
        ("regression", homework.regression_search, homework.regression_search.base.folds),
        ("classification", homework.classification_search, 1),
    ):
        if search.combinations > LARGE_GRID:
            fits = search.combinations * folds
            print(
                f"warning: the grid of the {task} has {search.combinations:,} combinations, so {fits:,} fits: this will take long",
                file=sys.stderr,
            )


def csv_files(config):
    """The user's CSV files, if any."""
    return [Path(name).expanduser() for name in (config.regression_train, config.regression_test) if name]


def save_makefile(runs, files):
    """Write the rules by which make looks at the data again when a file has changed or is gone."""
    escaped = [
        str(path).replace("$", "$$").replace(" ", "\\ ").replace("#", "\\#").replace(":", "\\:") for path in files
    ]
    write_bytes(runs / "data.mk", "".join(f"$(RUNS)/data.json: {path}\n{path}:\n" for path in escaped).encode())


def save_stat(runs, files):
    """Write what `stat -Lc '%Y %s %n'` says of each file: another one in its place may be an older one."""
    stats = [(Path(file).stat(), file) for file in files]
    write_bytes(
        runs / "data.stat",
        "".join(f"{stat.st_mtime_ns // 10**9} {stat.st_size} {file}\n" for stat, file in stats).encode(),
    )


def format_counts(data):
    """Training and test points, as in 100 + 100."""
    return f"{data.counts['train']} + {data.counts['test']}"


if __name__ == "__main__":
    sys.exit(run_main(main))
