"""The optimizers, with weight decay in a variable, so that another one needs no new program."""

from typing import Any

import keras
import tensorflow as tf

from training.config import FitConfig


class Adam(keras.optimizers.Adam):
    """Keras' Adam with an L2 penalty: weight decay times the weight is added to each gradient, as in PyTorch's Adam.

    That is the gradient of weight decay / 2 times the sum of squared weights. The penalty acts here only; no recorded
    loss contains it. A step takes one pass over the arrays instead of a dozen: TensorFlow's fused operation, or with
    `fused` a form that XLA fuses. `weight_decays` is a variable that holds the weight decay three times, for the reason
    given in _fused_step.
    """

    def __init__(self, learning_rate: float, weight_decays: tf.Variable, fused: bool) -> None:
        super().__init__(learning_rate)
        self.weight_decays, self.fused = weight_decays, fused

    def update_step(self, gradient: tf.Tensor, variable: keras.Variable, learning_rate: tf.Tensor) -> None:
        """Update a variable and its two moments."""
        number = self._get_variable_index(variable)
        m, v = self._momentums[number].value, self._velocities[number].value
        step = tf.cast(self.iterations + 1, variable.dtype)
        rate, powers = tf.cast(learning_rate, variable.dtype), (self.beta_1**step, self.beta_2**step)
        gradients = [gradient + weight_decay * variable for weight_decay in tf.unstack(self.weight_decays)]
        if self.fused:
            self._fused_step(gradients, variable, m, v, rate * tf.sqrt(1 - powers[1]) / (1 - powers[0]))
            return
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=m.handle,
            v=v.handle,
            beta1_power=powers[0],
            beta2_power=powers[1],
            lr=rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradients[0],
        )

    def _fused_step(
        self, gradients: list[tf.Tensor], w: keras.Variable, m: tf.Variable, v: tf.Variable, rate: tf.Tensor
    ) -> None:
        """Update the weight and its two moments, each from its own copy of the gradient.

        XLA computes several results in one pass if they read the same arrays and none depends on another; a
        subexpression that they share gets a pass of its own. The weight decays come from a variable, so XLA cannot
        tell that the three gradients are equal, and the results share no subexpression.
        """

        def mean(gradient: tf.Tensor) -> tf.Tensor:
            return m + (gradient - m) * (1 - self.beta_1)

        def mean_square(gradient: tf.Tensor) -> tf.Tensor:
            return v + (tf.square(gradient) - v) * (1 - self.beta_2)

        first, second, third = gradients
        weight = w - rate * mean(first) / (tf.sqrt(mean_square(first)) + self.epsilon)
        for old, new in ((w, weight), (m, mean(second)), (v, mean_square(third))):
            old.assign(new)


class Penalised:
    """With an optimizer of Keras: adds weight decay times the weight to each gradient, as `Adam` does."""

    weight_decays: tf.Variable

    def update_step(self, gradient: tf.Tensor, variable: keras.Variable, learning_rate: tf.Tensor) -> None:
        """Update a variable, and what the optimizer remembers of it."""
        super().update_step(gradient + self.weight_decays[0] * variable, variable, learning_rate)  # type: ignore[misc]


class SGD(Penalised, keras.optimizers.SGD):
    """Keras' stochastic gradient descent with an L2 penalty."""


class RMSprop(Penalised, keras.optimizers.RMSprop):
    """Keras' RMSprop with an L2 penalty."""


class AdamW(keras.optimizers.Adam):
    """Keras' Adam with decoupled weight decay (Loshchilov and Hutter 2019), as Keras' AdamW.

    In each step a weight shrinks by learning rate times weight decay of it, whatever its gradient.
    """

    weight_decays: tf.Variable

    def update_step(self, gradient: tf.Tensor, variable: keras.Variable, learning_rate: tf.Tensor) -> None:
        """Shrink a variable, and update it and its two moments."""
        self.assign_sub(variable, variable * self.weight_decays[0] * tf.cast(learning_rate, variable.dtype))
        super().update_step(gradient, variable, learning_rate)


def make_optimizer(config: FitConfig, weight_decays: tf.Variable, fused: bool) -> keras.optimizers.Optimizer:
    """The optimizer of a configuration; under mixed_float16 with loss scaling, against gradients that underflow."""
    optimizer = plain_optimizer(config, weight_decays, fused)
    scaled = keras.config.dtype_policy().name == "mixed_float16"
    return keras.optimizers.LossScaleOptimizer(optimizer) if scaled else optimizer


def plain_optimizer(config: FitConfig, weight_decays: tf.Variable, fused: bool) -> keras.optimizers.Optimizer:
    """The optimizer of a configuration, without loss scaling."""
    optimizer: Any
    match config.optimizer:
        case "sgd":
            optimizer = SGD(config.learning_rate, config.momentum, config.nesterov)
        case "rmsprop":
            optimizer = RMSprop(config.learning_rate, momentum=config.momentum)
        case "adamw":
            optimizer = AdamW(config.learning_rate)
        case _:
            return Adam(config.learning_rate, weight_decays, fused)
    optimizer.weight_decays = weight_decays
    return optimizer
