"""Filters, feature maps and receptive fields: many small images drawn as one picture with hairlines between them."""

import math

import numpy as np

from reporting.figures import FULL, new_figure, styled

WHITE_TO_BLACK = "gray_r"  # ink on paper: 0 is white


@styled
def plot_filters(filters, columns=16):
    """Filters (n, k, k) on one grey scale, 0 in the middle."""
    rows = math.ceil(len(filters) / columns)
    tile = (FULL - 20) / columns
    figure = new_figure(FULL, rows * tile + 6)
    axes = figure.subplots()
    weight_bar(figure, axes, draw_tiles(axes, filters, columns, **grey_scale(filters)), aspect=14)
    return figure


@styled
def plot_filter_bank(filters):
    """Filters of a deeper layer (filters, inputs, k, k) on one grey scale: a column a filter, a row an input channel.

    The scale ends where all but two in a thousand weights lie within, or the few largest would leave the rest grey.
    """
    count, inputs, *size = filters.shape
    tile = (FULL - 26) / count
    figure = new_figure(FULL, inputs * tile + 12)
    axes = figure.subplots()
    tiles = filters.transpose(1, 0, 2, 3).reshape(-1, *size)
    image = draw_tiles(axes, tiles, count, line=0.5, **grey_scale(filters, 0.998))
    label_tiles(axes, size, count, inputs)
    axes.set(xlabel="filter", ylabel="input channel")
    weight_bar(figure, axes, image, aspect=50, extend="both")
    return figure


@styled
def plot_feature_maps(image, maps):
    """The input image (h, w) at the left and its feature maps (n, h, w), each on its own scale from 0 (white) to its maximum."""
    columns = min((12, 11, 10), key=lambda number: -len(maps) % number)  # leaves the fewest places empty
    figure = new_figure(FULL, max(math.ceil(len(maps) / columns) * (FULL - 28) / columns + 3, 28))
    left, right = figure.subplots(1, 2, width_ratios=(22, FULL - 24))
    draw_tiles(left, image[None], 1, color="C4", cmap=WHITE_TO_BLACK)
    left.set_xlabel("input")
    left.set_anchor("N")
    right.set_anchor("N")
    largest = np.maximum(maps.max(axis=(1, 2), keepdims=True), np.finfo(np.float32).tiny)
    draw_tiles(right, maps / largest, columns, color="C4", cmap=WHITE_TO_BLACK, vmin=0, vmax=1)
    return figure


@styled
def plot_receptive_fields(rows, class_names):
    """A row of images a method, a column a class: `rows` are (name, images (classes, h, w), signed, notes below them or None).

    Signed images are drawn with 0 in the middle of the grey scale, each up to its own largest value; others from white (0)
    to black (1).
    """
    tile = (FULL - 25) / len(class_names)
    noted = sum(notes is not None for *_, notes in rows)
    figure = new_figure(FULL, len(rows) * (tile + 1.1) + 9 + 3.6 * noted)
    panels = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for axes, (name, images, signed, notes) in zip(panels, rows, strict=True):
        if signed:
            draw_tiles(axes, in_units_of_largest(images), len(images), vmin=-1, vmax=1)
        else:
            draw_tiles(axes, images, len(images), color="C4", cmap=WHITE_TO_BLACK, vmin=0, vmax=1)
        axes.set_ylabel(name, rotation=0, ha="right", va="center")
        if notes is not None:
            name_columns(axes, images.shape[2], notes)
    name_columns(panels[0], rows[0][1].shape[2], class_names, top=True)
    return figure


def name_columns(axes, width, names, top=False):
    """A text below (or above) each image of a row."""
    axes.set_xticks((np.arange(len(names)) + 0.5) * width - 0.5, names)
    axes.tick_params(labeltop=top, labelbottom=not top, length=0, pad=2 if top else 1)


def in_units_of_largest(images):
    """Each image over its largest absolute value."""
    return images / np.maximum(np.abs(images).max(axis=(1, 2), keepdims=True), np.finfo(np.float32).tiny)


def grey_scale(filters, share=1.0):
    """The ends of a grey scale with 0 in the middle that holds this share of the weights."""
    bound = float(np.quantile(np.abs(filters), share)) or 1.0
    return {"vmin": -bound, "vmax": bound}


def mosaic(images, columns):
    """Images (n, h, w) side by side in rows of `columns`, as one array; nan where the last row has no image."""
    count, height, width = images.shape
    rows = math.ceil(count / columns)
    padded = np.full((rows * columns, height, width), np.nan)
    padded[:count] = images
    return padded.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)


def draw_tiles(axes, images, columns, color="white", line=0.9, **keywords):
    """Draw a mosaic with hairlines between the tiles, and around them unless they are white; returns the AxesImage."""
    height, width = images.shape[1:]
    drawn = axes.imshow(mosaic(images, columns), **keywords)
    right, bottom = (length - 0.5 for length in drawn.get_array().shape[::-1])
    inset = 0 if color == "white" else 1  # whether the outermost lines are drawn too
    axes.vlines(
        np.arange(1 - inset, (right + 0.5) / width + inset) * width - 0.5,
        -0.5,
        bottom,
        color=color,
        linewidth=line,
        clip_on=False,
    )
    axes.hlines(
        np.arange(1 - inset, (bottom + 0.5) / height + inset) * height - 0.5,
        -0.5,
        right,
        color=color,
        linewidth=line,
        clip_on=False,
    )
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return drawn


def label_tiles(axes, size, columns, rows):
    """Number every eighth column and row of tiles, from 1."""
    for axis, length, count in ((axes.xaxis, size[1], columns), (axes.yaxis, size[0], rows)):
        numbers = np.r_[1, np.arange(8, count + 1, 8)]
        axis.set_ticks((numbers - 0.5) * length - 0.5, numbers)
    axes.tick_params(length=0)


def weight_bar(figure, axes, image, **keywords):
    """A thin scale of the weights at the right."""
    bar = figure.colorbar(image, ax=axes, pad=0.01, fraction=0.03, **keywords)
    bound = image.get_clim()[1]
    bar.set_ticks([-bound, 0, bound], labels=[f"−{bound:.2f}", "0", f"{bound:.2f}"])
    bar.outline.set(edgecolor="C3", linewidth=0.4)
    bar.ax.tick_params(length=0)
