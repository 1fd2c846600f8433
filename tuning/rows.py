"""The recorded rows of a search, one file for each (configuration, fold). A search resumes from them."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporting.artifacts import Data, save_json
from training.config import FitConfig
from training.tasks import TASKS
from tuning.answers import as_text
from tuning.fingerprints import Numerics, fingerprint

# The result of a fold as a worker delivers it, in the order in which it is recorded. KerasTuner transmits every value
# as a double, which represents each of them exactly. That of a classifier has answers besides, see answers.py.
DELIVERED = {
    "seed": int,
    "epochs": int,
    "stopped_early": bool,
    "best_epoch": int,
    "train_loss": float,
    "train_accuracy": float,
    "validation_loss": float,
    "validation_accuracy": float,
    "seconds": float,
    "epoch_seconds": float,
    "epoch_seconds_error": float,
}
COMPLETED, FAILED = "completed", "failed"
Row = dict[str, Any]  # a row of folds.csv


@dataclasses.dataclass(frozen=True)
class FoldRows:
    """A folder with a JSON file for each fold that was ever finished, named by its fingerprint."""

    folder: Path
    task: str
    seed: int  # of the search
    data: Data
    machine: Numerics

    @property
    def classifies(self) -> bool:
        """Whether the rows are a classification's, which hold answers."""
        return TASKS[self.task].classifies

    def path(self, config: FitConfig, fold: int) -> Path:
        """The file of a fold."""
        name = fingerprint(self.task, config, fold, self.seed, self.data, self.machine)
        return self.folder / f"{name}.json"

    def load(self, config: FitConfig, fold: int) -> Row | None:
        """The row of a fold; None if the file is missing, damaged, or without what belongs to a result."""
        try:
            row = json.loads(self.path(config, fold).read_bytes())
        except (OSError, ValueError):
            return None
        if not isinstance(row, dict) or row.get("fold") != fold or "status" not in row:
            return None
        return None if is_completed(row) and self.classifies and "answers" not in row else row

    def save(self, config: FitConfig, fold: int, worker: str, delivered: Mapping[str, float]) -> None:
        """Record a finished fold; `delivered` maps names of DELIVERED, and a classifier's answers, to numbers."""
        values = {name: kind(delivered[name]) for name, kind in DELIVERED.items() if name in delivered}
        answers = {"answers": as_text(delivered)} if self.classifies else {}
        self._write(config, fold, {**values, "worker": worker, "status": COMPLETED, "reason": "", **answers})

    def save_failure(self, config: FitConfig, fold: int, worker: str, reason: str) -> None:
        """Record that a fold was given up, and why."""
        self._write(config, fold, {"worker": worker, "status": FAILED, "reason": reason})

    def _write(self, config: FitConfig, fold: int, result: Row) -> None:
        about = {"task": self.task, "hyperparameters": dataclasses.asdict(config)}
        save_json(self.path(config, fold), {**about, "fold": fold, **result})


def is_completed(row: Row | None) -> bool:
    """Whether there is a row and it holds a result."""
    return row is not None and row["status"] == COMPLETED
