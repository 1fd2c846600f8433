"""Networks that answer otherwise than the recorded ones."""

import dataclasses

import numpy as np

from reporting.document import DOCUMENT
from reporting.engine.sections import Findings

EXTRAS = ("double_softmax", "reference_seeds", "tuned_seeds", "improved_seeds", "ablation", "smaller")


def findings_of(results):
    """A function that returns the findings of a section of the classification by its name."""
    findings = Findings(DOCUMENT, {"classification": results})
    return lambda name: findings(f"classification/{name}")


def exchanged(results, **variants):
    """The results with other main networks."""
    return dataclasses.replace(results, variants=results.variants | variants)


def with_arrays(variant, field, arrays):
    """A variant with other arrays in one of its files."""
    return dataclasses.replace(variant, **{field: getattr(variant, field) | arrays})


def answering(variant, labels, confidence=1.0, part="test"):
    """A variant that gives these labels with this confidence on the images of `part`."""
    probabilities = np.full((len(labels), 10), (1 - confidence) / 9)
    probabilities[np.arange(len(labels)), labels] = confidence
    wrong = np.flatnonzero(labels != variant.predictions[f"{part}_labels"])
    errors = {"error_index": wrong, "error_image": np.zeros((len(wrong), 28, 28), np.uint8)} if part == "test" else {}
    return with_arrays(variant, "predictions", errors | {f"{part}_probabilities": probabilities})


def right_in(variant, share, part="test"):
    """The variant's labels of `part`, wrong by one in the last images."""
    labels = variant.predictions[f"{part}_labels"].copy()
    wrong = slice(round(share * len(labels)), None)
    labels[wrong] = (labels[wrong] + 1) % 10
    return labels
