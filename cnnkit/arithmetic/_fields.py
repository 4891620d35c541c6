"""How the layers of a Keras graph widen the receptive field.

A field is a tuple with `(size, jump)` for each axis of the image, in pixels of the
model's input; `ALL` where a unit may see the whole input; `None` where it is not known.
The field of a vector that has seen no image is `()`.
"""

from fractions import Fraction

import keras

from cnnkit.arithmetic import _graph

ALL = "all"

KEEP_THE_FIELD = tuple(
    getattr(keras.layers, f"{name}{rank}D")
    for name in ("ZeroPadding", "Cropping")
    for rank in (1, 2, 3)
) + (keras.layers.CenterCrop,)

SEE_ALL = (
    keras.layers.AdditiveAttention,
    keras.layers.Attention,
    keras.layers.Bidirectional,
    keras.layers.Flatten,
    keras.layers.GroupQueryAttention,
    keras.layers.MultiHeadAttention,
    keras.layers.RNN,
)

UPSAMPLING = tuple(getattr(keras.layers, f"UpSampling{rank}D") for rank in (1, 2, 3))
UPSAMPLING_NEIGHBOURS = {"nearest": 0, "bilinear": 1, "bicubic": 3}

TRANSPOSED = tuple(getattr(keras.layers, f"Conv{rank}DTranspose") for rank in (1, 2, 3))


def start(axes):
    """Return the field of an input: each pixel sees itself."""
    return ((Fraction(1), Fraction(1)),) * axes


def after(operation, fields, inputs, output):
    """Return the field after one call.

    Args:
        operation: a layer, or another operation of a Keras graph.
        fields: list, the field of each input.
        inputs: list of tuples, the sides of each input, without batch and channels.
        output: tuple, the sides of the output.

    Returns:
        A field.
    """
    if isinstance(operation, keras.layers.SpectralNormalization):
        operation = operation.layer
    field = _widest(fields)
    if any(inputs) and _sees_all(operation, output):
        return ALL
    if not any(inputs) and isinstance(operation, keras.layers.Dense):
        return ALL
    if field is None or field == ALL:
        return field
    if field == ():
        return start(len(output))
    if isinstance(operation, KEEP_THE_FIELD):
        return field
    if isinstance(operation, UPSAMPLING):
        return _upsampled(operation, field)
    window = _window(operation, len(output))
    if window and len(field) == len(output):
        widen = _transposed if isinstance(operation, TRANSPOSED) else _slid
        return tuple(map(widen, field, *window))
    return field if output in inputs and _acts_by_pixel(operation) else None


def pixels(field):
    """Return a field as a table shows it: int, tuple, `ALL` or `None`."""
    if field is None or field == ALL:
        return field
    sizes = tuple(-(-size // 1) for size, _ in field)
    if not sizes:
        return None
    return sizes[0] if len(set(sizes)) == 1 else sizes


def _widest(fields):
    if ALL in fields:
        return ALL
    if None in fields:
        return None
    seeing = [field for field in fields if field != ()]
    if len({len(field) for field in seeing}) > 1:
        return None
    return tuple(
        tuple(map(max, zip(*axis, strict=True))) for axis in zip(*seeing, strict=True)
    )


def _sees_all(operation, output):
    kind = type(operation).__name__
    return (
        isinstance(operation, SEE_ALL)
        or kind.startswith("Global")
        or (not output and kind != "GetItem")
    )


def _acts_by_pixel(operation):
    return isinstance(operation, keras.layers.Dense) or not (
        hasattr(operation, "kernel_size")
        or hasattr(operation, "pool_size")
        or _graph.has_sublayers(operation)
    )


def _window(operation, rank):
    """Return sizes, strides and dilations by axis, or `None` if there are none."""
    size = getattr(operation, "kernel_size", None)
    if size is None:
        size = getattr(operation, "pool_size", None)
    if size is None:
        return None
    strides = getattr(operation, "strides", None)
    if strides is None:
        strides = size if hasattr(operation, "pool_size") else 1
    dilation = getattr(operation, "dilation_rate", 1)
    window = [
        tuple(v) if isinstance(v, (list, tuple)) else (v,) * rank
        for v in (size, strides, dilation)
    ]
    return window if all(len(v) == rank for v in window) else None


def _slid(axis, f, stride, dilation):
    size, jump = axis
    return size + (f - 1) * dilation * jump, jump * stride


def _transposed(axis, f, stride, dilation):
    size, jump = axis
    return size + (f - 1) * dilation // stride * jump, jump / stride


def _upsampled(layer, field):
    factors = layer.size if isinstance(layer.size, tuple) else (layer.size,)
    neighbours = UPSAMPLING_NEIGHBOURS.get(getattr(layer, "interpolation", "nearest"))
    if neighbours is None:
        return None
    return tuple(
        (size + neighbours * jump, jump / factor)
        for (size, jump), factor in zip(field, factors, strict=True)
    )
