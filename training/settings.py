"""The settings: homework.toml as validated dataclasses.

All defaults are in homework.toml. A user's own file needs to hold only what differs: it is laid over homework.toml.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reporting.artifacts import TASKS as REGISTERED
from reporting.artifacts import Identity, ReportSettings, UserError, load_toml, parse, variants_of
from training.config import ComputeConfig, DataConfig, limited
from training.grids import Search, build_search, overlay, parse_config
from training.older_settings import with_names_of_today
from training.tasks import TASKS, Task

SHIPPED = Path(__file__).parent.parent / "homework.toml"
OF_OUR_NETWORKS = ("smaller", "initialisation")  # extras that change settings which other networks may not have
LARGE_GRID = 1000  # combinations above which a search prints a warning


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
        settings, changes = with_names_of_today(settings, load_toml(path), str(path))
        settings = overlay(settings, changes, str(path))
    quick_settings = settings.pop("quick", {})
    if quick:
        settings = overlay(settings, quick_settings, f"{path} [quick]")
    homework = build_homework(settings, str(path), "quick" if quick else "full")
    return homework if extras else without_extras(homework)


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
    """The settings of a task from its table. Those of a variant that is switched off are not read."""
    names = ["search", "extras", *further_variants(task.name)]
    search, extras, *variants = [take(table, name, where, task.name) for name in names]
    folder = Path(where).parent
    reference = parse_config(task.config, table, f"{where} [{task.name}]", folder)
    found = build_search(task, table, search, f"{where} [{task.name}.search", folder)
    switches = consistent(task, parse(extras_class(task), extras, f"{where} [{task.name}.extras]"))
    configs = {
        name: parse_config(task.config, overlay(table, changes, where), f"{where} [{task.name}.{name}]", folder)
        for name, changes in zip(names[2:], variants, strict=True)
        if getattr(switches, name, True)
    }
    return TaskSettings(reference, found, without_sizes(task, switches) if found.base.network else switches, configs)


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


def without_sizes(task: Task, extras: Any) -> Any:
    """`extras` with those switched off that change sizes or initial weights, which a network of the user's own sets."""
    names = [extra.name for extra in REGISTERED[task.name].extras if extra.name in OF_OUR_NETWORKS]
    return dataclasses.replace(extras, **dict.fromkeys(names, False))


def take(table: dict[str, Any], key: str, where: str, name: str) -> dict[str, Any]:
    """Remove and return the sub-table `key`; raises UserError where it is missing."""
    if not isinstance(table.get(key), dict):
        raise UserError(f"{where}: the table [{name}.{key}] is missing")
    return table.pop(key)
