"""One image, one filter: the worked grids of the first lessons."""

import numpy as np

from cnnkit.scratch import _checks
from cnnkit.scratch._windows import window_counts
from cnnkit.scratch.im2col import rows_of
from cnnkit.scratch.padding import pad_pairs


def correlate2d(image, filter, stride=1, pad=0):
    """Slides one filter over one grey image: what deep learning calls convolution.

    Whole numbers stay whole, so that a worked example comes out as it is printed.

    Args:
        image: `(n_H, n_W)`, numbers, as an array or nested lists.
        filter: `(f_H, f_W)`, numbers.
        stride: int.
        pad: int, pair of ints, pair of pairs, "valid" or "same".

    Returns:
        `(n_H_out, n_W_out)`.

    Raises:
        TypeError: if the pixels are of dtype uint8, which overflows, or no numbers.
        ValueError: if an argument is not as above, or if the filter is larger than
            the padded image.

    Example:

    >>> image = [[10, 10, 10, 0, 0, 0]] * 6
    >>> correlate2d(image, [[1, 0, -1]] * 3)
    array([[ 0, 30, 30,  0],
           [ 0, 30, 30,  0],
           [ 0, 30, 30,  0],
           [ 0, 30, 30,  0]])

    Taught in: notebooks/week1_foundations/02_edge_detection.ipynb
    """
    image, filter = _grid(image, "image"), _grid(filter, "filter")
    stride = _checks.positive_integer(stride, "stride")
    pairs = pad_pairs(pad, image.shape, filter.shape, stride)
    rows = rows_of(image[np.newaxis, :, :, np.newaxis], filter.shape, stride, pairs)
    counts = window_counts(image.shape, filter.shape, stride, pairs)
    return (rows @ filter.ravel()).reshape(counts)


def convolve2d(image, filter, stride=1, pad=0):
    """Convolves as mathematics does: the filter is flipped both ways, then slid.

    Args:
        image: as in `correlate2d`.
        filter: as in `correlate2d`.
        stride: as in `correlate2d`.
        pad: as in `correlate2d`.

    Returns:
        `(n_H_out, n_W_out)`.

    Raises:
        TypeError: as `correlate2d` does.
        ValueError: as `correlate2d` does.

    Example:

    >>> convolve2d([[0, 0, 0], [0, 1, 0], [0, 0, 0]], [[1, 2], [3, 4]])
    array([[1, 2],
           [3, 4]])
    >>> correlate2d([[0, 0, 0], [0, 1, 0], [0, 0, 0]], [[1, 2], [3, 4]])
    array([[4, 3],
           [2, 1]])

    Taught in: notebooks/week1_foundations/03_convolution.ipynb
    """
    return correlate2d(image, np.flip(_grid(filter, "filter")), stride, pad)


def _grid(x, name):
    x = np.asarray(x)
    if x.dtype == np.uint8 or not np.issubdtype(x.dtype, np.integer):
        x = _checks.floats(x, name)
    else:
        x = x.astype(np.int64)
    if x.ndim != 2 or 0 in x.shape:
        raise ValueError(
            f"`{name}` must be one grid, (n_H, n_W). For volumes and batches take "
            f"`conv_forward`. Received: {name}.shape={x.shape}."
        )
    return x
