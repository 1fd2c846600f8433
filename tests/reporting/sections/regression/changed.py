"""Results that turned out otherwise than the recorded ones."""

import dataclasses

from reporting.contents import DOCUMENT
from reporting.engine.sections import Findings


def findings_of(results):
    """A function that returns the findings of a section of the regression by its name."""
    findings = Findings(DOCUMENT, {"regression": results})
    return lambda name: findings(f"regression/{name}")


def exchanged(results, extras=None, **variants):
    """The results with other main networks, and with these cases in place of those of some extras."""
    cases = {name: dataclasses.replace(results.extras[name], cases=cases) for name, cases in (extras or {}).items()}
    return dataclasses.replace(results, variants=results.variants | variants, extras=results.extras | cases)


def with_predictions(variant, **arrays):
    """A variant with other arrays in its predictions."""
    return dataclasses.replace(variant, predictions=variant.predictions | arrays)


def with_run(variant, **changes):
    """A variant whose run has other values in some fields."""
    return dataclasses.replace(variant, run=dataclasses.replace(variant.run, **changes))
