"""The settings: homework.toml as validated dataclasses.

All defaults are in homework.toml. A user's own file needs to hold only what differs: it is laid over homework.toml.
"""

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporting.artifacts import TASKS as REGISTERED
from reporting.artifacts import Identity, ReportSettings, UserError, load_toml, parse, variants_of
from training.config import ComputeConfig, DataConfig, FitConfig, limited
from training.tasks import TASKS, Task

SHIPPED = Path(__file__).parent.parent / "homework.toml"
LARGE_GRID = 1000  # combinations above which a search prints a warning


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


@dataclasses.dataclass(frozen=True)
class TaskSettings:
    """The settings of a task."""

    reference: Any  # configuration of the reference network, which all others start from
    search: Search
    extras: Any  # which extras and optional networks are trained: one field each, see `extras_class`
    variants: dict[str, Any]  # configurations of further variants, such as "extended", by name


@dataclasses.dataclass(frozen=True)
class Homework:
    """All settings of homework.toml."""

    identity: Identity
    data: DataConfig
    compute: ComputeConfig
    tasks: dict[str, TaskSettings]
    scale: str  # "full" or "quick"


def load_homework(path: Path | str = SHIPPED, quick: bool = False, extras: bool = True) -> Homework:
    """Read, merge and validate the settings; raises UserError that names the file, the table and the key.

    Without `extras`, all of them are switched off.
    """
    settings = load_toml(SHIPPED)
    if Path(path).resolve() != SHIPPED:
        settings = overlay(settings, load_toml(path), str(path))
    quick_settings = settings.pop("quick", {})
    if quick:
        settings = overlay(settings, quick_settings, f"{path} [quick]")
    homework = build_homework(settings, str(path), "quick" if quick else "full")
    return homework if extras else without_extras(homework)


def overlay(base: Mapping[str, Any], changes: Mapping[str, Any], where: str) -> dict[str, Any]:
    """`base` with the values of `changes` laid over it, table by table."""
    merged = dict(base)
    for key, value in changes.items():
        if isinstance(base.get(key), dict) and not isinstance(value, dict):
            raise UserError(f"{where}: {key} is a table; write [{key}] and its keys below")
        merged[key] = overlay(base[key], value, f"{where} [{key}]") if isinstance(base.get(key), dict) else value
    return merged


def without_extras(homework: Homework) -> Homework:
    """The same settings with all extras switched off."""

    def off(name: str, settings: TaskSettings) -> TaskSettings:
        switches = {one.name: type(getattr(settings.extras, one.name))() for one in REGISTERED[name].switches}
        return dataclasses.replace(settings, extras=dataclasses.replace(settings.extras, **switches))

    return dataclasses.replace(homework, tasks={name: off(name, task) for name, task in homework.tasks.items()})


def build_homework(settings: Mapping[str, Any], where: str, scale: str) -> Homework:
    """The Homework of a complete mapping of tables; raises UserError that names the table and the key."""
    fixed = [("identity", Identity), ("data", DataConfig), ("compute", ComputeConfig), ("report", ReportSettings)]
    tables: Any = parse(
        dataclasses.make_dataclass("Tables", [*fixed, *((name, dict) for name in TASKS)], frozen=True), settings, where
    )
    tasks = {name: task_settings(task, dict(getattr(tables, name)), where) for name, task in TASKS.items()}
    return Homework(tables.identity, tables.data, tables.compute, tasks, scale)


def task_settings(task: Task, table: dict[str, Any], where: str) -> TaskSettings:
    """The settings of a task from its table."""
    names = ["search", "extras", *further_variants(task.name)]
    search, extras, *variants = [take(table, name, where, task.name) for name in names]
    return TaskSettings(
        reference=parse_config(task.config, table, f"{where} [{task.name}]"),
        search=build_search(task, table, search, f"{where} [{task.name}.search"),
        extras=consistent(task, parse(extras_class(task), extras, f"{where} [{task.name}.extras]")),
        variants={
            name: parse_config(task.config, overlay(table, changes, where), f"{where} [{task.name}.{name}]")
            for name, changes in zip(names[2:], variants, strict=True)
        },
    )


def further_variants(task: str) -> list[str]:
    """The variants with a table of their own: all but the reference network and the winner of the search."""
    return [name for name in variants_of(task) if name not in ("reference", REGISTERED[task].searched)]


def extras_class(task: Task) -> type:
    """A dataclass with a field for each optional network and each extra of a task; false or 0 switches it off.

    Extras that train further seeds are set to the number of seeds, all others to true or false.
    """
    fields: list[Any] = []
    for extra in REGISTERED[task.name].switches:
        seeds = extra.name.endswith("seeds")
        fields.append((extra.name, int, limited(at_least=0, at_most=100)) if seeds else (extra.name, bool))
    return dataclasses.make_dataclass(f"{task.name.capitalize()}Extras", fields, frozen=True)


def consistent(task: Task, extras: Any) -> Any:
    """`extras` with those switched off that are about a network which is."""
    about = [extra for extra in REGISTERED[task.name].extras if extra.of and not getattr(extras, extra.of)]
    return dataclasses.replace(extras, **{extra.name: type(getattr(extras, extra.name))() for extra in about})


def take(table: dict[str, Any], key: str, where: str, name: str) -> dict[str, Any]:
    """Remove and return the sub-table `key`; raises UserError where it is missing."""
    if not isinstance(table.get(key), dict):
        raise UserError(f"{where}: the table [{name}.{key}] is missing")
    return table.pop(key)


def parse_config(cls: type[FitConfig], mapping: Mapping[str, Any], where: str) -> FitConfig:
    """`parse` for a configuration; errors of its own checks (__post_init__) name the place as well."""
    try:
        return parse(cls, mapping, where)
    except UserError as error:
        raise UserError(str(error) if str(error).startswith(where) else f"{where}: {error}") from None


def build_search(task: Task, settings: dict[str, Any], table: dict[str, Any], where: str) -> Search:
    """The Search of a task; each value in the grid is checked like the setting itself."""

    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Table:
        objective: str = limited(choices=task.objectives)
        settings: dict
        grid: dict

    parsed = parse(Table, table, f"{where}]")
    shared = overlay(settings, parsed.settings, where)
    base = parse_config(task.config, shared, f"{where}.settings]")
    grid = {
        name: grid_values(task.config, shared, name, values, f"{where}.grid]") for name, values in parsed.grid.items()
    }
    if not grid:
        raise UserError(f"{where}.grid]: the grid is empty; give at least one hyperparameter a list of values")
    return Search(parsed.objective, base, grid)


def grid_values(cls: type[FitConfig], shared: dict[str, Any], name: str, values: Any, where: str) -> list[Any]:
    """The values of one hyperparameter: a list without duplicates, each valid for that setting."""
    if not isinstance(values, list) or not values:
        raise UserError(f"{where}: {name} must be a list of at least one value, got {values!r}")
    if any(isinstance(value, (list, dict)) for value in values):
        raise UserError(f"{where}: {name} must list single values, got {values!r}")
    if len({type(value) for value in values}) > 1:
        alike = [value if isinstance(value, str) else float(value) for value in values]
        raise UserError(f"{where}: {name} mixes types; write them all alike, e.g. {alike}")
    if len(set(values)) < len(values):
        raise UserError(f"{where}: {name} lists a value twice: {values!r}")
    return [getattr(parse_config(cls, shared | {name: value}, where), name) for value in values]
