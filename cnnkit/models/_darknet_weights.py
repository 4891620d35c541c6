"""Reads the .weights files of Darknet: a header, and float32 layer after layer."""

import math
import os
import struct
from pathlib import Path

import numpy as np
from keras import layers

VERSION = struct.Struct("<3i")


def load(model, path):
    """Put the weights of a file into a model; all of them, or none.

    Each convolution has its biases first. If it is normalised these are the shifts β,
    and the scales γ, the means and the variances follow. Then the kernels come, filter
    by filter, channel by channel, row by row.

    Args:
        model: a `Darknet`.
        path: path of the file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it is too short or too long for the model, or holds NaN.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise ValueError(
            "`weights` must be None or the path of a Darknet .weights file. "
            f"Received: weights={path!r}."
        )
    path = Path(path).expanduser()
    numbers = _numbers(path, model.count_params())
    assignments, at = [], 0
    for conv, norm in _convolutions(model):
        if norm is None:
            vectors = [conv.bias]
        else:
            vectors = [norm.beta, norm.gamma, norm.moving_mean, norm.moving_variance]
        for variable in [*vectors, conv.kernel]:
            values = numbers[at : at + math.prod(variable.shape)]
            if not np.isfinite(values).all():
                raise ValueError(f"{path} holds NaN or infinity, in {conv.name}.")
            at += len(values)
            if variable is conv.kernel:
                values = _as_kernel(values, conv)
            assignments.append((variable, values))
    for variable, values in assignments:
        variable.assign(values)


def _numbers(path, wanted):
    """Return the float32 numbers behind the header, just as many as are wanted."""
    data = path.read_bytes()
    if len(data) < 16:
        raise ValueError(f"{path} is no Darknet file: it has {len(data)} bytes.")
    major, minor, _ = VERSION.unpack_from(data)
    # The number of images seen in training has 8 bytes from version 0.2 on.
    is_long = major * 10 + minor >= 2 and major < 1000 and minor < 1000
    header = VERSION.size + (8 if is_long else 4)
    found = len(data) - header
    if found != 4 * wanted:
        much = "short" if found < 4 * wanted else "long"
        raise ValueError(
            f"{path} is too {much} for this cfg: behind its header of {header} bytes "
            f"(version {major}.{minor}) there should be {4 * wanted:,} bytes, "
            f"{wanted:,} numbers; there are {found:,}. Nothing was loaded."
        )
    return np.frombuffer(data, "<f4", offset=header)


def _convolutions(model):
    """Return pairs of a convolution and its normalisation or `None`, in order."""
    names = {layer.name: layer for layer in model.layers}
    convolutions = [layer for layer in model.layers if hasattr(layer, "kernel")]
    convolutions.sort(key=lambda layer: int(layer.name.removeprefix("conv")))
    return [(layer, names.get(f"{layer.name}_norm")) for layer in convolutions]


def _as_kernel(values, conv):
    """Turn (filters, channels, rows, columns) into the order of Keras."""
    rows, columns, *channels = conv.kernel.shape
    if isinstance(conv, layers.DepthwiseConv2D):  # (channels, filters of each)
        return values.reshape(*channels, rows, columns).transpose(2, 3, 0, 1)
    return values.reshape(*channels[::-1], rows, columns).transpose(2, 3, 1, 0)
