"""What the tuned networks learned of points with several inputs: there is no curve, but there are residuals."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from reporting.engine.canvas import CONFIGURATIONS, FULL, HALF, new_figure, styled
from reporting.engine.sections import Found
from reporting.results import Results
from reporting.sections.regression.columns import Columns, axis_label, columns_of, has_several_inputs
from reporting.sections.regression.coverage import members_of
from reporting.sections.regression.data import TEST, points
from reporting.stats.metrics import mean_squared_error

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = 4  # inputs whose partial dependence is drawn, the strongest first
HEIGHT = 46  # mm
FLAT = 0.05  # of the largest change, below which an input changes next to nothing


@dataclasses.dataclass(frozen=True)
class Dependence:
    """How the mean prediction changes with one input, averaged over all others."""

    name: str
    column: int
    change: float  # from its least to its largest value along the input
    rises: bool  # whether it is larger at the input's upper end than at its lower one


@dataclasses.dataclass(frozen=True)
class SeveralFindings:
    """What the networks of all folds and seeds, its members, come to together."""

    members: int
    columns: Columns
    loss: float  # test MSE of the mean of all members
    member_loss: float  # mean of the members' own test MSE
    r_squared: float | None  # of the mean; None if all test targets are the same
    spread: float  # rms of the residuals of the mean
    dependences: tuple[Dependence, ...]  # the strongest first

    @property
    def strongest(self) -> Dependence:
        return self.dependences[0]

    @property
    def flat(self) -> tuple[Dependence, ...]:
        """The inputs that change next to nothing."""
        return tuple(item for item in self.dependences if item.change <= FLAT * self.strongest.change)


def find(results: Results, found: Found) -> SeveralFindings | None:
    """What the tuned networks and those of the further seeds learned; None with one input."""
    if not has_several_inputs(results):
        return None
    y_test, members = results.tuned.predictions["y_test"].astype(float), members_of(results, "test_predictions")
    loss, variance = mean_squared_error(y_test, members.mean(axis=0)), float(np.var(y_test))
    return SeveralFindings(
        members=len(members),
        columns=columns_of(results),
        loss=loss,
        member_loss=float(np.mean((members - y_test) ** 2)),
        r_squared=1 - loss / variance if variance > 0 else None,
        spread=float(np.sqrt(loss)),
        dependences=dependences_of(members_of(results, "partial_predictions").mean(axis=0), columns_of(results)),
    )


def dependences_of(partial: np.ndarray, columns: Columns) -> tuple[Dependence, ...]:
    """A Dependence for each input from the partial dependences (columns, 41), the strongest first."""
    found = [
        Dependence(name, column, float(np.ptp(values)), bool(values[-1] > values[0]))
        for column, (name, values) in enumerate(zip(columns.inputs, partial, strict=True))
    ]
    return tuple(sorted(found, key=lambda item: -item.change))


def figures(results: Results, found: Found) -> dict[str, list]:
    return {
        "regression_residuals": [lambda: predicted_figure(results), lambda: residuals_figure(results)],
        "regression_partial": [lambda: partial_figure(results, found("several"))],
    }


def fit_of(results: Results) -> dict[str, Any]:
    """What `draw_predicted` draws: the test targets and the mean of all members' predictions."""
    return {
        "y_test": results.tuned.predictions["y_test"].astype(float),
        "predicted": members_of(results, "test_predictions").mean(axis=0),
        "name": columns_of(results).target,
    }


@styled
def predicted_figure(results: Results) -> Figure:
    """The mean prediction against the test targets."""
    figure = new_figure(HALF, HEIGHT)
    draw_predicted(figure.subplots(), **fit_of(results))
    return figure


def draw_predicted(axes: Axes, y_test: np.ndarray, predicted: np.ndarray, name: str) -> None:
    """Predictions against targets, and the line on which both are equal."""
    ends = np.array([min(y_test.min(), predicted.min()), max(y_test.max(), predicted.max())])
    axes.plot(ends, ends, color="C3", linewidth=0.8, label="both equal")
    points(axes, y_test, predicted, TEST, label="test points")
    axes.set(xlabel=f"{axis_label(name)}, measured", ylabel="predicted")
    axes.legend(loc="upper left")


@styled
def residuals_figure(results: Results) -> Figure:
    """What is measured less what is predicted, by what is predicted."""
    figure, fit = new_figure(HALF, HEIGHT), fit_of(results)
    axes, residuals = figure.subplots(), fit["y_test"] - fit["predicted"]
    axes.axhline(0, color="C3", linewidth=0.8)
    points(axes, fit["predicted"], residuals, TEST)
    axes.set(xlabel=f"{axis_label(fit['name'])}, predicted", ylabel="measured less predicted")
    return figure


@styled
def partial_figure(results: Results, found: SeveralFindings) -> Figure:
    """The partial dependence on each of the strongest inputs: every member (faint) and their mean."""
    shown = found.dependences[:SHOWN]
    figure, (color, _) = new_figure(FULL, HEIGHT), CONFIGURATIONS["tuned"]
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    grid, members = results.tuned.predictions["x_partial"], members_of(results, "partial_predictions")
    for axes, item in zip(panels, shown, strict=True):
        x, curves = grid[item.column].astype(float), members[:, item.column]
        axes.plot(x, curves.T, color=color, linewidth=0.4, alpha=0.35)
        axes.plot(x, curves.mean(axis=0), color=color, linewidth=1.4)
        axes.set_xlabel(axis_label(item.name))
        axes.locator_params(axis="x", nbins=4)
    panels[0].set_ylabel(f"mean {axis_label(found.columns.target)}")
    return figure
