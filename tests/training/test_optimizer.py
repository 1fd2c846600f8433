"""Adam with an L2 penalty takes the steps of Keras' Adam, whichever form computes them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from training.optimizer import Adam, make_optimizer
from training.settings import load_homework

CONFIG = load_homework().tasks["regression"].reference


def steps(optimizer, penalty=0.0, count=5):
    """A variable after some steps of an optimizer; the penalty is added to the gradients."""
    variable = keras.Variable(np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4))
    optimizer.build([variable])
    rng = np.random.default_rng(0)
    for _ in range(count):
        gradient = tf.constant(rng.normal(size=(3, 4)).astype(np.float32))
        optimizer.apply([gradient + penalty * variable.value], [variable])
    return variable.numpy()


def weight_decays(value):
    return tf.Variable(tf.fill(3, value), trainable=False)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_a_step_is_that_of_keras_adam_with_the_penalty_in_the_gradient(fused, decay):
    expected = steps(keras.optimizers.Adam(0.01), penalty=decay)
    np.testing.assert_allclose(steps(Adam(0.01, weight_decays(decay), fused)), expected, rtol=1e-5, atol=1e-7)


def test_half_precision_floats_get_loss_scaling():
    policy = keras.config.dtype_policy()
    try:
        assert isinstance(make_optimizer(CONFIG, weight_decays(0.0), fused=False), Adam)
        keras.config.set_dtype_policy("mixed_float16")
        scaled = make_optimizer(CONFIG, weight_decays(0.0), fused=False)
        assert isinstance(scaled, keras.optimizers.LossScaleOptimizer) and isinstance(scaled.inner_optimizer, Adam)
    finally:
        keras.config.set_dtype_policy(policy)
