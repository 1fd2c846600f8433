"""The settings of data, machine and networks: frozen dataclasses, checked when homework.toml is read.

The fields are keyword-only because type checkers take `limited(...)` for a default, after which none may be missing.
"""

import dataclasses
from typing import Any, ClassVar

from reporting.artifacts import UserError

INITIALIZERS = ("fan_in_uniform", "glorot_uniform", "he_normal", "lecun_normal")
ACTIVATIONS = ("tanh", "softplus", "relu", "sigmoid", "elu", "selu", "gelu", "silu")
LOSSES = ("cross_entropy", "double_softmax")


def limited(default: Any = dataclasses.MISSING, **limits: Any) -> Any:
    """A dataclass field with limits, which `reporting.artifacts.parse` checks."""
    return dataclasses.field(default=default, metadata=limits)


@dataclasses.dataclass(frozen=True, kw_only=True)
class DataConfig:
    regression_train: str
    regression_test: str
    regression_header: str = limited(choices=("auto", "true", "false"))
    fashion_mnist: str
    train_images: int = limited(at_least=100, at_most=60000)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ComputeConfig:
    seed: int = limited(at_least=0, below=2**31)
    precision: str = limited(choices=("auto", "float32", "mixed_bfloat16", "mixed_float16"))
    threads: int = limited(at_least=1, at_most=1024)
    distribution: str = limited(choices=("none", "mirrored"))
    onednn: str = limited(choices=("auto", "on", "off"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class FitConfig:
    """Settings that every fit has, whatever the network."""

    task: ClassVar[str]  # the name of the task in training.tasks

    learning_rate: float = limited(above=0, at_most=10)
    learning_rate_schedule: str = limited(choices=("constant", "cosine"))
    weight_decay: float = limited(at_least=0, at_most=1)
    batch_size: int = limited(at_least=1)
    max_epochs: int = limited(at_least=1)
    patience: int = limited(at_least=0)
    restore_best_weights: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class RegressionConfig(FitConfig):
    task: ClassVar[str] = "regression"

    hidden_units: tuple[int, ...] = limited(at_least=1)
    activations: tuple[str, ...] = limited(choices=ACTIVATIONS)
    initializer: str = limited(choices=INITIALIZERS)
    folds: int = limited(at_least=2)
    standardize: str = limited("auto", choices=("auto", "on", "off"))

    def __post_init__(self) -> None:
        if len(self.hidden_units) != len(self.activations):
            raise UserError(
                f"hidden_units has {len(self.hidden_units)} layers and activations {len(self.activations)};"
                " give each layer one activation"
            )


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClassificationConfig(FitConfig):
    task: ClassVar[str] = "classification"

    filters: tuple[int, ...] = limited(at_least=1, length=2)
    kernel_size: int = limited(at_least=1, at_most=9)
    padding: str = limited(choices=("valid", "same"))
    convolution_dropout: float = limited(at_least=0, below=1)
    dense_units: tuple[int, ...] = limited(at_least=1, length=2)
    dropout: float = limited(at_least=0, below=1)
    batch_normalization: bool
    horizontal_flips: bool
    random_shifts: int = limited(at_least=0, at_most=8)
    validation_share: float = limited(above=0, below=1)
    loss: str = limited(choices=LOSSES)
