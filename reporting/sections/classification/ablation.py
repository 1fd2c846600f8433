"""What each ingredient of the improved configuration contributes, by putting it back to the reference settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.names import named
from reporting.results import Extra, Variant
from reporting.sections.classification.results import predicted_labels
from reporting.stats.differences import Difference
from reporting.stats.metrics import paired_difference_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclasses.dataclass(frozen=True)
class Ingredient:
    """One ingredient left out of the improved configuration."""

    name: str
    changes: dict[str, tuple[Any, Any]]  # setting -> (with the ingredient, without it)
    difference: Difference  # validation accuracy without the ingredient less with it, with 95 % over the same images


@dataclasses.dataclass(frozen=True)
class Ablation:
    """The improved configuration trained briefly, whole and without each of its ingredients."""

    complete: float  # validation accuracy of the whole
    ingredients: tuple[Ingredient, ...]
    epochs: int
    train_images: int
    validation_images: int

    def named(self, verdict: str) -> tuple[Ingredient, ...]:
        """The ingredients without which the accuracy is "lower", "higher" or "undecided"."""
        return tuple(item for item in self.ingredients if getattr(item.difference, verdict))


def ablation_of(extra: Extra) -> Ablation | None:
    """The ablation; None if it is switched off, or if the improved configuration has no ingredient."""
    ingredients = ingredients_of(extra)
    if not ingredients:
        return None
    complete = extra.cases["complete"]
    right = right_answers(complete)
    return Ablation(
        complete=float(right.mean()),
        ingredients=ingredients,
        epochs=complete.run.config["max_epochs"],
        train_images=complete.folds[0]["train_points"],
        validation_images=len(right),
    )


def ingredients_of(extra: Extra) -> tuple[Ingredient, ...]:
    """What each case but the complete one lacks; empty if the extra is switched off."""
    cases = dict(extra.cases)
    complete = cases.pop("complete", None)
    if complete is None:
        return ()
    return tuple(ingredient(name.removeprefix("without_"), complete, case) for name, case in cases.items())


def ingredient(name: str, complete: Variant, case: Variant) -> Ingredient:
    """The ingredient that `case` lacks and `complete` has."""
    before, after = right_answers(complete), right_answers(case)
    settings, others = complete.run.config, case.run.config
    changes = {key: (settings[key], others[key]) for key in settings if settings[key] != others[key]}
    lost, won = int(np.sum(before & ~after)), int(np.sum(after & ~before))
    interval = paired_difference_interval(lost, won, len(before))
    return Ingredient(name, changes, Difference((won - lost) / len(before), *interval, larger_is_better=True))


def right_answers(variant: Variant) -> np.ndarray:
    """Which validation images a network gets right: (n,) bool."""
    return predicted_labels(variant, "validation") == variant.predictions["validation_labels"]


def ingredient_name(item: Ingredient) -> str:
    """The settings that an ingredient consists of, in at most two lines."""
    names = [named(name, "axis") for name in item.changes]
    return ", ".join(names) if len(names) < 3 else ",\n".join([names[0], ", ".join(names[1:])])


def draw_ingredients(axes: Axes, ingredients: Sequence[tuple[str, Difference]]) -> None:
    """Changes of the accuracy in percentage points with their intervals, each with its name, the first on top.

    What is certainly below 0 is a blue dot, certainly above it a dark red square, the rest grey diamonds.
    """
    axes.axvline(0, color="C3", linewidth=0.8)
    for height, (_, change) in enumerate(ingredients):
        color, marker = ("C0", "o") if change.lower else ("C2", "s") if change.higher else ("C3", "D")
        axes.plot([100 * change.low, 100 * change.high], [height, height], color=color, linewidth=1)
        axes.plot(100 * change.value, height, marker, color=color, markersize=4.6)
    rows_of_names(axes, [name for name, _ in ingredients])
    axes.set(xlabel="change (points)", ylim=(len(ingredients) - 0.4, -0.6))


def rows_of_names(axes: Axes, names: Sequence[str]) -> None:
    """A name a row, without an axis line."""
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
