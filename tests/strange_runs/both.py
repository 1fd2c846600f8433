"""What either task may turn out like: weights, units, searches, machines, further trainings."""

import itertools
import json

import numpy as np

from reporting.artifacts import load_arrays, load_json, load_table, save_arrays, save_json
from tests.strange_runs.files import configure, edit_arrays, edit_json, save_rows


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
        save_rows(
            place / "history.csv",
            [row for row in load_table(place / "history.csv") if row["epoch"] <= kept[row["fold"]]],
        )
        configure(runs, folder, patience=patience)
        edit_json(
            place / "run.json",
            lambda run: run["metrics"].update(stopped_early=sum(row["stopped_early"] for row in rows)),
        )

    return change


def search(task, score=None, grid=None, failed=(), stops=0, objective=None, **settings):
    """Another outcome of a search: `score(values, fold)`; another grid; trials that failed; so many fits stopped early."""

    def change(runs):
        folder = runs / task / "search"
        space, trials, folds = (
            load_json(folder / "search_space.json"),
            load_table(folder / "trials.csv"),
            load_table(folder / "folds.csv"),
        )
        space = json.loads(json.dumps(space)) | (
            {"grid": grid, "combinations": len(list(itertools.product(*grid.values())))} if grid else {}
        )
        space |= (
            {"objective": objective, "direction": "max" if objective == "validation_accuracy" else "min"}
            if objective
            else {}
        )
        space["settings"] |= settings
        wanted, template = space["objective"], folds[0]
        rows, table = [], []
        for number, combination in enumerate(itertools.product(*space["grid"].values()), 1):
            values = dict(zip(space["grid"], combination, strict=True))
            for fold in range(1, space["folds"] + 1):
                old = next(
                    (
                        row
                        for row in folds
                        if row["fold"] == fold and all(row[k] == v for k, v in values.items() if k in row)
                    ),
                    template,
                )
                row = {"trial": number, **values} | {
                    k: v for k, v in old.items() if k not in ("trial", *load_json(folder / "search_space.json")["grid"])
                }
                row |= {"fold": fold, wanted: score(values, fold) if score else old[wanted]}
                row |= {"status": "completed", "reason": ""}
                row |= (
                    {wanted: float("nan"), "status": "failed", "reason": "its loss is not finite"}
                    if number in failed and fold == 1
                    else {}
                )
                rows.append(row | {"stopped_early": len(rows) < stops})
            scores = [row[wanted] for row in rows[-space["folds"] :]]
            spread = float(np.std(scores, ddof=1)) if len(scores) > 1 else ""
            table.append(
                {
                    "trial": number,
                    **values,
                    "score": float(np.mean(scores)),
                    "score_sd": spread,
                    "seconds": trials[0]["seconds"],
                }
            )
        sign = -1 if space["direction"] == "max" else 1
        order = sorted(table, key=lambda row: (np.isnan(row["score"]), sign * row["score"], row["trial"]))
        best = order[0]
        save_json(folder / "search_space.json", space)
        save_rows(folder / "folds.csv", rows)
        save_rows(folder / "trials.csv", [{**row, "rank": order.index(row) + 1} for row in table])
        winner = {name: best[name] for name in space["grid"]}
        save_json(
            folder / "best.json",
            {"trial": best["trial"], "values": winner, "score": best["score"], "score_sd": best["score_sd"] or 0.0},
        )
        configure(runs, f"{task}/tuned", **winner)

    return change


def initial_zeros(runs):
    """Kernels that all began at zero, so that no layer can be said to have moved farther than another."""
    for task in ("regression", "classification"):
        zero = {
            "weights.npz": lambda arrays: {
                name: 0 * array for name, array in arrays.items() if name.startswith("initial/")
            }
        }
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
                save_arrays(
                    folder / file, {k: v for k, v in arrays.items() if "hidden_2" not in k and "hidden_3" not in k}
                )
    stored = load_arrays(runs / "regression/tuned/weights.npz")
    parameters = sum(array.size for name, array in stored.items() if name.startswith("trained/"))
    for path in (runs / "regression").rglob("run.json"):
        edit_json(
            path,
            lambda run: run["metrics"].update({"parameters": parameters} if "parameters" in run["metrics"] else {}),
        )
        edit_json(
            path,
            lambda run: run["config"].update(
                {"hidden_units": [16], "activations": ["tanh"]} if "hidden_units" in run["config"] else {}
            ),
        )


def several_machines(machines=2, commits=2):
    """Runs from so many machines and versions of the code."""

    def change(runs):
        for number, path in enumerate(sorted(runs.rglob("run.json"))):
            edit_json(
                path,
                lambda run, k=number: run.update(
                    commit=f"{k % commits}" * 12, machine=run["machine"] | {"processor": f"P{k % machines}"}
                ),
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


def one_configuration(runs):
    """Reference, tuned and improved settings that are the same."""
    search("classification", lambda v, fold: 0.9, grid={"learning_rate": [0.0001]})(runs)
    for name in ("tuned", "improved"):
        configure(runs, f"classification/{name}", **load_json(runs / "classification/reference/run.json")["config"])
