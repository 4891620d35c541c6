"""Checks of arguments that the rooms of training share."""

import numbers

import numpy as np


def image_batch(images, name="images"):
    """Return a batch of images as an array of floats, or raise a `ValueError`."""
    array = np.asarray(images)
    if array.ndim != 4 or 0 in array.shape[1:]:
        raise ValueError(
            f"`{name}` must be of shape (n, height, width, channels). "
            f"Received: {name} of shape {array.shape}."
        )
    if array.dtype.kind != "f":
        raise ValueError(
            f"`{name}` must be floats in [0, 1]; divide 8-bit pixels by 255. "
            f"Received: {name} of type {array.dtype}."
        )
    return array.astype(np.float32, copy=False)


def whole(value, name, least=1):
    """Return `value` as an `int` of at least `least`, or raise a `ValueError`."""
    is_integer = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_integer or value < least:
        raise ValueError(
            f"`{name}` must be an integer of at least {least}. "
            f"Received: {name}={value!r}."
        )
    return int(value)


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


def size(value, name="size"):
    """Return height and width as a pair of ints, or raise a `ValueError`."""
    values = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
    if len(values) != 2:
        raise ValueError(
            f"`{name}` must be an integer or a pair of them, height and width. "
            f"Received: {name}={value!r}."
        )
    return tuple(whole(v, name) for v in values)


def one_of(value, name, choices):
    """Return `value` if it is among `choices`, or raise a `ValueError`."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f"`{name}` must be {', '.join(map(repr, choices[:-1]))} or "
            f"{choices[-1]!r}. Received: {name}={value!r}."
        )
    return value
