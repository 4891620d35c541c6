"""The windows that a filter sees as it slides over a batch of images."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnkit.arithmetic import output_size

# Patches are copied out of a few images at a time, so that they are still in the
# processor's cache when they are multiplied.
_BLOCK_BYTES = 2**23


def window_counts(size, f, stride, pairs):
    """Return `(n_H, n_W)`, how many windows of a padded image the filter sees."""
    padded = tuple(n + sum(pair) for n, pair in zip(size, pairs, strict=True))
    return output_size(padded, f, stride=stride)


def windows_of(x, f, stride):
    """Return every window of `x`, as a view `(m, n_H, n_W, f_H, f_W, n_C)`."""
    windows = sliding_window_view(x, f, axis=(1, 2))[:, ::stride, ::stride]
    return windows.transpose(0, 1, 2, 4, 5, 3)


def blocks(windows):
    """Yield slices of the batch, each small enough to be copied into the cache."""
    m = len(windows)
    images = max(1, _BLOCK_BYTES // (windows[:1].nbytes or 1))
    for start in range(0, m, images):
        yield slice(start, start + images)


def positions(f, stride, n_H, n_W):
    """Yield `(i, j)` of the filter, and the pixels that meet it, window by window.

    `x[:, rows, columns]` is `(m, n_H, n_W, n_C)`: what position `(i, j)` of the filter
    sees in each window.
    """
    for i, j in np.ndindex(f):
        rows = slice(i, i + stride * n_H, stride)
        columns = slice(j, j + stride * n_W, stride)
        yield i, j, rows, columns
