"""What each ingredient of the improved configuration contributes, by putting it back to the reference settings."""

import dataclasses

import numpy as np

from reporting.metrics import paired_difference_interval


@dataclasses.dataclass(frozen=True)
class Ingredient:
    """One ingredient left out of the improved configuration."""

    name: str
    changes: dict  # setting -> (with the ingredient, without it)
    difference: float  # validation accuracy without the ingredient less with it, on the same images
    interval: tuple[float, float]  # 95 %, over the images

    @property
    def helps(self):
        return self.interval[1] < 0

    @property
    def hurts(self):
        return self.interval[0] > 0

    @property
    def undecided(self):
        return not self.helps and not self.hurts


@dataclasses.dataclass(frozen=True)
class Ablation:
    """The improved configuration trained briefly, whole and without each of its ingredients."""

    complete: float  # validation accuracy of the whole
    ingredients: tuple[Ingredient, ...]
    epochs: int
    train_images: int
    validation_images: int

    def named(self, verdict):
        """The ingredients of which `verdict` ("helps", "hurts" or "undecided") is true."""
        return tuple(item for item in self.ingredients if getattr(item, verdict))


def ablation_of(extra):
    """The Ablation of a results.Extra; None if it is switched off, or if the improved configuration has no ingredient."""
    if len(extra.cases) < 2:
        return None
    cases = dict(extra.cases)
    complete = cases.pop("complete")
    return Ablation(
        complete=float(right_answers(complete).mean()),
        ingredients=tuple(ingredient(name.removeprefix("without_"), complete, case) for name, case in cases.items()),
        epochs=complete.run.config["max_epochs"],
        train_images=complete.folds[0]["train_points"],
        validation_images=len(right_answers(complete)),
    )


def ingredient(name, complete, case):
    """The Ingredient that `case` lacks and `complete` has."""
    before, after = right_answers(complete), right_answers(case)
    settings, others = complete.run.config, case.run.config
    changes = {key: (settings[key], others[key]) for key in settings if settings[key] != others[key]}
    lost, won = int(np.sum(before & ~after)), int(np.sum(after & ~before))
    return Ingredient(name, changes, (won - lost) / len(before), paired_difference_interval(lost, won, len(before)))


def right_answers(variant):
    """Which validation images a results.Variant gets right: (n,) bool."""
    stored = variant.predictions
    return stored["validation_probabilities"].argmax(axis=1) == stored["validation_labels"]
