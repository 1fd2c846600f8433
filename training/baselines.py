"""Models that are no networks, fitted on the networks' folds: what any network must beat."""

import dataclasses
import time
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures

from training.train_regression import curve_inputs

DEGREES = range(1, 16)


@dataclasses.dataclass(frozen=True)
class Baseline:
    """What identifies a baseline's run: there is nothing to set."""

    model: str
    folds: int


def fit_gaussian_process(x, y):
    """Squared-exponential kernel plus noise, hyperparameters by maximum likelihood (Rasmussen and Williams 2006, ch. 5).

    Returns its predictions and their standard deviations (of the function, without noise) as functions of x, and what was fitted.
    """
    mean = float(y.mean())
    kernel = ConstantKernel(float(y.var()), (1e-4, 1e6)) * RBF(1.0, (1e-2, 1e3)) + WhiteKernel(0.1, (1e-8, 1e4))
    model = GaussianProcessRegressor(kernel, n_restarts_optimizer=3, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a hyperparameter at its bound is a result as well
        model.fit(x, y - mean)
    signal, noise = model.kernel_.k1, model.kernel_.k2.noise_level

    def deviation(at):
        return np.sqrt(np.maximum(model.predict(at, return_std=True)[1] ** 2 - noise, 0))

    fitted = {"noise_variance": float(noise), "signal_variance": float(signal.k1.constant_value)}
    fitted["length_scale"] = float(signal.k2.length_scale)
    return lambda at: model.predict(at) + mean, deviation, fitted | {"parameters": 3}


def fit_polynomial(x, y):
    """Least squares; the degree with the lowest squared error in five-fold cross-validation of these points."""
    pipeline = make_pipeline(MinMaxScaler((-1, 1)), PolynomialFeatures(), LinearRegression())
    search = GridSearchCV(
        pipeline, {"polynomialfeatures__degree": list(DEGREES)}, scoring="neg_mean_squared_error", cv=min(5, len(x))
    )
    order = np.random.default_rng(0).permutation(len(x))  # GridSearchCV's folds are consecutive points
    search.fit(x[order], y[order])
    degree = search.best_params_["polynomialfeatures__degree"]
    return search.predict, None, {"degree": degree, "parameters": degree + 1}


def fit_constant(_x, y):
    """The mean."""
    mean = float(y.mean())
    return lambda at: np.full(len(at), mean), None, {"parameters": 1}


BASELINES = {"gaussian_process": fit_gaussian_process, "polynomial": fit_polynomial, "constant": fit_constant}


def fit_members(fit, folds, split):
    """One model for each (train, validation) of `folds`: the mappings that train_regression.record_members takes."""
    return [describe_member(fit, split, fold, train, validation) for fold, (train, validation) in enumerate(folds, 1)]


def describe_member(fit, split, fold, train, validation):
    """Fit one fold's model in float64, evaluate it, and return what is recorded of it."""
    x_train, x_test, curve = (np.asarray(x, np.float64) for x in (split.x_train, split.x_test, curve_inputs(split)))
    y_train, y_test = (y[:, 0].astype(np.float64) for y in (split.y_train, split.y_test))
    started = time.perf_counter()
    predict, deviation, fitted = fit(x_train[train], y_train[train])
    seconds = time.perf_counter() - started
    # float32 is what is stored, so the errors are those of the stored predictions
    predicted = {
        name: predict(x).astype(np.float32) for name, x in (("train", x_train), ("test", x_test), ("curve", curve))
    }
    errors = (predicted["train"] - y_train) ** 2
    row = {"fold": fold, "train_points": len(train), "validation_points": len(validation)}
    row |= {"train_loss": float(errors[train].mean()), "validation_loss": float(errors[validation].mean())}
    row |= {"test_loss": float(((predicted["test"] - y_test) ** 2).mean()), "seconds": round(seconds, 3)}
    member = {"fold": fold, "history": [], "validation": validation, "parameters": fitted["parameters"]}
    member |= {f"{name}_predictions": values for name, values in predicted.items()}
    if deviation:
        member |= {"test_sd": deviation(x_test), "curve_sd": deviation(curve)}
    return member | {"row": row | {name: value for name, value in fitted.items() if name != "parameters"}}
