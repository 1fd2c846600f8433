"""Settings written for older versions, whose names are no longer those of today."""

import functools
import sys
from collections.abc import Mapping
from typing import Any

# What the network that is now `extended` had where a table [classification.improved] said nothing else
IMPROVED = {
    "filters": [48, 128],
    "padding": "same",
    "batch_normalization": False,
    "convolution_dropout": 0.15,
    "horizontal_flips": True,
    "random_shifts": 0,
    "dropout": 0.5,
    "learning_rate": 0.002,
    "learning_rate_schedule": "cosine",
    "batch_size": 128,
    "max_epochs": 14,
    "patience": 14,
}
RENAMED = {  # table and key -> key of today; None for what there is no longer
    ("classification", "improved"): "extended",
    ("classification", "extras", "improved"): "extended",
    ("classification", "extras", "improved_seeds"): "extended_seeds",
    ("classification", "extras", "ablation"): None,
    ("classification", "extras", "ablation_images"): None,
    ("classification", "extras", "ablation_epochs"): None,
    ("regression", "extras", "seeds"): "tuned_seeds",
    ("report", "improved_chosen_after_test_seen"): "extended_chosen_after_test_seen",
}
Table = dict[str, Any]


def with_names_of_today(shipped: Table, changes: Table, where: str) -> tuple[Table, Table]:
    """The shipped settings and those of a file to be laid over them, whose older names are replaced; says so once.

    The network `improved` had other settings than `extended` has now: they take the place of the shipped ones.
    """
    found: list[str] = []
    renewed = renamed(changes, (), found)
    if "quick" in changes and isinstance(changes["quick"], dict):
        renewed["quick"] = renamed(changes["quick"], (), found)
    if isinstance(changes.get("classification"), dict) and "improved" in changes["classification"]:
        shipped = shipped | {"classification": shipped["classification"] | {"extended": dict(IMPROVED)}}
    if found:
        say_once(f"{where}: names of an older version are read as those of today: {', '.join(dict.fromkeys(found))}")
    return shipped, renewed


def renamed(table: Mapping[str, Any], place: tuple[str, ...], found: list[str]) -> Table:
    """A table at that place with the names of today; `found` gets the names that it had."""
    result: Table = {}
    for key, value in table.items():
        own = (*place, key)
        new = RENAMED.get(own, key)
        if own in RENAMED:
            found.append(f"{'.'.join(own)} {f'as {new}' if new else 'left out'}")
        if new:
            inside = (*place, new)
            result[new] = renamed(value, inside, found) if isinstance(value, dict) and key == new else value
    return result


@functools.cache
def say_once(text: str) -> None:
    """Print a line on stderr the first time that this process has it to say."""
    print(text, file=sys.stderr)
