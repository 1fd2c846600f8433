"""What the receptive fields of the output units show."""

import dataclasses

import numpy as np

from reporting.metrics import correlations


@dataclasses.dataclass(frozen=True)
class FieldFindings:
    """Whether the receptive fields of one method show their classes.

    A field is recognised if, of all classes, it correlates most with its own: with the class's mean training image less
    the mean of all classes' mean images. Chance recognises one of ten.
    """

    method: str  # "back_projection", "gradient" or "activation_maximisation"
    classes: int
    recognised: int
    untrained_recognised: int  # of the same method's fields of the untrained network, the control
    correlation: float  # mean over classes of the field's correlation with its own class
    untrained_correlation: float

    @property
    def shows_classes(self):
        """Whether at least half of the fields are recognised, and more than in the control."""
        return 2 * self.recognised >= self.classes and self.recognised > self.untrained_recognised


def field_findings(arrays):
    """A FieldFindings for each method, from the arrays of receptive_fields.npz."""
    contrast = arrays["class_mean"] - arrays["class_mean"].mean(axis=0)  # (classes, 28, 28)
    found = []
    for method in ("back_projection", "gradient", "activation_maximisation"):
        trained, untrained = (recognised_fields(arrays[name], contrast) for name in (method, f"untrained_{method}"))
        found.append(FieldFindings(method, len(contrast), trained[0], untrained[0], trained[1], untrained[1]))
    return tuple(found)


def recognised_fields(fields, contrast):
    """How many fields correlate most, and positively, with their own class, and the mean correlation with it."""
    table = correlations(fields, contrast)
    own = np.diag(table)
    return int(np.sum((table.argmax(axis=1) == np.arange(len(table))) & (own > 0))), float(own.mean())
