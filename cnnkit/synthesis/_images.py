"""Images that come in, whatever they are, and pictures that go out."""

import warnings

import numpy as np

SMALLEST = 16


def colour(image, name):
    """Return an image as float32 `(height, width, 3)` in [0, 1].

    Grey is taken as three equal channels. What is transparent is put on white; both
    are said by a warning.

    Args:
        image: `(height, width)` or `(height, width, channels)` with 1, 3 or 4 channels;
            floats in [0, 1] or uint8.
        name: name of the argument.

    Raises:
        ValueError: if it is not such an image, or a side is below 16.
    """
    array = np.asarray(image)
    if array.dtype == np.uint8:
        array = array / np.float32(255)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[-1] not in (1, 3, 4) or array.dtype.kind != "f":
        raise ValueError(
            f"`{name}` must be one image, (height, width, 1, 3 or 4), of floats in "
            f"[0, 1] or uint8. Received: shape {np.shape(image)}, {array.dtype}."
        )
    if min(array.shape[:2]) < SMALLEST:
        raise ValueError(
            f"`{name}` must have sides of at least {SMALLEST} pixels. "
            f"Received: shape {array.shape}."
        )
    if not np.isfinite(array).all() or array.min() < 0 or array.max() > 1:
        raise ValueError(f"`{name}` must be finite and in [0, 1].")
    if array.shape[-1] == 1:
        warnings.warn(f"`{name}` is grey: taken as red = green = blue.", stacklevel=3)
        array = np.repeat(array, 3, axis=-1)
    elif array.shape[-1] == 4:
        warnings.warn(f"`{name}` has an alpha channel: put on white.", stacklevel=3)
        array = 1 - array[..., 3:] * (1 - array[..., :3])
    return np.ascontiguousarray(array, np.float32)


def noise(shape, seed):
    """Return an image of noise, uniform in [0, 1]."""
    return np.random.default_rng(seed).random(shape, dtype=np.float32)
