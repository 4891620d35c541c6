"""Parts of costs that several images are made by."""

import numpy as np
from keras import ops

from cnnkit.losses import alpha_norm, gram_matrix, total_variation


def gram_targets(features):
    """Return for each layer the Gram matrix of its maps, and how many places they have.

    Args:
        features: list of tensors `(1, height, width, channels)`.
    """
    return [(gram_matrix(maps), int(np.prod(maps.shape[1:3]))) for maps in features]


def total(parts):
    """Return the sum of all numbers of several tensors."""
    return ops.sum(ops.stack([ops.sum(part) for part in parts]))


def regularizer(image, variation_weight, norm_weight, beta=2.0, alpha=6.0):
    """Return the weighted mean total variation and α-norm around grey, of one image.

    Args:
        image: tensor `(1, height, width, channels)`, sides known.
        variation_weight: float.
        norm_weight: float.
        beta: float, the power of the variation.
        alpha: float, that of the norm.
    """
    cost, size = 0.0, float(np.prod(image.shape[1:]))
    if variation_weight:
        cost += variation_weight * ops.sum(total_variation(image, beta)) / size
    if norm_weight:
        cost += norm_weight * ops.sum(alpha_norm(image - 0.5, alpha)) / size
    return cost
