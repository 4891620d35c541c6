"""Dense (fully connected) layers, forward and backward."""

import numpy as np

from cnnkit.scratch import _checks


def dense_forward(A_prev, W, b):
    """Connects every input to every unit: `Z = A_prev @ W + b`.

    Args:
        A_prev: floats, `(m, n_prev)`.
        W: `(n_prev, n)`, the weights.
        b: `(1, n)`, the biases.

    Returns:
        `(Z, cache)`: the output, `(m, n)`, and what `dense_backward` needs,
        `(A_prev, W, b)`.

    Raises:
        TypeError: if `A_prev` does not hold floats.
        ValueError: if the shapes do not agree.

    Example:

    >>> import numpy as np
    >>> Z, cache = dense_forward(np.ones((2, 3)), np.ones((3, 4)), np.zeros((1, 4)))
    >>> Z.shape, float(Z[0, 0])
    ((2, 4), 3.0)

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """
    A_prev = _checks.floats(A_prev, "A_prev")
    W = _checks.weights(W, "W", "(n_prev, n)", A_prev.dtype)
    b = _checks.weights(b, "b", "(1, n)", A_prev.dtype)
    if A_prev.ndim != 2 or A_prev.shape[1] != W.shape[0]:
        raise ValueError(
            f"`A_prev` must have the shape (m, {W.shape[0]}), as many numbers in each "
            "row as `W` has rows. Flatten volumes first: A_prev.reshape(m, -1). "
            f"Received: A_prev.shape={A_prev.shape}, W.shape={W.shape}."
        )
    if b.shape != (1, W.shape[1]):
        raise ValueError(
            f"`b` must have the shape (1, {W.shape[1]}), one bias for each unit. "
            f"Received: b.shape={b.shape}."
        )
    dtype = np.result_type(A_prev, W, b)
    A_prev, W, b = (x.astype(dtype, copy=False) for x in (A_prev, W, b))
    return A_prev @ W + b, (A_prev, W, b)


def dense_backward(dZ, cache):
    """Takes the gradient of the cost back through a dense layer.

    Args:
        dZ: floats, `(m, n)`, the gradient with respect to the output.
        cache: the second output of `dense_forward`.

    Returns:
        `(dA_prev, dW, db)`, each of the shape of what it is the gradient of.

    Raises:
        TypeError: if `dZ` does not hold floats.
        ValueError: if `dZ` has not the shape of the output.

    Example:

    >>> import numpy as np
    >>> Z, cache = dense_forward(np.ones((2, 3)), np.ones((3, 4)), np.zeros((1, 4)))
    >>> dA_prev, dW, db = dense_backward(np.ones_like(Z), cache)
    >>> dA_prev.shape, dW.shape, db.shape
    ((2, 3), (3, 4), (1, 4))

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """
    A_prev, W, b = cache
    shape = (len(A_prev), W.shape[1])
    dZ = _checks.gradient(dZ, shape, "dZ").astype(W.dtype, copy=False)
    return dZ @ W.T, A_prev.T @ dZ, dZ.sum(axis=0, keepdims=True)
