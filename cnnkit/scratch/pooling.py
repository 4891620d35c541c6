"""Pooling layers, forward and backward."""

import numpy as np

from cnnkit.scratch import _checks
from cnnkit.scratch._windows import positions, window_counts
from cnnkit.scratch.padding import pad_pairs


def pool_forward(A_prev, f, stride=None, mode="max"):
    """Keeps one number of each window, channel by channel.

    A NaN pixel makes NaN of each output whose window holds it, in every mode. An empty
    batch gives an empty output of the right shape.

    Args:
        A_prev: floats, `(m, n_H_prev, n_W_prev, n_C)`.
        f: int, the side of the window.
        stride: int, or `None` for `f`.
        mode: "max"; "average"; or "l2", the root of the sum of the squares.

    Returns:
        `(A, cache)`: the output, `(m, n_H, n_W, n_C)`, and what `pool_backward` needs,
        `(A_prev, A, {"f": …, "stride": …, "mode": …})`.

    Raises:
        TypeError: if `A_prev` does not hold floats.
        ValueError: if an argument is not as above, or if the window is larger than
            the image.

    Example:

    >>> import numpy as np
    >>> image = np.array([[1, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2.0]])
    >>> A, cache = pool_forward(image.reshape(1, 4, 4, 1), f=2, mode="max")
    >>> A[0, :, :, 0]
    array([[9., 2.],
           [6., 3.]])

    Taught in: notebooks/week1_foundations/04_convolutional_layers.ipynb
    """
    A_prev = _checks.volumes(A_prev, "A_prev")
    f = _checks.positive_integer(f, "f")
    stride = f if stride is None else _checks.positive_integer(stride, "stride")
    if mode not in ("max", "average", "l2"):
        raise ValueError(
            f'`mode` must be "max", "average" or "l2". Received: mode={mode!r}.'
        )
    m, *size, n_C = A_prev.shape
    no_pad = pad_pairs("valid", size, (f, f), stride)
    n_H, n_W = window_counts(size, (f, f), stride, no_pad)

    A = np.zeros((m, n_H, n_W, n_C), A_prev.dtype)
    for i, j, rows, columns in positions((f, f), stride, n_H, n_W):
        seen = A_prev[:, rows, columns]
        if mode == "average":
            A += seen / f**2
        elif mode == "l2":
            np.hypot(A, seen, out=A)
        elif (i, j) == (0, 0):
            A[...] = seen
        else:
            np.maximum(A, seen, out=A)
    return A, (A_prev, A, {"f": f, "stride": stride, "mode": mode})


def pool_backward(dA, cache):
    """Takes the gradient of the cost back through a pooling layer.

    - max: the largest pixel of a window gets the window's whole gradient. Where
      several are equal, the first gets it (row by row), as in TensorFlow.
    - average: each pixel gets an equal share.
    - l2: each pixel gets `pixel / norm` of it; all of them nothing where the window is
      all zeros.

    Args:
        dA: floats, `(m, n_H, n_W, n_C)`, the gradient with respect to the output.
        cache: the second output of `pool_forward`.

    Returns:
        `dA_prev`, of the shape of the layer's input.

    Raises:
        TypeError: if `dA` does not hold floats.
        ValueError: if `dA` has not the shape of the output.

    Example:

    >>> import numpy as np
    >>> image = np.array([[1.0, 3.0], [2.0, 3.0]]).reshape(1, 2, 2, 1)
    >>> A, cache = pool_forward(image, f=2, mode="max")
    >>> pool_backward(np.ones_like(A), cache)[0, :, :, 0]
    array([[0., 1.],
           [0., 0.]])

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """
    A_prev, A, hparameters = cache
    f, stride, mode = (hparameters[name] for name in ("f", "stride", "mode"))
    dA = _checks.gradient(dA, A.shape, "dA").astype(A.dtype, copy=False)
    _, n_H, n_W, _ = A.shape

    dA_prev = np.zeros_like(A_prev)
    waiting = np.ones(A.shape, bool)
    for _, _, rows, columns in positions((f, f), stride, n_H, n_W):
        seen = A_prev[:, rows, columns]
        if mode == "average":
            share = dA / f**2
        elif mode == "l2":
            share = dA * np.divide(seen, A, out=np.zeros_like(A), where=A != 0)
        else:
            wins = waiting & ((seen == A) | np.isnan(seen))
            waiting &= ~wins
            share = np.where(wins, dA, 0)
        dA_prev[:, rows, columns] += share
    return dA_prev
