"""Reads a batch of images at fractional places, fast and in NumPy alone."""

import numpy as np

BORDERS = ("reflect", "edge", "zero")
PAD_MODES = {"reflect": "symmetric", "edge": "edge", "zero": "constant"}
PIXELS_AT_ONCE = 25600  # what stays in the cache of one core


def parts(n, size):
    """Return slices of a batch of `n`, of as many images as stay in the cache."""
    step = max(1, PIXELS_AT_ONCE // max(1, size[0] * size[1]))
    return [slice(i, i + step) for i in range(0, n, step)]


def sample(images, rows, columns, border, out=None):
    """Return `images` read at the places `rows`, `columns`, in pixels.

    Each value is a weighted sum of four pixels. They are gathered channel by channel,
    some lines of the result at a time; NumPy lets go of the interpreter in all of the
    steps, so that threads run side by side.

    Args:
        images: float32 array `(n, height, width, channels)`.
        rows: float32 array `(n, new_height, new_width)`.
        columns: as `rows`.
        border: "reflect" (half a pixel outside the border is as far inside), "edge"
            or "zero".
        out: float32 array for the result, or `None` for a new one.
    """
    n, height, width = rows.shape
    if out is None:
        out = np.empty((*rows.shape, images.shape[-1]), np.float32)
    bands = max(1, -(-height * width // PIXELS_AT_ONCE))
    lines = -(-height // bands)
    for some in parts(n, (height, width)):
        planes = _planes(images[some], border)
        for top in range(0, height, lines):
            part = some, slice(top, top + lines)
            _read(planes, rows[part], columns[part], border, out[part])
    return out


def _planes(images, border):
    """Return the channels apart, with one pixel before each image and two behind it.

    So that every place that `_split` gives has a pixel below it and to its right.
    """
    n, height, width, channels = images.shape
    empty = np.zeros if border == "zero" else np.empty
    planes = empty((channels, n, height + 3, width + 3), np.float32)
    for k in range(channels):
        planes[k, :, 1:-2, 1:-2] = images[..., k]
    if border != "zero":
        planes[..., 0] = planes[..., 1]
        planes[..., -2:] = planes[..., -3:-2]
        planes[:, :, 0] = planes[:, :, 1]
        planes[:, :, -2:] = planes[:, :, -3:-2]
    return planes


def _read(planes, rows, columns, border, out):
    channels, n, height, width = planes.shape
    first, down = _split(rows, height - 3, border)
    left, right = _split(columns, width - 3, border)
    first *= width
    first += left
    if n > 1:
        first += (np.arange(n) * (height * width))[:, None, None]
    both = down * right
    down -= both
    right -= both
    neither = 1 - both
    neither -= down
    neither -= right
    corners = ((1, right), (width, down), (width + 1, both))
    total, value = np.empty_like(both), np.empty_like(both)
    for k in range(channels):
        pixels = planes[k].reshape(-1)
        # No place is outside, and "wrap" is the fastest way to find that out.
        pixels.take(first, out=total, mode="wrap")
        total *= neither
        for step, weight in corners:
            pixels[step:].take(first, out=value, mode="wrap")
            value *= weight
            total += value
        out[..., k] = total


def _split(places, pixels, border):
    """Return the pixel before each place and how far behind it the place is."""
    if border == "reflect":
        inside = places + np.float32(0.5)
        np.abs(inside, out=inside)
        np.subtract(np.float32(pixels), inside, out=inside)
        np.abs(inside, out=inside)
        np.subtract(np.float32(pixels + 0.5), inside, out=inside)
    else:
        inside = places + np.float32(1)
        np.minimum(inside, np.float32(pixels + 1), out=inside)
    np.maximum(inside, np.float32(0), out=inside)
    before = np.floor(inside)
    inside -= before
    return before.astype(np.intp), inside
