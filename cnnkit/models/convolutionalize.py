"""From a classifier of one window to one of every window, in a single pass."""

import keras
from keras import layers

BRIDGES = (layers.Flatten, layers.GlobalAveragePooling2D)
POINTWISE = (
    layers.Activation,
    layers.BatchNormalization,
    layers.Dropout,
    layers.ELU,
    layers.LeakyReLU,
    layers.ReLU,
    layers.Softmax,
)


def convolutionalize(model, input_shape=None, name=None):
    """Turn the dense layers of a classifier into convolutions with the same weights.

    The first dense layer after `Flatten` becomes a convolution as large as the maps
    that were flattened, each later one a 1×1 convolution; global average pooling
    becomes average pooling with stride 1. The result takes images of any size and
    gives, in one pass, what the classifier gives for every window of its input size,
    one window each `stride` pixels, where `stride` is the product of the strides.

    This is exact where all layers pad with "valid". With "same" padding a window that
    is cut out has a border of zeros that the window within the image has not: outputs
    are equal for the classifier's own input size, and close but different elsewhere.

    Args:
        model: a `keras.Model` from `(batch, height, width, channels)` to
            `(batch, classes)`: any convolutional body, then `Flatten` or global
            average pooling, then a chain of dense layers, activations and dropout.
        input_shape: `(height, width, channels)` of the new input, sides `None` for any
            size; by default `(None, None, channels)`.
        name: name of the new model; by default the old one's with `_convolutional`.

    Returns:
        A `keras.Model` from images to `(batch, rows, columns, classes)`, with copies of
        the weights and the names of the layers kept.

    Raises:
        ValueError: if the model has another structure.

    Example:

    >>> from cnnkit.models import LeNet5
    >>> slider = convolutionalize(LeNet5())
    >>> slider(keras.ops.zeros((1, 40, 48, 1))).shape
    TensorShape([1, 4, 6, 10])

    Reference:
        - Sermanet et al., "OverFeat: integrated recognition, localization and
          detection using convolutional networks", 2014, section 3.5.

    Taught in: notebooks/week3_detection/02_sliding_windows.ipynb
    """
    bridge, head = _after_body(model)
    body = keras.Model(model.inputs[0], bridge.input)
    shape = input_shape or (None, None, model.inputs[0].shape[-1])
    inputs = keras.Input(shape, name="image")
    slider = keras.models.clone_model(body, input_tensors=inputs)
    slider.set_weights(body.get_weights())

    x, size = slider.output, bridge.input.shape[1:3]
    if isinstance(bridge, layers.GlobalAveragePooling2D):
        x, size = layers.AveragePooling2D(size, strides=1, name=bridge.name)(x), (1, 1)
    for layer in head:
        x, size = _anywhere(layer, x, size)
    return keras.Model(inputs, x, name=name or f"{model.name}_convolutional")


def _after_body(model):
    """Find the layer that ends the maps, and the chain of layers after it."""
    bridges = [layer for layer in model.layers if isinstance(layer, BRIDGES)]
    if len(model.inputs) != 1 or len(model.outputs) != 1 or len(bridges) != 1:
        raise ValueError(
            "`model` must have one input, one output and one layer `Flatten` or "
            f"`GlobalAveragePooling2D`. Received: {model.name!r} with "
            f"{len(model.inputs)} inputs, {len(model.outputs)} outputs, "
            f"{len(bridges)} such layers."
        )
    bridge = bridges[0]
    if None in bridge.input.shape[1:]:
        raise ValueError(
            "`model` must have a fixed input size: it is the size of the window. "
            f"Received: input shape {model.inputs[0].shape}."
        )
    head = model.layers[model.layers.index(bridge) + 1 :]
    last = bridge.output
    for layer in head:
        if layer.input is not last:
            raise ValueError(
                "After `Flatten` or `GlobalAveragePooling2D` the layers must be one "
                f"chain. Layer {layer.name!r} does not follow the one before it."
            )
        last = layer.output
    _check_head(bridge, head)
    return bridge, head


def _check_head(bridge, head):
    dense_before = isinstance(bridge, layers.GlobalAveragePooling2D)
    for layer in head:
        dense = isinstance(layer, layers.Dense)
        mixes = isinstance(layer, (layers.BatchNormalization, layers.Softmax))
        if not dense and (
            not isinstance(layer, POINTWISE) or (mixes and not dense_before)
        ):
            raise ValueError(
                "After `Flatten` only dense layers, activations and dropout can be "
                f"turned into convolutions. Received: layer {layer.name!r}, a "
                f"{type(layer).__name__}."
            )
        dense_before = dense_before or dense


def _anywhere(layer, x, size):
    """Apply the layer at every place; return the result and the next kernel's size."""
    weights = layer.get_weights()
    if isinstance(layer, layers.Dense):
        new = layers.Conv2D(
            layer.units,
            size,
            activation=layer.activation,
            use_bias=layer.use_bias,
            name=layer.name,
        )
        weights[0] = weights[0].reshape(*size, -1, layer.units)
        size = (1, 1)
    else:
        new = type(layer).from_config(layer.get_config())
    x = new(x)
    if weights:
        new.set_weights(weights)
    return x, size
