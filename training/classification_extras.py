"""The extras of the classification. Each network takes a minute or more on one core."""

import dataclasses

from reporting.artifacts import variants_of
from training.experiment import Experiment
from training.extras import Cases, Maker, further_seeds, network_case, smaller

# The settings that `ablation` resets to the reference values; settings that only work together are reset together.
INGREDIENTS = {
    "filters": ("filters", "kernel_size", "dense_units"),
    "padding": ("padding",),
    "batch_normalization": ("batch_normalization",),
    "convolution_dropout": ("convolution_dropout",),
    "horizontal_flips": ("horizontal_flips",),
    "random_shifts": ("random_shifts",),
    "dropout": ("dropout",),
    "learning_rate": ("learning_rate", "learning_rate_schedule", "batch_size"),
}


def double_softmax(this: Experiment) -> Cases:
    """The reference settings with the loss of the reference report: cross-entropy after a second softmax."""
    config = dataclasses.replace(this.settings.reference, loss="double_softmax")
    return {"double_softmax": network_case(this, config, this.folds(config), this.seed)}


def ablation(this: Experiment) -> Cases:
    """The improved settings, complete and with each ingredient reset to the reference values.

    Trained on few images for few epochs, and evaluated on the validation images only.
    """
    extras, reference = this.settings.extras, this.settings.reference
    complete = dataclasses.replace(this.config("improved"), max_epochs=extras.ablation_epochs)
    configs = {"complete": complete}
    for name, settings in INGREDIENTS.items():
        without = dataclasses.replace(complete, **{setting: getattr(reference, setting) for setting in settings})
        if without != complete:
            configs[f"without_{name}"] = without
    folds = [(train[: extras.ablation_images], validation) for train, validation in this.folds(complete)]
    return {
        name: network_case(this, config, folds, this.seed, parts=("validation",)) for name, config in configs.items()
    }


MAKERS: dict[str, Maker] = {"double_softmax": double_softmax, "ablation": ablation, "smaller": smaller}
MAKERS |= {
    f"{variant}_seeds": further_seeds(variant, parts=("validation", "test"))
    for variant in variants_of("classification")
}
