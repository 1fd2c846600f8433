"""The classification's extras of the example tree, invented like the rest of it (see example_runs)."""

from tests.example_extras import write_extra
from tests.example_runs import write_classifier

BRIEFLY = 6  # epochs of the ablation
INGREDIENTS = {  # of the improved settings: the settings that go back together, and what accuracy loses without it
    "padding": (("padding",), 0.002),
    "horizontal_flips": (("horizontal_flips",), 0.02),
    "dropout": (("dropout",), -0.02),
    "learning_rate": (("learning_rate", "learning_rate_schedule"), 0.06),
}


def write_classification_extras(folder, example, configs):
    """Every extra of the classification task; `configs` are the settings of the three configurations."""

    def network(config, accuracy, key, tested=True):
        return lambda folder, _: write_classifier(folder, example, folder.name, config, accuracy, key, tested)

    second = network(configs["reference"] | {"loss": "double_softmax"}, example.accuracy["reference"] - 0.01, 1)
    write_extra(folder / "double_softmax", example, "classification", {"double_softmax": second})
    for number, (name, config) in enumerate(configs.items()):
        cases = {
            f"seed_{seed}": network(config, example.accuracy[name] + 0.001 * (seed - 2), 10 * number + seed)
            for seed in (2, 3)
        }
        write_extra(folder / f"{name}_seeds", example, "classification", cases)
    write_extra(folder / "ablation", example, "classification", ablation_cases(network, example, configs))
    sizes = {"filters": [16, 24], "dense_units": [16, 24]}
    write_extra(
        folder / "smaller",
        example,
        "classification",
        {"smaller": network(configs["tuned"] | sizes, example.accuracy["tuned"], 51)},
    )


def ablation_cases(network, example, configs):
    """The improved settings for a few epochs, whole and with each ingredient put back to the reference settings."""
    short, accuracy = configs["improved"] | {"max_epochs": BRIEFLY}, example.accuracy["improved"] - 0.03
    cases = {"complete": network(short, accuracy, 40, tested=False)}
    for number, (name, (settings, loss)) in enumerate(INGREDIENTS.items(), start=41):
        config = short | {setting: configs["reference"][setting] for setting in settings}
        cases[f"without_{name}"] = network(config, accuracy - loss, number, tested=False)
    return cases
