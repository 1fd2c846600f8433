"""One compiled program an epoch gives what Keras' own `fit` gives for the same batches, fit after fit."""

import dataclasses
import zipfile

import keras
import numpy as np
import pytest

from reporting.artifacts import Shapes
from tests.training.shapes import POINTS
from training.callbacks import learning_rate
from training.losses import make_loss
from training.settings import load_homework
from training.tasks import task_of
from training.trainer import RUNTIME_FIELDS, Trainer, trainer_for

REFERENCES = {name: settings.reference for name, settings in load_homework().tasks.items()}
MLP = dataclasses.replace(REFERENCES["regression"], hidden_units=(16, 16, 16), max_epochs=3, batch_size=8)
SMALL = {"filters": (4, 4), "dense_units": (8, 8), "dropout": 0.0, "max_epochs": 2, "learning_rate": 1e-3}
CNN = dataclasses.replace(REFERENCES["classification"], **SMALL)


def points(n=30):
    x = np.linspace(-2, 2, n, dtype=np.float32)[:, None]
    return x, np.sin(2 * x)


def images(n=70):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, n)
    return (rng.integers(0, 100, (n, 28, 28, 1)) + 15 * y[:, None, None, None]).astype(np.uint8), y


def shapes_of(x, y):
    return Shapes(x.shape[1:], 1 if y.ndim == 2 else 10)


def penalised(model, strength):
    """A copy of the model with its weights, whose losses hold `strength` times each squared weight."""

    def copy_layer(layer):
        config = layer.get_config()
        if hasattr(layer, "kernel"):
            config |= {part: keras.regularizers.L2(strength) for part in ("kernel_regularizer", "bias_regularizer")}
        return type(layer).from_config(config)

    copy = keras.models.clone_model(model, clone_function=copy_layer)
    copy.set_weights(model.get_weights())
    return copy


OPTIMIZERS = {
    "adam": lambda config: keras.optimizers.Adam(config.learning_rate),
    "adamw": lambda config: keras.optimizers.AdamW(config.learning_rate, config.weight_decay),
    "sgd": lambda config: keras.optimizers.SGD(config.learning_rate, config.momentum, config.nesterov),
    "rmsprop": lambda config: keras.optimizers.RMSprop(config.learning_rate, momentum=config.momentum),
}


def plain_fit(config, x, y, train, seed):
    """A network trained by Keras' `fit`, given the order of the points in each epoch, with Keras' own L2 penalty."""
    keras.utils.set_random_seed(seed)
    decoupled = config.optimizer == "adamw"
    model = penalised(task_of(config).build(config, shapes_of(x, y)), 0.0 if decoupled else config.weight_decay / 2)
    assert model.losses
    loss = "mean_squared_error" if y.ndim == 2 else "sparse_categorical_crossentropy"
    if smoothing := getattr(config, "label_smoothing", 0.0):
        loss, y = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing), keras.utils.to_categorical(y, 10)
    model.compile(OPTIMIZERS[config.optimizer](config), loss, jit_compile=False)
    rng = np.random.default_rng(seed)
    for epoch in range(config.max_epochs):
        order = train[rng.permutation(len(train))]
        model.optimizer.learning_rate = learning_rate(config, epoch)
        model.fit(x[order], y[order], batch_size=config.batch_size, shuffle=False, verbose=0)
    return model


SMOOTH = {"momentum": 0.9, "nesterov": True, "optimizer": "sgd"}
CHANGES = {
    "regression": (MLP, {}),
    "regression, adamw": (MLP, {"optimizer": "adamw", "weight_decay": 0.3}),
    "regression, sgd": (MLP, SMOOTH),
    "regression, rmsprop": (MLP, {"optimizer": "rmsprop", "momentum": 0.5}),
    "regression, warm-up": (MLP, {"warmup_epochs": 1, "learning_rate_schedule": "cosine", "learning_rate": 0.01}),
    "regression, normalised": (MLP, SMOOTH | {"batch_normalization": (True, False, True)}),
    "classification": (CNN, {}),
    "classification, adamw": (CNN, {"optimizer": "adamw", "weight_decay": 0.3}),
    "classification, sgd": (CNN, SMOOTH | {"batch_normalization": True}),
    "classification, rmsprop": (CNN, {"optimizer": "rmsprop"}),
    "classification, smoothed": (CNN, {"label_smoothing": 0.2, "pooling": "average"}),
}


@pytest.mark.parametrize(("config", "changes"), CHANGES.values(), ids=CHANGES)
def test_equals_plain_fit_for_the_same_batches(config, changes):
    config = dataclasses.replace(config, **{"weight_decay": 0.05} | changes)
    x, y = points() if config.task == "regression" else images()
    train, validation = np.arange(0, len(x) - 9), np.arange(len(x) - 9, len(x))  # the last batch is not full
    trainer = Trainer(config, shapes_of(x, y))
    trainer.fit(config, x, y, train, validation, seed=11)
    for expected, got in zip(
        plain_fit(config, x, y, train, seed=11).get_weights(), trainer.model.get_weights(), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=2e-3, atol=2e-5)


def test_a_saved_network_opens_without_this_project(tmp_path):
    x, y = points()
    model = Trainer(MLP, POINTS).fit(MLP, x, y, np.arange(20), np.arange(20, 30), seed=3).model
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as stored:
        assert "training." not in stored.read("config.json").decode()
    np.testing.assert_array_equal(
        keras.models.load_model(tmp_path / "model.keras").predict(x, verbose=0), model.predict(x, verbose=0)
    )


def test_validation_while_training_sees_images_as_they_are_and_predictions_average_both_views():
    x, y = images()
    config = dataclasses.replace(CNN, horizontal_flips=True)
    trainer = Trainer(config, shapes_of(x, y))
    history = trainer.fit(config, x, y, np.arange(50), np.arange(50, 70), seed=1).history
    straight, mirrored = (trainer.model(view, training=False).numpy() for view in (x[50:], x[50:, :, ::-1]))
    loss = keras.losses.SparseCategoricalCrossentropy()
    assert history[-1]["validation_loss"] == pytest.approx(float(loss(y[50:], straight)), rel=1e-4)
    assert trainer.evaluate(x[50:], y[50:])["loss"] == pytest.approx(
        float(loss(y[50:], (straight + mirrored) / 2)), rel=1e-4
    )
    np.testing.assert_allclose(trainer.predict(x[50:]), (straight + mirrored) / 2, atol=1e-6)


def test_a_fit_does_not_depend_on_the_fits_before_it():
    x, y = points()
    train, validation = np.arange(20), np.arange(20, 30)
    alone = Trainer(MLP, POINTS).fit(MLP, x, y, train, validation, seed=3)
    used = Trainer(MLP, POINTS)
    used.fit(dataclasses.replace(MLP, learning_rate=0.05), x, y, validation, train, seed=4)
    again = used.fit(MLP, x, y, train, validation, seed=3)
    assert again.history == alone.history
    assert len(again.durations) == MLP.max_epochs and 0 < sum(again.durations) < again.seconds
    assert all((alone.initial_weights[name] == value).all() for name, value in again.initial_weights.items())


def test_evaluation_is_the_loss_without_the_penalty():
    config = dataclasses.replace(MLP, weight_decay=0.9, max_epochs=1)
    x, y = points()
    trainer = Trainer(config, shapes_of(x, y))
    trainer.fit(config, x, y, np.arange(20), np.arange(20, 30), seed=1)
    assert trainer.evaluate(x, y)["loss"] == pytest.approx(float(np.mean((trainer.predict(x) - y) ** 2)), rel=1e-5)


def test_predictions_and_evaluation_are_one_computation():
    config = dataclasses.replace(CNN, max_epochs=1)
    x, y = images()
    trainer = Trainer(config, shapes_of(x, y))
    trainer.fit(config, x, y, np.arange(60), np.arange(60, 70), seed=1)
    probabilities = trainer.predict(x)
    assert trainer.evaluate(x, y)["accuracy"] == pytest.approx(
        float(np.mean(probabilities.argmax(axis=1) == y)), abs=1e-7
    )
    assert trainer.evaluate(x, y)["loss"] == pytest.approx(
        float(-np.log(probabilities[np.arange(len(y)), y]).mean()), rel=1e-5
    )


def test_double_softmax_lies_between_its_bounds_and_is_trained_on():
    certain = np.eye(10, dtype=np.float32)[[3, 4]]
    loss = make_loss(dataclasses.replace(CNN, loss="double_softmax"))
    assert float(loss(np.array([3, 4]), certain)) == pytest.approx(np.log(np.e + 9) - 1, abs=1e-5)  # 1.4612
    assert float(loss(np.array([4, 3]), certain)) == pytest.approx(np.log(np.e + 9), abs=1e-5)  # 2.4612
    x, y = images()
    config = dataclasses.replace(CNN, loss="double_softmax")
    trainer = Trainer(config, shapes_of(x, y))
    fit = trainer.fit(config, x, y, np.arange(60), np.arange(60, 70), seed=1)
    probabilities = trainer.predict(x[60:]).astype(float)
    second = np.exp(probabilities) / np.exp(probabilities).sum(axis=1, keepdims=True)
    assert fit.history[-1]["validation_loss"] == pytest.approx(-np.log(second[np.arange(10), y[60:]]).mean(), rel=1e-4)


def test_another_weight_decay_needs_no_new_program_and_is_obeyed():
    x, y = points()
    fold = np.arange(20), np.arange(20, 30)
    used = Trainer(MLP, POINTS)
    used.fit(MLP, x, y, *fold, seed=3)
    strong = dataclasses.replace(MLP, weight_decay=0.5)
    again, alone = used.fit(strong, x, y, *fold, seed=3), Trainer(strong, POINTS).fit(strong, x, y, *fold, seed=3)
    assert again.history == alone.history
    assert used.take_epoch.experimental_get_tracing_count() == 1


def test_early_stopping_fires_after_its_patience_and_restores():
    config = dataclasses.replace(MLP, learning_rate=5.0, max_epochs=30, patience=2, restore_best_weights=True)
    x, y = points()
    trainer = Trainer(config, shapes_of(x, y))
    fit = trainer.fit(config, x, y, np.arange(20), np.arange(20, 30), seed=1)
    assert fit.stopped_early and fit.epochs == fit.best_epoch + 2
    lowest = min(row["validation_loss"] for row in fit.history)
    assert trainer.evaluate(x[20:], y[20:])["loss"] == pytest.approx(lowest, rel=1e-4)


def test_flips_average_over_both_views():
    config = dataclasses.replace(CNN, horizontal_flips=True, max_epochs=1)
    x, y = images()
    trainer = Trainer(config, shapes_of(x, y))
    trainer.fit(config, x, y, np.arange(60), np.arange(60, 70), seed=1)
    np.testing.assert_allclose(trainer.predict(x[:5]), trainer.predict(x[:5, :, ::-1]), atol=1e-6)


def test_configurations_that_differ_in_runtime_fields_share_a_trainer():
    other = {"learning_rate": 0.5, "learning_rate_schedule": "cosine", "weight_decay": 0.5}
    other |= {"warmup_epochs": 2, "max_epochs": 7, "patience": 7, "restore_best_weights": True}
    assert set(other) == set(RUNTIME_FIELDS)
    assert trainer_for(MLP, POINTS) is trainer_for(dataclasses.replace(MLP, **other), POINTS)
    assert trainer_for(MLP, POINTS) is not trainer_for(dataclasses.replace(MLP, batch_size=9), POINTS)


def test_recorded_losses_are_those_of_the_labels_as_they_are():
    x, y = images()
    config = dataclasses.replace(CNN, label_smoothing=0.5, learning_rate=1e-9, max_epochs=1)
    trainer = Trainer(config, shapes_of(x, y))
    (row,) = trainer.fit(config, x, y, np.arange(60), np.arange(60, 70), seed=1).history
    loss = keras.losses.SparseCategoricalCrossentropy()
    for name, part in (("train_loss", slice(60)), ("validation_loss", slice(60, None))):
        assert row[name] == pytest.approx(float(loss(y[part], trainer.model(x[part], training=False))), rel=1e-4)


@pytest.mark.parametrize(
    "changes", [{}, {"batch_normalization": True, "optimizer": "sgd", "restore_best_weights": True}]
)
def test_averaged_weights_are_those_by_hand_and_judge_the_network(changes):
    """The averages of all weights, and of what normalisation has learned of its inputs, as after each step of `fit`."""
    x, y = images()
    config = dataclasses.replace(CNN, weight_average=0.6, weight_decay=0.0, max_epochs=3, batch_size=30, **changes)
    shapes, fold, seen = shapes_of(x, y), (np.arange(60), np.arange(60, 70)), []

    class Steps(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(self.model.get_weights())

        def on_epoch_end(self, epoch, logs=None):
            ends.append(means()[-1])

    def means():
        average, found = initial, []
        for number, weights in enumerate(seen, 1):
            decay = min(0.6, (1 + number) / (10 + number))
            average = [decay * mean + (1 - decay) * weight for mean, weight in zip(average, weights, strict=True)]
            found.append(average)
        return found

    keras.utils.set_random_seed(7)
    model, ends, rng = task_of(config).build(config, shapes), [], np.random.default_rng(7)
    initial = model.get_weights()
    model.compile(OPTIMIZERS[config.optimizer](config), "sparse_categorical_crossentropy")
    for _ in range(config.max_epochs):
        order = rng.permutation(60)
        model.fit(x[order], y[order], batch_size=30, shuffle=False, verbose=0, callbacks=[Steps()])
    trainer = Trainer(config, shapes)
    fit = trainer.fit(config, x, y, *fold, seed=7)
    kept = ends[fit.best_epoch - 1 if config.restore_best_weights else fit.epochs - 1]
    for expected, found in zip(kept, trainer.model.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-5)
    chosen = fit.history[fit.best_epoch - 1 if config.restore_best_weights else -1]
    assert trainer.evaluate(x[60:], y[60:])["loss"] == pytest.approx(chosen["validation_loss"], rel=1e-4)
    assert trainer.fit(config, x, y, *fold, seed=7).history == fit.history  # an average begins anew with each fit


def test_predictions_average_over_shifted_and_mirrored_views():
    x, y = images()
    config = dataclasses.replace(CNN, shifted_views=2, horizontal_flips=True)
    trainer = Trainer(config, shapes_of(x, y))
    views = [x, *(np.zeros_like(x) for _ in range(4))]
    views[1][:, 2:], views[2][:, :-2] = x[:, :-2], x[:, 2:]
    views[3][:, :, 2:], views[4][:, :, :-2] = x[:, :, :-2], x[:, :, 2:]
    views += [view[:, :, ::-1] for view in views]
    expected = np.mean([trainer.model(view, training=False) for view in views], axis=0)
    np.testing.assert_allclose(trainer.predict(x), expected, atol=1e-6)
