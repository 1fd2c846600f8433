"""A pass over points in batches, as a part of a compiled program."""

from collections.abc import Callable

import tensorflow as tf

TensorFunction = Callable[[tf.Tensor], tf.Tensor]

MAX_UNROLLED_STEPS = 8


def mean_over_batches(scores_of: TensorFunction, order: tf.Tensor, size: int, scores: int) -> tf.Tensor:
    """The mean (scores,) of `scores_of` over the points of `order`, in batches of `size`; the last may be smaller."""
    points = int(order.shape[0])
    steps = points // size
    sums = tf.zeros(scores)
    if steps:
        batches = tf.reshape(order[: steps * size], (steps, size))
        # A loop inside the program copies all weights in each iteration, so a few steps are unrolled.
        for step in range(steps) if steps <= MAX_UNROLLED_STEPS else tf.range(steps):
            sums += scores_of(batches[step]) * float(size)
    if points % size:
        sums += scores_of(order[steps * size :]) * float(points % size)
    return sums / float(points)
