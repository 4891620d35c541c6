"""The windows that a filter sees as it slides over a batch of images."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnkit.arithmetic import output_size

# What a filter sees is copied out of a few images at a time, so that it is still in the
# processor's cache when it is multiplied.
_BLOCK_BYTES = 2**21


def window_counts(size, f, stride, pairs):
    """Return `(n_H, n_W)`, how many windows of a padded image the filter sees."""
    padded = tuple(n + sum(pair) for n, pair in zip(size, pairs, strict=True))
    return output_size(padded, f, stride=stride)


def windows_of(x, f, stride):
    """Return every window of `x`, as a view `(m, n_H, n_W, f_H, f_W, n_C)`."""
    windows = sliding_window_view(x, f, axis=(1, 2))[:, ::stride, ::stride]
    return windows.transpose(0, 1, 2, 4, 5, 3)


def blocks(x, f_W):
    """Yield slices of the batch, few enough images for their strips to be cached."""
    images = max(1, _BLOCK_BYTES // (x[:1].nbytes * f_W or 1))
    for start in range(0, len(x), images):
        yield slice(start, start + images)


def strips(x, f, stride):
    """Yield what each row of the filter sees, `(m, n_H * n_W, f_W * n_C)`.

    Each row of pixels is laid out in windows of `f_W` once; every row of the filter
    then reads it from another height.
    """
    f_H, f_W = f
    laid_out = sliding_window_view(x, f_W, axis=2)[:, :, ::stride].swapaxes(3, 4)
    laid_out = np.ascontiguousarray(laid_out)
    stop = x.shape[1] - f_H + 1
    for i in range(f_H):
        yield rows_of_places(laid_out[:, i : i + stop : stride])


def rows_of_places(x):
    """Return `(m, n_H, n_W, ...)` as `(m, n_H * n_W, features)`."""
    return x.reshape(len(x), x.shape[1] * x.shape[2], -1)


def positions(f, stride, n_H, n_W):
    """Yield `(i, j)` of the filter, and the pixels that meet it, window by window.

    `x[:, rows, columns]` is `(m, n_H, n_W, n_C)`: what position `(i, j)` of the filter
    sees in each window.
    """
    for i, j in np.ndindex(f):
        rows = slice(i, i + stride * n_H, stride)
        columns = slice(j, j + stride * n_W, stride)
        yield i, j, rows, columns
