"""The exponential average of a network's weights, by which it is judged and predicts."""

import keras
import tensorflow as tf


class WeightAverage:
    """Averages all weights over the steps, and what batch normalisation has learned of its inputs with them.

    After step n an average moves by 1 - d towards its weight, with d = min(decay, (1 + n) / (10 + n)), as in
    tf.train.ExponentialMovingAverage: so the first weights, which are random, are soon forgotten. Between epochs the
    network holds the averages, and `raw` the weights that the next epoch goes on from.
    """

    def __init__(self, model: keras.Model, decay: float) -> None:
        self.weights, self.decay = [weight.value for weight in model.weights], decay
        self.steps = tf.Variable(0.0, trainable=False)
        self.averages, self.raw = ([tf.Variable(weight, trainable=False) for weight in self.weights] for _ in range(2))

    def start(self) -> None:
        """Begin anew with the weights that the network has."""
        self.steps.assign(0.0)
        for weight, average, raw in zip(self.weights, self.averages, self.raw, strict=True):
            average.assign(weight)
            raw.assign(weight)

    def begin_epoch(self) -> None:
        """Give the network the weights that training goes on from."""
        for weight, raw in zip(self.weights, self.raw, strict=True):
            weight.assign(raw)

    def step(self) -> None:
        """Move the averages after a step."""
        steps = self.steps.assign_add(1.0)
        share = 1 - tf.minimum(self.decay, (1 + steps) / (10 + steps))
        for weight, average in zip(self.weights, self.averages, strict=True):
            average.assign_add(share * (weight - average))

    def end_epoch(self) -> None:
        """Keep the weights that the network has, and give it the averages."""
        for weight, average, raw in zip(self.weights, self.averages, self.raw, strict=True):
            raw.assign(weight)
            weight.assign(average)
