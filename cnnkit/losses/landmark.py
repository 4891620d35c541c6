"""The loss of landmark detection."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="cnnkit")
class LandmarkLoss(keras.losses.Loss):
    """Log loss of p, and the squared distance of the points where there are any.

    With y = (p, x_1, y_1, … x_n, y_n) the loss of an image is

        −p log p̂ − (1 − p) log(1 − p̂) + weight · p · Σ ((x − x̂)² + (y − ŷ)²) / n

    An image without a face says nothing about points: they do not count there.

    Args:
        weight: float of at least 0, how much the points count.
        reduction: as for `keras.losses.Loss`.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Raises:
        ValueError: if `weight` is negative, or the last axis is not 1 + 2n.

    Example:

    >>> import numpy as np
    >>> right, said = np.array([[1.0, 0.2, 0.4]]), np.array([[1.0, 0.2, 0.5]])
    >>> round(float(LandmarkLoss(weight=10)(right, said)), 3)
    0.1

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """

    def __init__(
        self,
        weight=10.0,
        reduction="sum_over_batch_size",
        name="landmark_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if not weight >= 0:
            raise ValueError(
                f"`weight` must be at least 0. Received: weight={weight!r}."
            )
        self.weight = weight

    def call(self, y_true, y_pred):
        if y_pred.shape[-1] % 2 != 1 or y_true.shape[-1] != y_pred.shape[-1]:
            raise ValueError(
                "`y_true` and `y_pred` must both be of shape (n, 1 + 2·landmarks). "
                f"Received: shapes {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
            )
        y_true = ops.cast(y_true, y_pred.dtype)
        there = y_true[..., 0]
        presence = ops.binary_crossentropy(there, y_pred[..., 0])
        # Chosen before the square: the gradient of 0 · NaN would be NaN.
        apart = ops.where(there[..., None] > 0, y_true[..., 1:] - y_pred[..., 1:], 0.0)
        points = 2 * ops.mean(ops.square(apart), axis=-1)
        return presence + self.weight * there * points

    def get_config(self):
        return {**super().get_config(), "weight": self.weight}
