"""Checks of arguments that the functions of this room share."""

import numbers

import numpy as np


def is_integer(value, least):
    """Tell whether `value` is an integer of at least `least` (booleans are not)."""
    return (
        isinstance(value, numbers.Integral)
        and not isinstance(value, (bool, np.bool_))
        and value >= least
    )


def positive_integer(value, name):
    """Return `value` as an `int` above zero, or raise a `ValueError`."""
    if not is_integer(value, 1):
        raise ValueError(
            f"`{name}` must be a positive integer. Received: {name}={value!r}."
        )
    return int(value)


def filter_size(value):
    """Return the filter size, an integer or a pair, as `(f_H, f_W)`."""
    pair = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
    if len(pair) != 2 or not all(is_integer(f, 1) for f in pair):
        raise ValueError(
            f"`f` must be a positive integer or a pair of them. Received: f={value!r}."
        )
    return int(pair[0]), int(pair[1])


def floats(x, name):
    """Return `x` as an array of floats, or raise a `TypeError`."""
    x = np.asarray(x)
    if x.dtype == np.uint8:
        raise TypeError(
            f"`{name}` must hold floats; 8-bit pixels overflow. Divide by 255 first: "
            f'{name}.astype("float32") / 255. Received: {name}.dtype=uint8.'
        )
    if not np.issubdtype(x.dtype, np.floating):
        raise TypeError(
            f'`{name}` must hold floats. Convert it with {name}.astype("float32"). '
            f"Received: {name}.dtype={x.dtype}."
        )
    return x


def volumes(x, name):
    """Return `x` as floats of shape `(m, n_H, n_W, n_C)`, or raise."""
    x = floats(x, name)
    if x.ndim != 4 or 0 in x.shape[1:]:
        raise ValueError(
            f"`{name}` must have the shape (m, n_H, n_W, n_C), with n_H, n_W and n_C "
            f"at least 1. One image becomes a batch with {name}[np.newaxis]. "
            f"Received: {name}.shape={x.shape}."
        )
    return x


def weights(x, name, axes, dtype):
    """Return the weights `x` as floats, with as many axes as `axes` names.

    Whole numbers become floats of `dtype`.
    """
    x = np.asarray(x)
    if np.issubdtype(x.dtype, np.integer):
        x = x.astype(dtype)
    elif not np.issubdtype(x.dtype, np.floating):
        raise TypeError(
            f"`{name}` must hold numbers. Received: {name}.dtype={x.dtype}."
        )
    if x.ndim != len(axes.split(",")) or 0 in x.shape:
        raise ValueError(
            f"`{name}` must have the shape {axes}. Received: {name}.shape={x.shape}."
        )
    return x


def gradient(dZ, shape, name):
    """Return `dZ` as floats of the given shape, or raise."""
    dZ = floats(dZ, name)
    if dZ.shape != shape:
        raise ValueError(
            f"`{name}` must have the shape of the layer's output, {shape}. "
            f"Received: {name}.shape={dZ.shape}."
        )
    return dZ


def shape(value, name, axes):
    """Return `value` as a tuple of ints, as many as `axes` has names.

    All are at least 1, save the size of the batch, `m`, which may be 0.
    """
    names = axes.strip("()").split(", ")
    sizes = tuple(value) if isinstance(value, (list, tuple)) else ()
    if len(sizes) != len(names) or not all(
        is_integer(n, 0 if axis == "m" else 1)
        for n, axis in zip(sizes, names, strict=True)
    ):
        raise ValueError(
            f"`{name}` must be {axes}, positive integers. Received: {name}={value!r}."
        )
    return tuple(int(n) for n in sizes)


def labels(value, m, classes):
    """Return `value` as `m` integers from 0 to `classes - 1`, or raise."""
    value = np.asarray(value)
    if not np.issubdtype(value.dtype, np.integer) and value.size:
        raise TypeError(
            "`labels` must be integers, the number of the class. For one-hot rows take "
            f"labels.argmax(axis=1). Received: labels.dtype={value.dtype}."
        )
    if value.shape != (m,):
        raise ValueError(
            f"`labels` must have the shape ({m},), one for each row. "
            f"Received: labels.shape={value.shape}."
        )
    if m and (value.min() < 0 or value.max() >= classes):
        raise ValueError(
            f"`labels` must be from 0 to {classes - 1}. "
            f"Received: labels from {value.min()} to {value.max()}."
        )
    return value.astype(int)
