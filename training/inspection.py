"""A look inside trained networks: model -> dict of arrays, no drawing."""

import keras
import numpy as np
import tensorflow as tf

BATCH = 1000
TRAINED_SPREAD = 8.0  # about the standard deviation of a trained network's logits
GRADIENT_IMAGES = 200  # of each class, over which gradients are averaged


def hidden_layers(model):
    """The names of the layers with weights, without the output, in the network's order."""
    return [layer.name for layer in model.layers if hasattr(layer, "kernel") and layer.name != "output"]


def layer_outputs(model, names):
    """A model with the same input whose outputs are those of the named layers after their activation, in float32."""
    outputs = {name: keras.ops.cast(activated(model.get_layer(name)), "float32") for name in names}
    return keras.Model(model.inputs, outputs)


def activated(layer):
    """A layer's output after its activation, which for a convolution stands behind the pooling in the network."""
    return keras.ops.relu(layer.output) if isinstance(layer, keras.layers.Conv2D) else layer.output


def activations(model, x, probes):
    """True activations of every hidden layer: of dense layers for the inputs x[probes], and each unit's range over all of x.

    Returns "<layer>/probe" (probes, units), "<layer>/minimum", "<layer>/maximum", "<layer>/active_share" (units,), the
    last one being the share of inputs (for a filter: of inputs and positions) with an activation above zero, and
    "<layer>/spectrum" (units,), the eigenvalues of the activations' covariance over these, largest first.
    """
    names = hidden_layers(model)
    inside = tf.function(layer_outputs(model, names))
    probed = {name: value.numpy() for name, value in inside(tf.constant(x[probes])).items()}
    summaries = {name: [] for name in names}
    for start in range(0, len(x), BATCH):
        for name, value in inside(tf.constant(x[start : start + BATCH])).items():
            flat = tf.reshape(value, (-1, value.shape[-1]))
            active = tf.reduce_sum(tf.cast(flat > 0, tf.float32), axis=0)
            parts = (
                tf.reduce_min(flat, 0),
                tf.reduce_max(flat, 0),
                active,
                tf.reduce_sum(flat, 0),
                tf.matmul(flat, flat, transpose_a=True),
            )
            summaries[name].append([part.numpy() for part in parts] + [int(flat.shape[0])])
    result = {f"{name}/probe": value for name, value in probed.items() if value.ndim == 2}
    for name, parts in summaries.items():
        minima, maxima, active, sums, products, counts = zip(*parts, strict=True)
        result |= {f"{name}/minimum": np.min(minima, 0), f"{name}/maximum": np.max(maxima, 0)}
        result[f"{name}/active_share"] = np.sum(active, 0) / np.sum(counts)
        result[f"{name}/spectrum"] = spectrum(
            np.sum(sums, 0, np.float64), np.sum(products, 0, np.float64), np.sum(counts)
        )
    return result


def spectrum(sums, products, count):
    """Eigenvalues (n,), largest first, of the covariance of `count` vectors with these sums (n,) and sums of products (n, n)."""
    mean = sums / count
    eigenvalues = np.linalg.eigvalsh(products / count - np.outer(mean, mean))[::-1]
    return np.maximum(eigenvalues, 0).astype(np.float32)


def filters_and_maps(model, image):
    """The filters of each convolution and their feature maps of one image (28, 28, 1), after the activation.

    Returns "conv_1/filters" (filters, height, width), "conv_2/filters" (filters, inputs, height, width) and
    "<layer>/maps" (filters, height, width).
    """
    names = [name for name in hidden_layers(model) if name.startswith("conv_")]
    maps = layer_outputs(model, names)(tf.constant(image[None]))
    result = {}
    for name in names:
        kernel = np.transpose(model.get_layer(name).kernel.numpy(), (3, 2, 0, 1))
        result[f"{name}/filters"] = kernel[:, 0] if kernel.shape[1] == 1 else kernel
        result[f"{name}/maps"] = np.transpose(maps[name].numpy()[0], (2, 0, 1))
    return result


def receptive_fields(model, images, labels, rng):
    """What each of the ten outputs looks for, in the space of the input images (values in [0, 1]); "name": what it is.

    "back_projection" (10, 28, 28): the output's weights sent back through the layers' weights, with activations left out and
    pooling spread evenly, which is the gradient of the linearised network.
    "gradient" (10, 28, 28): the gradient of the class's logit (Simonyan et al. 2013), averaged over the first
    "gradient_images" () of `images` (n, 28, 28, 1) that `labels` (n,) give to the class.
    "activation_maximisation" (10, 28, 28): the images that `maximise_activation` finds, "reached_probability" (10,): theirs.
    """
    logits, linear = logit_model(model), linearised(model)
    found = maximise_activation(logits, spread_of(logits, images[:BATCH]), rng)
    reached = model(tf.constant(255 * found[..., None], tf.float32), training=False).numpy().diagonal()
    return {
        "back_projection": np.stack([logit_gradients(linear, images[:1], label)[0] for label in range(10)]),
        "gradient": np.stack(
            [
                logit_gradients(logits, images[labels == label][:GRADIENT_IMAGES], label).mean(axis=0)
                for label in range(10)
            ]
        ),
        "activation_maximisation": found,
        "reached_probability": reached.astype(np.float32),
        "gradient_images": np.array(GRADIENT_IMAGES),
    }


def logit_model(model):
    """A float32 copy of the model whose outputs are logits."""
    return copied(model, lambda layer, config: config | ({"activation": "linear"} if layer.name == "output" else {}))


def linearised(model):
    """A float32 copy of the model without activations, in which pooling takes the mean: a linear map."""
    return copied(
        model,
        lambda layer, config: config | ({"activation": "linear"} if "activation" in config else {}),
        keras.layers.AveragePooling2D,
    )


def copied(model, change, pooling=keras.layers.MaxPooling2D):
    """A float32 copy of the model with its weights, in which `change` alters each layer's configuration."""

    def copy_layer(layer):
        config = change(layer, layer.get_config()) | {"dtype": "float32"}
        return (pooling if isinstance(layer, keras.layers.MaxPooling2D) else type(layer)).from_config(config)

    copy = keras.models.clone_model(model, clone_function=copy_layer)
    for layer in copy.layers:
        if hasattr(layer, "kernel"):
            layer.set_weights(model.get_layer(layer.name).get_weights())
    return copy


def with_weights(model, weights):
    """A float32 copy of the model with other kernels and biases: "<layer>/kernel", "<layer>/bias" -> array."""
    copy = copied(model, lambda layer, config: config)
    for layer in copy.layers:
        if hasattr(layer, "kernel"):
            layer.set_weights([weights[f"{layer.name}/kernel"], weights[f"{layer.name}/bias"]])
    return copy


def logit_gradients(logits, images, label):
    """The gradient of one output with respect to each image scaled to [0, 1]: (images, 28, 28)."""
    scaled = tf.cast(tf.constant(images), tf.float32) / 255
    with tf.GradientTape() as tape:
        tape.watch(scaled)
        output = logits(255 * scaled, training=False)[:, label]
    return tape.gradient(output, scaled).numpy()[..., 0]


def spread_of(logits, images):
    """The standard deviation of the logits over images and classes."""
    return float(np.std(logits(tf.constant(images), training=False)))


def maximise_activation(logits, spread, rng, steps=300, smoothness=40.0, faintness=25.0, learning_rate=0.05):
    """Images (10, 28, 28) in [0, 1], each exciting the output of its class, found by gradient ascent.

    What is raised is the logit over the mean of all ten, with ten times the log-probability so that the class also wins.
    Logits are scaled from their `spread` to `TRAINED_SPREAD`, so that an untrained network is driven as hard as a trained one.
    Regularised so that a shape shows (after Mahendran and Vedaldi 2016): total variation (`smoothness`), brightness
    (`faintness`), a random shift of up to two pixels at each step, and images that are blurred by construction.
    """
    hidden = tf.Variable(rng.normal(0, 0.1, (10, 28, 28, 1)).astype(np.float32))
    blur = gaussian_kernel(1.5)
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build([hidden])

    def images_of(hidden):
        return tf.sigmoid(8 * tf.nn.conv2d(hidden, blur, 1, "SAME") - 2)

    @tf.function
    def ascend(shift):
        with tf.GradientTape() as tape:
            images = images_of(hidden)
            outputs = logits(255 * tf.roll(images, shift, (1, 2)), training=False) * (TRAINED_SPREAD / spread)
            own = tf.linalg.diag_part(outputs)
            gain = own - tf.reduce_mean(outputs, axis=1) + 10 * (own - tf.reduce_logsumexp(outputs, axis=1))
            roughness = tf.image.total_variation(images) / (28 * 28)
            loss = tf.reduce_sum(smoothness * roughness + faintness * tf.reduce_mean(images, (1, 2, 3)) - gain)
        optimizer.apply([tape.gradient(loss, hidden)], [hidden])

    for shift in rng.integers(-2, 3, (steps, 2)):
        ascend(tf.constant(shift, tf.int32))
    return images_of(hidden).numpy()[..., 0]


def gaussian_kernel(sigma):
    """A Gaussian of standard deviation `sigma` pixels as a convolution kernel (9, 9, 1, 1) whose sum is one."""
    weights = np.exp(-(np.arange(-4, 5) ** 2) / (2 * sigma**2))
    kernel = np.outer(weights, weights) / weights.sum() ** 2
    return tf.constant(kernel[:, :, None, None], tf.float32)
