"""What runs come from: machines, versions of the code, seeds, data."""

import json
from pathlib import Path

from reporting.artifacts import plain, save_json
from reporting.results import load_reference_report
from tests.invented.edits.files import edit_json, with_arguments


@with_arguments
def several_machines(runs: Path, machines: int = 2, commits: int = 2) -> None:
    """Runs from so many machines and versions of the code."""
    for number, path in enumerate(sorted(runs.rglob("run.json"))):
        run = json.loads(path.read_text())
        machine = run["machine"] | {"processor": f"P{number % machines}"}
        save_json(path, run | {"commit": f"{number % commits}" * 12, "machine": machine})


def seeds_of_their_own(runs: Path) -> None:
    """Another seed in each further network that answers what seeds change."""
    for number, path in enumerate(sorted(runs.glob("*/*seeds/*/run.json"))):
        save_json(path, json.loads(path.read_text()) | {"seed": 2022 + number})


@with_arguments
def duplicates(runs: Path, train: int | None, train_test: int | None) -> None:
    """So many images that repeat others; None for records from before they were counted."""
    for path in (runs / "classification").rglob("run.json"):
        edit_json(path, lambda run: run["data"].update(duplicates_train=train, duplicates_train_test=train_test))


def course_data(runs: Path) -> None:
    """The very points of the reference report, by their digests."""
    digests = plain(load_reference_report()["regression"]["data"])
    for path in (runs / "regression").rglob("run.json"):
        edit_json(path, lambda run: run["data"].update(digests=digests))
