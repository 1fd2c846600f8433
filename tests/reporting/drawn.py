"""Figures read back: as saved, and through their artists."""

import io

import numpy as np

from reporting.engine.canvas import style


def saved(figure):
    """The figure's SVG, as the report saves it; fails on the warnings that drawing gives."""
    content = io.BytesIO()
    with style():
        figure.savefig(content, format="svg", metadata={"Date": None})
    return content.getvalue().decode()


def width_of(figure):
    """In mm."""
    return figure.get_size_inches()[0] * 25.4


def image_of(axes):
    """The values of the first image on these axes."""
    return np.asarray(axes.get_images()[0].get_array())
