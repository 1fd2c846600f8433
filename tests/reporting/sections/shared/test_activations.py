"""Activations drawn, read back through their artists."""

import dataclasses

import numpy as np

from reporting.results import load_all_results
from reporting.sections.shared.activations import input_names, plot_activations
from tests.invented import write_runs
from tests.reporting.drawn import saved


def test_inputs_are_named_by_x_or_by_class(tmp_path):
    results = load_all_results(write_runs(tmp_path))
    regression, classification = (results[task].tuned for task in ("regression", "classification"))
    assert input_names(regression) == [f"$x$ = {x:.2f}".replace("-", "−") for x in regression.activations["x_probe"]]
    some = dataclasses.replace(classification, activations={"probe_label": np.array([0, 9])})
    assert input_names(some) == ["T-shirt (label 0)", "Boot (label 9)"]


def test_activation_stems_reach_the_activations():
    probe = np.array([[0.0, 1.0, 2.0], [3.0, 0.0, 0.0]])
    figure = plot_activations(probe, ["first", "second"], dead=np.array([True, False, False]))
    stems = [axes.get_lines()[0].get_ydata() for axes in figure.axes]
    assert [list(stem[1::3]) for stem in stems] == probe.tolist()
    assert figure.axes[0].get_lines()[2].get_xdata()[::3].tolist() == [1]
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()
    assert "constant over all inputs" in saved(figure)


def test_activations_without_dead_units_have_no_legend():
    figure = plot_activations(np.ones((1, 5)), ["one"], dead=np.zeros(5, dtype=bool))
    assert not figure.legends
    saved(figure)
