"""Softmax, and the cross-entropy loss that follows it."""

import numpy as np

from cnnkit.scratch import _checks


def softmax(logits):
    """Turns the scores of each row into probabilities that add up to 1.

    Args:
        logits: floats, `(m, classes)`, finite.

    Returns:
        `(m, classes)`. However large the scores, nothing overflows.

    Raises:
        TypeError: if `logits` does not hold floats.
        ValueError: if `logits` has not two axes or is not finite.

    Example:

    >>> import numpy as np
    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """
    exponentials = np.exp(_shifted(logits))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def softmax_cross_entropy(logits, labels):
    """Measures how little probability the right classes got, and the way to mend it.

    The loss is the mean over the batch of `-log p[label]`, with `p` the softmax of the
    scores. Its gradient is `(p - y) / m`, with `y` 1 for the right class and 0 for the
    others. An empty batch has a loss of 0.

    Args:
        logits: floats, `(m, classes)`, finite.
        labels: integers, `(m,)`, from 0 to `classes - 1`.

    Returns:
        `(loss, dlogits)`: a float, and the gradient, `(m, classes)`.

    Raises:
        TypeError: if `logits` does not hold floats, or `labels` integers.
        ValueError: if `logits` is not finite, if the shapes do not agree, or if a
            label is out of range.

    Example:

    >>> import numpy as np
    >>> loss, dlogits = softmax_cross_entropy(np.zeros((1, 4)), np.array([2]))
    >>> round(loss, 4)
    1.3863
    >>> dlogits
    array([[ 0.25,  0.25, -0.75,  0.25]])

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """
    shifted = _shifted(logits)
    m, classes = shifted.shape
    labels = _checks.labels(labels, m, classes)
    if m == 0:
        return 0.0, np.zeros_like(shifted)
    log_sums = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    log_probabilities = shifted - log_sums
    rows = np.arange(m)
    loss = -log_probabilities[rows, labels].mean()
    dlogits = np.exp(log_probabilities)
    dlogits[rows, labels] -= 1
    return float(loss), dlogits / m


def _shifted(logits):
    """Return the scores less the largest of each row: the same softmax, no overflow."""
    logits = _checks.floats(logits, "logits")
    if logits.ndim != 2 or logits.shape[1] == 0:
        raise ValueError(
            "`logits` must have the shape (m, classes). "
            f"Received: logits.shape={logits.shape}."
        )
    if not np.isfinite(logits).all():
        raise ValueError(
            "`logits` must be finite. Received: NaN or infinity among them. Look for "
            "NaN in the images, or take a smaller learning rate."
        )
    return logits - logits.max(axis=1, keepdims=True)
