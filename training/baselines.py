"""Models other than neural networks, fitted on the same folds: what a network has to beat."""

import dataclasses
import math
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from training.datasets import Dataset, Folds
from training.members import Member, inputs_of, predicted, r_squared
from training.scaling import Scaling, scaling_of

DEGREES = range(1, 16)
MOST_TERMS = 200  # of a polynomial
MOST_POINTS = 1000  # that a Gaussian process is fitted to: twelve seconds on one core
MOST_SCALES = 10  # inputs, up to which each has a length scale of its own
BATCH = 5000  # inputs that a Gaussian process predicts at a time
Function = Callable[[np.ndarray], np.ndarray]  # inputs (n, columns) -> (n,)


@dataclasses.dataclass(frozen=True)
class Baseline:
    """The recorded configuration of a baseline: its name, the number of folds and how columns are scaled."""

    model: str
    folds: int
    standardize: str


class Fitted(NamedTuple):
    """A fitted model."""

    predict: Function
    deviation: Function | None  # standard deviation of the function without noise, if the model gives one
    parameters: int
    values: dict[str, float]  # what was fitted, by name


Model = Callable[[np.ndarray, np.ndarray], Fitted]  # training inputs (n, columns), targets (n,) -> fitted model


def fit_gaussian_process(x: np.ndarray, y: np.ndarray) -> Fitted:
    """A Gaussian process: squared-exponential kernel, with a length scale for each of a few inputs, plus noise.

    The hyperparameters maximise the marginal likelihood (Rasmussen and Williams 2006, ch. 5). It takes time in
    proportion to the cube of the points, so of many a random choice is fitted.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    if len(x) > MOST_POINTS:
        chosen = np.random.default_rng(0).choice(len(x), MOST_POINTS, replace=False)
        x, y = x[chosen], y[chosen]
    mean, columns = float(y.mean()), x.shape[1]
    scales = np.ones(columns) if 1 < columns <= MOST_SCALES else 1.0
    signal = ConstantKernel(float(y.var()), (1e-4, 1e6)) * RBF(scales, (1e-2, 1e3))
    kernel = signal + WhiteKernel(0.1, (1e-8, 1e4))
    model = GaussianProcessRegressor(kernel, n_restarts_optimizer=3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a hyperparameter may end at its bound
        model.fit(x, y - mean)
    signal, noise = model.kernel_.k1, model.kernel_.k2.noise_level

    def predict(at: np.ndarray) -> np.ndarray:
        parts = np.array_split(at, max(1, -(-len(at) // BATCH)))
        return np.concatenate([model.predict(part) for part in parts]) + mean

    def deviation(at: np.ndarray) -> np.ndarray:
        return np.sqrt(np.maximum(model.predict(at, return_std=True)[1] ** 2 - noise, 0))

    values = {"noise_variance": float(noise), "signal_variance": float(signal.k1.constant_value)}
    lengths = np.atleast_1d(signal.k2.length_scale).tolist()
    names = (
        [f"length_scale_{number}" for number in range(1, len(lengths) + 1)]
        if len(lengths) > 1
        else ["length_scale" if columns == 1 else "common_length_scale"]
    )
    values |= dict(zip(names, lengths, strict=True))
    return Fitted(predict, deviation, len(values), values | {"fitted_points": len(x)})


def fit_polynomial(x: np.ndarray, y: np.ndarray) -> Fitted:
    """A polynomial by least squares; five-fold cross-validation on these points chooses its degree.

    Of several inputs it has all products, so that few degrees have no more terms than is reasonable.
    """
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures

    columns = x.shape[1]
    terms = {degree: math.comb(columns + degree, degree) for degree in DEGREES}
    degrees = [degree for degree, count in terms.items() if count <= MOST_TERMS]
    pipeline = make_pipeline(MinMaxScaler((-1, 1)), PolynomialFeatures(), LinearRegression())
    search = GridSearchCV(
        pipeline, {"polynomialfeatures__degree": degrees}, scoring="neg_mean_squared_error", cv=min(5, len(x))
    )
    order = np.random.default_rng(0).permutation(len(x))  # since GridSearchCV makes folds of consecutive points
    search.fit(x[order], y[order])
    degree = search.best_params_["polynomialfeatures__degree"]
    return Fitted(search.predict, None, terms[degree], {"degree": degree})


def fit_constant(_x: np.ndarray, y: np.ndarray) -> Fitted:
    """The mean of the targets."""
    mean = float(y.mean())
    return Fitted(lambda at: np.full(len(at), mean), None, 1, {})


BASELINES: dict[str, Model] = {
    "gaussian_process": fit_gaussian_process,
    "polynomial": fit_polynomial,
    "constant": fit_constant,
}


def fit_members(fit: Model, folds: Folds, dataset: Dataset, standardize: str) -> list[Member]:
    """Fit one model per fold; returns what training.members.record_members takes."""
    return [
        describe_member(fit, dataset, fold, *indices, scaling_of(standardize, dataset, indices[0]))
        for fold, indices in enumerate(folds, 1)
    ]


def describe_member(
    fit: Model, dataset: Dataset, fold: int, train: np.ndarray, validation: np.ndarray, scaling: Scaling
) -> Member:
    """Fit the model of one fold in float64 and evaluate it; returns what is recorded of it."""
    y_train, y_test = (y[:, 0].astype(np.float64) for y in (dataset.y_train, dataset.y_test))
    started = time.perf_counter()
    fitted = fit(scaling.inputs(dataset.x_train[train]), scaling.targets(y_train[train]))
    seconds = time.perf_counter() - started

    def predict(x: np.ndarray) -> np.ndarray:
        # What is stored as float32 is judged as it is stored.
        values = fitted.predict(scaling.inputs(x))
        return scaling.predictions(values if scaling.standardises else values.astype(np.float32))

    member = predicted(predict, dataset, train)
    errors = (member["train_predictions"] - y_train) ** 2
    row: dict[str, Any] = {"fold": fold, "train_points": len(train), "validation_points": len(validation)}
    losses = {"train_loss": float(errors[train].mean()), "validation_loss": float(errors[validation].mean())}
    losses["test_loss"] = float(((member["test_predictions"] - y_test) ** 2).mean())
    row |= losses | r_squared(losses, dataset, train, validation) | {"seconds": round(seconds, 3)}
    member |= {"fold": fold, "history": [], "validation": validation, "parameters": fitted.parameters}
    if fitted.deviation:
        at = {name: x for name, x in inputs_of(dataset).items() if name != "train"}
        member |= {f"{name}_sd": scaling.deviations(fitted.deviation(scaling.inputs(x))) for name, x in at.items()}
    values = {name: value * units(name, scaling) for name, value in fitted.values.items()}
    return member | {"scaling": scaling, "row": row | values}


def units(name: str, scaling: Scaling) -> float:
    """What a fitted value of that name is multiplied by to be in the data's units."""
    if name.endswith("variance"):
        return scaling.unit
    return float(scaling.x_sd[column_of(name)]) if name.startswith("length_scale") else 1


def column_of(name: str) -> int:
    """The column of inputs that a length scale belongs to: 0 of length_scale and of length_scale_1, and so on."""
    number = name.removeprefix("length_scale").removeprefix("_")
    return int(number) - 1 if number else 0
