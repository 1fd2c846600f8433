"""The map of the last hidden layer's features."""

import numpy as np

from reporting.sections.classification.features import most_mixed, nearest, plot_map
from tests.reporting.drawn import saved
from tests.reporting.sections.classification.answers import exchanged, findings_of, with_arrays

PLACES = np.array([[0, 0], [1, 0], [5, 0], [5.5, 0], [5, 9.0]])


def test_the_nearest_other_place_by_hand():
    assert nearest(PLACES).tolist() == [1, 0, 3, 2, 2]


def test_places_that_coincide_are_each_others_neighbours():
    assert nearest(np.zeros((3, 2))).tolist() != [0, 1, 2] and nearest(np.zeros((2, 2))).tolist() == [1, 0]


def test_the_classes_that_mix_most():
    assert most_mixed(np.array([0, 0, 6, 4]), np.array([6, 0, 0, 2]), "abcdefg") == ("a", "g")
    assert most_mixed(np.array([0, 1]), np.array([0, 1]), "ab") is None


def test_a_map_of_apart_classes_is_separated(results, found):
    labels = results.tuned.predictions["test_labels"]
    apart = np.column_stack([100.0 * labels, np.arange(len(labels))])
    tuned = with_arrays(results.tuned, "features", {"feature_map": apart})
    separated = findings_of(exchanged(results, tuned=tuned))("features")
    assert separated.alike == 1 and separated.separated and separated.mixed is None
    assert found("features").mixed == ("Coat", "Shirt") and 0 < found("features").alike < 1


def test_each_class_on_the_map_is_named_at_its_median():
    figure = plot_map(PLACES, np.array([0, 0, 1, 1, 1]), {0: "one", 1: "other", 3: "absent"})
    assert [(text.get_text(), text.get_position()) for text in figure.axes[0].texts] == [
        ("one", (0.5, 0.0)),
        ("other", (5.0, 0.0)),
    ]
    assert "other" in saved(figure)


def test_classes_without_room_for_a_name_are_grey():
    figure = plot_map(PLACES, np.array([0, 0, 1, 1, 2]), {0: "one", 2: "other"})
    colours = figure.axes[0].collections[0].get_facecolors()
    assert [text.get_text() for text in figure.axes[0].texts] == ["one", "other"]
    assert np.ptp(colours[2][:3]) < 0.1 < np.ptp(colours[0][:3]) and not np.allclose(colours[0], colours[4])
