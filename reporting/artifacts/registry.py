"""The tasks: their networks and their extras, by name. Settings, scripts and report read them here."""

from typing import NamedTuple


class Extra(NamedTuple):
    """Further trainings that answer one question, and can be switched off."""

    name: str  # of its folder below that of the task
    needs: str  # the stage that must be finished before it
    words: str  # what the conclusions say is missing where it is switched off
    short_words: str  # the same in the chapter of the task
    of: str = ""  # the optional network that it is about: where that is switched off, so is this


class Task(NamedTuple):
    """A task of the homework."""

    name: str
    variants: tuple[str, ...]  # its main networks, in order
    searched: str  # the variant that takes the winner of the grid search
    extras: tuple[Extra, ...]
    optional: tuple[Extra, ...] = ()  # those of its variants that can be switched off

    @property
    def switches(self) -> tuple[Extra, ...]:
        """All that the settings can switch off, in order."""
        return self.optional + self.extras


TASKS = {
    task.name: task
    for task in (
        Task(
            "regression",
            ("reference", "tuned", "extended"),
            "tuned",
            (
                Extra("splits", "data", "other ways to split the points", "other ways to split the points"),
                Extra("baselines", "data", "other models", "baselines"),
                Extra("initialisation", "search", "the other initialiser", "another initialiser"),
                Extra(
                    "reference_seeds",
                    "data",
                    "further seeds of the regression’s reference settings",
                    "further seeds of the reference settings",
                ),
                Extra(
                    "tuned_seeds",
                    "search",
                    "further seeds of the tuned regression networks",
                    "further seeds of the tuned networks",
                ),
                Extra(
                    "extended_seeds",
                    "data",
                    "further seeds of the extended regression networks",
                    "further seeds of the extended networks",
                    of="extended",
                ),
                Extra("smaller", "tuned", "the smaller regression network", "a smaller network"),
            ),
            optional=(Extra("extended", "data", "the extended regression networks", "the extended networks"),),
        ),
        Task(
            "classification",
            ("reference", "tuned", "extended"),
            "tuned",
            (
                Extra("double_softmax", "data", "the loss of the reference report", "training with the second softmax"),
                Extra(
                    "reference_seeds",
                    "data",
                    "further seeds of the reference settings",
                    "further seeds of the reference settings",
                ),
                Extra(
                    "tuned_seeds", "search", "further seeds of the tuned network", "further seeds of the tuned network"
                ),
                Extra(
                    "extended_seeds",
                    "data",
                    "further seeds of the extended network",
                    "further seeds of the extended one",
                    of="extended",
                ),
                Extra("smaller", "tuned", "the smaller classification network", "a smaller network"),
            ),
            optional=(Extra("extended", "data", "the extended network", "the extended network"),),
        ),
    )
}


def variants_of(task: str) -> tuple[str, ...]:
    """The names of a task's main networks, in order."""
    return TASKS[task].variants


def extras_of(task: str) -> tuple[str, ...]:
    """The names of a task's extras, in order."""
    return tuple(extra.name for extra in TASKS[task].extras)


def stages() -> dict[str, str]:
    """The folder of each search, network and extra -> the folder of the stage that it needs, or "data"."""
    needs: dict[str, str] = {}
    for task in TASKS.values():
        needs[f"{task.name}/search"] = "data"
        for name in task.variants:
            needs[f"{task.name}/{name}"] = f"{task.name}/search" if name == task.searched else "data"
        for extra in task.extras:
            needs[f"{task.name}/{extra.name}"] = "data" if extra.needs == "data" else f"{task.name}/{extra.needs}"
    return needs
