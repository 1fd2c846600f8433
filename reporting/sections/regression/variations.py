"""The tuned networks beside those with one thing changed: the initialiser, or their size."""

import dataclasses
from collections.abc import Callable
from typing import Any

from reporting.engine.sections import Found
from reporting.results import Results, Variant
from reporting.sections.regression.results import FitLosses, fit_losses
from reporting.sections.shared.verdicts import Verdict, verdict_over_folds


@dataclasses.dataclass(frozen=True)
class Variation:
    """Networks on the same folds as the tuned ones."""

    losses: FitLosses
    parameters: int
    hidden_units: tuple[int, ...]
    initializer: str


@dataclasses.dataclass(frozen=True)
class Changed(Variation):
    """Networks in which one thing differs from the tuned ones, and how their losses differ from those."""

    validation: Verdict
    test: Verdict


def find(results: Results, found: Found) -> tuple[tuple[str, Variation], ...] | None:
    """The extra that changed something, "" for none, and the networks; None if those extras are switched off."""
    cases = {name: results.extras[name].case for name in ("initialisation", "smaller")}
    changed = [(name, variation_of(case)) for name, case in cases.items() if case]
    return (("", variation_of(results.tuned)), *changed) if changed else None


def tables(results: Results, found: Found) -> dict[str, Callable[[], Any]]:
    return {"regression_variations": lambda: found("variations")}


def variation_of(variant: Variant) -> Variation:
    """The networks of a Variant."""
    config = variant.run.config
    return Variation(
        losses=fit_losses(variant),
        parameters=variant.run.metrics["parameters"],
        hidden_units=tuple(config["hidden_units"]),
        initializer=config["initializer"],
    )


def changed_from(results: Results, variant: Variant) -> Changed:
    """The networks of a Variant against the tuned ones."""
    both: tuple[list[Variant], list[Variant]] = [results.tuned], [variant]
    return Changed(
        **vars(variation_of(variant)),
        validation=verdict_over_folds(results, *both, "validation_loss"),
        test=verdict_over_folds(results, *both, "test_loss"),
    )
