"""Models other than neural networks, fitted on the same folds: what a network has to beat."""

import dataclasses
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from training.datasets import Dataset, Folds
from training.regression import Member, curve_inputs

DEGREES = range(1, 16)
Function = Callable[[np.ndarray], np.ndarray]  # inputs (n, 1) -> (n,)


@dataclasses.dataclass(frozen=True)
class Baseline:
    """The recorded configuration of a baseline: its name and the number of folds. It has no settings."""

    model: str
    folds: int


class Fitted(NamedTuple):
    """A fitted model."""

    predict: Function
    deviation: Function | None  # standard deviation of the function without noise, if the model gives one
    parameters: int
    values: dict[str, float]  # what was fitted, by name


Model = Callable[[np.ndarray, np.ndarray], Fitted]  # training inputs (n, 1), targets (n,) -> fitted model


def fit_gaussian_process(x: np.ndarray, y: np.ndarray) -> Fitted:
    """A Gaussian process: squared-exponential kernel plus noise.

    The hyperparameters maximise the marginal likelihood (Rasmussen and Williams 2006, ch. 5).
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    mean = float(y.mean())
    signal = ConstantKernel(float(y.var()), (1e-4, 1e6)) * RBF(1.0, (1e-2, 1e3))
    kernel = signal + WhiteKernel(0.1, (1e-8, 1e4))
    model = GaussianProcessRegressor(kernel, n_restarts_optimizer=3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a hyperparameter may end at its bound
        model.fit(x, y - mean)
    signal, noise = model.kernel_.k1, model.kernel_.k2.noise_level

    def deviation(at: np.ndarray) -> np.ndarray:
        return np.sqrt(np.maximum(model.predict(at, return_std=True)[1] ** 2 - noise, 0))

    values = {"noise_variance": float(noise), "signal_variance": float(signal.k1.constant_value)}
    values["length_scale"] = float(signal.k2.length_scale)
    return Fitted(lambda at: model.predict(at) + mean, deviation, len(values), values)


def fit_polynomial(x: np.ndarray, y: np.ndarray) -> Fitted:
    """A polynomial by least squares; five-fold cross-validation on these points chooses its degree."""
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures

    pipeline = make_pipeline(MinMaxScaler((-1, 1)), PolynomialFeatures(), LinearRegression())
    degrees = {"polynomialfeatures__degree": list(DEGREES)}
    search = GridSearchCV(pipeline, degrees, scoring="neg_mean_squared_error", cv=min(5, len(x)))
    order = np.random.default_rng(0).permutation(len(x))  # since GridSearchCV makes folds of consecutive points
    search.fit(x[order], y[order])
    degree = search.best_params_["polynomialfeatures__degree"]
    return Fitted(search.predict, None, degree + 1, {"degree": degree})


def fit_constant(_x: np.ndarray, y: np.ndarray) -> Fitted:
    """The mean of the targets."""
    mean = float(y.mean())
    return Fitted(lambda at: np.full(len(at), mean), None, 1, {})


BASELINES: dict[str, Model] = {
    "gaussian_process": fit_gaussian_process,
    "polynomial": fit_polynomial,
    "constant": fit_constant,
}


def fit_members(fit: Model, folds: Folds, dataset: Dataset) -> list[Member]:
    """Fit one model per fold; returns what training.regression.record_members takes."""
    return [describe_member(fit, dataset, fold, train, validation) for fold, (train, validation) in enumerate(folds, 1)]


def describe_member(fit: Model, dataset: Dataset, fold: int, train: np.ndarray, validation: np.ndarray) -> Member:
    """Fit the model of one fold in float64 and evaluate it; returns what is recorded of it."""
    inputs = {"train": dataset.x_train, "test": dataset.x_test, "curve": curve_inputs(dataset)}
    inputs = {name: np.asarray(x, np.float64) for name, x in inputs.items()}
    y_train, y_test = (y[:, 0].astype(np.float64) for y in (dataset.y_train, dataset.y_test))
    started = time.perf_counter()
    fitted = fit(inputs["train"][train], y_train[train])
    seconds = time.perf_counter() - started
    # The predictions are stored as float32; the recorded errors are those of the stored values.
    predicted = {name: fitted.predict(x).astype(np.float32) for name, x in inputs.items()}
    errors = (predicted["train"] - y_train) ** 2
    row: dict[str, Any] = {"fold": fold, "train_points": len(train), "validation_points": len(validation)}
    row |= {"train_loss": float(errors[train].mean()), "validation_loss": float(errors[validation].mean())}
    row |= {"test_loss": float(((predicted["test"] - y_test) ** 2).mean()), "seconds": round(seconds, 3)}
    member: Member = {"fold": fold, "history": [], "validation": validation, "parameters": fitted.parameters}
    member |= {f"{name}_predictions": values for name, values in predicted.items()}
    if fitted.deviation:
        member |= {f"{name}_sd": fitted.deviation(inputs[name]) for name in ("test", "curve")}
    return member | {"row": row | fitted.values}
