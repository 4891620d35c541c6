"""Are the gradients right? Backpropagation against finite differences."""

import numpy as np

from cnnkit.scratch import _checks


def gradient_check(f, x, analytic, epsilon=1e-5, samples=None, seed=0):
    """Compares a gradient with centred differences of the function itself.

    Each coordinate of `x` is moved up and down by `epsilon`, and
    `(f(x + epsilon) - f(x - epsilon)) / (2 * epsilon)` taken as the truth. The result
    is `|numeric - analytic| / (|numeric| + |analytic|)`, with Euclidean norms: about
    1e-8 or less for a right gradient, 1e-3 and more for a wrong one. At a kink (the
    corner of ReLU, a tie in max pooling) the differences mean nothing.

    `x` is moved in place and put back, so `f` may use it through another name: a
    network's parameter, for instance.

    Args:
        f: function of `x` that returns one number.
        x: float64 array, where to look.
        analytic: array of the shape of `x`, the gradient to be checked.
        epsilon: float, the step.
        samples: int, how many coordinates to try, drawn at random; `None` for all.
        seed: int, for the draw.

    Returns:
        The relative error, a float from 0 to 1.

    Raises:
        TypeError: if `x` is not a float64 array.
        ValueError: if the shapes differ, if `f` does not return one finite number, or
            if an argument is not as above.

    Example:

    >>> import numpy as np
    >>> x = np.array([1.0, 2.0, 3.0])
    >>> gradient_check(lambda x: np.sum(x**2), x, analytic=2 * x) < 1e-8
    True
    >>> gradient_check(lambda x: np.sum(x**2), x, analytic=x) > 1e-3
    True

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        raise TypeError(
            "`x` must be a float64 array: differences this small are lost in float32. "
            'Convert it with x.astype("float64"). '
            f"Received: {getattr(x, 'dtype', type(x).__name__)}."
        )
    analytic = np.asarray(analytic)
    if analytic.shape != x.shape:
        raise ValueError(
            "`analytic` must have the shape of `x`. "
            f"Received: analytic.shape={analytic.shape}, x.shape={x.shape}."
        )
    if not 0 < epsilon < np.inf:
        raise ValueError(
            f"`epsilon` must be a positive number. Received: epsilon={epsilon!r}."
        )
    coordinates = np.arange(x.size)
    if samples is not None:
        samples = min(_checks.positive_integer(samples, "samples"), x.size)
        coordinates = np.random.default_rng(seed).choice(x.size, samples, replace=False)

    numeric = np.array([_slope(f, x, n, epsilon) for n in coordinates])
    analytic = analytic.ravel()[coordinates]
    scale = np.linalg.norm(numeric) + np.linalg.norm(analytic)
    return float(np.linalg.norm(numeric - analytic) / scale) if scale else 0.0


def _slope(f, x, coordinate, epsilon):
    index = np.unravel_index(coordinate, x.shape)
    value = x[index]
    try:
        x[index] = value + epsilon
        above = _number(f(x))
        x[index] = value - epsilon
        below = _number(f(x))
    finally:
        x[index] = value
    return (above - below) / (2 * epsilon)


def _number(result):
    result = np.asarray(result)
    if result.size != 1 or not np.isfinite(result).all():
        raise ValueError(f"`f` must return one finite number. Received: {result}.")
    return float(result.item())
