"""Runs that turned out in every way that a template asks after, by name."""

import numpy as np

from tests import strange_runs as strange

REGRESSION_EXTRAS = ("splits", "baselines", "initialisation", "seeds", "smaller")
CLASSIFICATION_EXTRAS = ("double_softmax", "reference_seeds", "tuned_seeds", "improved_seeds", "ablation", "smaller")
EVERY_EXTRA = tuple(f"regression/{name}" for name in REGRESSION_EXTRAS) + tuple(
    f"classification/{name}" for name in CLASSIFICATION_EXTRAS
)


def accuracies(reference, tuned, improved):
    return {"accuracy": {"reference": reference, "tuned": tuned, "improved": improved}}


def errors(reference, tuned, splits=0.4, glorot_uniform=0.6, smaller=0.3):
    extra = {"splits": splits, "glorot_uniform": glorot_uniform, "smaller": smaller}
    return {"regression_error": {"reference": reference, "tuned": tuned}, "extra_error": extra}


def search(regression=None, classification=None, **both):
    """Another outcome of both searches."""

    def change(runs):
        for task, options in (("regression", regression), ("classification", classification)):
            strange.search(task, **((options or {}) | both))(runs)

    return change


def scatter(values):
    """A number from -1 to 1 that looks random but follows the values."""
    return np.sin(1e5 * sum(number * 7**place for place, number in enumerate(map(float, values.values()), 1)))


def both(make, *arguments):
    return [make(task, *arguments) for task in ("regression", "classification")]


SMALL = {"learning_rate": [0.01, 0.02, 0.03], "batch_size": [8, 10, 20]}
RUNS = {  # what is strange about the runs: fields of Example, and what is done to them, one task and then the other
    "nothing": ({}, []),
    "loss lowest at the end": ({}, [strange.last_loss(0.9)]),
    "loss lowest before the end": ({}, [strange.last_loss(1.01)]),
    "a small scale": ({"scale": "quick"}, []),
    "no gaps, perfect classifiers": ({}, [strange.no_gaps, strange.every_network(strange.perfect)]),
    "one gap, classifiers of one opinion": ({}, [strange.one_gap, strange.every_network(strange.always_dress)]),
    "many gaps, one mistake": ({}, [strange.many_gaps, strange.every_network(strange.wrong_for([(0, 1, 1)]))]),
    "tests in gaps, mistakes evenly": (
        {},
        [
            strange.test_points((-2.9, -1.1)),
            strange.probabilities(strange.wrong_for([(k, (k + 1) % 10, 3) for k in range(10)])),
        ],
    ),
    "tests beyond, hesitant classifiers": ({}, [strange.test_points((-9, 9)), strange.probabilities(strange.hesitant)]),
    "one test beyond, hesitant validation": (
        {},
        [strange.one_test_point_beyond, strange.probabilities(strange.hesitant, part="validation")],
    ),
    "constant y, improved like reference": ({}, [strange.constant_y, strange.improved_is()]),
    "noise, improved by its rate": ({}, [strange.noisy_training, strange.improved_is(learning_rate=0.5)]),
    "tuning changes nothing, on other folds": (errors(0.3, 0.3), [strange.other_folds_for_the_reference]),
    "tuning is worse, on other folds": (errors(0.1, 0.9), [strange.other_folds_for_the_reference]),
    "tuning is worse": (errors(0.1, 0.9) | accuracies(0.93, 0.85, 0.80), []),
    "tuning changes nothing": (errors(0.3, 0.3, glorot_uniform=0.3) | accuracies(0.9, 0.9, 0.9), []),
    "networks of one wrong opinion, improved by size": (
        {},
        [
            strange.agreeing,
            strange.improved_is(filters=[1, 2], convolution_dropout=0.3, max_epochs=9, batch_size=7, dropout=0.2),
        ],
    ),
    "networks that scatter, rising loss": ({}, [strange.disagreeing, strange.rising_loss]),
    "no order in the file, second softmax": (
        {},
        [
            strange.mixed_file_order,
            lambda runs: strange.configure(runs, "classification/reference", loss="double_softmax"),
        ],
    ),
    "one fold beyond, no blank map": ({}, [strange.one_fold_extrapolates, strange.blank_maps(0)]),
    "strips do no harm, no field": ({}, [strange.harmless_strips, strange.fields(0)]),
    "another noise, one method's fields": ({}, [strange.noise_of_the_process(5.0), strange.fields(1)]),
    "one degree, all fields": (
        {},
        [strange.one_degree, strange.predictions("baselines/polynomial", 0.0), strange.fields(3)],
    ),
    "the course's data": ({}, [strange.the_courses_data, strange.no_smaller_classifier]),
    "few points": (
        {"points": 6, "folds": 2},
        [strange.ablation(-0.3, -0.3, -0.3, 0.3, together=("kernel_size", "filters", "dropout"))],
    ),
    "other initialiser better, smaller better": (
        errors(0.4, 0.28, glorot_uniform=0.05, smaller=0.05),
        [strange.temperatures],
    ),
    "smaller worse": (
        errors(0.4, 0.28, smaller=0.9),
        [strange.probabilities(strange.always_dress, names=("improved",))],
    ),
    "not smaller": ({"smaller_units": (16, 24, 32)}, [strange.several_machines()]),
    "one machine, several versions": ({}, [strange.several_machines(1, 2), strange.all_splits_alike]),
    "no extras": ({"switched_off": EVERY_EXTRA}, []),
    "no seeds, gaps no harder": (
        {
            "switched_off": (
                "regression/seeds",
                "regression/baselines",
                "classification/tuned_seeds",
                "classification/ablation",
            )
        },
        [strange.predictions("tuned", 0.3)],
    ),
    "all units dead": ({}, [*both(strange.dead, 1)]),
    "tied grids": ({}, [search({"score": lambda v, fold: 0.3}, {"score": lambda v, fold: 0.9})]),
    "one configuration three times": ({}, [strange.one_configuration]),
    "normal weights; distinct grids": (
        {},
        [
            *both(strange.weights, lambda rng, shape: rng.normal(size=shape)),
            search(
                {"score": lambda v, fold: 0.3 + 100 * v["learning_rate"] + v["weight_decay"] * 1e4 + v["batch_size"]},
                {
                    "score": lambda v, fold: (
                        0.4
                        + 0.3 * (v["learning_rate"] == 0.001)
                        + 0.2 * (v["dropout"] == 0.4)
                        - 0.0005 * v["batch_size"]
                    )
                },
            ),
        ],
    ),
    "uniform weights; one tie": (
        {},
        [
            *both(strange.weights, lambda rng, shape: rng.uniform(-1, 1, shape)),
            search(
                {
                    "score": lambda v, fold: (
                        v["batch_size"]
                        + 1e6 * v["weight_decay"]
                        + 0.01 * fold * (v["learning_rate"] - 0.001)
                        + 50 * (v["learning_rate"] > 0.0014)
                    )
                },
                {"score": lambda v, fold: 0.9 - 0.2 * (v["batch_size"] > 32) - 0.1 * (v["learning_rate"] < 0.001)},
            ),
        ],
    ),
    "constant weights; the reference settings win": (
        {},
        [
            *both(strange.weights, lambda rng, shape: np.zeros(shape)),
            strange.initial_zeros,
            search(
                {
                    "score": lambda v, fold: (
                        0.3
                        + v["batch_size"] / 100
                        + 0.5 * (v["learning_rate"] != 0.001)
                        + 0.4 * (v["weight_decay"] != 1e-7)
                        + 0.01 * fold
                    )
                },
                {
                    "score": lambda v, fold: (
                        0.9
                        - v["batch_size"] / 1000
                        - 0.1 * (v["learning_rate"] != 0.0001)
                        - 0.1 * (v["dropout"] != 0.2)
                    )
                },
            ),
        ],
    ),
    "all units alive; the reference settings are not in the grid": (
        {},
        [
            *both(strange.dead, 0),
            strange.full_rank,
            search(
                {"score": lambda v, fold: v["batch_size"] * v["learning_rate"] + 0.01 * fold},
                {"score": lambda v, fold: 0.9 - v["batch_size"] * v["learning_rate"] / 10},
                grid=SMALL,
            ),
            strange.seconds,
        ],
    ),
    "one unit dead; the winner inside the grid": (
        {},
        [
            *both(strange.one_dead),
            search(
                {"score": lambda v, fold: abs(v["batch_size"] - 10) + abs(v["learning_rate"] - 0.02) + 0.01 * fold},
                {"score": lambda v, fold: 0.9 - abs(v["batch_size"] - 10) / 100 - abs(v["learning_rate"] - 0.02)},
                grid=SMALL,
            ),
        ],
    ),
    "early stopping; two combinations": (
        {},
        [
            strange.stopped("regression/reference", 9, patience=2),
            strange.stopped("classification/reference", 5),
            strange.stopped("classification/tuned", 5),
            search(
                {"score": lambda v, fold: 0.3 + 0.001 * fold * v["learning_rate"]},
                {"score": lambda v, fold: 0.9},
                grid={"learning_rate": [0.01, 0.02]},
            ),
        ],
    ),
    "early stopping that did not fire; two hyperparameters of two values": (
        {},
        [
            *[
                strange.stopped(name, 5, patience=3, fits=0)
                for name in ("regression/reference", "classification/reference", "classification/tuned")
            ],
            search(grid={"learning_rate": [0.01, 0.02], "batch_size": [8, 16]}),
        ],
    ),
    "one patience, cosine; five hyperparameters": (
        {},
        [
            lambda runs: strange.configure(runs, "classification/tuned", patience=500),
            lambda runs: strange.configure(
                runs, "regression/reference", learning_rate_schedule="cosine", restore_best_weights=True
            ),
            search(
                {
                    "score": lambda v, fold: (
                        0.3 + 0.1 * (v["learning_rate"] > 0.01) + 0.001 * fold + 0.002 * v["patience"]
                    )
                },
                {"score": lambda v, fold: 0.8 + 0.1 * (v["learning_rate"] > 0.01)},
                grid={
                    "learning_rate": [0.01, 0.02],
                    "batch_size": [8, 16],
                    "weight_decay": [0.1, 0.2],
                    "patience": [1, 2],
                    "max_epochs": [3, 4],
                },
            ),
        ],
    ),
    "five test points; one hyperparameter matters": (
        {},
        [
            strange.few_tests(5),
            search(
                {"score": lambda v, fold: 0.3 + 300 * v["learning_rate"] + 0.02 * scatter(v) + 0.3 * fold},
                {"score": lambda v, fold: 0.6 + 200 * v["learning_rate"] + 0.01 * scatter(v)},
            ),
            strange.seconds,
        ],
    ),
    "one test point; three hyperparameters matter": (
        {},
        [
            strange.few_tests(1),
            search(
                {
                    "score": lambda v, fold: (
                        300 * v["learning_rate"] + 1e5 * v["weight_decay"] + v["batch_size"] / 50 + 0.01 * scatter(v)
                    )
                },
                {
                    "score": lambda v, fold: (
                        0.5
                        + 10 * v["learning_rate"]
                        + 1e4 * v["weight_decay"]
                        - v["batch_size"] / 900
                        + 0.001 * scatter(v)
                    )
                },
                grid={
                    "learning_rate": [0.001, 0.002, 0.003],
                    "weight_decay": [1e-6, 1e-5, 2e-5],
                    "batch_size": [16, 32, 64],
                },
            ),
        ],
    ),
    "fewer seeds of one configuration; no hyperparameter matters": (
        {},
        [
            strange.one_seed_less,
            search(
                {"score": lambda v, fold: 0.3 + 0.1 * scatter(v) + 0.01 * fold},
                {"score": lambda v, fold: 0.8 + 0.1 * scatter(v)},
            ),
        ],
    ),
    "one extra off; one combination failed": (
        {"switched_off": ("regression/splits", "classification/double_softmax")},
        [search(failed=(3,), stops=1)],
    ),
    "two extras off; two combinations failed": (
        {
            "switched_off": (
                "regression/initialisation",
                "regression/smaller",
                "classification/smaller",
                "classification/ablation",
            )
        },
        [search({"restore_best_weights": True}, {"restore_best_weights": False}, failed=(3, 4))],
    ),
    "only seeds off; all but one failed": (
        {"switched_off": ("regression/seeds", "classification/reference_seeds")},
        [strange.no_gaps, search({"failed": range(2, 19)}, {"failed": range(2, 13)})],
    ),
    "the course's data, both below the report; words in the grid": (
        {},
        [
            strange.near_the_report(0.01, 0.02),
            search(
                {}, {"grid": {"learning_rate_schedule": ["constant", "cosine"], "learning_rate": [0.01, 0.02, 0.03]}}
            ),
        ],
    ),
    "the course's data, the mean below the report; an edge in the regression alone": (
        {},
        [
            strange.near_the_report(0.05, 0.5),
            strange.search(
                "classification",
                lambda v, fold: 0.9 - abs(v["learning_rate"] - 0.02),
                grid={"learning_rate": [0.01, 0.02, 0.03]},
            ),
        ],
    ),
    "the course's data, neither below the report; a classification's search by loss": (
        {},
        [strange.near_the_report(0.3, 0.5), strange.search("classification", objective="validation_loss")],
    ),
    "high accuracies; one combination": (
        accuracies(0.99, 0.99, 0.99),
        [strange.other_folds_for_the_reference, search(grid={"learning_rate": [0.01]})],
    ),
    "low accuracies; the report's winner": (
        accuracies(0.5, 0.5, 0.5),
        [
            strange.one_hidden_layer,
            strange.search(
                "regression",
                lambda v, fold: (
                    0.3
                    + 0.5 * (v["learning_rate"] != 0.0015)
                    + 0.4 * (v["weight_decay"] != 1e-5)
                    + 0.3 * (v["batch_size"] != 16)
                    + 0.01 * fold
                ),
            ),
            strange.every_network(strange.wrong_for([(0, 6, 30), (6, 0, 30)], 0.8), part="validation"),
        ],
    ),
    "several machines, one version; no identity": ({}, [strange.several_machines(3, 1), strange.seeds_of_their_own]),
}
