"""Filters and feature maps."""

import numpy as np
import pytest

from reporting.sections.classification.filters import in_colours, plot_feature_maps, plot_filter_bank, plot_filters
from tests.reporting.drawn import image_of, saved
from tests.reporting.sections.classification.answers import exchanged, findings_of, with_arrays


def test_blank_maps_are_counted(results):
    maps = np.zeros((32, 26, 26))
    maps[3, 5, 5] = 1
    tuned = with_arrays(results.tuned, "features", {"conv_1/maps": maps})
    filters = findings_of(exchanged(results, tuned=tuned))("filters")
    assert filters.blank_maps["conv_1"] == 31 and filters.filters["conv_1"] == 32


def test_filters_share_a_scale_around_zero():
    filters = np.zeros((32, 3, 3))
    filters[5, 1, 2] = -0.4
    axes = plot_filters(np.zeros((28, 28)), filters, np.zeros((32, 5, 5))).axes[1]
    image = axes.get_images()[0]
    assert image.get_clim() == (-0.4, 0.4) and image_of(axes).shape == (3, 48)
    assert image_of(axes)[1, 5 * 3 + 2] == -0.4
    assert image.get_interpolation() == "none"


def test_each_filter_stands_above_its_own_map():
    maps = np.arange(20)[:, None, None] * np.ones((20, 4, 4))
    maps[:, 0, 0] = 0
    panels = plot_filters(np.ones((28, 28)), np.arange(20)[:, None, None] * np.ones((20, 3, 3)), maps).axes[1:]
    above, below = image_of(panels[2]), image_of(panels[3])
    assert len(panels) == 4 and above[0, 3] == 17 and np.ma.masked_invalid(above)[0, 4 * 3 :].mask.all()
    assert below[0, 4] == 0 and below[1, 4] == 1 and below.shape == (4, 16 * 4)


def test_filter_bank_has_a_column_a_filter():
    bank = np.zeros((48, 32, 3, 3))
    bank[7, 2] = 0.5
    assert np.all(image_of(plot_filter_bank(bank).axes[0])[6:9, 21:24] == 0.5)


@pytest.mark.parametrize(
    ("count", "shape"), [(32, (2 * 4, 16 * 4)), (48, (3 * 4, 16 * 4)), (33, (3 * 4, 11 * 4)), (5, (4, 10 * 4))]
)
def test_all_feature_maps_are_shown_each_on_its_own_scale(count, shape):
    maps = np.arange(count)[:, None, None] * np.ones((count, 4, 4))
    image = image_of(plot_feature_maps(np.zeros((28, 28)), maps).axes[1])
    assert image.shape == shape and image[0, 0] == 0 and np.nanmax(image[:4, 4:8]) == 1


def test_blank_images_are_drawn():
    saved(plot_feature_maps(np.zeros((4, 4)), np.zeros((3, 4, 4))))
    saved(plot_filters(np.zeros((4, 4)), np.zeros((3, 3, 3)), np.zeros((3, 4, 4))))
    saved(plot_filter_bank(np.zeros((3, 2, 3, 3))))


def test_filters_of_colour_images_are_drawn_in_colour():
    filters = np.zeros((2, 3, 3, 3))  # (filters, colours, height, width)
    filters[1, 0, 2, 1] = 0.5
    figure = plot_filters(np.zeros((8, 8, 3), np.uint8), in_colours(filters), np.zeros((2, 6, 6)))
    assert image_of(figure.axes[1])[2, 4].tolist() == [1, 0.5, 0.5] and "image" in saved(figure)


def test_of_many_filters_the_first_are_drawn():
    figure = plot_filters(np.ones((8, 8)), np.ones((70, 3, 3)), np.ones((70, 6, 6)))
    assert len(figure.axes) == 1 + 2 * 4
    assert image_of(plot_feature_maps(np.ones((8, 8)), np.ones((70, 2, 2))).axes[1]).shape[0] == 4 * 2
