"""Takes units that give nothing out of a network, which becomes smaller by them."""

import keras
import numpy as np

from cnnkit.training.prune import _layers

CONV = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
NORM = keras.layers.BatchNormalization
KEEPS_CHANNELS = (
    keras.layers.AveragePooling1D,
    keras.layers.AveragePooling2D,
    keras.layers.AveragePooling3D,
    keras.layers.Dropout,
    keras.layers.GlobalAveragePooling1D,
    keras.layers.GlobalAveragePooling2D,
    keras.layers.GlobalAveragePooling3D,
    keras.layers.GlobalMaxPooling1D,
    keras.layers.GlobalMaxPooling2D,
    keras.layers.GlobalMaxPooling3D,
    keras.layers.MaxPooling1D,
    keras.layers.MaxPooling2D,
    keras.layers.MaxPooling3D,
    keras.layers.ZeroPadding1D,
    keras.layers.ZeroPadding2D,
    keras.layers.ZeroPadding3D,
)
POINTWISE = (keras.layers.Activation, keras.layers.ReLU, keras.layers.LeakyReLU)


def shrink(model):
    """Remove the units that are zero whatever the image, and give the same outputs.

    After `units` the zeros are still multiplied. Here the filters go, and with them
    the channels that the next layer read from them: a smaller and faster network.
    Zeros that are scattered, as `weights` leaves them, do not make it any smaller.

    It works on a chain of convolutions, dense layers, batch normalisation,
    activations, pooling, zero padding, dropout and flatten.

    Args:
        model: a built `keras.Sequential`, or another model that is such a chain.

    Returns:
        A `keras.Sequential` that is not compiled, with layers of the same names.

    Raises:
        ValueError: if the model is no such chain.

    Example:

    >>> from cnnkit.training import prune
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 1)),
    ...     keras.layers.Conv2D(8, 3, activation="relu"),
    ...     keras.layers.Flatten(),
    ...     keras.layers.Dense(10),
    ... ])
    >>> _ = prune.units(model, 0.75)
    >>> model.count_params(), prune.shrink(model).count_params()
    (2970, 750)

    Taught in: notebooks/week2_case_studies/06_pruning.ipynb
    """
    chain = _chain(model)
    last = max(i for i, x in enumerate(chain) if type(x) in _layers.PRUNABLE)
    layers, values = [], []
    alive = np.arange(model.input_shape[-1])
    for i, layer in enumerate(chain):
        weights = [_layers.to_numpy(w) for w in layer.weights]
        config = layer.get_config()
        if type(layer) in _layers.PRUNABLE:
            weights[0] = np.take(weights[0], alive, axis=-2)
            if i == last:
                alive = np.arange(weights[0].shape[-1])
            else:
                alive = _alive(chain[i:])
            weights = [w[..., alive] for w in weights]
            config["filters" if isinstance(layer, CONV) else "units"] = len(alive)
        elif isinstance(layer, NORM):
            weights = [w[alive] for w in weights]
        elif isinstance(layer, keras.layers.Flatten):
            *places, channels = layer.input.shape[1:]
            offsets = np.arange(int(np.prod(places)))[:, None] * channels
            alive = (offsets + alive).ravel()
        config.pop("build_config", None)
        layers.append(type(layer).from_config(config))
        values += weights
    small = keras.Sequential(
        [keras.Input(model.input_shape[1:]), *layers], name=model.name
    )
    small.set_weights(values)
    return small


def _chain(model):
    """Return the layers from input to output, or raise a `ValueError`."""
    _layers.prunable(model)
    layers = [x for x in model.layers if not isinstance(x, keras.layers.InputLayer)]
    known = (*_layers.PRUNABLE, NORM, keras.layers.Flatten, *KEEPS_CHANNELS, *POINTWISE)
    for layer in layers:
        if type(layer) not in known or getattr(layer, "groups", 1) != 1:
            raise ValueError(
                "`shrink` knows convolutions without groups, dense layers, batch "
                "normalisation, activations, pooling, zero padding, dropout and "
                f"flatten. Received: {layer.name!r}, a {type(layer).__name__}."
            )
        last_axis = getattr(layer, "data_format", "channels_last") == "channels_last"
        if not last_axis or (isinstance(layer, NORM) and not _on_last_axis(layer)):
            raise ValueError(
                f"`shrink` needs the channels last. Received: {layer.name!r}."
            )
    tensors = [model.inputs[0], *(x.output for x in layers)]
    follows = all(
        x._inbound_nodes[-1].input_tensors[0] is before
        for x, before in zip(layers, tensors[:-1], strict=True)
    )
    if len(model.inputs) != 1 or len(model.outputs) != 1 or not follows:
        raise ValueError(
            "`shrink` needs a chain, each layer reading the one before, without "
            f"branches. Received: the model {model.name!r}."
        )
    return layers


def _on_last_axis(norm):
    return norm.axis in (-1, len(norm.input.shape) - 1)


def _alive(chain):
    """Return the units of the first layer that can be other than zero.

    A unit whose weights are all zero gives the same for every image. That value is
    followed through what comes before the next layer with a kernel.
    """
    first, *rest = chain
    kernel = _layers.to_numpy(first.kernel)
    varies = (kernel != 0).any(axis=tuple(range(kernel.ndim - 1)))
    value = np.zeros(kernel.shape[-1], np.float32)
    if first.use_bias:
        value = value + _layers.to_numpy(first.bias)
    value = _through(first.activation, value)
    for layer in rest:
        if type(layer) in _layers.PRUNABLE:
            break
        if isinstance(layer, NORM) and value.size == layer.moving_mean.shape[0]:
            gain, offset, mean, variance = _norm_values(layer, value.size)
            varies &= gain != 0
            value = gain * (value - mean) / np.sqrt(variance + layer.epsilon) + offset
        elif isinstance(layer, NORM):
            return np.arange(value.size)
        elif isinstance(layer, POINTWISE):
            value = _through(layer, value)
    alive = np.flatnonzero(varies | (value != 0))
    return alive if alive.size else np.arange(1)


def _norm_values(norm, channels):
    weights = {w.name: _layers.to_numpy(w) for w in norm.weights}
    return (
        weights.get("gamma", np.ones(channels)),
        weights.get("beta", np.zeros(channels)),
        weights["moving_mean"],
        weights["moving_variance"],
    )


def _through(function, value):
    """Return what an activation makes of each value, and 1 if it mixes them."""
    if getattr(function, "activation", function) is keras.activations.softmax:
        return np.ones_like(value)
    return np.asarray(keras.ops.convert_to_numpy(function(value[None])))[0]
