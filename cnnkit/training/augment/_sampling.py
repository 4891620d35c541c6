"""Reads a batch of images at fractional places, fast and in NumPy alone."""

import numpy as np
from scipy import sparse

BORDERS = ("reflect", "edge", "zero")
PAD_MODES = {"reflect": "symmetric", "edge": "edge", "zero": "constant"}
PIXELS_AT_ONCE = 16384  # what stays in the cache of one core


def sample(images, rows, columns, border):
    """Return `images` read at the places `rows`, `columns`, in pixels.

    Each value is a weighted sum of four pixels, so the whole is a sparse matrix with
    four entries a row, times the pixels. SciPy multiplies without holding the
    interpreter, so that threads run side by side.

    Args:
        images: float32 array `(n, height, width, channels)`.
        rows: float32 array `(n, new_height, new_width)`, or one that broadcasts.
        columns: as `rows`.
        border: "reflect" (half a pixel outside the border is as far inside), "edge"
            or "zero".
    """
    n, channels = len(images), images.shape[-1]
    shape = np.broadcast_shapes(rows.shape, columns.shape, (n, 1, 1))
    out = np.empty((*shape, channels), np.float32)
    step = max(1, PIXELS_AT_ONCE // max(1, shape[1] * shape[2]))
    for i in range(0, n, step):
        part = slice(i, i + step)
        out[part] = _sample(images[part], rows[part], columns[part], border)
    return out


def _sample(images, rows, columns, border):
    # Every place needs a pixel below and one to the right of it.
    ring = ((0, 0), *[(border == "zero", 1)] * 2, (0, 0))
    images = np.pad(images, ring, PAD_MODES[border])
    n, height, width, channels = images.shape
    shape = np.broadcast_shapes(rows.shape, columns.shape)
    top, down = _split(rows, height, border)
    left, right = _split(columns, width, border)
    both = (down * right).reshape(shape)
    count = both.size
    weights = np.empty((count, 4), np.float32)
    weights[:, 3] = both.ravel()
    weights[:, 2] = (down - both).ravel()
    weights[:, 1] = (right - both).ravel()
    weights[:, 0] = (1 - down - right + both).ravel()
    first = np.arange(n, dtype=np.int32)[:, None, None] * np.int32(height * width)
    first = (first + top * np.int32(width) + left).ravel()
    places = np.empty((count, 4), np.int32)
    for k, offset in enumerate((0, 1, width, width + 1)):
        np.add(first, np.int32(offset), out=places[:, k])
    starts = np.arange(0, 4 * count + 1, 4, dtype=np.int32)
    matrix = sparse.csr_array(
        (weights.ravel(), places.ravel(), starts), shape=(count, n * height * width)
    )
    return (matrix @ images.reshape(-1, channels)).reshape(*shape, channels)


def _split(places, padded, border):
    """Return the pixel before each place and how far behind it the place is."""
    if border == "zero":
        last = padded - 1
        places = np.clip(places + np.float32(1), 0, last - np.float32(1e-3))
    else:
        last = padded - 2
        if border == "reflect":
            half = np.float32(0.5)
            places = np.abs(places + half) - half
            places = (last + half) - np.abs(last + half - places)
        places = np.clip(places, 0, last)
    before = places.astype(np.int32)
    return before, places - before
