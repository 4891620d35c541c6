"""Convolution layers: the step, the layer, the layer backwards."""

import numpy as np

from cnnkit.scratch import _checks
from cnnkit.scratch._windows import (
    blocks,
    positions,
    rows_of_places,
    strips,
    window_counts,
)
from cnnkit.scratch.padding import pad_pairs, with_zeros, without_zeros


def conv_single_step(a_slice, W, b):
    """Applies one filter to one window: multiply, sum, add the bias.

    Args:
        a_slice: floats, `(f, f, n_C_prev)`, the window.
        W: `(f, f, n_C_prev)`, the filter.
        b: one number, as `(1, 1, 1)` or a scalar: the bias.

    Returns:
        One float.

    Raises:
        TypeError: if `a_slice` does not hold floats.
        ValueError: if the window and the filter have different shapes, or `b` is more
            than one number.

    Example:

    >>> import numpy as np
    >>> window = np.array([[3.0, 0.0, 1.0], [1.0, 5.0, 8.0], [2.0, 7.0, 2.0]])
    >>> vertical = np.array([[1, 0, -1]] * 3)
    >>> conv_single_step(window[:, :, None], vertical[:, :, None], b=0)
    -5.0

    Taught in: notebooks/week1_foundations/03_convolution.ipynb
    """
    a_slice = _checks.floats(a_slice, "a_slice")
    W, b = np.asarray(W), np.asarray(b)
    if a_slice.shape != W.shape:
        raise ValueError(
            "`a_slice` and `W` must have the same shape, (f, f, n_C_prev). "
            f"Received: a_slice.shape={a_slice.shape}, W.shape={W.shape}."
        )
    if b.size != 1:
        raise ValueError(
            "`b` must be one number, as (1, 1, 1) or a scalar. "
            f"Received: b.shape={b.shape}."
        )
    return float(np.sum(a_slice * W) + b.item())


def conv_forward(A_prev, W, b, stride=1, pad=0):
    """Applies a layer of filters to a batch of volumes.

    As deep learning does, it slides the filters without flipping them
    (cross-correlation). Each row of the filters is one matrix product: what it sees,
    place by place, times its weights. The products of the rows are added up.

    A NaN pixel makes NaN of each output whose window holds it, and of no other. An
    empty batch gives an empty output of the right shape.

    Args:
        A_prev: floats, `(m, n_H_prev, n_W_prev, n_C_prev)`.
        W: `(f, f, n_C_prev, n_C)`, the filters; they need not be square.
        b: `(1, 1, 1, n_C)`, the biases.
        stride: int.
        pad: int, the zeros on each side; or `(pad_H, pad_W)`; or
            `((top, bottom), (left, right))`; or "valid", none; or "same", as many as
            keep `ceil(n / stride)` rows and columns. With an even filter "same" needs
            an odd number, and the extra zero comes at the end, as in Keras.

    Returns:
        `(Z, cache)`: the output, `(m, n_H, n_W, n_C)`, and what `conv_backward` needs,
        `(A_prev, W, b, {"stride": …, "pad": …})`.

    Raises:
        TypeError: if `A_prev` does not hold floats.
        ValueError: if an argument is not as above, if the channels do not match, or
            if the filter is larger than the padded image.

    Example:

    >>> import numpy as np
    >>> A_prev = np.ones((2, 6, 6, 3))
    >>> Z, cache = conv_forward(A_prev, np.ones((3, 3, 3, 4)), np.zeros((1, 1, 1, 4)))
    >>> Z.shape, float(Z[0, 0, 0, 0])
    ((2, 4, 4, 4), 27.0)

    Taught in: notebooks/week1_foundations/03_convolution.ipynb
    """
    A_prev, W, b, stride, pad = _checked(A_prev, W, b, stride, pad)
    n_H, n_W = window_counts(A_prev.shape[1:3], W.shape[:2], stride, pad)
    X, filters = _padded(A_prev, pad), _as_matrices(W)

    Z = np.empty((len(X), n_H, n_W, W.shape[3]), A_prev.dtype)
    Z[:] = b
    for block in blocks(X, W.shape[1]):
        z = rows_of_places(Z[block])
        for i, strip in enumerate(strips(X[block], W.shape[:2], stride)):
            z += strip @ filters[i]
    return Z, (A_prev, W, b, {"stride": stride, "pad": pad})


def conv_backward(dZ, cache):
    """Takes the gradient of the cost back through a convolution layer.

    A weight serves every window, so its gradient is a sum over all windows. A pixel
    stands in several windows, so its gradient is a sum over the filter's positions.

    Args:
        dZ: floats, `(m, n_H, n_W, n_C)`, the gradient with respect to the output.
        cache: the second output of `conv_forward`.

    Returns:
        `(dA_prev, dW, db)`, each of the shape of what it is the gradient of. For an
        empty batch `dW` and `db` are zeros.

    Raises:
        TypeError: if `dZ` does not hold floats.
        ValueError: if `dZ` has not the shape of the output.

    Example:

    >>> import numpy as np
    >>> A_prev = np.ones((1, 3, 3, 1))
    >>> Z, cache = conv_forward(A_prev, np.ones((2, 2, 1, 1)), np.zeros((1, 1, 1, 1)))
    >>> dA_prev, dW, db = conv_backward(np.ones_like(Z), cache)
    >>> dA_prev[0, :, :, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """
    A_prev, W, b, hparameters = cache
    stride, pad = hparameters["stride"], hparameters["pad"]
    f_H, f_W, n_C_prev, n_C = W.shape
    n_H, n_W = window_counts(A_prev.shape[1:3], (f_H, f_W), stride, pad)
    X, filters = _padded(A_prev, pad), _as_matrices(W)
    dZ = _checks.gradient(dZ, (len(X), n_H, n_W, n_C), "dZ")
    dZ = dZ.astype(W.dtype, copy=False)

    dX, dW = np.zeros_like(X), np.zeros_like(filters)
    for block in blocks(X, f_W):
        dz, dx = rows_of_places(dZ[block]), dX[block]
        for i, strip in enumerate(strips(X[block], (f_H, f_W), stride)):
            dW[i] += (strip.transpose(0, 2, 1) @ dz).sum(axis=0)
        for i, j, rows, columns in positions((f_H, f_W), stride, n_H, n_W):
            share = dz @ W[i, j].T
            dx[:, rows, columns] += share.reshape(-1, n_H, n_W, n_C_prev)
    db = dZ.sum(axis=(0, 1, 2), keepdims=True)
    return without_zeros(dX, pad), dW.reshape(W.shape), db


def conv_forward_loops(A_prev, W, b, stride=1, pad=0):
    """Does what `conv_forward` does, with four loops that can be read.

    Slow, for the lessons and for comparison.

    Args:
        A_prev: as in `conv_forward`.
        W: as in `conv_forward`.
        b: as in `conv_forward`.
        stride: as in `conv_forward`.
        pad: as in `conv_forward`.

    Returns:
        `(Z, cache)`, as `conv_forward` does.

    Raises:
        TypeError: as `conv_forward` does.
        ValueError: as `conv_forward` does.

    Example:

    >>> import numpy as np
    >>> A_prev, W = np.ones((2, 6, 6, 3)), np.ones((3, 3, 3, 4))
    >>> Z, cache = conv_forward_loops(A_prev, W, np.zeros((1, 1, 1, 4)))
    >>> Z.shape, float(Z[0, 0, 0, 0])
    ((2, 4, 4, 4), 27.0)

    Taught in: notebooks/week1_foundations/03_convolution.ipynb
    """
    A_prev, W, b, stride, pad = _checked(A_prev, W, b, stride, pad)
    f_H, f_W, _, n_C = W.shape
    X = with_zeros(A_prev, pad)
    m = len(X)
    n_H, n_W = window_counts(A_prev.shape[1:3], (f_H, f_W), stride, pad)

    Z = np.zeros((m, n_H, n_W, n_C), A_prev.dtype)
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                top, left = h * stride, w * stride
                a_slice = X[i, top : top + f_H, left : left + f_W]
                for c in range(n_C):
                    Z[i, h, w, c] = np.sum(a_slice * W[..., c]) + b[0, 0, 0, c]
    return Z, (A_prev, W, b, {"stride": stride, "pad": pad})


def _checked(A_prev, W, b, stride, pad):
    """Return the arguments of a layer in one dtype, or raise what is wrong."""
    A_prev = _checks.volumes(A_prev, "A_prev")
    W = _checks.weights(W, "W", "(f, f, n_C_prev, n_C)", A_prev.dtype)
    b = _checks.weights(b, "b", "(1, 1, 1, n_C)", A_prev.dtype)
    if A_prev.shape[3] != W.shape[2]:
        raise ValueError(
            f"`A_prev` has {A_prev.shape[3]} channels and the filters `W` are made for "
            f"{W.shape[2]}: the numbers must be the same. "
            f"Received: A_prev.shape={A_prev.shape}, W.shape={W.shape}."
        )
    if b.shape != (1, 1, 1, W.shape[3]):
        raise ValueError(
            f"`b` must have the shape (1, 1, 1, {W.shape[3]}), one bias for each "
            f"filter. Received: b.shape={b.shape}."
        )
    stride = _checks.positive_integer(stride, "stride")
    pad = pad_pairs(pad, A_prev.shape[1:3], W.shape[:2], stride)
    dtype = np.result_type(A_prev, W, b)
    A_prev, W, b = (x.astype(dtype, copy=False) for x in (A_prev, W, b))
    return A_prev, W, b, stride, pad


def _as_matrices(W):
    """Return the filters row by row, `(f_H, f_W * n_C_prev, n_C)`."""
    return W.reshape(len(W), -1, W.shape[3])


def _padded(A_prev, pad):
    return with_zeros(A_prev, pad) if any(map(any, pad)) else A_prev
