"""The rectified linear unit, forward and backward."""

import numpy as np

from cnnkit.scratch import _checks


def relu_forward(Z):
    """Keeps what is positive and puts zero for the rest.

    Args:
        Z: floats, of any shape. NaN stays NaN.

    Returns:
        `(A, cache)`: the output, of the shape of `Z`, and what `relu_backward` needs,
        `Z`.

    Raises:
        TypeError: if `Z` does not hold floats.

    Example:

    >>> import numpy as np
    >>> A, cache = relu_forward(np.array([-1.0, 0.0, 2.0]))
    >>> A
    array([0., 0., 2.])

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """
    Z = _checks.floats(Z, "Z")
    return np.maximum(Z, 0), Z


def relu_backward(dA, cache):
    """Lets the gradient through where the input was positive, and nowhere else.

    Args:
        dA: floats, the gradient with respect to the output.
        cache: the second output of `relu_forward`.

    Returns:
        `dZ`, of the same shape. At an input of exactly zero it is zero.

    Raises:
        TypeError: if `dA` does not hold floats.
        ValueError: if `dA` has not the shape of the output.

    Example:

    >>> import numpy as np
    >>> A, cache = relu_forward(np.array([-1.0, 0.0, 2.0]))
    >>> relu_backward(np.array([5.0, 5.0, 5.0]), cache)
    array([0., 0., 5.])

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """
    Z = cache
    dA = _checks.gradient(dA, Z.shape, "dA").astype(Z.dtype, copy=False)
    return np.where(Z > 0, dA, 0).astype(Z.dtype, copy=False)
