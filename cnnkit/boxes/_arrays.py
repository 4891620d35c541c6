"""What computes: NumPy for arrays and lists, `keras.ops` for tensors.

Keras is imported only when a tensor comes in, so that `cnnkit.boxes` on plain arrays
needs no more than NumPy.
"""

import numpy as np

TENSOR_LIBRARIES = {"jax", "jaxlib", "keras", "tensorflow", "torch"}


def is_tensor(value):
    """Tell whether `value` is a tensor of a backend, or a symbolic one of Keras."""
    return type(value).__module__.partition(".")[0] in TENSOR_LIBRARIES


def floats(*values, names):
    """Return what computes on `values`, and them as arrays of floats.

    Arrays of float32 and float64 keep their type; lists and integers become float64.
    Tensors become float32, unless one is float64; so do arrays beside a tensor.

    Args:
        values: arrays, nested lists or tensors of numbers.
        names: sequence of str, what the error calls each of them.

    Returns:
        A pair: `numpy` or `keras.ops`, and a list of arrays or tensors.

    Raises:
        ValueError: if an array does not hold numbers, or holds NaN or infinity. The
            values of tensors are not looked at.
    """
    if not any(is_tensor(value) for value in values):
        pairs = zip(values, names, strict=True)
        return np, [_array(value, name) for value, name in pairs]
    from keras import backend, ops

    kinds = [backend.standardize_dtype(v.dtype) for v in values if is_tensor(v)]
    dtype = "float64" if "float64" in kinds else "float32"
    return ops, [
        ops.cast(value, dtype)
        if is_tensor(value)
        else ops.convert_to_tensor(_array(value, name), dtype)
        for value, name in zip(values, names, strict=True)
    ]


def boxes(*values, names=("boxes",)):
    """Return what computes on boxes, and them as floats of shape `(..., 4)`.

    As `floats`; no boxes at all, `[]`, become an array of shape `(0, 4)`.
    """
    xp, arrays = floats(*values, names=names)
    for i, (array, name) in enumerate(zip(arrays, names, strict=True)):
        if tuple(array.shape) == (0,):
            arrays[i] = xp.reshape(array, (0, 4))
        elif not len(array.shape) or array.shape[-1] != 4:
            raise ValueError(
                f"`{name}` must have four numbers a box along the last axis. "
                f"Received: {name} of shape {tuple(array.shape)}."
            )
    return xp, arrays


def to_numpy(value):
    """Return an array, a list or a tensor that holds values as a NumPy array."""
    if not is_tensor(value):
        return np.asarray(value)
    from keras import ops

    return np.asarray(ops.convert_to_numpy(value))


def one_per_box(value, name, n):
    """Return numbers of shape `(n,)` as an array, or raise a `ValueError`."""
    array = to_numpy(value)
    if array.shape != (n,) or (n and array.dtype.kind not in "fiu"):
        raise ValueError(
            f"`{name}` must be {n} numbers, one a box. Received: {name} of shape "
            f"{array.shape} and type {array.dtype}."
        )
    if np.isnan(array).any():
        raise ValueError(f"`{name}` must not hold NaN; look where it comes from.")
    return array


def _array(value, name):
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"`{name}` must be an array of numbers, or lists of one length. "
            f"Received: {name} of type {type(value).__name__}."
        ) from error
    if array.dtype.kind not in "fiu":
        raise ValueError(
            f"`{name}` must be numbers. Received: {name} of type {array.dtype}."
        )
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float32 if array.dtype == np.float16 else np.float64)
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(
            f"`{name}` must not hold NaN or infinity. Received: {array[place]} at "
            f"position {place}."
        )
    return array
