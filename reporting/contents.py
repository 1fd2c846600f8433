"""The report's table of contents in code: every heading, equation, figure and table, in order, and what each is made of."""

import dataclasses
import functools
from collections import namedtuple

import numpy as np
from markupsafe import Markup

from reporting.calibration import BINS
from reporting.classification_figures import (
    calibration_panels,
    confusion_figure,
    double_softmax_figures,
    ladder_figure,
    mistake_figures,
)
from reporting.drawing import Panels
from reporting.figures import layer_name
from reporting.figures.activations import plot_activations
from reporting.figures.grid import plot_grid
from reporting.figures.images import plot_feature_maps, plot_filter_bank, plot_filters, plot_receptive_fields
from reporting.figures.regression import plot_fit, plot_scatter
from reporting.figures.training_curves import plot_training_curves
from reporting.figures.weights import plot_weights
from reporting.findings import classification_findings, regression_findings
from reporting.findings.calibration import KEPT, WANTED
from reporting.findings.ensemble import stacked
from reporting.findings.layers import DEAD_RANGE, NORMAL_DISTANCE, NORMAL_MOMENTS
from reporting.findings.limits import limits_findings
from reporting.findings.mistakes import CERTAIN
from reporting.formatting import FILTERS, format_decimals
from reporting.metrics import NORMAL_QUANTILE
from reporting.provenance import origins
from reporting.regression_figures import INITIALIZER_NAMES, bends_figure, fits_figure, splits_figure
from reporting.render import (
    TEMPLATES,
    Numbered,
    build_environment,
    labelled,
    render_html,
    script_digest,
    svg_of_equation,
)
from reporting.results import (
    CLASS_NAMES,
    load_classification_results,
    load_published_results,
    load_reference_report,
    load_regression_results,
)
from reporting.stages import different, recorded_runs, stages, switched_off

Heading = namedtuple("Heading", "number text level")

OUTLINE = {
    "regression": Heading("1", "Regression Task", 2),
    "regression-introduction": Heading("1.1", "Introduction", 3),
    "regression-solutions": Heading("1.2", "Solutions", 3),
    "regression-analysis": Heading("1.3", "Analysis", 3),
    "classification": Heading("2", "Classification Task", 2),
    "classification-introduction": Heading("2.1", "Introduction", 3),
    "classification-solutions": Heading("2.2", "Solutions", 3),
    "classification-analysis": Heading("2.3", "Analysis", 3),
    "conclusions": Heading("3", "Conclusions and Limits", 2),
    "provenance": Heading("A", "Provenance", 2),
    "combinations": Heading("B", "All Combinations", 2),
}

EQUATIONS = {  # name: (formula in TeX's notation, the same in words)
    "goal": (
        r"f:\ \mathbb{R}\rightarrow\mathbb{R},\qquad x\mapsto y=f(x),\qquad \mathrm{network}(x)\approx f(x)",
        "f maps the real numbers to the real numbers, x to y = f(x); network(x) is approximately f(x)",
    ),
    "noise": (r"\hat{y}=f(x)+\mathrm{noise}", "y hat equals f(x) plus noise"),
    "mse": (
        r"\mathrm{MSE}=\dfrac{1}{N}\,\sum_{i=1}^{N}\,\left(\mathrm{network}(x_i)-\hat{y}_i\right)^2",
        "MSE is the mean over the N points of the squared difference between network(x_i) and y_i hat",
    ),
    "decay": (
        r"g=\nabla_{\!w}\,\mathrm{loss}+\lambda\,w,\qquad \mathrm{the\ gradient\ of}\quad \mathrm{loss}+\dfrac{\lambda}{2}\,\Vert w\Vert^2",
        "g is the gradient of the loss plus lambda times w, which is the gradient of the loss plus lambda halves times w squared",
    ),
    "cross_entropy": (
        r"L=-\dfrac{1}{N}\,\sum_{i=1}^{N}\,\log p_i(c_i),\qquad p_i(k)=\dfrac{\exp z_i(k)}{\sum_{j=0}^{9}\,\exp z_i(j)}",
        "L is minus the mean over the N images of log p_i(c_i), the right class; p_i is the softmax of the outputs z_i",
    ),
    "double_softmax": (
        r"L_2=-\dfrac{1}{N}\,\sum_{i=1}^{N}\,\log\,\dfrac{\exp p_i(c_i)}{\sum_{j=0}^{9}\,\exp p_i(j)}",
        "L_2 is the cross-entropy of the softmax of the probabilities p_i, which are themselves a softmax",
    ),
}

TABLES = (
    "regression_losses",
    "regression_coverage",
    "regression_baselines",
    "regression_report",
    "regression_layers",
    "regression_units",
    "regression_variations",
    "classification_configurations",
    "classification_results",
    "classification_classes",
    "classification_calibration",
    "classification_layers",
    "classification_units",
    "classification_fields",
    "runs",
    "origins",
    "regression_trials",
    "classification_trials",
)

FIELD_NAMES = {
    "back_projection": "back-projection",
    "gradient": "gradient",
    "activation_maximisation": "maximised activation",
}


def report_document(identity, runs):
    """The whole report as one HTML document. Raises UserError (ArtifactError, RenderError, FormattingError) if it cannot be made."""
    regression, classification = load_regression_results(runs), load_classification_results(runs)
    found = {"regression": regression_findings(regression), "classification": classification_findings(classification)}
    figures = regression_figures(regression, found["regression"]) | classification_figures(
        classification, found["classification"]
    )
    numbered = {
        "figures": Numbered("figure", figures),
        "tables": Numbered("table", tables(found)),
        "equations": Numbered("equation", EQUATIONS),
    }
    headings, drawings = (
        Numbered("heading", OUTLINE),
        Numbered("drawing", [(name, k) for name, panels in figures.items() for k in range(len(panels))]),
    )
    context = (
        numbered
        | origin(recorded_runs(regression, classification))
        | {
            "identity": identity,
            "outline": OUTLINE,
            "place_heading": headings.place,
            "regression": regression,
            "classification": classification,
            "regression_findings": found["regression"],
            "classification_findings": found["classification"],
            "report": load_reference_report(),
            "published": load_published_results(),
            "class_names": CLASS_NAMES,
            "normal_quantile": NORMAL_QUANTILE,
            "normal_limits": {"moments": NORMAL_MOMENTS, "distance": NORMAL_DISTANCE},
            "limits": limits_findings(regression, classification),
            "stages": stages(regression, classification),
            "origins": origins(figures, tables(found), switched_off(regression, classification)),
            "field_names": FIELD_NAMES,
            "confidence_limits": {"bins": BINS, "kept": KEPT, "wanted": WANTED, "certain": CERTAIN},
            "initializers": INITIALIZER_NAMES,
            "draw": functools.partial(draw, Panels(figures), drawings),
            "draw_equation": lambda name: svg_of_equation(*EQUATIONS[name]),
            "style": template_text,
            "script": template_text("report.js"),
            "script_digest": script_digest(template_text("report.js")),
        }
    )
    document = render_html(
        build_environment(TEMPLATES, FILTERS | {"layer_name": layer_name}), "report.html.j2", context
    )
    for names in (headings, drawings, *numbered.values()):
        names.check()
    return document


def origin(runs):
    """What the recorded runs come from: machines, versions, commits and data, each once."""
    return {
        "machines": different(dataclasses.replace(run.machine, precision="", threads=0) for run in runs),
        "version_sets": different(run.versions for run in runs),
        "commits": different(run.commit for run in runs),
        "data_sets": different(run.data for run in runs),
        "quick": any(run.scale == "quick" for run in runs),
        "newest": max(run.finished_at for run in runs),
    }


def tables(found):
    """The names of the tables that this report has; `found` are the findings of both tasks."""
    regression = found["regression"]
    left_out = {
        "regression_baselines": regression.baselines is None,
        "regression_variations": regression.initialisation is None and regression.smaller is None,
    }
    return [name for name in TABLES if not left_out.get(name)]


def template_text(name):
    """A file of the templates as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def regression_figures(results, found):
    """Figure name -> what draws its panels, in the order of the report."""
    data, gaps = results.tuned.predictions, [(gap.start, gap.end) for gap in found.gaps]
    points = [data[name] for name in ("x_train", "y_train", "x_test", "y_test")]
    kernels = weights_by_layer(results.tuned)
    floor = found.noise.train and found.noise.train.value
    figures = {
        "regression_data": [lambda: plot_scatter(*points, gaps)],
        "regression_splits": [lambda: splits_figure(found.splits)],
        "regression_grid": [lambda: grid_figure(results.search, found.search, "validation MSE")],
        "regression_training": [
            functools.partial(loss_curves, variant, "MSE", floor) for variant in (results.reference, results.tuned)
        ],
        "regression_fit": [
            lambda: plot_fit(
                data["x_curve"], stacked(results.tuned, results.extras["seeds"], "curve_predictions"), *points, gaps
            )
        ],
        "regression_weights": [lambda: plot_weights(*kernels)],
        **{
            f"regression_{layer}": [functools.partial(activations_figure, results.tuned, layer, "x")]
            for layer in results.tuned.hidden_layers
        },
        "regression_initialisation": [lambda: bends_figure(found), lambda: fits_figure(results, gaps)],
    }
    left_out = {"regression_splits": found.splits is None, "regression_initialisation": found.initialisation is None}
    return {name: panels for name, panels in figures.items() if not left_out.get(name)}


def classification_figures(results, found):
    """Figure name -> what draws its panels, in the order of the report."""
    tuned, features, fields = results.tuned, results.tuned.features, results.tuned.receptive_fields
    kernels = weights_by_layer(tuned)
    return {
        "classification_grid": [lambda: grid_figure(results.search, found.search, "validation accuracy")],
        "classification_training": [
            lambda: loss_curves(tuned, cross_entropy_of(tuned)),
            lambda: plot_training_curves(
                tuned.curves("train_accuracy"), tuned.curves("validation_accuracy"), "accuracy"
            ),
        ],
        **double_softmax_figures(results, found.decoder, lambda: loss_curves(results.reference, "cross-entropy")),
        "classification_ladder": [lambda: ladder_figure(found.rungs, found.ablation)],
        "classification_confusion": [lambda: confusion_figure(found.matrix, found.classes)],
        **mistake_figures(found),
        "classification_calibration": calibration_panels(found.calibrations),
        "classification_weights": [lambda: plot_weights(*kernels)],
        "classification_dense_1": [lambda: activations_figure(tuned, "dense_1", "label")],
        "classification_fields": [lambda: plot_receptive_fields(field_rows(fields), CLASS_NAMES)],
        "classification_filters": [lambda: plot_filters(features["conv_1/filters"])],
        "classification_filter_bank": [lambda: plot_filter_bank(features["conv_2/filters"])],
        "classification_maps": [lambda: plot_feature_maps(features["image"], features["conv_1/maps"])],
        "classification_deeper_maps": [lambda: plot_feature_maps(features["image"], features["conv_2/maps"])],
    }


def draw(panels, drawings, name, alternative, panel=0):
    """The SVG of one panel of a figure with its alternative text, noting that it stands here."""
    drawings.place((name, panel))
    return labelled(panels.svg(name, panel), alternative)


def weights_by_layer(variant):
    """Two mappings from layer to kernel: before and after training."""
    return [
        {layer: variant.weights[f"{state}/{layer}/kernel"] for layer in variant.layers}
        for state in ("initial", "trained")
    ]


def cross_entropy_of(variant):
    """What the losses in a classifier's history are."""
    return "cross-entropy, twice softmax" if variant.run.config.get("loss") == "double_softmax" else "cross-entropy"


def loss_curves(variant, quantity, floor=None):
    """Training and validation loss by epoch, above the `floor` that noise puts under them."""
    curves = variant.curves("train_loss"), variant.curves("validation_loss")
    return plot_training_curves(*curves, quantity, logarithmic=quantity == "MSE", floor=floor)


def grid_figure(search, found, label):
    """All combinations of a search, best first, and the mean score for each pair of hyperparameters; `found` are its findings."""
    ranked = found.ranked
    errors = None if found.folds > 1 or ranked[0].error is None else np.array([item.error or np.nan for item in ranked])
    return plot_grid(
        np.array([item.scores for item in ranked]),
        errors,
        search.space["grid"],
        [item.values for item in ranked],
        label,
        [item.tied for item in ranked],
        found.pair_scores,
        reference=found.reference_rank and found.reference_rank - 1,
        cheapest=None if found.cheapest is None or found.winner_is_cheapest else found.cheapest.rank - 1,
        larger_is_better=found.larger_is_better,
    )


def activations_figure(variant, layer, kind):
    """Stem plots of a layer for the chosen inputs: values of x, or images named by their class."""
    arrays = variant.activations
    dead = arrays[f"{layer}/maximum"] - arrays[f"{layer}/minimum"] <= DEAD_RANGE
    if kind == "x":
        names = [f"$x$ = {format_decimals(float(x), 2)}" for x in arrays["x_probe"]]
    else:
        names = [f"{CLASS_NAMES[label]} (label {label})" for label in arrays["probe_label"]]
    return plot_activations(arrays[f"{layer}/probe"], names, dead)


def field_rows(fields):
    """Rows of receptive fields: label, images (classes, 28, 28), whether they have a sign, notes; each method above its control.

    Below the images that activation maximisation finds stands the probability of its class that each one reaches.
    """
    rows = [("class\nmean", fields["class_mean"], False, None)]
    for method, name in FIELD_NAMES.items():
        for state, label in (("", name.replace("-", "-\n").replace(" ", "\n")), ("untrained_", "untrained")):
            maximised = method == "activation_maximisation"
            notes = [format_decimals(float(p), 2) for p in fields[f"{state}reached_probability"]] if maximised else None
            rows.append((label, fields[f"{state}{method}"], not maximised, notes))
    return rows
