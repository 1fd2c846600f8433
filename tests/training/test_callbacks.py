"""Callbacks: the learning rate schedule, early stopping, and the line that shows the progress of a fit."""

import dataclasses
import io
import operator

import pytest

from training.callbacks import Progress, learning_rate, make_callbacks, recorded_logs
from training.settings import load_homework

MLP = load_homework().tasks["regression"].reference


class Terminal(io.StringIO):
    def isatty(self):
        return True


def follow(stream, epochs=2, **options):
    """What is written of a fit of so many epochs."""
    progress = Progress("regression tuned", epochs, stream=stream, **options)
    progress.on_train_begin()
    for epoch in range(epochs):
        progress.shown -= 1  # as if the last line were a second old
        progress.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 0.25})
    progress.on_train_end()
    return stream.getvalue()


def test_cosine_falls_from_the_learning_rate_towards_zero():
    config = dataclasses.replace(MLP, learning_rate=0.2, max_epochs=10, learning_rate_schedule="cosine")
    rates = [learning_rate(config, epoch) for epoch in range(10)]
    assert rates[0] == 0.2 and rates[5] == pytest.approx(0.1) and rates[9] < 0.01
    assert len(make_callbacks(config)) == 2


def test_callbacks_are_fresh_for_each_fit():
    assert make_callbacks(MLP)[0] is not make_callbacks(MLP)[0]


def test_early_stopping_compares_without_tensors():
    (stopping,) = make_callbacks(MLP)
    assert stopping.monitor_op is operator.lt and stopping.patience == MLP.patience


def test_a_fit_ends_with_one_line_on_standard_output(capsys):
    assert follow(io.StringIO()) == ""
    assert capsys.readouterr().out == "regression tuned  epoch 2/2  loss 0.5000  val_loss 0.2500  took 0:01\n"


def test_progress_is_rewritten_on_a_terminal():
    written = follow(Terminal())
    assert written.count("\r\033[K") == 3 and written.count("\n") == 0
    assert "epoch 1/2  loss 0.5000  val_loss 0.2500  0:01 left" in written


def test_progress_without_a_closing_line_leaves_nothing(capsys):
    assert follow(io.StringIO(), closing=False) == capsys.readouterr().out == ""


def test_logs_are_recorded_by_the_names_of_the_sets():
    logs = {"loss": 0.5, "accuracy": 0.75, "val_loss": 0.25, "val_accuracy": 1.0}
    expected = {"epoch": 3, "train_loss": 0.5, "train_accuracy": 0.75}
    assert recorded_logs(3, logs) == expected | {"validation_loss": 0.25, "validation_accuracy": 1.0}
