"""A part of an image that may reach outside it."""

import numpy as np


def cut_out(image, rows, columns, outside):
    """Return a part of an image.

    Args:
        image: array `(height, width, channels)`.
        rows: pair of ints, the first row and the one after the last.
        columns: likewise.
        outside: number for the pixels that are not in the image.

    Returns:
        float32 array `(rows, columns, channels)`.
    """
    (top, bottom), (left, right) = rows, columns
    shape = (bottom - top, right - left, image.shape[-1])
    part = np.full(shape, outside, np.float32)
    inside = image[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    y, x = max(-top, 0), max(-left, 0)
    part[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
    return part
