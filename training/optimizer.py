"""Adam with an L2 penalty; a step takes one pass over its arrays."""

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


def make_optimizer(config: FitConfig, weight_decays: tf.Variable, fused: bool) -> keras.optimizers.Optimizer:
    """Adam; under mixed_float16 with loss scaling, which keeps small gradients from underflowing."""
    adam = Adam(config.learning_rate, weight_decays, fused)
    scaled = keras.config.dtype_policy().name == "mixed_float16"
    return keras.optimizers.LossScaleOptimizer(adam) if scaled else adam
