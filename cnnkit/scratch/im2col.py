"""Every window of an image as one row of a matrix, and back."""

import numpy as np

from cnnkit.scratch import _checks
from cnnkit.scratch._windows import positions, windows_of
from cnnkit.scratch.padding import pad_pairs, with_zeros, without_zeros


def im2col(x, f, stride=1, pad=0):
    """Writes each window that a filter sees as one row of a matrix.

    The numbers of a row stand in the order of `W.reshape(-1, n_C)`, so that a
    convolution is `im2col(x, f) @ W.reshape(-1, n_C)`.

    Args:
        x: floats, `(m, n_H, n_W, n_C)`.
        f: int or pair of ints, the size of the filter.
        stride: int.
        pad: int, pair of ints, pair of pairs, "valid" or "same".

    Returns:
        `(m * n_H_out * n_W_out, f * f * n_C)`, of the same dtype.

    Raises:
        TypeError: if `x` does not hold floats.
        ValueError: if an argument is not as above, or if the filter is larger than
            the padded image.

    Example:

    >>> import numpy as np
    >>> x = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> im2col(x, f=2)
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])

    Taught in:
        notebooks/week1_foundations/05_convolution_as_matrix_multiplication.ipynb
    """
    x = _checks.volumes(x, "x")
    f = _checks.filter_size(f)
    stride = _checks.positive_integer(stride, "stride")
    return rows_of(x, f, stride, pad_pairs(pad, x.shape[1:3], f, stride))


def rows_of(x, f, stride, pairs):
    """Do what `im2col` does, with arguments that are known to be good."""
    windows = windows_of(with_zeros(x, pairs), f, stride)
    return windows.reshape(-1, f[0] * f[1] * x.shape[3])


def col2im(cols, input_shape, f, stride=1, pad=0):
    """Adds each row of a matrix back to the pixels that `im2col` took it from.

    A pixel that stood in several windows gets the sum of its shares. This is the
    adjoint of `im2col`, not its inverse, and is what backpropagation needs.

    Args:
        cols: floats, `(m * n_H_out * n_W_out, f * f * n_C)`.
        input_shape: `(m, n_H, n_W, n_C)` of the images.
        f: int or pair of ints, the size of the filter.
        stride: int.
        pad: int, pair of ints, pair of pairs, "valid" or "same".

    Returns:
        `(m, n_H, n_W, n_C)`, of the same dtype.

    Raises:
        TypeError: if `cols` does not hold floats.
        ValueError: if an argument is not as above, or if the shapes do not agree.

    Example:

    >>> import numpy as np
    >>> cols = im2col(np.ones((1, 3, 3, 1)), f=2)
    >>> col2im(cols, (1, 3, 3, 1), f=2)[0, :, :, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])

    Taught in:
        notebooks/week1_foundations/05_convolution_as_matrix_multiplication.ipynb
    """
    cols = _checks.floats(cols, "cols")
    m, *image = _checks.shape(input_shape, "input_shape", "(m, n_H, n_W, n_C)")
    f = _checks.filter_size(f)
    stride = _checks.positive_integer(stride, "stride")
    pairs = pad_pairs(pad, image[:2], f, stride)

    padded = with_zeros(np.zeros((m, *image), cols.dtype), pairs)
    m, n_H, n_W, *window = windows_of(padded, f, stride).shape
    expected = (m * n_H * n_W, np.prod(window, dtype=int))
    if cols.shape != expected:
        raise ValueError(
            f"`cols` must have the shape {tuple(map(int, expected))}, as `im2col` "
            f"gives for input_shape={tuple(input_shape)}. "
            f"Received: cols.shape={cols.shape}."
        )
    patches = cols.reshape(m, n_H, n_W, *window)
    for i, j, rows, columns in positions(f, stride, n_H, n_W):
        padded[:, rows, columns] += patches[:, :, :, i, j]
    return without_zeros(padded, pairs)
