"""Checks of what a `DetectionDataset` is made of."""

import numpy as np


def images(value):
    """Return images as one array, or as a tuple where they do not come as one."""
    array = value if isinstance(value, np.ndarray) else tuple(map(np.asarray, value))
    each = array[:1] if isinstance(array, np.ndarray) else array
    for image in each:
        if image.ndim != 3 or image.dtype.kind != "f":
            raise ValueError(
                "`images` must be floats in [0, 1], (height, width, channels) each. "
                f"Received: {image.dtype} of shape {image.shape}."
            )
    return array


def boxes(value, i):
    """Return the boxes of image `i` as float32 `(objects, 4)`."""
    array = np.asarray(value, np.float32)
    if array.size == 0:
        return np.zeros((0, 4), np.float32)
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(
            "`boxes` must have an array (objects, 4) for each image. "
            f"Received: shape {array.shape} for image {i}."
        )
    good = np.isfinite(array).all(axis=1) & (array[:, 2:] > array[:, :2]).all(axis=1)
    if not good.all():
        raise ValueError(
            "`boxes` must be finite, with x1 < x2 and y1 < y2. "
            f"Received: {array[~good][0].tolist()} for image {i}."
        )
    return array


def classes(value, objects, names, i):
    """Return the classes of image `i` as int64 `(objects,)`."""
    array = np.asarray(value)
    whole = array.size == 0 or array.dtype.kind in "iu"
    if not whole or array.reshape(-1).shape != (objects,):
        raise ValueError(
            "`classes` must have one integer for each box. "
            f"Received: {value!r} for the {objects} boxes of image {i}."
        )
    array = array.reshape(-1).astype(np.int64)
    if objects and not 0 <= array.min() <= array.max() < names:
        raise ValueError(
            f"`classes` must be positions in the {names} `class_names`. "
            f"Received: {array.tolist()} for image {i}."
        )
    return array


def flags(value, counts, name):
    """Return a tuple of bool arrays, all `False` if `value` is `None`."""
    if value is None:
        return tuple(np.zeros(count, bool) for count in counts)
    arrays = tuple(np.asarray(own, bool).reshape(-1) for own in value)
    for i, (array, count) in enumerate(zip(arrays, counts, strict=True)):
        if len(array) != count:
            raise ValueError(
                f"`{name}` must have one value for each box. "
                f"Received: {len(array)} for the {count} boxes of image {i}."
            )
    return arrays


def positions(index, n):
    """Return a slice, a list of positions or a bool array as positions."""
    if isinstance(index, slice):
        return np.arange(n)[index]
    array = np.asarray(index)
    if array.size == 0 and array.ndim == 1:
        return np.zeros(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iub":
        raise ValueError(
            "`index` must be a slice, a list of positions or a bool array. "
            f"Received: index={index!r}."
        )
    try:
        return np.arange(n)[array]
    except IndexError:
        raise ValueError(
            f"`index` must fit {n} images. Received: index={index!r}."
        ) from None
