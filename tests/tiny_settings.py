"""Settings with which the whole of `make all` takes a minute, for tests that train for real."""

TINY = """
[regression]
hidden_units = [6, 7, 8]
max_epochs = {points_epochs}
patience = {points_epochs}
folds = 3
[regression.search.grid]
learning_rate = [0.001, 0.01]
weight_decay = [1e-5]
batch_size = [16, 32]
[regression.extras]
reference_seeds = 1
tuned_seeds = 1
[classification]
filters = [3, 4]
dense_units = [8, 9]
max_epochs = {images_epochs}
[classification.search.grid]
learning_rate = [0.001, 0.01]
learning_rate_schedule = ["constant"]
dropout = [0.2]
batch_size = [32, 64]
[classification.extended]
filters = [4, 5]
max_epochs = {images_epochs}
[classification.extras]
reference_seeds = 1
tuned_seeds = 1
extended_seeds = {extended_seeds}
[compute]
precision = "float32"
"""


def tiny_settings(tables, points_epochs, images_epochs, extended_seeds=1):
    """A settings file's text: these tables, and networks of a few units trained for so many epochs."""
    return tables + TINY.format(points_epochs=points_epochs, images_epochs=images_epochs, extended_seeds=extended_seeds)
