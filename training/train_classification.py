"""Train the classification network on Fashion-MNIST and record it.

    python -m training.train_classification --variant reference|tuned|improved

`reference` takes the settings of homework.toml, `tuned` the best combination of the finished search, `improved` the
settings of that name. Writes runs/classification/<variant>/. The test images are read after training, for evaluation only.
"""

import functools
import sys

import numpy as np

from reporting.artifacts import save_arrays, save_table, variants_of
from training.best import load_best_config
from training.cli import parse_arguments, run_main
from training.config import load_homework
from training.datasets import hold_out, load_fashion_mnist
from training.recording import Recording

PARTS = ("train", "validation", "test")
PROBES = (0, 1, 2)  # the first test image of each of these labels is shown to the dense layers
SHOWN_LABEL = 9  # the first test image of this label is shown to the convolutions


def main(argv=None):
    arguments = parse_arguments(__doc__, argv, variant=variants_of("classification"))
    homework = load_homework(arguments.config, arguments.quick)
    split = load_fashion_mnist(homework.data)
    config = choose_config(homework, arguments.variant, arguments.runs, split)
    record = Recording(
        arguments.runs / "classification" / arguments.variant,
        "classification",
        arguments.variant,
        homework,
        config,
        split.data,
    )
    if record.is_current():
        return
    record.begin()
    seed = homework.compute.seed
    fold = fold_indices(split, config, seed)[0]
    inspect = functools.partial(save_inspection, record.folder, split=split, train=fold[0], seed=seed)
    record_network(record, train_network(config, fold, split, seed, record, PARTS, inspect))


def choose_config(homework, variant, runs, split):
    """The reference settings, those of the search's winner, or the improved ones."""
    if variant == "tuned":
        return load_best_config(
            runs / "classification" / "search", homework, homework.classification_search, split.data
        )
    return homework.improved if variant == "improved" else homework.classification


def fold_indices(split, config, seed):
    """The one hold-out that training and tuning share, as a list of one (train, validation) pair of index arrays."""
    return [hold_out(len(split.x_train), config.validation_share, np.random.default_rng(seed))]


def train_network(config, fold, split, seed, record, parts, inspect=None):
    """Train on the (train, validation) indices `fold`; `inspect(fit)` stores the network. Returns what is recorded of it on `parts`."""
    from training.fitting import Progress, derive_seed, trainer_for

    trainer = trainer_for(config)
    progress = Progress(record.name, config.max_epochs)
    fit = trainer.fit(
        config, split.x_train, split.y_train, *fold, derive_seed(seed, "classification", config, 1), [progress]
    )
    if inspect:
        inspect(fit)
    return describe_network(trainer, fit, split, fold, parts)


def record_network(record, network):
    """Write what is known of a network, and its `run.json`."""
    save_table(record.folder / "history.csv", [{"fold": 1, **row} for row in network["history"]])
    save_table(record.folder / "folds.csv", [network["row"]])
    save_arrays(record.folder / "predictions.npz", network["predictions"])
    record.finish(network["metrics"])


def describe_network(trainer, fit, split, fold, parts):
    """What is recorded of the network, evaluated after training on `parts` (of PARTS): no other images are read."""
    train, validation = fold
    images_of = {
        "train": lambda: (split.x_train[train], split.y_train[train]),
        "validation": lambda: (split.x_train[validation], split.y_train[validation]),
        "test": lambda: (split.x_test, split.y_test),
    }
    row = {"fold": 1, "seed": fit.seed, "train_points": len(train), "validation_points": len(validation)}
    row |= {"epochs": fit.epochs, "stopped_early": fit.stopped_early, "best_epoch": fit.best_epoch}
    stored, more = {}, {"parameters": fit.model.count_params(), "stopped_early": int(fit.stopped_early)}
    for name in parts:
        x, y = images_of[name]()
        probabilities = trainer.predict(x)
        predicted = probabilities.argmax(axis=1)
        row |= {f"{name}_loss": cross_entropy(probabilities, y), f"{name}_accuracy": float(np.mean(predicted == y))}
        if name == "train":
            more["train_loss_double_softmax"] = cross_entropy(softmax(probabilities), y)
        else:
            stored |= {f"{name}_labels": y, f"{name}_probabilities": probabilities}
        if name == "test":
            wrong = np.flatnonzero(predicted != y)
            stored |= {"error_index": wrong.astype(np.int32), "error_image": x[wrong, ..., 0]}
    scores = {name: value for name, value in row.items() if name.endswith(("_loss", "_accuracy"))}
    return {
        "history": fit.history,
        "row": row | {"seconds": round(fit.seconds, 3)},
        "predictions": stored,
        "metrics": scores | more,
    }


def cross_entropy(probabilities, labels):
    """Mean of -log of the probability (n, 10) given to the true label (n,); 0 counts as the smallest normal float32."""
    return float(
        -np.log(
            np.maximum(probabilities[np.arange(len(labels)), labels].astype(np.float64), np.finfo(np.float32).tiny)
        ).mean()
    )


def softmax(logits):
    """Softmax along the last axis; applied to probabilities it is the second softmax behind the reference's loss."""
    exponentials = np.exp(logits.astype(np.float64))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def save_inspection(folder, fit, *, split, train, seed):
    """Store the network: the model, its weights before and after training, activations, feature maps, receptive fields."""
    from training.fitting import named_weights
    from training.inspection import activations, filters_and_maps

    weights = {f"initial/{name}": value for name, value in fit.initial_weights.items()}
    save_arrays(
        folder / "weights.npz", weights | {f"trained/{name}": value for name, value in named_weights(fit.model).items()}
    )
    fit.model.save(folder / "model.keras")
    probes = np.array([int(np.argmax(split.y_test == label)) for label in PROBES])
    probed = {"probe_index": probes, "probe_label": split.y_test[probes]}
    save_arrays(folder / "activations.npz", probed | activations(fit.model, split.x_test, probes))
    shown = int(np.argmax(split.y_test == SHOWN_LABEL))
    named = {"image": split.x_test[shown, ..., 0], "image_index": np.array(shown), "image_label": np.array(SHOWN_LABEL)}
    save_arrays(folder / "features.npz", named | filters_and_maps(fit.model, split.x_test[shown]))
    save_arrays(folder / "receptive_fields.npz", fields(fit, split, train, seed))


def fields(fit, split, train, seed):
    """The receptive fields of the trained network, of the same network before training, and the mean image of each class."""
    from training.inspection import receptive_fields, with_weights

    trained = receptive_fields(fit.model, split.x_test, split.y_test, np.random.default_rng(seed))
    untrained = receptive_fields(
        with_weights(fit.model, fit.initial_weights), split.x_test, split.y_test, np.random.default_rng(seed)
    )
    images, labels = split.x_train[train, ..., 0], split.y_train[train]
    means = np.stack([images[labels == label].mean(axis=0) / 255 for label in range(10)]).astype(np.float32)
    return (
        trained
        | {f"untrained_{name}": value for name, value in untrained.items() if name != "gradient_images"}
        | {"class_mean": means}
    )


if __name__ == "__main__":
    sys.exit(run_main(main))
