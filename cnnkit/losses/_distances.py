"""Distances between encodings, with gradients that stay finite."""

from keras import ops

CLOSE = 1e-12  # a squared distance below counts as none: its root has no slope


def squared_distances(x):
    """Return the squared distance of each two of `n` encodings, `(n, n)`.

    Args:
        x: tensor `(n, dimensions)`.
    """
    products = ops.matmul(x, ops.transpose(x))
    squares = ops.sum(ops.square(x), axis=-1)
    return ops.maximum(squares[:, None] - 2 * products + squares[None, :], 0.0)


def root(squared):
    """Return the square root, with a gradient of 0 where there is no distance.

    Args:
        squared: tensor of numbers of at least 0.
    """
    apart = squared > CLOSE
    # Chosen before the root, whose slope at 0 is infinite.
    return ops.where(apart, ops.sqrt(ops.where(apart, squared, 1.0)), 0.0)
