"""Networks that answer otherwise than the recorded ones."""

import dataclasses
import json

import numpy as np

from reporting.artifacts import load_arrays, load_table, save_arrays, save_table
from reporting.contents import DOCUMENT
from reporting.engine.sections import Findings

EXTRAS = ("double_softmax", "reference_seeds", "tuned_seeds", "extended_seeds", "smaller")


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


def rewrite(folder, probabilities_of):
    """Exchange a network's test probabilities, `probabilities_of(labels)`, and all recorded numbers that follow."""
    stored = load_arrays(folder / "predictions.npz")
    labels = stored["test_labels"]
    probabilities = probabilities_of(labels)
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    errors = {"error_index": wrong, "error_image": np.zeros((len(wrong), 28, 28), np.uint8)}
    save_arrays(folder / "predictions.npz", stored | errors | {"test_probabilities": probabilities})
    chosen = np.maximum(probabilities[np.arange(len(labels)), labels], np.finfo(np.float32).tiny)
    measured = {"test_loss": float(-np.log(chosen).mean()), "test_accuracy": 1 - len(wrong) / len(labels)}
    change_run(folder, metrics=measured)
    (row,) = load_table(folder / "folds.csv")
    save_table(folder / "folds.csv", [row | measured])


def rewrite_all(runs, probabilities_of):
    """The same of all three configurations."""
    for name in ("reference", "tuned", "extended"):
        rewrite(runs / "classification" / name, probabilities_of)


def change_run(folder, **changes):
    """Change parts of mappings in a run.json."""
    run = json.loads((folder / "run.json").read_text())
    for name, values in changes.items():
        run[name] |= values
    (folder / "run.json").write_text(json.dumps(run))
