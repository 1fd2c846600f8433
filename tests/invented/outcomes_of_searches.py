"""Runs whose searches turned out otherwise, and what goes well with that: weights, units, early stopping, extras.

A score is a function of a combination's values and the number of a fold.
"""

import numpy as np

from reporting.artifacts import TASKS
from tests.invented.edits.classification import every_network, one_seed_less, wrong_for
from tests.invented.edits.files import configured
from tests.invented.edits.networks import (
    dead,
    full_rank,
    initial_zeros,
    one_dead,
    one_hidden_layer,
    stopped,
    weights,
)
from tests.invented.edits.regression import few_tests, near_the_report, no_gaps, other_folds_for_the_reference
from tests.invented.edits.searches import one_configuration, search, searches, slow_winner, tested, untimed
from tests.invented.outcome import outcome
from tests.invented.outcomes_of_networks import accuracies

SMALL = {"learning_rate": [0.01, 0.02, 0.03], "batch_size": [8, 10, 20]}
REPORTED = {"learning_rate": 0.0015, "batch_size": 16}  # and the weight decay of the reference report's winner
REPORTED_GRID = {"learning_rate": [0.001, 0.0015], "weight_decay": [1e-5], "batch_size": [16, 32]}
TWO_RATES = {"learning_rate": [0.01, 0.02]}


def scatter(values: dict) -> float:
    """A number from -1 to 1 that looks random but follows the values."""
    return np.sin(1e5 * sum(number * 7**place for place, number in enumerate(map(float, values.values()), 1)))


OUTCOMES_OF_SEARCHES = {
    "tied grids": outcome(*searches(lambda v, fold: 0.3, lambda v, fold: 0.9)),
    "one configuration three times": outcome(one_configuration),
    "normal weights; distinct grids": outcome(
        *(weights(task, lambda rng, shape: rng.normal(size=shape)) for task in TASKS),
        *searches(
            lambda v, fold: 0.3 + 100 * v["learning_rate"] + v["weight_decay"] * 1e4 + v["batch_size"],
            lambda v, fold: (
                0.4 + 0.3 * (v["learning_rate"] == 0.001) + 0.2 * (v["dropout"] == 0.4) - 0.0005 * v["batch_size"]
            ),
        ),
    ),
    "uniform weights; one tie": outcome(
        *(weights(task, lambda rng, shape: rng.uniform(-1, 1, shape)) for task in TASKS),
        *searches(
            lambda v, fold: (
                v["batch_size"]
                + 1e6 * v["weight_decay"]
                + 0.01 * fold * (v["learning_rate"] - 0.001)
                + 50 * (v["learning_rate"] > 0.0014)
            ),
            lambda v, fold: 0.9 - 0.2 * (v["batch_size"] > 32) - 0.1 * (v["learning_rate"] < 0.001),
        ),
    ),
    "constant weights; the reference settings win": outcome(
        *(weights(task, lambda rng, shape: np.zeros(shape)) for task in TASKS),
        initial_zeros,
        *searches(
            lambda v, fold: (
                0.3
                + v["batch_size"] / 100
                + 0.5 * (v["learning_rate"] != 0.001)
                + 0.4 * (v["weight_decay"] != 1e-7)
                + 0.01 * fold
            ),
            lambda v, fold: (
                0.9 - v["batch_size"] / 1000 - 0.1 * (v["learning_rate"] != 0.0001) - 0.1 * (v["dropout"] != 0.2)
            ),
        ),
    ),
    "all units alive; the reference settings are not in the grid": outcome(
        *(dead(task, 0) for task in TASKS),
        full_rank,
        *searches(
            lambda v, fold: v["batch_size"] * v["learning_rate"] + 0.01 * fold,
            lambda v, fold: 0.9 - v["batch_size"] * v["learning_rate"] / 10,
            grid=SMALL,
        ),
        slow_winner,
    ),
    "one unit dead; the winner inside the grid": outcome(
        *(one_dead(task) for task in TASKS),
        *searches(
            lambda v, fold: abs(v["batch_size"] - 10) + abs(v["learning_rate"] - 0.02) + 0.01 * fold,
            lambda v, fold: 0.9 - abs(v["batch_size"] - 10) / 100 - abs(v["learning_rate"] - 0.02),
            grid=SMALL,
        ),
    ),
    "early stopping; two combinations": outcome(
        stopped("regression/reference", 9, patience=2),
        stopped("classification/reference", 5),
        stopped("classification/tuned", 5),
        *searches(lambda v, fold: 0.3 + 0.001 * fold * v["learning_rate"], lambda v, fold: 0.9, grid=TWO_RATES),
    ),
    "early stopping that did not fire; two hyperparameters of two values": outcome(
        stopped("regression/reference", 5, patience=3, fits=0),
        stopped("classification/reference", 5, patience=3, fits=0),
        stopped("classification/tuned", 5, patience=3, fits=0),
        *searches(
            lambda v, fold: 0.3 + v["batch_size"] * v["learning_rate"] + 0.01 * fold,
            lambda v, fold: 0.9 - v["batch_size"] * v["learning_rate"],
            grid=TWO_RATES | {"batch_size": [8, 16]},
        ),
    ),
    "one patience, cosine; five hyperparameters": outcome(
        configured("classification/tuned", patience=500),
        configured("regression/reference", learning_rate_schedule="cosine", restore_best_weights=True),
        *searches(
            lambda v, fold: 0.3 + 0.1 * (v["learning_rate"] > 0.01) + 0.001 * fold + 0.002 * v["patience"],
            lambda v, fold: 0.8 + 0.1 * (v["learning_rate"] > 0.01),
            grid=TWO_RATES
            | {"batch_size": [8, 1234567890], "weight_decay": [0.1, 0.2], "patience": [1, 2], "max_epochs": [3, 4]},
        ),
    ),
    "five test points; one hyperparameter matters": outcome(
        few_tests(5),
        *searches(
            lambda v, fold: 0.3 + 300 * v["learning_rate"] + 0.02 * scatter(v) + 0.3 * fold,
            lambda v, fold: 0.6 + 200 * v["learning_rate"] + 0.01 * scatter(v),
        ),
        slow_winner,
    ),
    "one test point; three hyperparameters matter": outcome(
        few_tests(1),
        *searches(
            lambda v, fold: (
                300 * v["learning_rate"] + 1e5 * v["weight_decay"] + v["batch_size"] / 50 + 0.01 * scatter(v)
            ),
            lambda v, fold: (
                0.5 + 10 * v["learning_rate"] + 1e4 * v["weight_decay"] - v["batch_size"] / 900 + 0.001 * scatter(v)
            ),
            grid={
                "learning_rate": [0.001, 0.002, 0.003],
                "weight_decay": [1e-6, 1e-5, 2e-5],
                "batch_size": [16, 32, 64],
            },
        ),
    ),
    "fewer seeds of one configuration; no hyperparameter matters": outcome(
        one_seed_less,
        *searches(lambda v, fold: 0.3 + 0.1 * scatter(v) + 0.01 * fold, lambda v, fold: 0.8 + 0.1 * scatter(v)),
    ),
    "one extra off; one combination failed": outcome(
        *searches(failed=(3,), stops=1),
        untimed,
        tested,
        switched_off=("regression/splits", "classification/double_softmax"),
    ),
    "two extras off; two combinations failed": outcome(
        search("regression", failed=(3, 4), restore_best_weights=True),
        search("classification", failed=(3, 4), restore_best_weights=False),
        switched_off=(
            "regression/initialisation",
            "regression/smaller",
            "classification/smaller",
        ),
    ),
    "only seeds off; all but one failed": outcome(
        no_gaps,
        *searches(failed=range(2, 19)),
        switched_off=("regression/tuned_seeds", "classification/reference_seeds"),
    ),
    "the course's data, both below the report; words in the grid": outcome(
        near_the_report(0.01, 0.02),
        search("regression"),
        search(
            "classification",
            grid={"learning_rate_schedule": ["constant", "cosine"], "learning_rate": [0.01, 0.02, 0.03]},
        ),
    ),
    "the course's data, the mean below the report; an edge in the regression alone": outcome(
        near_the_report(0.05, 0.5),
        search(
            "classification",
            lambda v, fold: 0.9 - abs(v["learning_rate"] - 0.02),
            grid={"learning_rate": [0.01, 0.02, 0.03]},
        ),
    ),
    "the course's data, neither below the report; a classification's search by loss": outcome(
        near_the_report(0.3, 0.5),
        search("regression", lambda v, fold: 0.3 if set(v.items()) >= REPORTED.items() else 0.5, grid=REPORTED_GRID),
        search("classification", objective="validation_loss"),
    ),
    "high accuracies; one combination": outcome(
        other_folds_for_the_reference, *searches(grid={"learning_rate": [0.01]}), **accuracies(0.99, 0.99, 0.99)
    ),
    "low accuracies; the report's winner": outcome(
        one_hidden_layer,
        search(
            "regression",
            lambda v, fold: (
                0.3
                + 0.5 * (v["learning_rate"] != 0.0015)
                + 0.4 * (v["weight_decay"] != 1e-5)
                + 0.3 * (v["batch_size"] != 16)
                + 0.01 * fold
            ),
        ),
        every_network(wrong_for([(0, 6, 30), (6, 0, 30)], 0.8), part="validation"),
        **accuracies(0.5, 0.5, 0.5),
    ),
}
