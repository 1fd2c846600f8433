"""One compiled program an epoch gives what Keras' own `fit` gives for the same batches, fit after fit."""

import dataclasses
import zipfile

import keras
import numpy as np
import pytest

from training.config import load_homework
from training.fitting import Trainer, cosine_learning_rate, derive_seed, make_callbacks, make_loss
from training.models import build_network

HOMEWORK = load_homework()
MLP = dataclasses.replace(HOMEWORK.regression, hidden_units=(16, 16, 16), max_epochs=3, batch_size=8)
CNN = dataclasses.replace(
    HOMEWORK.classification, filters=(4, 4), dense_units=(8, 8), dropout=0.0, max_epochs=2, learning_rate=1e-3
)


def points(n=30):
    x = np.linspace(-2, 2, n, dtype=np.float32)[:, None]
    return x, np.sin(2 * x)


def images(n=70):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, n)
    return (rng.integers(0, 100, (n, 28, 28, 1)) + 15 * y[:, None, None, None]).astype(np.uint8), y


def plain_fit(config, x, y, train, seed):
    """Keras' `fit`, told the order of the points epoch by epoch; returns the model and the loss of each epoch's batches."""
    keras.utils.set_random_seed(seed)
    model = build_network(config)
    loss = "mean_squared_error" if y.ndim == 2 else "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(config.learning_rate), loss, jit_compile=False)
    rng = np.random.default_rng(seed)
    for _ in range(config.max_epochs):
        order = train[rng.permutation(len(train))]
        model.fit(x[order], y[order], batch_size=config.batch_size, shuffle=False, verbose=0)
    return model


@pytest.mark.parametrize(("config", "data"), [(MLP, points()), (CNN, images())], ids=["regression", "classification"])
def test_equals_plain_fit_for_the_same_batches(config, data):
    config, (x, y) = dataclasses.replace(config, weight_decay=0.05), data
    train, validation = np.arange(0, len(x) - 9), np.arange(len(x) - 9, len(x))  # the last batch is not full
    trainer = Trainer(config)
    trainer.fit(config, x, y, train, validation, seed=11)
    for expected, got in zip(
        plain_fit(config, x, y, train, seed=11).get_weights(), trainer.model.get_weights(), strict=True
    ):
        np.testing.assert_allclose(got, expected, rtol=2e-3, atol=2e-5)


def test_a_saved_network_opens_without_this_project(tmp_path):
    x, y = points()
    model = Trainer(MLP).fit(MLP, x, y, np.arange(20), np.arange(20, 30), seed=3).model
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as stored:
        assert "training." not in stored.read("config.json").decode()
    np.testing.assert_array_equal(
        keras.models.load_model(tmp_path / "model.keras").predict(x, verbose=0), model.predict(x, verbose=0)
    )


def test_validation_while_training_sees_images_as_they_are_and_predictions_average_both_views():
    x, y = images()
    config = dataclasses.replace(CNN, horizontal_flips=True)
    trainer = Trainer(config)
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
    alone = Trainer(MLP).fit(MLP, x, y, train, validation, seed=3)
    used = Trainer(MLP)
    used.fit(dataclasses.replace(MLP, learning_rate=0.05), x, y, validation, train, seed=4)
    again = used.fit(MLP, x, y, train, validation, seed=3)
    assert again.history == alone.history
    assert all((alone.initial_weights[name] == value).all() for name, value in again.initial_weights.items())


def test_evaluation_is_the_loss_without_the_penalty():
    config = dataclasses.replace(MLP, weight_decay=0.9, max_epochs=1)
    x, y = points()
    trainer = Trainer(config)
    trainer.fit(config, x, y, np.arange(20), np.arange(20, 30), seed=1)
    assert trainer.evaluate(x, y)["loss"] == pytest.approx(float(np.mean((trainer.predict(x) - y) ** 2)), rel=1e-5)


def test_predictions_and_evaluation_are_one_computation():
    config = dataclasses.replace(CNN, max_epochs=1)
    x, y = images()
    trainer = Trainer(config)
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
    trainer = Trainer(config)
    fit = trainer.fit(config, x, y, np.arange(60), np.arange(60, 70), seed=1)
    probabilities = trainer.predict(x[60:]).astype(float)
    second = np.exp(probabilities) / np.exp(probabilities).sum(axis=1, keepdims=True)
    assert fit.history[-1]["validation_loss"] == pytest.approx(-np.log(second[np.arange(10), y[60:]]).mean(), rel=1e-4)


def test_another_weight_decay_needs_no_new_program_and_is_obeyed():
    x, y = points()
    fold = np.arange(20), np.arange(20, 30)
    used = Trainer(MLP)
    used.fit(MLP, x, y, *fold, seed=3)
    strong = dataclasses.replace(MLP, weight_decay=0.5)
    again, alone = used.fit(strong, x, y, *fold, seed=3), Trainer(strong).fit(strong, x, y, *fold, seed=3)
    assert again.history == alone.history
    assert used.take_epoch.experimental_get_tracing_count() == 1
    assert used.model.get_layer("output").kernel_regularizer.get_config()["l2"] == 0.25


def test_early_stopping_fires_after_its_patience_and_restores():
    config = dataclasses.replace(MLP, learning_rate=5.0, max_epochs=30, patience=2, restore_best_weights=True)
    x, y = points()
    trainer = Trainer(config)
    fit = trainer.fit(config, x, y, np.arange(20), np.arange(20, 30), seed=1)
    assert fit.stopped_early and fit.epochs == fit.best_epoch + 2
    lowest = min(row["validation_loss"] for row in fit.history)
    assert trainer.evaluate(x[20:], y[20:])["loss"] == pytest.approx(lowest, rel=1e-4)


def test_flips_average_over_both_views():
    config = dataclasses.replace(CNN, horizontal_flips=True, max_epochs=1)
    x, y = images()
    trainer = Trainer(config)
    trainer.fit(config, x, y, np.arange(60), np.arange(60, 70), seed=1)
    np.testing.assert_allclose(trainer.predict(x[:5]), trainer.predict(x[:5, :, ::-1]), atol=1e-6)


def test_seeds_differ_by_fold_hyperparameter_and_task():
    other = dataclasses.replace(MLP, learning_rate=0.5)
    seeds = [
        derive_seed(1, "regression", MLP, 1),
        derive_seed(1, "regression", MLP, 2),
        derive_seed(1, "regression", other, 1),
    ]
    seeds += [derive_seed(2, "regression", MLP, 1), derive_seed(1, "classification", MLP, 1)]
    assert len(set(seeds)) == 5
    assert derive_seed(1, "regression", MLP, 1) == seeds[0]


def test_cosine_falls_from_the_learning_rate_towards_zero():
    config = dataclasses.replace(MLP, learning_rate=0.2, max_epochs=10, learning_rate_schedule="cosine")
    rates = [cosine_learning_rate(config, epoch) for epoch in range(10)]
    assert rates[0] == 0.2 and rates[5] == pytest.approx(0.1) and rates[9] < 0.01
    assert len(make_callbacks(config)) == 2


def test_callbacks_are_fresh_for_each_fit():
    assert make_callbacks(MLP)[0] is not make_callbacks(MLP)[0]
