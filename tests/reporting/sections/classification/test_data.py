"""The images that the networks are trained and tested on."""

import dataclasses

import numpy as np

from reporting.sections.classification.data import counts_of, figures, plot_classes
from tests.reporting.drawn import image_of, saved


def test_images_are_counted_by_what_the_network_was_trained_on(results, found):
    fold = results.tuned.folds[0]
    images = found("data")
    assert (images.train_images, images.validation_images) == (fold["train_points"], fold["validation_points"])
    assert images.test_images == len(results.tuned.predictions["test_labels"])
    assert images.class_names == results.data.classes and images.all_shown and images.fashion_mnist


def test_images_of_each_class_are_counted_by_the_labels(results, found):
    images = found("data")
    assert images.test_counts == (100,) * 10 and images.validation_counts == (60,) * 10 and images.balanced
    assert counts_of(np.array([1, 1, 9]), 10) == (0, 2, 0, 0, 0, 0, 0, 0, 0, 1)
    assert not dataclasses.replace(images, test_counts=(2, 1)).balanced


def test_balance_of_the_test_is_said_as_it_is(text_of):
    assert "The test is balanced." in text_of()
    assert "The test holds from 100 to 101 images of a class." in text_of(test_images=1003)


def test_every_class_is_drawn_with_its_name_and_counts(results, found):
    (draw,) = figures(results, found)["classification_data"]
    (axes,) = draw().axes
    assert np.allclose(image_of(axes)[:, :28], results.tuned.receptive_fields["class_mean"][0])
    assert [label.get_text() for label in axes.get_xticklabels()] == list(results.classes)
    words = [text.get_text() for text in axes.texts]
    assert words == ["validation", *["60"] * 10, "test", *["100"] * 10]


def test_blank_classes_are_drawn():
    saved(plot_classes(np.zeros((2, 4, 4)), ("a", "b"), {"test": (0, 12345)}))
