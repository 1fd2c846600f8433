"""`best.json`: how a search passes its best combination on to training."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from reporting.artifacts import ArtifactError, Data, UserError, is_current, load_json, parse, readable
from training.config import FitConfig
from training.grids import Search
from training.settings import Homework


@dataclasses.dataclass(frozen=True)
class Best:
    """The best combination of a search; `score_sd` is the standard deviation over the folds, 0 for a single fold."""

    trial: int
    values: dict[str, Any]  # hyperparameter -> value
    score: float
    score_sd: float


def search_identity(homework: Homework, search: Search, data: Data) -> dict[str, Any]:
    """What the run.json of a search must hold for the search to be up to date with these settings and data."""
    return {"config": search_config(search), "data": data, "seed": homework.compute.seed, "scale": homework.scale}


def search_config(search: Search) -> dict[str, Any]:
    """The configuration of a search as recorded in its run.json: shared settings, objective and grid."""
    return json.loads(
        json.dumps(dataclasses.asdict(search.base) | {"objective": search.objective, "grid": search.grid})
    )


def load_best_config(folder: Path | str, homework: Homework, search: Search, data: Data) -> FitConfig:
    """The search's settings with the best values; raises UserError unless the search is finished and up to date."""
    folder = Path(folder)
    if not is_current(folder, **search_identity(homework, search, data)):
        raise UserError(f"{folder} holds no finished search of these settings and data; run 'make tune'")
    path = folder / "best.json"
    try:
        best = parse(Best, load_json(path, "make tune"), str(path))
    except ArtifactError:
        raise
    except UserError as error:
        raise ArtifactError(f"{error}; delete {folder / 'run.json'} and run 'make tune'") from None
    values = {
        name: [value for value in choices if readable(value) == best.values.get(name)]
        for name, choices in search.grid.items()
    }
    strange = [name for name, found in values.items() if not found]
    if strange:
        shown = f"{strange[0]} = {best.values.get(strange[0])!r} is not in the grid"
        raise ArtifactError(f"{path}: {shown}; delete {folder / 'run.json'} and run 'make tune'")
    return dataclasses.replace(search.base, **{name: found for name, (found, *_) in values.items()})
