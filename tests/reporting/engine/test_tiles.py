"""Many small images as one picture."""

import numpy as np

from reporting.engine.canvas import new_figure
from reporting.engine.tiles import draw_tiles, grey_scale, in_units_of_largest, label_tiles, mosaic, name_columns


def test_mosaic_places_tiles_row_by_row():
    tiles = np.arange(3)[:, None, None] * np.ones((3, 1, 2))
    assert np.array_equal(mosaic(tiles, 2), [[0, 0, 1, 1], [2, 2, np.nan, np.nan]], equal_nan=True)


def test_images_in_units_of_their_largest_value_and_blank_ones_stay_blank():
    images = in_units_of_largest(np.array([[[1.0, -2.0]], [[0.0, 0.0]]]))
    assert images.tolist() == [[[0.5, -1.0]], [[0.0, 0.0]]]


def test_grey_scale_is_symmetric_and_has_a_width_even_for_zeros():
    assert grey_scale(np.array([0.2, -0.6])) == {"vmin": -0.6, "vmax": 0.6}
    assert grey_scale(np.zeros(4)) == {"vmin": -1.0, "vmax": 1.0}
    assert grey_scale(np.r_[np.full(999, 0.1), 9.0], 0.99)["vmax"] == 0.1


def test_hairlines_stand_between_white_tiles_and_around_coloured_ones():
    for color, lines in (("white", 1), ("C4", 3)):
        axes = new_figure(50, 50).subplots()
        draw_tiles(axes, np.zeros((4, 2, 2)), 2, color=color)
        assert [len(collection.get_segments()) for collection in axes.collections] == [lines, lines]


def test_every_eighth_tile_is_numbered_in_its_middle():
    axes = new_figure(50, 50).subplots()
    label_tiles(axes, (3, 2), columns=17, rows=4)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "8", "16"]
    assert axes.get_xticks().tolist() == [0.5, 14.5, 30.5] and axes.get_yticks().tolist() == [1.0]


def test_names_stand_in_the_middle_of_their_images():
    axes = new_figure(50, 50).subplots()
    name_columns(axes, 4, ["a", "b"])
    assert axes.get_xticks().tolist() == [1.5, 5.5]
