"""Top-k error: how often the true class is not among the k best guesses."""

import numbers

import keras
import numpy as np
from keras import ops


def top_k_error(y_true, y_score, k=5):
    """Return the share of examples whose true class is not among the `k` best.

    Ties count against: an example is right only if fewer than `k` other classes score
    as high as the true one or higher. So a network that gives every class the same
    score is always wrong, not always right.

    Args:
        y_true: integers of shape `(n,)`, classes counted from 0.
        y_score: floats of shape `(n, classes)`, probabilities or logits.
        k: int, how many guesses are allowed, from 1 to the number of classes.

    Returns:
        float in [0, 1].

    Raises:
        ValueError: if there are no examples, shapes or classes do not fit, or a score
            is NaN.

    Example:

    >>> scores = [[0.5, 0.3, 0.2], [0.1, 0.3, 0.6]]
    >>> top_k_error([1, 1], scores, k=1), top_k_error([1, 1], scores, k=2)
    (1.0, 0.0)

    Reference:
        - Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
          convolutional neural networks", 2012, section 2.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """
    scores = np.asarray(y_score)
    labels = np.asarray(y_true)
    if scores.ndim != 2 or not scores.size or scores.dtype.kind not in "fiu":
        raise ValueError(
            "`y_score` must be numbers of shape (n, classes), at least one of each. "
            f"Received: y_score of shape {scores.shape} and type {scores.dtype}."
        )
    if labels.shape != scores.shape[:1] or labels.dtype.kind not in "iu":
        raise ValueError(
            f"`y_true` must be {len(scores)} integers, one for each row of `y_score`. "
            f"Received: y_true of shape {labels.shape} and type {labels.dtype}."
        )
    classes = scores.shape[1]
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"`y_true` must be from 0 to {classes - 1}, since `y_score` has {classes} "
            f"columns. Received: from {labels.min()} to {labels.max()}."
        )
    if np.isnan(scores).any():
        raise ValueError("`y_score` must not hold NaN; look where it comes from.")
    k = _guesses(k)
    if k > classes:
        raise ValueError(
            f"`k` must be at most the number of classes. Received: k={k}, "
            f"classes={classes}."
        )
    true = np.take_along_axis(scores, labels[:, None].astype(np.intp), axis=1)
    return float(np.mean((scores >= true).sum(axis=1) > k))


@keras.saving.register_keras_serializable(package="cnnkit")
class TopKError(keras.metrics.MeanMetricWrapper):
    """Measures the top-k error while a network trains.

    Ties count against, as in `top_k_error`; so does a score that is NaN.

    Args:
        k: int, how many guesses are allowed.
        name: name of the metric; by default `"top_5_error"` for `k=5`.
        dtype: as in `keras.metrics.Metric`.

    Example:

    >>> metric = TopKError(k=2)
    >>> metric.update_state([1, 0], [[0.5, 0.3, 0.2], [0.1, 0.3, 0.6]])
    >>> float(metric.result())
    0.5

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """

    def __init__(self, k=5, name=None, dtype=None):
        self.k = _guesses(k)
        super().__init__(_errors, name or f"top_{self.k}_error", dtype=dtype, k=self.k)
        self._direction = "down"

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype, "k": self.k}


def _errors(y_true, y_pred, k):
    y_pred = ops.convert_to_tensor(y_pred)
    labels = ops.cast(ops.convert_to_tensor(y_true), "int32")
    if len(labels.shape) == len(y_pred.shape):
        labels = ops.squeeze(labels, -1)
    true = ops.take_along_axis(y_pred, ops.expand_dims(labels, -1), axis=-1)
    others = ops.sum(ops.cast(y_pred >= true, "int32"), axis=-1)
    right = ops.logical_and(others >= 1, others <= k)
    return 1 - ops.cast(right, keras.backend.floatx())


def _guesses(k):
    whole = isinstance(k, numbers.Integral) and not isinstance(k, bool)
    if not whole or k < 1:
        raise ValueError(f"`k` must be a positive integer. Received: k={k!r}.")
    return int(k)
