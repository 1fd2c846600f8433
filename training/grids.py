"""Configurations and grids of a search, from tables of settings."""

import dataclasses
import itertools
import math
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from reporting.artifacts import Shapes, UserError, parse
from training.config import FitConfig, limited
from training.layout import check_sides
from training.own_network import digest_of
from training.tasks import Task

MOST_CHECKED = 10_000  # combinations of settings that may contradict each other
SAME_FOR_ALL = {  # what a search cannot vary, and why
    "folds": "every combination is trained on the same folds",
    "validation_share": "every combination is judged by the same images",
    "network": "let build_network(config) depend on a setting that the grid varies",
}
OTHERS = ("filters", "dense_units", "hidden_units", "optimizer", "momentum", "nesterov")  # that may contradict others
LARGEST = Shapes((64, 64, 3), 2)  # images


@dataclasses.dataclass(frozen=True)
class Search:
    """A grid search: the settings shared by all combinations, and the values of each hyperparameter that varies."""

    objective: str
    base: FitConfig
    grid: dict[str, list[Any]]  # hyperparameter -> list of values, in the order of homework.toml

    @property
    def direction(self) -> str:
        """Whether the objective is minimised ("min") or maximised ("max")."""
        return "max" if self.objective.endswith("accuracy") else "min"

    @property
    def combinations(self) -> int:
        """The number of combinations in the grid."""
        return math.prod(len(values) for values in self.grid.values())


def overlay(base: Mapping[str, Any], changes: Mapping[str, Any], where: str) -> dict[str, Any]:
    """`base` with the values of `changes` laid over it, table by table."""
    merged = dict(base)
    for key, value in changes.items():
        if isinstance(base.get(key), dict) and not isinstance(value, dict):
            raise UserError(f"{where}: {key} is a table; write [{key}] and its keys below")
        merged[key] = overlay(base[key], value, f"{where} [{key}]") if isinstance(base.get(key), dict) else value
    return merged


def parse_config(cls: type[FitConfig], mapping: Mapping[str, Any], where: str, folder: Path) -> FitConfig:
    """`parse` for a configuration; errors of its own checks (__post_init__) name the place as well.

    `folder` is that of the settings, where a network of the user's own may be.
    """
    try:
        if "network_sha256" in mapping:
            raise UserError("unknown key 'network_sha256'; it follows from network")
        config = parse(cls, mapping, where)
        if config.network:
            return dataclasses.replace(config, network_sha256=digest_of(config.network, folder))
        check_sides(config, LARGEST)
        return config
    except UserError as error:
        raise UserError(str(error) if str(error).startswith(where) else f"{where}: {error}") from None


def build_search(task: Task, settings: dict[str, Any], table: dict[str, Any], where: str, folder: Path) -> Search:
    """The Search of a task; each value in the grid is checked like the setting itself."""

    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Table:
        objective: str = limited(choices=task.objectives)
        settings: dict
        grid: dict

    parsed = parse(Table, table, f"{where}]")
    shared = overlay(settings, parsed.settings, where)
    base = parse_config(task.config, shared, f"{where}.settings]", folder)
    where = f"{where}.grid]"
    if not parsed.grid:
        raise UserError(f"{where}: the grid is empty; give at least one hyperparameter a list of values")
    for name, values in parsed.grid.items():
        check_values(name, values, where)
    first = shared | {name: values[0] for name, values in parsed.grid.items()}
    grid = {
        name: [getattr(parse_config(task.config, first | {name: value}, where, folder), name) for value in values]
        for name, values in parsed.grid.items()
    }
    search = Search(parsed.objective, base, grid)
    check_combinations(search, where)
    return search


def check_values(name: str, values: Any, where: str) -> None:
    """Raise UserError unless the values of a hyperparameter are a list without duplicates, all alike."""
    if name in SAME_FOR_ALL:
        raise UserError(f"{where}: the search cannot vary {name}: {SAME_FOR_ALL[name]}")
    if not isinstance(values, list) or not values:
        raise UserError(f"{where}: {name} must be a list of at least one value, got {values!r}")
    if any(isinstance(value, dict) for value in values):
        raise UserError(f"{where}: {name} must list values or lists of values, got {values!r}")
    single = [value for value in values if not isinstance(value, list)]
    if len({type(value) for value in single}) > 1:
        alike = [value if isinstance(value, str) else float(value) for value in single]
        raise UserError(f"{where}: {name} mixes types; write them all alike, e.g. {alike}")
    if len({repr(value) for value in values}) < len(values):
        raise UserError(f"{where}: {name} lists a value twice: {values!r}")


def check_combinations(search: Search, where: str) -> None:
    """Raise UserError if values of a grid, each of them possible, contradict each other."""
    try:
        for config in distinct(search, (*search.base.lists, *OTHERS)):
            if not config.network:
                check_sides(config, LARGEST)
    except UserError as error:
        raise UserError(f"{where}: a combination is impossible: {error}") from None


def distinct(search: Search, names: Collection[str]) -> Iterator[FitConfig]:
    """The configurations of a search that differ in any of these settings, MOST_CHECKED at most."""
    varied = {name: values for name, values in search.grid.items() if name in names}
    for values in itertools.islice(itertools.product(*varied.values()), MOST_CHECKED):
        yield dataclasses.replace(search.base, **dict(zip(varied, values, strict=True)))
