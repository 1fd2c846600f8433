"""What the figures about splits and initialisers are drawn of: results and findings in, figures out."""

from reporting.figures.initialisation import plot_bends, plot_fits
from reporting.figures.splits import plot_splits
from reporting.formatting import format_decimals

SPLIT_NAMES = {"file_order": "file order", "shuffled": "shuffled", "blocks": "blocks along $x$"}
INITIALIZER_NAMES = {
    "fan_in_uniform": "fan-in uniform",
    "glorot_uniform": "Glorot uniform",
    "he_normal": "He normal",
    "lecun_normal": "LeCun normal",
}


def splits_figure(found):
    """Where the folds of each split lie, and its scores."""
    splits = found.splits
    columns = {
        "validation MSE": [format_decimals(split.validation_loss) for split in splits],
        "$R^2$": ["" if split.r_squared is None else format_decimals(split.r_squared, 2) for split in splits],
    }
    folds = [[(fold.points, fold.others) for fold in split.held_out] for split in splits]
    return plot_splits([SPLIT_NAMES.get(split.name, split.name) for split in splits], folds, columns)


def bends_figure(found):
    """Where the first layer's units bend under both initialisers, within the range of the training points."""
    item = found.initialisation
    rows = {}
    for variation, bends in ((item.tuned, item.tuned_bends), (item.other, item.other_bends)):
        name = INITIALIZER_NAMES.get(variation.initializer, variation.initializer)
        rows |= {f"{name},\nbefore": bends.before, f"{name},\nafter": bends.after}
    return plot_bends(rows, found.train_x)


def fits_figure(results, gaps):
    """The tuned networks and those under the other initialiser."""
    data = results.tuned.predictions
    variants = [results.tuned, *results.extras["initialisation"].cases.values()]
    names = [
        INITIALIZER_NAMES.get(variant.run.config["initializer"], variant.run.config["initializer"])
        for variant in variants
    ]
    curves = [variant.predictions["curve_predictions"] for variant in variants]
    return plot_fits(data["x_curve"], dict(zip(names, curves, strict=True)), data["x_train"], data["y_train"], gaps)
