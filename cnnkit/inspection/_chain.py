"""A chain of layers, from the image to one of them."""

import keras

from cnnkit.arithmetic import receptive_fields
from cnnkit.models import _lookup

POINTWISE = (
    keras.layers.Activation,
    keras.layers.BatchNormalization,
    keras.layers.Dropout,
    keras.layers.ReLU,
)
WINDOWS = (
    keras.layers.AveragePooling2D,
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.MaxPooling2D,
    keras.layers.SeparableConv2D,
)


def chain(model, name):
    """Return the layers of a model up to one of them.

    Args:
        model: a `keras.Model` with one input.
        name: name of a layer.

    Returns:
        A list of layers, without the input.

    Raises:
        ValueError: if there is no such layer (the nearest names are told), or the way
            to it is no chain.
    """
    _lookup.check_one_input(model)
    layer, layers = _lookup.layer(model, name), []
    while not isinstance(layer, keras.layers.InputLayer):
        layers.append(layer)
        if isinstance(layer.input, (list, tuple, dict)):
            raise ValueError(
                f"{layer.name!r} has several inputs: the way to {name!r} must be a "
                "chain of layers."
            )
        layer = layer.input._keras_history.operation
    return layers[::-1]


def fields(layers, image_shape):
    """Return what units of the last layer see, by axis.

    Args:
        layers: list, by `chain`.
        image_shape: `(height, width)`.

    Returns:
        Two `cnnkit.arithmetic.ReceptiveField`, of rows and of columns.

    Raises:
        ValueError: if a layer is neither convolution, pooling nor pointwise.
    """
    windows = [_window(layer) for layer in layers if not isinstance(layer, POINTWISE)]
    if not windows:
        return receptive_fields([((1, 1), (1, 1))], tuple(image_shape))[-1]
    return receptive_fields(windows, tuple(image_shape))[-1]


def _window(layer):
    if isinstance(layer, keras.layers.ZeroPadding2D):
        (top, _), (left, _) = layer.padding
        return (1, 1), (1, 1), (1, 1), (top, left)
    if not isinstance(layer, WINDOWS):
        raise ValueError(
            "What a unit sees is known for chains of convolutions, poolings and "
            f"pointwise layers. Received: {layer.name!r}, a {type(layer).__name__}."
        )
    if hasattr(layer, "pool_size"):
        return layer.pool_size, layer.strides, (1, 1), 2 * (layer.padding,)
    return layer.kernel_size, layer.strides, layer.dilation_rate, 2 * (layer.padding,)
