"""The settings: frozen dataclasses read from homework.toml, validated on the way in.

Each default stands in homework.toml alone. A user's own file may hold only what differs: it is laid over homework.toml.
"""

import dataclasses
from pathlib import Path

from reporting.artifacts import Identity, UserError, load_toml, parse

SHIPPED = Path(__file__).parent.parent / "homework.toml"
INITIALIZERS = ("fan_in_uniform", "glorot_uniform", "he_normal", "lecun_normal")
ACTIVATIONS = ("tanh", "softplus", "relu", "sigmoid", "elu", "selu", "gelu", "silu")
LOSSES = ("cross_entropy", "double_softmax")
LARGE_GRID = 1000  # combinations; more are searched, but with a warning


def limited(**limits):
    """A field with limits that `reporting.artifacts.parse` checks."""
    return dataclasses.field(metadata=limits)


@dataclasses.dataclass(frozen=True)
class DataConfig:
    regression_train: str
    regression_test: str
    fashion_mnist: str
    train_images: int = limited(at_least=100, at_most=60000)


@dataclasses.dataclass(frozen=True)
class ComputeConfig:
    seed: int = limited(at_least=0, below=2**31)
    precision: str = limited(choices=("auto", "float32", "mixed_bfloat16", "mixed_float16"))
    threads: int = limited(at_least=1, at_most=1024)
    distribution: str = limited(choices=("none", "mirrored"))


@dataclasses.dataclass(frozen=True)
class FitConfig:
    """What every fit needs to know, whatever the network."""

    learning_rate: float = limited(above=0, at_most=10)
    learning_rate_schedule: str = limited(choices=("constant", "cosine"))
    weight_decay: float = limited(at_least=0, at_most=1)
    batch_size: int = limited(at_least=1)
    max_epochs: int = limited(at_least=1)
    patience: int = limited(at_least=0)
    restore_best_weights: bool


@dataclasses.dataclass(frozen=True)
class RegressionConfig(FitConfig):
    hidden_units: tuple[int, ...] = limited(at_least=1)
    activations: tuple[str, ...] = limited(choices=ACTIVATIONS)
    initializer: str = limited(choices=INITIALIZERS)
    folds: int = limited(at_least=2)

    def __post_init__(self):
        if len(self.hidden_units) != len(self.activations):
            raise UserError(
                f"hidden_units has {len(self.hidden_units)} layers and activations {len(self.activations)}; give each layer one activation"
            )


@dataclasses.dataclass(frozen=True)
class ClassificationConfig(FitConfig):
    filters: tuple[int, ...] = limited(at_least=1, length=2)
    kernel_size: int = limited(at_least=1, at_most=9)
    padding: str = limited(choices=("valid", "same"))
    convolution_dropout: float = limited(at_least=0, below=1)
    dense_units: tuple[int, ...] = limited(at_least=1, length=2)
    dropout: float = limited(at_least=0, below=1)
    horizontal_flips: bool
    validation_share: float = limited(above=0, below=1)
    loss: str = limited(choices=LOSSES)


@dataclasses.dataclass(frozen=True)
class RegressionExtras:
    """Which further trainings the report draws on; false or 0 leaves one out."""

    splits: bool
    baselines: bool
    initialisation: bool
    seeds: int = limited(at_least=0, at_most=100)
    smaller: bool


@dataclasses.dataclass(frozen=True)
class ClassificationExtras:
    double_softmax: bool
    reference_seeds: int = limited(at_least=0, at_most=100)
    tuned_seeds: int = limited(at_least=0, at_most=100)
    improved_seeds: int = limited(at_least=0, at_most=100)
    ablation: bool
    ablation_images: int = limited(at_least=1)
    ablation_epochs: int = limited(at_least=1)
    smaller: bool


@dataclasses.dataclass(frozen=True)
class Search:
    """A grid search: the settings that all combinations share, and the values of each hyperparameter that varies."""

    objective: str
    base: FitConfig
    grid: dict  # hyperparameter -> list of values, in the order of homework.toml

    @property
    def combinations(self):
        count = 1
        for values in self.grid.values():
            count *= len(values)
        return count


@dataclasses.dataclass(frozen=True)
class Homework:
    """All of homework.toml."""

    identity: Identity
    data: DataConfig
    compute: ComputeConfig
    regression: RegressionConfig
    regression_search: Search
    regression_extras: RegressionExtras
    classification: ClassificationConfig
    classification_search: Search
    classification_extras: ClassificationExtras
    improved: ClassificationConfig
    scale: str  # "full" or "quick"


def load_homework(path=SHIPPED, quick=False):
    """Read, merge and validate the settings; raises UserError that names the file, the table and the key."""
    settings = load_toml(SHIPPED)
    if Path(path).resolve() != SHIPPED:
        settings = overlay(settings, load_toml(path), str(path))
    quick_settings = settings.pop("quick", {})
    if quick:
        settings = overlay(settings, quick_settings, f"{path} [quick]")
    return build_homework(settings, str(path), "quick" if quick else "full")


def overlay(base, changes, where):
    """`base` with the values of `changes` laid over it, table by table."""
    merged = dict(base)
    for key, value in changes.items():
        if isinstance(base.get(key), dict) and not isinstance(value, dict):
            raise UserError(f"{where}: {key} is a table; write [{key}] and its keys below")
        merged[key] = overlay(base[key], value, f"{where} [{key}]") if isinstance(base.get(key), dict) else value
    return merged


def build_homework(settings, where, scale):
    """The Homework of a complete mapping of tables; raises UserError that names the table and the key."""

    @dataclasses.dataclass(frozen=True)
    class Tables:
        identity: Identity
        data: DataConfig
        compute: ComputeConfig
        regression: dict
        classification: dict

    tables = parse(Tables, settings, where)
    regression, classification = dict(tables.regression), dict(tables.classification)
    regression_search = take(regression, "search", where, "regression")
    classification_search = take(classification, "search", where, "classification")
    extras = take(regression, "extras", where, "regression"), take(classification, "extras", where, "classification")
    improved = take(classification, "improved", where, "classification")
    return Homework(
        tables.identity,
        tables.data,
        tables.compute,
        parse_config(RegressionConfig, regression, f"{where} [regression]"),
        build_search(
            RegressionConfig, regression, regression_search, ("validation_loss",), f"{where} [regression.search"
        ),
        parse(RegressionExtras, extras[0], f"{where} [regression.extras]"),
        parse_config(ClassificationConfig, classification, f"{where} [classification]"),
        build_search(
            ClassificationConfig,
            classification,
            classification_search,
            ("validation_accuracy", "validation_loss"),
            f"{where} [classification.search",
        ),
        parse(ClassificationExtras, extras[1], f"{where} [classification.extras]"),
        parse_config(
            ClassificationConfig, overlay(classification, improved, where), f"{where} [classification.improved]"
        ),
        scale,
    )


def take(table, key, where, name):
    """Remove and return the sub-table `key`; raises UserError where it is missing."""
    if not isinstance(table.get(key), dict):
        raise UserError(f"{where}: the table [{name}.{key}] is missing")
    return table.pop(key)


def parse_config(cls, mapping, where):
    """A configuration whose own rules are reported with the place they were broken in."""
    try:
        return parse(cls, mapping, where)
    except UserError as error:
        raise UserError(str(error) if str(error).startswith(where) else f"{where}: {error}") from None


def build_search(cls, task_settings, table, objectives, where):
    """The Search of a task: every value of the grid is checked as the setting that it is a value of."""

    @dataclasses.dataclass(frozen=True)
    class Table:
        objective: str = limited(choices=objectives)
        settings: dict
        grid: dict

    table = parse(Table, table, f"{where}]")
    shared = overlay(task_settings, table.settings, where)
    base = parse_config(cls, shared, f"{where}.settings]")
    grid = {name: grid_values(cls, shared, name, values, f"{where}.grid]") for name, values in table.grid.items()}
    if not grid:
        raise UserError(f"{where}.grid]: the grid is empty; give at least one hyperparameter a list of values")
    return Search(table.objective, base, grid)


def grid_values(cls, shared, name, values, where):
    """The values of one hyperparameter, checked: a list without duplicates, each valid as that setting."""
    if not isinstance(values, list) or not values:
        raise UserError(f"{where}: {name} must be a list of at least one value, got {values!r}")
    if any(isinstance(value, (list, dict)) for value in values):
        raise UserError(f"{where}: {name} must list single values, got {values!r}")
    if len({type(value) for value in values}) > 1:
        raise UserError(
            f"{where}: {name} mixes types; write them all alike, e.g. {[float(v) if not isinstance(v, str) else v for v in values]}"
        )
    if len(set(values)) < len(values):
        raise UserError(f"{where}: {name} lists a value twice: {values!r}")
    return [getattr(parse_config(cls, shared | {name: value}, where), name) for value in values]
