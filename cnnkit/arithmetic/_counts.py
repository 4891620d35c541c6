"""Multiplications of Keras layers."""

import math

import keras

# Weights with two axes or more that scale numbers one by one, or are looked up.
WITHOUT_PRODUCTS = (
    keras.layers.BatchNormalization,
    keras.layers.Embedding,
    keras.layers.GroupNormalization,
    keras.layers.LayerNormalization,
    keras.layers.Normalization,
    keras.layers.PReLU,
)

# No weights, and products of matrices all the same.
PRODUCTS_WITHOUT_WEIGHTS = {
    "AdditiveAttention",
    "Attention",
    "Conv",
    "ConvTranspose",
    "DepthwiseConv",
    "Dot",
    "DotProductAttention",
    "Einsum",
    "Inner",
    "Matmul",
    "Outer",
    "SeparableConv",
    "Tensordot",
    "Vdot",
}


def multiply_adds(operation, input_shapes, output_shapes):
    """Count the multiplications of one call on one example.

    Args:
        operation: a layer, or another operation of a Keras graph.
        input_shapes: list of shapes, each with the batch in front.
        output_shapes: list of shapes, each with the batch in front.

    Returns:
        int, or `None` where the number is not known.
    """
    if None in [side for shape in output_shapes for side in shape[1:]]:
        return None
    if hasattr(operation, "multiply_adds"):
        return operation.multiply_adds(output_shapes[0])
    if isinstance(operation, keras.layers.SpectralNormalization):
        operation = operation.layer
    for kinds, count in RULES:
        if isinstance(operation, kinds):
            if None in input_shapes[0][1:]:
                return None
            return count(operation, input_shapes[0], output_shapes[0])
    if isinstance(operation, WITHOUT_PRODUCTS):
        return 0
    if type(operation).__name__ in PRODUCTS_WITHOUT_WEIGHTS:
        return None
    has_matrix = any(len(w.shape) > 1 for w in getattr(operation, "weights", ()))
    return None if has_matrix else 0


def _dense(layer, input_shape, output_shape):
    return math.prod(output_shape[1:]) * input_shape[-1]


def _conv(layer, input_shape, output_shape):
    channels = _channels(layer, input_shape) // layer.groups
    return math.prod(output_shape[1:]) * math.prod(layer.kernel_size) * channels


def _conv_transpose(layer, input_shape, output_shape):
    per_number = math.prod(layer.kernel_size) * layer.filters
    return math.prod(input_shape[1:]) * per_number


def _depthwise(layer, input_shape, output_shape):
    return math.prod(output_shape[1:]) * math.prod(layer.kernel_size)


def _separable(layer, input_shape, output_shape):
    places = math.prod(output_shape[1:]) // layer.filters
    middle = _channels(layer, input_shape) * layer.depth_multiplier
    return places * middle * (math.prod(layer.kernel_size) + layer.filters)


def _channels(layer, shape):
    return shape[1 if layer.data_format == "channels_first" else -1]


def _recurrent(layer, input_shape, output_shape):
    gates = next(count for kind, count in GATES.items() if isinstance(layer, kind))
    return input_shape[1] * gates * layer.units * (input_shape[-1] + layer.units)


def _both_ways(layer, input_shape, output_shape):
    ways = (layer.forward_layer, layer.backward_layer)
    return _total(_of_inner(way, input_shape, output_shape) for way in ways)


def _each_step(layer, input_shape, output_shape):
    shapes = ((shape[0], *shape[2:]) for shape in (input_shape, output_shape))
    cost = _of_inner(layer.layer, *shapes)
    return None if cost is None else input_shape[1] * cost


def _of_inner(layer, input_shape, output_shape):
    if isinstance(layer, keras.Model):
        from cnnkit.arithmetic.describe import describe

        return describe(layer).totals.multiply_adds
    return multiply_adds(layer, [input_shape], [output_shape])


def _total(costs):
    costs = list(costs)
    return None if None in costs else sum(costs)


# A step multiplies a matrix for each gate, and one for what is new.
GATES = {keras.layers.SimpleRNN: 1, keras.layers.GRU: 3, keras.layers.LSTM: 4}

RULES = [
    (keras.layers.Dense, _dense),
    (tuple(GATES), _recurrent),
    (keras.layers.Bidirectional, _both_ways),
    (keras.layers.TimeDistributed, _each_step),
    (
        (
            keras.layers.Conv1DTranspose,
            keras.layers.Conv2DTranspose,
            keras.layers.Conv3DTranspose,
        ),
        _conv_transpose,
    ),
    ((keras.layers.SeparableConv1D, keras.layers.SeparableConv2D), _separable),
    ((keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D), _depthwise),
    ((keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D), _conv),
]
