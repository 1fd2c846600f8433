"""Example runs that turned out otherwise: each function here changes recorded files so that they agree with each other again.

They are what the report must be true of: networks that are worse, certain or always of one opinion; points without gaps or
noise; grids without differences; searches that failed; extras that are switched off.
"""

import itertools
import json

import numpy as np

from reporting.artifacts import load_arrays, load_json, load_table, save_arrays, save_json, save_table
from reporting.checks import fold_losses, recomputed_classification, recomputed_regression, wrong_answers
from reporting.results import load_case


def plain(value):
    """A number of numpy's as Python's own."""
    return value.item() if isinstance(value, np.generic) else value


def settle(runs):
    """Make tables, metrics and images agree with the predictions again."""
    for path in (runs / "regression").rglob("predictions.npz"):
        settle_regression(path.parent)
    for path in (runs / "classification").rglob("predictions.npz"):
        settle_classifier(path.parent)
    return runs


def settle_regression(folder):
    variant = load_case(folder)
    fold = variant.predictions["fold"]
    losses = fold_losses(variant)
    rows = [
        row
        | {name: values[k] for name, values in losses.items()}
        | {"train_points": int(np.sum(fold != k + 1)), "validation_points": int(np.sum(fold == k + 1))}
        for k, row in enumerate(variant.folds)
    ]
    save_rows(folder / "folds.csv", rows)
    edit_json(folder / "run.json", lambda run: run["metrics"].update({k: plain(v) for k, v in recomputed_regression(variant).items()}))


def settle_classifier(folder):
    variant = load_case(folder)
    parts = [name for name in ("validation", "test") if f"{name}_labels" in variant.predictions]
    metrics = {name: plain(value) for name, value in recomputed_classification(variant, parts).items()}
    edit_json(folder / "run.json", lambda run: run["metrics"].update(metrics))
    save_rows(
        folder / "folds.csv", [row | {k: v for k, v in metrics.items() if k in row and k != "stopped_early"} for row in variant.folds]
    )
    if "error_index" in variant.predictions:
        wrong = wrong_answers(variant.predictions)
        images = np.zeros((len(wrong), 28, 28), np.uint8)
        images[:, 4:24, 8:20] = 200
        save_arrays(folder / "predictions.npz", variant.predictions | {"error_index": wrong.astype(np.int32), "error_image": images})


def save_rows(path, rows):
    save_table(path, [{name: plain(value) for name, value in row.items()} for row in rows])


def edit_json(path, edit):
    content = json.loads(path.read_text())
    edit(content)
    save_json(path, content)


def edit_arrays(folder, edit, file="predictions.npz"):
    """Lay the arrays that `edit(arrays)` returns over those of a file."""
    arrays = load_arrays(folder / file)
    save_arrays(folder / file, arrays | edit(arrays))


def configure(runs, pattern, **settings):
    """Settings of recorded runs, whose folders match a pattern, as if they had been trained with others."""
    for path in runs.glob(f"{pattern}/run.json"):
        edit_json(path, lambda run: run["config"].update(settings))


# Regression


def points(runs, **functions):
    """Other points in all regression's files: name of an array -> function of the old one."""
    for path in (runs / "regression").rglob("predictions.npz"):
        edit_arrays(path.parent, lambda arrays: {name: np.asarray(move(arrays[name])) for name, move in functions.items()})
    settle(runs)


def no_gaps(runs):
    points(runs, x_train=lambda x: np.linspace(-5, 5, len(x)))


def one_gap(runs):
    points(runs, x_train=lambda x: np.r_[np.linspace(-5, 0, len(x) // 2), np.linspace(2.5, 5, len(x) - len(x) // 2)])


def many_gaps(runs):
    points(
        runs,
        x_train=lambda x: np.concatenate(
            [start + np.linspace(0, 0.2, len(part)) for start, part in zip((-5, -3, -1, 1, 4.8), np.array_split(x, 5), strict=True)]
        ),
    )


def test_points(*places):
    """Test points spread over intervals."""
    return lambda runs: points(
        runs,
        x_test=lambda x: np.concatenate(
            [np.linspace(*place, len(part)) for place, part in zip(places, np.array_split(x, len(places)), strict=True)]
        ),
    )


def one_test_point_beyond(runs):
    points(runs, x_test=lambda x: np.r_[np.linspace(-4.9, 4.8, len(x) - 1), 7])


def constant_y(runs):
    points(runs, y_train=lambda y: 0 * y, y_test=lambda y: 0 * y)


def noisy_training(runs):
    """Training points whose noise hides everything."""
    rng = np.random.default_rng(1)
    points(runs, y_train=lambda y: y + 40 * np.sign(np.random.default_rng(1).normal(size=len(y))))
    assert rng


def memorised(runs):
    """Networks that know every training point, noise included, and nothing between them."""
    for folder in ("tuned", "seeds/seed_2", "seeds/seed_3"):
        edit_arrays(runs / "regression" / folder, lambda arrays: {"train_predictions": np.tile(arrays["y_train"], (5, 1)) + 0.01})
    settle(runs)


def noisy_test(runs):
    points(runs, y_test=lambda y: y + 3 * (-1.0) ** np.arange(len(y)))


def predictions(case, offset, name="test"):
    """Networks of one case that all miss the true values by `offset`."""

    def change(runs):
        edit_arrays(
            runs / "regression" / case,
            lambda arrays: {f"{name}_predictions": 0 * arrays[f"{name}_predictions"] + arrays[f"y_{name}"] + offset},
        )
        settle(runs)

    return change


def agreeing(runs):
    """Networks of one opinion, and a wrong one."""
    for folder in ("tuned", "seeds/seed_2", "seeds/seed_3"):
        edit_arrays(runs / "regression" / folder, lambda arrays: {"test_predictions": 0 * arrays["test_predictions"] + 7})
    settle(runs)


def disagreeing(runs):
    """Networks that scatter around the truth by far more than they err together."""
    for number, folder in enumerate(("tuned", "seeds/seed_2", "seeds/seed_3")):
        edit_arrays(
            runs / "regression" / folder,
            lambda arrays, k=number: {
                "test_predictions": arrays["y_test"] + np.array([[-4.0], [-2.0], [0.0], [2.0], [4.0]]) * (1 + 0.01 * k)
            },
        )
    settle(runs)


def mixed_file_order(runs):
    """A file whose rows come in no order of x."""
    arrays = load_arrays(runs / "regression/splits/shuffled/predictions.npz")
    for name in ("file_order", "blocks"):
        edit_arrays(runs / "regression/splits" / name, lambda _: arrays)
    settle(runs)


def one_fold_extrapolates(runs):
    """A file in order of x, cut so that one fold alone lies beyond the rest."""
    for name in ("file_order", "blocks"):
        edit_arrays(
            runs / "regression/splits" / name, lambda arrays: {"fold": 1 + (arrays["x_train"] > 3.2) * 1 + (arrays["x_train"] < -40) * 1}
        )
    edit_arrays(runs / "regression/splits/blocks", lambda _: load_arrays(runs / "regression/splits/shuffled/predictions.npz"))
    for name in ("file_order",):
        edit_arrays(
            runs / "regression/splits" / name,
            lambda arrays: {"fold": np.where(arrays["fold"] == 2, 1, 2 + np.arange(len(arrays["fold"])) % 2).astype(int)},
        )
    settle(runs)


def harmless_strips(runs):
    """Strips on which the networks do no worse than on shuffled folds."""
    for name in ("file_order", "blocks"):
        edit_arrays(runs / "regression/splits" / name, lambda arrays: {"train_predictions": np.tile(arrays["y_train"], (3, 1))})
    settle(runs)


def noise_of_the_process(variance):
    def change(runs):
        path = runs / "regression/baselines/gaussian_process/folds.csv"
        save_rows(path, [row | {"noise_variance": variance} for row in load_table(path)])

    return change


def one_degree(runs):
    path = runs / "regression/baselines/polynomial/folds.csv"
    save_rows(path, [row | {"degree": 7} for row in load_table(path)])


def the_courses_data(runs):
    """The very points of the reference report, by their digests."""
    digests = load_json("reporting/reference_report.json")["regression"]["data"]
    for path in (runs / "regression").rglob("run.json"):
        edit_json(path, lambda run: run["data"].update(digests=digests))


# Classification


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
                    {f"{part}_probabilities": answer(arrays[f"{part}_labels"]).astype(np.float32)} if f"{part}_labels" in arrays else {}
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
            return {name: contrast if k < shown else blank for k, name in enumerate(names)} | {f"untrained_{name}": blank for name in names}

        edit_arrays(runs / "classification/tuned", edit, "receptive_fields.npz")

    return change


# Both


def weights(task, draw):
    """Trained weights of a given distribution: `draw(rng, size)`."""

    def change(runs):
        rng = np.random.default_rng(3)
        edit_arrays(
            runs / task / "tuned",
            lambda arrays: {
                name: draw(rng, array.shape).astype(np.float32)
                for name, array in arrays.items()
                if name.startswith("trained/") and name.endswith("kernel")
            },
            "weights.npz",
        )

    return change


def dead(task, share):
    """Of each hidden layer this share of the units constant over all inputs; 1 kills them all, 0 none."""

    def change(runs):
        def edit(arrays):
            changed = {}
            for layer in {name.split("/")[0] for name in arrays if name.endswith("/maximum")}:
                units = len(arrays[f"{layer}/maximum"])
                killed = np.arange(units) < share * units
                changed[f"{layer}/minimum"] = np.where(killed, 0, -1.0)
                changed[f"{layer}/maximum"] = np.where(killed, 0, 1.0)
                changed[f"{layer}/active_share"] = np.where(killed, 0, 0.5)
                changed[f"{layer}/spectrum"] = arrays[f"{layer}/spectrum"] * (share < 1)
                if f"{layer}/probe" in arrays:
                    changed[f"{layer}/probe"] = np.where(killed, 0, arrays[f"{layer}/probe"] + 0.1)
            return {name: value.astype(np.float32) for name, value in changed.items()}

        edit_arrays(runs / task / "tuned", edit, "activations.npz")

    return change


def one_dead(task):
    def change(runs):
        dead(task, 0)(runs)
        edit_arrays(
            runs / task / "tuned",
            lambda arrays: {
                name: np.where(np.arange(len(array)) == 0, 0, array)
                for name, array in arrays.items()
                if name.startswith(("hidden_1/m", "dense_1/m"))
            },
            "activations.npz",
        )

    return change


def stopped(folder, epochs, patience=1, fits=1):
    """The first fits of a network ended by early stopping after `epochs`; with none of them, early stopping that could but did not."""

    def change(runs):
        place = runs / folder
        rows = [
            row | ({"epochs": epochs, "stopped_early": True, "best_epoch": 1} if k < fits else {})
            for k, row in enumerate(load_table(place / "folds.csv"))
        ]
        save_rows(place / "folds.csv", rows)
        kept = {row["fold"]: row["epochs"] for row in rows}
        save_rows(place / "history.csv", [row for row in load_table(place / "history.csv") if row["epoch"] <= kept[row["fold"]]])
        configure(runs, folder, patience=patience)
        edit_json(place / "run.json", lambda run: run["metrics"].update(stopped_early=sum(row["stopped_early"] for row in rows)))

    return change


def search(task, score=None, grid=None, failed=(), stops=0, objective=None, **settings):
    """Another outcome of a search: `score(values, fold)`; another grid; trials that failed; so many fits stopped early."""

    def change(runs):
        folder = runs / task / "search"
        space, trials, folds = load_json(folder / "search_space.json"), load_table(folder / "trials.csv"), load_table(folder / "folds.csv")
        space = json.loads(json.dumps(space)) | (
            {"grid": grid, "combinations": len(list(itertools.product(*grid.values())))} if grid else {}
        )
        space |= {"objective": objective, "direction": "max" if objective == "validation_accuracy" else "min"} if objective else {}
        space["settings"] |= settings
        wanted, template = space["objective"], folds[0]
        rows, table = [], []
        for number, combination in enumerate(itertools.product(*space["grid"].values()), 1):
            values = dict(zip(space["grid"], combination, strict=True))
            for fold in range(1, space["folds"] + 1):
                old = next(
                    (row for row in folds if row["fold"] == fold and all(row[k] == v for k, v in values.items() if k in row)), template
                )
                row = {"trial": number, **values} | {
                    k: v for k, v in old.items() if k not in ("trial", *load_json(folder / "search_space.json")["grid"])
                }
                row |= {"fold": fold, wanted: score(values, fold) if score else old[wanted]}
                row |= {"status": "completed", "reason": ""}
                row |= (
                    {wanted: float("nan"), "status": "failed", "reason": "its loss is not finite"} if number in failed and fold == 1 else {}
                )
                rows.append(row | {"stopped_early": len(rows) < stops})
            scores = [row[wanted] for row in rows[-space["folds"] :]]
            spread = float(np.std(scores, ddof=1)) if len(scores) > 1 else ""
            table.append({"trial": number, **values, "score": float(np.mean(scores)), "score_sd": spread, "seconds": trials[0]["seconds"]})
        sign = -1 if space["direction"] == "max" else 1
        order = sorted(table, key=lambda row: (np.isnan(row["score"]), sign * row["score"], row["trial"]))
        best = order[0]
        save_json(folder / "search_space.json", space)
        save_rows(folder / "folds.csv", rows)
        save_rows(folder / "trials.csv", [{**row, "rank": order.index(row) + 1} for row in table])
        winner = {name: best[name] for name in space["grid"]}
        save_json(
            folder / "best.json", {"trial": best["trial"], "values": winner, "score": best["score"], "score_sd": best["score_sd"] or 0.0}
        )
        configure(runs, f"{task}/tuned", **winner)

    return change


# Further ones, for conditions that few runs meet


def initial_zeros(runs):
    """Kernels that all began at zero, so that no layer can be said to have moved farther than another."""
    for task in ("regression", "classification"):
        zero = {"weights.npz": lambda arrays: {name: 0 * array for name, array in arrays.items() if name.startswith("initial/")}}
        edit_arrays(runs / task / "tuned", zero["weights.npz"], "weights.npz")


def full_rank(runs):
    """Layers all of whose units carry something of their own."""
    for task in ("regression", "classification"):
        edit_arrays(
            runs / task / "tuned",
            lambda arrays: {name: np.ones_like(array) for name, array in arrays.items() if name.endswith("/spectrum")},
            "activations.npz",
        )


def one_hidden_layer(runs):
    """A regression network with a single hidden layer."""
    for folder in [runs / "regression" / name for name in ("reference", "tuned", "initialisation/glorot_uniform")]:
        for file in ("weights.npz", "activations.npz"):
            if (folder / file).exists():
                arrays = load_arrays(folder / file)
                save_arrays(folder / file, {k: v for k, v in arrays.items() if "hidden_2" not in k and "hidden_3" not in k})
    stored = load_arrays(runs / "regression/tuned/weights.npz")
    parameters = sum(array.size for name, array in stored.items() if name.startswith("trained/"))
    for path in (runs / "regression").rglob("run.json"):
        edit_json(path, lambda run: run["metrics"].update({"parameters": parameters} if "parameters" in run["metrics"] else {}))
        edit_json(
            path,
            lambda run: run["config"].update({"hidden_units": [16], "activations": ["tanh"]} if "hidden_units" in run["config"] else {}),
        )


def other_folds_for_the_reference(runs):
    """The search and the tuned networks on other folds than the reference settings."""
    edit_arrays(runs / "regression/reference", lambda arrays: {"fold": arrays["fold"][::-1].copy()})
    settle(runs)


def near_the_report(mean, single):
    """The course's points, and tuned networks whose mean has one test loss and who have another on average."""

    def change(runs):
        the_courses_data(runs)
        spread = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])[:, None] * np.sqrt(max(single - mean, 0) / 2)
        edit_arrays(runs / "regression/tuned", lambda arrays: {"test_predictions": arrays["y_test"] + np.sqrt(mean) + spread})
        settle(runs)

    return change


def all_splits_alike(runs):
    """Folds that are strips of x even where they should be shuffled."""
    arrays = load_arrays(runs / "regression/splits/blocks/predictions.npz")
    for name in ("file_order", "shuffled"):
        edit_arrays(runs / "regression/splits" / name, lambda _: arrays)
    settle(runs)


def ablation(*effects, together=()):
    """Other effects of the ingredients on the validation images that are right; `together` are settings that go with the first one."""

    def change(runs):
        folder = runs / "classification/ablation"
        cases = load_json(folder / "run.json")["config"]["cases"]
        labels = load_arrays(folder / cases[0] / "predictions.npz")["validation_labels"]
        for name, right in zip(cases, (0.5, *[0.5 + effect for effect in effects]), strict=False):
            answers = np.where(np.arange(len(labels)) < right * len(labels), labels, (labels + 1) % 10)
            edit_arrays(folder / name, lambda _, answers=answers: {"validation_probabilities": perfect(answers).astype(np.float32)})
        for setting in together:
            configure(runs, f"classification/ablation/{cases[1]}", **{setting: 1})
        settle(runs)

    return change


def no_smaller_classifier(runs):
    parameters = load_json(runs / "classification/tuned/run.json")["metrics"]["parameters"]
    edit_json(runs / "classification/smaller/smaller/run.json", lambda run: run["metrics"].update(parameters=parameters))


def several_machines(machines=2, commits=2):
    """Runs from so many machines and versions of the code."""

    def change(runs):
        for number, path in enumerate(sorted(runs.rglob("run.json"))):
            edit_json(
                path,
                lambda run, k=number: run.update(commit=f"{k % commits}" * 12, machine=run["machine"] | {"processor": f"P{k % machines}"}),
            )

    return change


def seeds_of_their_own(runs):
    for number, path in enumerate(sorted(runs.glob("*/*seeds/*/run.json"))):
        edit_json(path, lambda run, k=number: run.update(seed=2022 + k))


def seconds(runs):
    """A winner that took far longer to train than all others."""
    for task in ("regression", "classification"):
        path = runs / task / "search/trials.csv"
        save_rows(path, [row | {"seconds": 99.0 if row["rank"] == 1 else 1.0} for row in load_table(path)])


def temperatures(runs):
    """A tuned network that is sure of what it gets right and hardly unsure of the rest: scaling lowers one of its two errors."""

    def answer(labels, share):
        rng = np.random.default_rng(len(labels))
        right = rng.uniform(size=len(labels)) < share
        certain = np.where(rng.uniform(size=len(labels)) < 0.5, 0.99, 0.7)[:, None]
        answers = np.where(right, labels, (labels + 1) % 10)
        return np.where(np.eye(10)[answers] > 0, certain, (1 - certain) / 9).astype(np.float32)

    for part, share in (("validation", 0.8), ("test", 0.845)):
        edit_arrays(runs / "classification/tuned", lambda arrays, p=part, s=share: {f"{p}_probabilities": answer(arrays[f"{p}_labels"], s)})
    settle(runs)


def one_configuration(runs):
    """Reference, tuned and improved settings that are the same."""
    search("classification", lambda v, fold: 0.9, grid={"learning_rate": [0.0001]})(runs)
    for name in ("tuned", "improved"):
        configure(runs, f"classification/{name}", **load_json(runs / "classification/reference/run.json")["config"])


def one_seed_less(runs):
    edit_json(runs / "classification/tuned_seeds/run.json", lambda run: run["config"]["cases"].pop())


def few_tests(count):
    """So many test points, the first ones."""

    def change(runs):
        for path in (runs / "regression").rglob("predictions.npz"):
            edit_arrays(path.parent, lambda arrays: {name: array[..., :count] for name, array in arrays.items() if "test" in name})
        for path in (runs / "regression").rglob("run.json"):
            edit_json(path, lambda run: run["data"]["counts"].update(test=count))
        settle(runs)

    return change
