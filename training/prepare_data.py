"""Check the settings and the data of both tasks before anything is trained; download known images if need be.

    python -m training.prepare_data --config homework.toml --runs runs

Writes runs/data.json, the provenance of the data. Takes a second, and longer if images are downloaded.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reporting.artifacts import Data, Shapes, UserError, save_json
from training.cli import homework_of, parse_arguments, run_main
from training.datasets import read_images
from training.device import configure
from training.grids import distinct
from training.layout import SIZING, check_sides
from training.settings import LARGE_GRID, OF_OUR_NETWORKS, Homework
from training.tasks import TASKS


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(__doc__, argv)
    homework = homework_of(arguments)
    images = read_images(homework.data)
    data = data_of(homework)
    check_splits(homework, data)
    check_networks(homework, {name: own.shapes for name, own in data.items()}, build=True)
    warn_of_large_grids(homework)
    warn_of_left_out(homework)
    for note in [*images.notes, *mirrored_writing(homework, data["classification"])]:
        print(f"warning: {note}", file=sys.stderr)
    save_json(arguments.runs / "data.json", data)
    for note in told_of_points(data["regression"]):
        print(f"data: {note}")
    regression, classification = data["regression"], data["classification"]
    points, pictures = format_counts(regression), format_counts(classification)
    print(f"data: {regression.source}, {points} points; {images.place}, {pictures} images")


def data_of(homework: Homework) -> dict[str, Data]:
    """The content of data.json: the provenance of the data of each task; raises UserError for a mistake in a file."""
    return {name: task.module.describe_data(homework.data) for name, task in TASKS.items()}


def check_splits(homework: Homework, data: Mapping[str, Data]) -> None:
    """Raise UserError if a later stage could not split its data."""
    for name, settings in homework.tasks.items():
        for config in (settings.reference, settings.search.base, *settings.variants.values()):
            TASKS[name].module.fold_indices(data[name].counts["train"], config, homework.compute.seed)


def told_of_points(data: Data) -> list[str]:
    """Which column of a user's files is which, and what the reader left out, a line each."""
    *inputs, target = data.columns
    are = "is the input" if len(inputs) == 1 else "are the inputs"
    own = not any("synthetic" in name for name in data.digests)
    return ([f"of the columns {', '.join(inputs)} {are}, {target} is the target"] if own else []) + list(data.notes)


def check_networks(homework: Homework, shapes: Mapping[str, Shapes], build: bool = False) -> None:
    """Raise UserError if a network of these tasks does not fit the shapes of their data.

    Networks of the user's own have to be built to know it, with `build` only.
    """
    for name, shape in shapes.items():
        settings = homework.tasks[name]
        variants = {f"{name}.{variant}": config for variant, config in settings.variants.items()}
        for where, config in ({name: settings.reference, f"{name}.search": settings.search.base} | variants).items():
            if not config.network:
                placed(f"[{where}]", check_sides, config, shape)
            elif build:
                configure(homework.compute.threads, "float32")
                placed(f"[{where}]", TASKS[name].build, config, shape)
        if not settings.search.base.network:
            for config in distinct(settings.search, SIZING):
                placed(f"[{name}.search.grid]", check_sides, config, shape)


def placed(where: str, check: Callable[..., Any], *arguments: Any) -> None:
    """Call a check; raises its UserError with the table of the settings that it is about."""
    try:
        check(*arguments)
    except UserError as error:
        raise UserError(f"{where}: {error}") from None


def warn_of_large_grids(homework: Homework) -> None:
    """Print a warning for each search with so many combinations that it may never end."""
    for name, task in homework.tasks.items():
        combinations = task.search.combinations
        if combinations > LARGE_GRID:
            fits = combinations * getattr(task.search.base, "folds", 1)
            print(
                f"warning: the grid of the {name} has {combinations:,} combinations, so {fits:,} fits:"
                " this will take long",
                file=sys.stderr,
            )


def warn_of_left_out(homework: Homework) -> None:
    """Print a warning for extras that are left out since the settings name a network of the user's own."""
    for name, task in homework.tasks.items():
        if task.search.base.network:
            left_out = " and ".join(extra for extra in OF_OUR_NETWORKS if hasattr(task.extras, extra))
            print(
                f"warning: the {name} goes without {left_out}: {task.search.base.network} need not have the layers"
                " that settings say",
                file=sys.stderr,
            )


def mirrored_writing(homework: Homework, data: Data) -> list[str]:
    """What to say if a network is to learn from mirrored digits or letters, which are other things."""
    settings = homework.tasks["classification"]
    grid = settings.search.grid.get("horizontal_flips", [])
    trained = [settings.reference, settings.search.base]
    trained += [config for name, config in settings.variants.items() if getattr(settings.extras, name, True)]
    flips = any(config.horizontal_flips for config in trained) or any(grid)
    said = f"horizontal_flips is on, but a mirrored image of {homework.data.dataset} is another thing; set it to false"
    return [said] if flips and data.is_written else []


def format_counts(data: Data) -> str:
    """The numbers of training and test points, as in 100 + 100."""
    return f"{data.counts['train']} + {data.counts['test']}"


if __name__ == "__main__":
    sys.exit(run_main(main))
