"""The points of the regression, the user's or the project's own, with their provenance."""

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reporting.artifacts import Data, UserError
from training import synthetic
from training.config import DataConfig
from training.datasets import Dataset
from training.points_csv import Table, read_points, refuse_constant
from training.points_roles import names_of

# A column is of order one if its mean lies within the first of these of zero and its standard deviation between the
# others: networks train on such numbers as they are.
LARGEST_MEAN, LEAST_DEVIATION, LARGEST_DEVIATION = 10.0, 0.1, 10.0


def load_regression(config: DataConfig) -> Dataset:
    """The user's CSV files, or the project's own points if none are named; raises UserError with file and line."""
    named = config.regression_train, config.regression_test
    if any(named) and not all(named):
        missing = "regression_test" if named[0] else "regression_train"
        raise UserError(f"[data] {missing} is empty; name both CSV files, or neither for the project's own points")
    return load_csv_files(*named, config.regression_header) if all(named) else load_synthetic()


def load_csv_files(train: str, test: str, header: str = "auto") -> Dataset:
    """The points of two CSV files."""
    paths = Path(train).expanduser(), Path(test).expanduser()
    tables = [read_points(path, header) for path in paths]
    tables[1] = agreeing(tables[0], tables[1], paths[1])
    width = tables[0].values.shape[1]
    refuse_constant(tables[0], paths[0], inputs=True)
    refuse_constant(tables[1], paths[1], inputs=width == 2)
    names = [path.name for path in paths]
    if names[0] == names[1]:  # the folders tell them apart
        names = [train, test]
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in zip(names, paths, strict=True)}
    columns = names_of(tables[0].names, width)
    notes = list(dict.fromkeys(tables[0].notes + tables[1].notes))
    if len(set(digests.values())) == 1:
        notes.append("training and test points are the same file, so that the test tells nothing of new points")
    data = Data(
        f"{names[0]} and {names[1]}",
        digests,
        {part: len(table.values) for part, table in zip(("train", "test"), tables, strict=True)},
        (width - 1,),
        columns=columns,
        notes=tuple(notes),
    )
    return dataset_of_points(tables[0].values, tables[1].values, data)


def agreeing(train: Table, test: Table, path: Path) -> Table:
    """The test points with their columns in the order of the training points'; raises UserError if they differ."""
    widths = [table.values.shape[1] for table in (train, test)]
    if widths[0] != widths[1]:
        raise UserError(f"{path}: {widths[1]} columns, but the training points have {widths[0]}")
    if train.names and test.names and widths[0] > 2:
        if sorted(train.names) != sorted(test.names):
            raise UserError(
                f"{path}: has columns {', '.join(test.names)}, the training points {', '.join(train.names)}"
            )
        order = [test.names.index(name) for name in train.names]
        return dataclasses.replace(test, names=train.names, values=test.values[:, order])
    if bool(train.names) != bool(test.names) and train.target != test.target:
        raise UserError(f"{path}: one of the two files has names and the other none; give both the same first row")
    return test


def load_synthetic() -> Dataset:
    """The points that ship with the project. There are no files, so the digests are those of the numbers."""
    train, test = synthetic.make_points()
    digests = {
        f"synthetic {name} points": hashlib.sha256(part.astype(np.float32).tobytes()).hexdigest()
        for name, part in (("training", train), ("test", test))
    }
    data = Data("the project’s own function", digests, {"train": len(train), "test": len(test)}, columns=("x", "y"))
    return dataclasses.replace(dataset_of_points(train, test, data), function=synthetic.unknown_function)


def dataset_of_points(train: np.ndarray, test: np.ndarray, data: Data) -> Dataset:
    """The Dataset of training and test points, each (n, columns) with the target last.

    Float32, as the networks compute, if the training points are of order one; else float64 until they are standardised.
    """
    if of_order_one(train):
        train, test = train.astype(np.float32), test.astype(np.float32)
    return Dataset(train[:, :-1], train[:, [-1]], test[:, :-1], test[:, [-1]], data)


def of_order_one(columns: np.ndarray | Sequence[np.ndarray]) -> bool:
    """Whether all columns of points (n, columns) are of order one."""
    mean, deviation = np.abs(np.mean(columns, axis=0)), np.std(columns, axis=0)
    return bool(np.all((mean <= LARGEST_MEAN) & (deviation >= LEAST_DEVIATION) & (deviation <= LARGEST_DEVIATION)))
