"""Checks of arguments that several functions on boxes share."""

import numbers

import numpy as np


def whole(value, name, least=1):
    """Return `value` as an `int` of at least `least`, or raise a `ValueError`."""
    is_integer = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_integer or value < least:
        raise ValueError(
            f"`{name}` must be an integer of at least {least}. "
            f"Received: {name}={value!r}."
        )
    return int(value)


def pair(value, name):
    """Return height and width as two ints above 0, or raise a `ValueError`."""
    values = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
    if len(values) != 2:
        raise ValueError(
            f"`{name}` must be an integer or a pair of them, height and width. "
            f"Received: {name}={value!r}."
        )
    return tuple(whole(v, name) for v in values)


def number(value, name, least=0.0, most=np.inf):
    """Return `value` as a `float` within bounds, or raise a `ValueError`."""
    is_real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_real or not np.isfinite(value) or not least <= value <= most:
        bounds = (
            f"of at least {least:g}" if most == np.inf else f"{least:g} to {most:g}"
        )
        raise ValueError(
            f"`{name}` must be a number {bounds}. Received: {name}={value!r}."
        )
    return float(value)


def image(value):
    """Return one image as floats `(height, width, channels)`, or raise."""
    array = np.asarray(value)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or not array.size:
        raise ValueError(
            "`image` must be one image, (height, width, channels). "
            f"Received: image of shape {np.shape(value)}."
        )
    if array.dtype.kind != "f":
        raise ValueError(
            "`image` must be floats in [0, 1]; divide 8-bit pixels by 255. "
            f"Received: image of type {array.dtype}."
        )
    return array.astype(np.float32, copy=False)
