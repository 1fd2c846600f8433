"""The images that the networks are trained and tested on."""

from reporting.results import CLASS_NAMES


def test_images_are_counted_by_what_the_network_was_trained_on(results, found):
    fold = results.tuned.folds[0]
    images = found("data")
    assert (images.train_images, images.validation_images) == (fold["train_points"], fold["validation_points"])
    assert images.test_images == len(results.tuned.predictions["test_labels"])
    assert images.class_names == CLASS_NAMES
