"""Train the regression network on shuffled folds and record it.

    python -m training.train_regression --variant reference|tuned

`reference` takes the settings of homework.toml, `tuned` the best combination of the finished search. One network a fold:
every training point is held out once. Writes runs/regression/<variant>/; on one core a fit takes a few seconds.
"""

import sys

import numpy as np

from reporting.artifacts import save_arrays, save_table, variants_of
from training.best import load_best_config
from training.cli import parse_arguments, run_main
from training.config import load_homework
from training.datasets import kfold_indices, load_regression
from training.recording import Recording

CURVE_POINTS = 401


def main(argv=None):
    arguments = parse_arguments(__doc__, argv, variant=variants_of("regression"))
    homework = load_homework(arguments.config, arguments.quick)
    split = load_regression(homework.data)
    config = choose_config(homework, arguments.variant, arguments.runs, split)
    record = Recording(
        arguments.runs / "regression" / arguments.variant, "regression", arguments.variant, homework, config, split.data
    )
    if record.is_current():
        return
    record.begin()
    seed = homework.compute.seed
    record_members(
        record, train_members(config, fold_indices(split, config, seed), split, seed, record, save_inspection), split
    )


def choose_config(homework, variant, runs, split):
    """The reference settings, or those of the search's winner."""
    if variant == "reference":
        return homework.regression
    return load_best_config(runs / "regression" / "search", homework, homework.regression_search, split.data)


def fold_indices(split, config, seed):
    """The folds that training and tuning share: a list of (train, validation) index arrays."""
    return kfold_indices(len(split.x_train), config.folds, np.random.default_rng(seed))


def train_members(config, folds, split, seed, record, inspect=None):
    """One network for each (train, validation) of `folds`; `inspect(folder, fit, split)` stores the first. Returns a mapping a fold."""
    from training.fitting import Progress, derive_seed, trainer_for

    trainer = trainer_for(config)
    members = []
    for fold, (train, validation) in enumerate(folds, 1):
        progress = Progress(f"{record.name}  fold {fold}/{len(folds)}", config.max_epochs)
        fit = trainer.fit(
            config,
            split.x_train,
            split.y_train,
            train,
            validation,
            derive_seed(seed, "regression", config, fold),
            [progress],
        )
        members.append(describe_member(trainer, fit, split, fold, train, validation))
        if fold == 1 and inspect:
            inspect(record.folder, fit, split)
    return members


def record_members(record, members, split):
    """Write what is known of a run's members, and its `run.json`."""
    history = [{"fold": member["fold"], **row} for member in members for row in member["history"]]
    if history:
        save_table(record.folder / "history.csv", history)
    save_table(record.folder / "folds.csv", [member["row"] for member in members])
    save_arrays(record.folder / "predictions.npz", predictions(members, split))
    record.finish(metrics(members, split))


def describe_member(trainer, fit, split, fold, train, validation):
    """What is recorded of one fold's network, evaluated after training: history, a row of folds.csv and predictions."""
    losses = {
        "train_loss": trainer.evaluate(split.x_train[train], split.y_train[train])["loss"],
        "validation_loss": trainer.evaluate(split.x_train[validation], split.y_train[validation])["loss"],
        "test_loss": trainer.evaluate(split.x_test, split.y_test)["loss"],
    }
    row = {"fold": fold, "seed": fit.seed, "train_points": len(train), "validation_points": len(validation)}
    row |= {
        "epochs": fit.epochs,
        "stopped_early": fit.stopped_early,
        "best_epoch": fit.best_epoch,
        **losses,
        "seconds": round(fit.seconds, 3),
    }
    return {
        "fold": fold,
        "history": fit.history,
        "row": row,
        "validation": validation,
        "parameters": fit.model.count_params(),
        "train_predictions": trainer.predict(split.x_train)[:, 0],
        "test_predictions": trainer.predict(split.x_test)[:, 0],
        "curve_predictions": trainer.predict(curve_inputs(split))[:, 0],
    }


def curve_inputs(split):
    """Evenly spaced inputs (401, 1) over the range of training and test points."""
    x = np.concatenate([split.x_train, split.x_test])
    return np.linspace(x.min(), x.max(), CURVE_POINTS, dtype=np.float32)[:, None]


def save_weights(folder, fit, _split=None):
    """Store a network's weights before and after training."""
    from training.fitting import named_weights

    weights = {f"initial/{name}": value for name, value in fit.initial_weights.items()}
    save_arrays(
        folder / "weights.npz", weights | {f"trained/{name}": value for name, value in named_weights(fit.model).items()}
    )


def save_inspection(folder, fit, split):
    """Store one network: the model, its weights before and after training, and its activations."""
    from training.inspection import activations

    save_weights(folder, fit)
    probes = np.argsort(split.x_test[:, 0])[
        [len(split.x_test) // 6, len(split.x_test) // 2, len(split.x_test) * 5 // 6]
    ]
    save_arrays(
        folder / "activations.npz", {"x_probe": split.x_test[probes, 0], **activations(fit.model, split.x_test, probes)}
    )
    fit.model.save(folder / "model.keras")


def predictions(members, split):
    """The arrays of predictions.npz: data, the fold that held out each training point, and every member's predictions."""
    fold = np.zeros(len(split.x_train), dtype=np.int32)
    for member in members:
        fold[member["validation"]] = member["fold"]
    names = [name for name in members[0] if name.endswith(("_predictions", "_sd"))]
    stacked = {name: np.stack([member[name] for member in members]).astype(np.float32) for name in names}
    data = {
        "x_train": split.x_train[:, 0],
        "y_train": split.y_train[:, 0],
        "x_test": split.x_test[:, 0],
        "y_test": split.y_test[:, 0],
    }
    return {**data, "fold": fold, "x_curve": curve_inputs(split)[:, 0], **stacked}


def metrics(members, split):
    """The headline numbers: mean and standard deviation over the members, and the test MSE of their mean prediction."""
    result = {}
    for name in ("train_loss", "validation_loss", "test_loss"):
        values = [member["row"][name] for member in members]
        result |= {name: float(np.mean(values)), f"{name}_sd": float(np.std(values, ddof=1))}
    mean_prediction = np.mean([member["test_predictions"] for member in members], axis=0, dtype=np.float64)
    result["ensemble_test_loss"] = float(np.mean((mean_prediction - split.y_test[:, 0]) ** 2))
    if "stopped_early" in members[0]["row"]:
        result["stopped_early"] = sum(member["row"]["stopped_early"] for member in members)
    return result | {"parameters": members[0]["parameters"]}


if __name__ == "__main__":
    sys.exit(run_main(main))
