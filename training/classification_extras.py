"""Further trainings of the classification that the report draws on.

    python -m training.classification_extras --extra double_softmax|reference_seeds|tuned_seeds|improved_seeds|ablation|smaller

`double_softmax` trains the reference settings on the reference report's loss, the seeds each configuration from other
initial weights, `ablation` the improved settings without each ingredient (on few images, without the test set), `smaller`
the tuned settings with fewer filters and units. Writes runs/classification/<extra>/.
"""

import dataclasses
import sys

from reporting.artifacts import extras_of
from training.cli import parse_arguments, run_main
from training.config import load_homework
from training.datasets import load_fashion_mnist
from training.extras import Case, fewer_units, run_extra
from training.train_classification import PARTS, choose_config, fold_indices, record_network, train_network

INGREDIENTS = {  # what `ablation` puts back to the reference's value, together where they belong together
    "filters": ("filters", "kernel_size", "dense_units"),
    "padding": ("padding",),
    "convolution_dropout": ("convolution_dropout",),
    "horizontal_flips": ("horizontal_flips",),
    "dropout": ("dropout",),
    "learning_rate": ("learning_rate", "learning_rate_schedule", "batch_size"),
}


def main(argv=None):
    arguments = parse_arguments(__doc__, argv, extra=extras_of("classification"))
    homework = load_homework(arguments.config, arguments.quick)
    split = load_fashion_mnist(homework.data)
    wanted = getattr(homework.classification_extras, arguments.extra)
    cases = MAKERS[arguments.extra](homework, split, arguments.runs) if wanted else {}
    run_extra("classification", arguments.extra, homework, split.data, arguments.runs, cases)


def network_case(config, fold, split, seed, parts=PARTS):
    """A Case that trains one network and evaluates it on `parts`."""
    return Case(
        config, seed, lambda record: record_network(record, train_network(config, fold, split, seed, record, parts))
    )


def double_softmax(homework, split, _runs):
    """The reference settings on the cross-entropy of the softmax of the probabilities."""
    config, seed = dataclasses.replace(homework.classification, loss="double_softmax"), homework.compute.seed
    return {"double_softmax": network_case(config, fold_indices(split, config, seed)[0], split, seed)}


def seeds_of(variant):
    """What makes the Cases of one configuration trained from other initial weights."""

    def seeds(homework, split, runs):
        config, seed = choose_config(homework, variant, runs, split), homework.compute.seed
        fold = fold_indices(split, config, seed)[0]
        count = getattr(homework.classification_extras, f"{variant}_seeds")
        cases = {}
        for number in range(1, count + 1):
            cases[f"seed_{number + 1}"] = network_case(config, fold, split, seed + number, ("validation", "test"))
        return cases

    return seeds


def ablation(homework, split, _runs):
    """The improved settings on a small scale, complete and with each ingredient put back to the reference's value."""
    extras, seed = homework.classification_extras, homework.compute.seed
    complete = dataclasses.replace(homework.improved, max_epochs=extras.ablation_epochs)
    train, validation = fold_indices(split, complete, seed)[0]
    configs = {"complete": complete}
    for name, settings in INGREDIENTS.items():
        without = dataclasses.replace(
            complete, **{setting: getattr(homework.classification, setting) for setting in settings}
        )
        if without != complete:
            configs[f"without_{name}"] = without
    fold = train[: extras.ablation_images], validation
    return {name: network_case(config, fold, split, seed, ("validation",)) for name, config in configs.items()}


def smaller(homework, split, runs):
    """The tuned settings with as many filters and units as the tuned network's activations suggest."""
    config, seed = choose_config(homework, "tuned", runs, split), homework.compute.seed
    layers, sizes = ("conv_1", "conv_2", "dense_1", "dense_2"), config.filters + config.dense_units
    units = fewer_units(runs / "classification" / "tuned", layers, sizes)
    config = dataclasses.replace(config, filters=units[:2], dense_units=units[2:])
    return {"smaller": network_case(config, fold_indices(split, config, seed)[0], split, seed)}


MAKERS = {"double_softmax": double_softmax, "ablation": ablation, "smaller": smaller}
MAKERS |= {f"{variant}_seeds": seeds_of(variant) for variant in ("reference", "tuned", "improved")}


if __name__ == "__main__":
    sys.exit(run_main(main))
