"""The contrastive loss on pairs."""

import keras
from keras import ops

from cnnkit.losses import _distances, _terms


@keras.saving.register_keras_serializable(package="cnnkit")
class ContrastiveLoss(keras.losses.Loss):
    """Pulls pairs of a person together, and others apart as far as the margin.

    With the distance D of a pair, and y = 1 for one person and 0 for two,

        y · D² / 2  +  (1 - y) · max(0, margin - D)² / 2.

    Pairs of two people who are farther apart than the margin cost nothing. Where the
    two encodings coincide the gradient is 0, not infinite.

    Args:
        margin: float above 0, a distance.
        reduction: as for `keras.losses.Loss`.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Input shape:
        `y_true` is `(batch,)` or `(batch, 1)`, 1 for the same person (the paper has it
        the other way round); `y_pred` is `(batch, 2, dimensions)`, pairs of encodings,
        or their distances, `(batch,)` or `(batch, 1)`.

    Raises:
        ValueError: if `margin` is not above 0, or the shapes are not as above.

    Example:

    >>> import numpy as np
    >>> pairs = np.array([[[0.0, 0.0], [0.0, 0.4]], [[0.0, 0.0], [0.6, 0.0]]])
    >>> round(float(ContrastiveLoss(margin=1.0)(np.array([1, 0]), pairs)), 3)
    0.08

    Both pairs cost 0.4² / 2.

    Reference:
        - Hadsell, Chopra and LeCun, "Dimensionality reduction by learning an invariant
          mapping", 2006, equation 4.

    Taught in: notebooks/week4_faces_and_style/02_triplet_loss.ipynb
    """

    def __init__(
        self,
        margin=1.0,
        reduction="sum_over_batch_size",
        name="contrastive_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.margin = _terms.positive(margin, "margin")

    def call(self, y_true, y_pred):
        shape = tuple(y_pred.shape)
        if _terms.agree(shape, (None, 2, None)):
            steps = y_pred[:, 0] - y_pred[:, 1]
            squared = ops.sum(ops.square(steps), axis=-1)
            distance = _distances.root(squared)
        elif len(shape) == 1 or _terms.agree(shape, (None, 1)):
            distance = ops.reshape(y_pred, (-1,))
            squared = ops.square(distance)
        else:
            raise ValueError(
                "`y_pred` must be pairs of encodings (batch, 2, dimensions), or "
                f"distances (batch,). Received: shape {shape}."
            )
        same = ops.cast(ops.reshape(y_true, (-1,)), distance.dtype)
        if not _terms.agree(same.shape, distance.shape):
            raise ValueError(
                "There must be one label a pair. Received: `y_true` of shape "
                f"{tuple(y_true.shape)} and `y_pred` of shape {shape}."
            )
        short = ops.relu(self.margin - distance)
        return (same * squared + (1 - same) * ops.square(short)) / 2

    def get_config(self):
        return {**super().get_config(), "margin": self.margin}
