"""Smooth L1: squared near 0, absolute beyond."""

from keras import ops


def smooth_l1(errors, beta=1.0):
    """Return the smooth L1 loss of each error.

    `0.5 e² / beta` where `|e| < beta`, and `|e| - 0.5 beta` elsewhere. A large error
    pulls no harder than one of `beta`, so that a single bad box cannot make training
    explode.

    Args:
        errors: tensor of any shape, differences of prediction and target.
        beta: float above 0, where the parabola becomes a line.

    Returns:
        Tensor of the same shape, at least 0.

    Example:

    >>> [float(x) for x in smooth_l1([0.0, 0.5, -1.0, 3.0])]
    [0.0, 0.125, 0.5, 2.5]

    Reference:
        - Girshick, "Fast R-CNN", 2015, equation 3, with `beta` 1.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """
    size = ops.abs(ops.convert_to_tensor(errors))
    return ops.where(size < beta, 0.5 * ops.square(size) / beta, size - 0.5 * beta)
