"""The extras of the classification task: further networks."""

from collections.abc import Callable
from pathlib import Path

from tests.invented.classification import write_classifier
from tests.invented.example import Example
from tests.invented.recording import write_extra


def write_classification_extras(folder: Path, example: Example, configs: dict[str, dict]) -> None:
    """Every extra of the classification task; `configs` are the settings of the main networks."""
    accuracy = example.accuracy
    second_softmax = configs["reference"] | {"loss": "double_softmax"}
    small = configs["tuned"] | {"filters": [16, 24, 8][: len(example.filters)], "dense_units": [16, 24]}
    extras = {"double_softmax": {"double_softmax": classifier(second_softmax, accuracy["reference"] - 0.01, 1)}}
    for number, (name, config) in enumerate(configs.items()):
        extras[f"{name}_seeds"] = {
            f"seed_{seed}": classifier(config, accuracy[name] + 0.001 * (seed - 2) * (number - 1), 10 * number + seed)
            for seed in (2, 3)
        }
    extras["smaller"] = {"smaller": classifier(small, accuracy["tuned"], 51)}
    for name, cases in extras.items():
        write_extra(folder / name, example, "classification", cases)


def classifier(config: dict, accuracy: float, key: int) -> Callable:
    """What writes a classifier into a folder, for an example."""
    return lambda folder, example: write_classifier(folder, example, config, accuracy, key)
