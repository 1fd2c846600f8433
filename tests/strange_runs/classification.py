"""Classifiers that turned out otherwise."""

import numpy as np

from reporting.artifacts import load_arrays, load_json, load_table
from tests.strange_runs.files import configure, edit_arrays, edit_json, save_rows, settle


def probabilities(answer, names=("reference", "tuned", "improved"), part="test"):
    """Classifiers with the probabilities `answer(labels)`: (n, 10)."""

    def change(runs):
        for name in names:
            edit_arrays(
                runs / "classification" / name,
                lambda arrays: {f"{part}_probabilities": answer(arrays[f"{part}_labels"]).astype(np.float32)},
            )
        settle(runs)

    return change


def perfect(labels):
    return np.eye(10)[labels]


def hesitant(labels):
    return np.where(np.eye(10)[labels] > 0, 0.55, 0.05)


def always_dress(labels):
    return np.tile(np.where(np.arange(10) == 3, 0.91, 0.01), (len(labels), 1))


def wrong_for(errors, certainty=0.95):
    """Right but for `errors`: (true, taken for, how many)."""

    def answer(labels):
        taken = labels.copy()
        for true, other, count in errors:
            taken[np.flatnonzero(labels == true)[:count]] = other
        return np.where(np.eye(10)[taken] > 0, certainty, (1 - certainty) / 9)

    return answer


def every_network(answer, part="test"):
    """The same probabilities for every network there is, seeds and other cases too."""

    def change(runs):
        for path in (runs / "classification").rglob("predictions.npz"):
            edit_arrays(
                path.parent,
                lambda arrays: (
                    {f"{part}_probabilities": answer(arrays[f"{part}_labels"]).astype(np.float32)}
                    if f"{part}_labels" in arrays
                    else {}
                ),
            )
        settle(runs)

    return change


def rising_loss(runs):
    path = runs / "classification/tuned/history.csv"
    rows = load_table(path)
    save_rows(path, [row | {"validation_loss": row["validation_loss"] + 0.1 * row["epoch"]} for row in rows])


def last_loss(factor):
    """The tuned classifier's validation loss of the last epoch as a multiple of the lowest one before."""

    def change(runs):
        path = runs / "classification/tuned/history.csv"
        *rows, last = load_table(path)
        lowest = min(row["validation_loss"] for row in rows)
        save_rows(path, [*rows, last | {"validation_loss": factor * lowest}])

    return change


def improved_is(**settings):
    """The improved configuration as the reference one but for these settings."""

    def change(runs):
        reference = load_json(runs / "classification/reference/run.json")["config"]
        configure(runs, "classification/improved", **(reference | settings))

    return change


def blank_maps(count):
    def change(runs):
        edit_arrays(
            runs / "classification/tuned",
            lambda arrays: {
                name: np.where(np.arange(len(arrays[name]))[:, None, None] < count, 0, 1 + arrays[name])
                for name in ("conv_1/maps", "conv_2/maps")
            },
            "features.npz",
        )

    return change


def fields(shown):
    """Receptive fields that show the classes for so many of the three methods, from the first on."""

    def change(runs):
        def edit(arrays):
            contrast, blank = arrays["class_mean"] - arrays["class_mean"].mean(axis=0), 0 * arrays["class_mean"]
            names = ("back_projection", "gradient", "activation_maximisation")
            return {name: contrast if k < shown else blank for k, name in enumerate(names)} | {
                f"untrained_{name}": blank for name in names
            }

        edit_arrays(runs / "classification/tuned", edit, "receptive_fields.npz")

    return change


def ablation(*effects, together=()):
    """Other effects of the ingredients on the validation images that are right; `together` are settings that go with the first one."""

    def change(runs):
        folder = runs / "classification/ablation"
        cases = load_json(folder / "run.json")["config"]["cases"]
        labels = load_arrays(folder / cases[0] / "predictions.npz")["validation_labels"]
        for name, right in zip(cases, (0.5, *[0.5 + effect for effect in effects]), strict=False):
            answers = np.where(np.arange(len(labels)) < right * len(labels), labels, (labels + 1) % 10)
            edit_arrays(
                folder / name,
                lambda _, answers=answers: {"validation_probabilities": perfect(answers).astype(np.float32)},
            )
        for setting in together:
            configure(runs, f"classification/ablation/{cases[1]}", **{setting: 1})
        settle(runs)

    return change


def no_smaller_classifier(runs):
    parameters = load_json(runs / "classification/tuned/run.json")["metrics"]["parameters"]
    edit_json(
        runs / "classification/smaller/smaller/run.json", lambda run: run["metrics"].update(parameters=parameters)
    )


def temperatures(runs):
    """A tuned network that is sure of what it gets right and hardly unsure of the rest: scaling lowers one of its two errors."""

    def answer(labels, share):
        rng = np.random.default_rng(len(labels))
        right = rng.uniform(size=len(labels)) < share
        certain = np.where(rng.uniform(size=len(labels)) < 0.5, 0.99, 0.7)[:, None]
        answers = np.where(right, labels, (labels + 1) % 10)
        return np.where(np.eye(10)[answers] > 0, certain, (1 - certain) / 9).astype(np.float32)

    for part, share in (("validation", 0.8), ("test", 0.845)):
        edit_arrays(
            runs / "classification/tuned",
            lambda arrays, p=part, s=share: {f"{p}_probabilities": answer(arrays[f"{p}_labels"], s)},
        )
    settle(runs)


def one_seed_less(runs):
    edit_json(runs / "classification/tuned_seeds/run.json", lambda run: run["config"]["cases"].pop())


def few_tests(count):
    """So many test points, the first ones."""

    def change(runs):
        for path in (runs / "regression").rglob("predictions.npz"):
            edit_arrays(
                path.parent,
                lambda arrays: {name: array[..., :count] for name, array in arrays.items() if "test" in name},
            )
        for path in (runs / "regression").rglob("run.json"):
            edit_json(path, lambda run: run["data"]["counts"].update(test=count))
        settle(runs)

    return change
