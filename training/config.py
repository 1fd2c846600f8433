"""The settings of data, machine and networks: frozen dataclasses, checked when homework.toml is read.

The fields are keyword-only because type checkers take `limited(...)` for a default, after which none may be missing.
"""

import dataclasses
from typing import Any, ClassVar

from reporting.artifacts import UserError

INITIALIZERS = ("fan_in_uniform", "glorot_uniform", "he_normal", "lecun_normal")
ACTIVATIONS = ("tanh", "softplus", "relu", "sigmoid", "elu", "selu", "gelu", "silu")
LOSSES = ("cross_entropy", "double_softmax")
OPTIMIZERS = ("adam", "adamw", "sgd", "rmsprop")
SCHEDULES = ("constant", "cosine")


def limited(default: Any = dataclasses.MISSING, **limits: Any) -> Any:
    """A dataclass field with limits, which `reporting.artifacts.parse` checks."""
    return dataclasses.field(default=default, metadata=limits)


@dataclasses.dataclass(frozen=True, kw_only=True)
class DataConfig:
    regression_train: str
    regression_test: str
    regression_header: str = limited(choices=("auto", "true", "false"))
    dataset: str  # a key of known_images.KNOWN, "digits", or a path
    fashion_mnist: str
    class_names: tuple[str, ...] = limited(may_be_empty=True)
    train_images: int = limited(at_least=100)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ComputeConfig:
    seed: int = limited(at_least=0, below=2**31)
    precision: str = limited(choices=("auto", "float32", "mixed_bfloat16", "mixed_float16"))
    threads: int = limited(at_least=1, at_most=1024)
    distribution: str = limited(choices=("none", "mirrored"))
    onednn: str = limited(choices=("auto", "on", "off"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class FitConfig:
    """Settings that every fit has, whatever the network.

    What came later than the others has a default: what fits did before it came.
    """

    task: ClassVar[str]  # the name of the task in training.tasks

    learning_rate: float = limited(above=0, at_most=10)
    learning_rate_schedule: str = limited(choices=SCHEDULES)
    warmup_epochs: int = limited(0, at_least=0)
    optimizer: str = limited("adam", choices=OPTIMIZERS)
    momentum: float = limited(0.0, at_least=0, below=1)
    nesterov: bool = False
    weight_decay: float = limited(at_least=0, at_most=1)
    batch_size: int = limited(at_least=1)
    max_epochs: int = limited(at_least=1)
    patience: int = limited(at_least=0)
    restore_best_weights: bool
    network: str = ""  # a file of the user's own that builds the network, see own_network.py
    network_sha256: str = ""  # of its content; not a setting, but a new content makes another configuration

    def __post_init__(self) -> None:
        """Raise UserError for settings that contradict each other."""
        if self.nesterov and not (self.optimizer == "sgd" and self.momentum):
            raise UserError('nesterov = true needs optimizer = "sgd" and a momentum above 0')
        for name, (layers, count) in ({} if self.network else self.lists).items():
            value = getattr(self, name)
            if isinstance(value, tuple) and len(value) != count:
                raise UserError(
                    f"{name} has {counted(len(value), 'value')} for {counted(count, layers)};"
                    " give one value for all, or a list with one for each"
                )

    @property
    def lists(self) -> dict[str, tuple[str, int]]:
        """The settings that are single or a list: name -> the kind of layer, and their number."""
        raise NotImplementedError


def counted(count: int, noun: str) -> str:
    """A number of things, as in 2 layers."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RegressionConfig(FitConfig):
    task: ClassVar[str] = "regression"

    hidden_units: tuple[int, ...] = limited(at_least=1)
    activations: str | tuple[str, ...] = limited(choices=ACTIVATIONS)
    initializer: str = limited(choices=INITIALIZERS)
    batch_normalization: bool | tuple[bool, ...] = False
    dropout: float | tuple[float, ...] = limited(0.0, at_least=0, below=1)
    folds: int = limited(at_least=2)
    standardize: str = limited("auto", choices=("auto", "on", "off"))

    @property
    def lists(self) -> dict[str, tuple[str, int]]:
        """The settings with one value for each hidden layer."""
        names = ("activations", "batch_normalization", "dropout")
        return dict.fromkeys(names, ("hidden layer", len(self.hidden_units)))


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClassificationConfig(FitConfig):
    task: ClassVar[str] = "classification"

    filters: tuple[int, ...] = limited(at_least=1)
    kernel_size: int | tuple[int, ...] = limited(at_least=1, at_most=9)
    padding: str = limited(choices=("valid", "same"))
    pooling: str | tuple[str, ...] = limited("max", choices=("max", "average", "none"))
    convolution_dropout: float | tuple[float, ...] = limited(at_least=0, below=1)
    global_pooling: str = limited("none", choices=("none", "average", "max"))
    dense_units: tuple[int, ...] = limited(at_least=1, may_be_empty=True)
    activation: str | tuple[str, ...] = limited("relu", choices=ACTIVATIONS)
    dropout: float | tuple[float, ...] = limited(at_least=0, below=1)
    batch_normalization: bool | tuple[bool, ...]
    horizontal_flips: bool
    random_shifts: int = limited(at_least=0, at_most=8)
    random_erasing: float = limited(0.0, at_least=0, at_most=1)
    shifted_views: int = limited(0, at_least=0, at_most=8)
    label_smoothing: float = limited(0.0, at_least=0, below=1)
    weight_average: float = limited(0.0, at_least=0, below=1)
    validation_share: float = limited(above=0, below=1)
    loss: str = limited(choices=LOSSES)

    @property
    def lists(self) -> dict[str, tuple[str, int]]:
        """The settings with one value for each convolution, dense layer, or hidden layer of either kind."""
        convolutions, dense = len(self.filters), len(self.dense_units)
        counts = dict.fromkeys(("kernel_size", "pooling", "convolution_dropout"), ("convolution", convolutions))
        counts |= dict.fromkeys(("activation", "batch_normalization"), ("hidden layer", convolutions + dense))
        return counts | {"dropout": ("dense layer", dense)}
