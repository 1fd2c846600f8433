"""The extras of the example tree: short further trainings, invented like the rest of it (see example_runs)."""

from reporting.artifacts import CLASSIFICATION_EXTRAS, save_json
from tests import example_runs as runs

# Regression


def write_regression_extras(folder, example):
    """Every extra of the regression task."""
    for name in ("splits", "baselines", "initialisation", "seeds", "smaller"):
        write_extra(folder / name, example, "regression", {})


# Classification


def write_classification_extras(folder, example):
    """Every extra of the classification task."""
    for name in CLASSIFICATION_EXTRAS:
        write_extra(folder / name, example, "classification", {})


# Both tasks


def write_extra(folder, example, task, cases):
    """An extra: its cases, each a name and what writes it into the folder that it is given, and `run.json`, last."""
    if f"{task}/{folder.name}" in example.switched_off:
        cases = {}
    for name, write in cases.items():
        write(folder / name)
    config = {"enabled": bool(cases), "cases": list(cases)}
    save_json(folder / "run.json", runs.run_of(example, task, folder.name, config, {}))
