"""The triplet loss, on triplets that are given."""

import keras
from keras import ops

from cnnkit.losses import _terms


def triplet_loss(anchor, positive, negative, margin=0.2):
    """Return max(‖a - p‖² - ‖a - n‖² + margin, 0) of each triplet.

    Args:
        anchor: tensor `(batch, dimensions)`, encodings of a person.
        positive: as `anchor`, encodings of other images of the same person.
        negative: as `anchor`, encodings of somebody else.
        margin: float of at least 0, by how much the negative must be farther away.

    Returns:
        A tensor `(batch,)` of numbers of at least 0.

    Raises:
        ValueError: if `margin` is negative.

    Example:

    >>> loss = triplet_loss([[0.0, 0.0]], [[0.0, 0.3]], [[0.4, 0.0]], margin=0.2)
    >>> round(float(loss[0]), 2)  # 0.09 - 0.16 + 0.2
    0.13

    Reference:
        - Schroff, Kalenichenko and Philbin, "FaceNet: a unified embedding for face
          recognition and clustering", 2015, equation 3.

    Taught in: notebooks/week4_faces_and_style/02_triplet_loss.ipynb
    """
    margin = _terms.not_negative(margin, "margin")
    anchor, positive, negative = map(
        ops.convert_to_tensor, (anchor, positive, negative)
    )
    near = ops.sum(ops.square(anchor - positive), axis=-1)
    far = ops.sum(ops.square(anchor - negative), axis=-1)
    return ops.relu(near - far + margin)


@keras.saving.register_keras_serializable(package="cnnkit")
class TripletLoss(keras.losses.Loss):
    """Pulls two encodings of a person together, and pushes somebody else's away.

    The prediction holds the encodings of anchor A, positive P and negative N side by
    side, and the loss is the sum over the batch of

        max(‖f(A) - f(P)‖² - ‖f(A) - f(N)‖² + margin, 0).

    With a margin of 0 the network may give the same encoding to everybody.

    Args:
        margin: float of at least 0, by how much the squared distance to the negative
            must exceed that to the positive.
        reduction: as for `keras.losses.Loss`; by default the paper's sum.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Input shape:
        `y_true` is not looked at; `y_pred` is `(batch, 3, dimensions)`.

    Raises:
        ValueError: if `margin` is negative, or `y_pred` of another shape.

    Example:

    >>> import numpy as np
    >>> encodings = np.array([[[0.0, 0.0], [0.0, 0.3], [0.4, 0.0]]])
    >>> round(float(TripletLoss(margin=0.2)(np.zeros(1), encodings)), 2)
    0.13

    Reference:
        - Schroff, Kalenichenko and Philbin, "FaceNet: a unified embedding for face
          recognition and clustering", 2015, equation 3.

    Taught in: notebooks/week4_faces_and_style/02_triplet_loss.ipynb
    """

    def __init__(self, margin=0.2, reduction="sum", name="triplet_loss", dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.margin = _terms.not_negative(margin, "margin")

    def call(self, y_true, y_pred):
        if not _terms.agree(y_pred.shape, (None, 3, None)):
            raise ValueError(
                "`y_pred` must be of shape (batch, 3, dimensions): anchor, positive "
                f"and negative. Received: shape {tuple(y_pred.shape)}."
            )
        anchor, positive, negative = (y_pred[:, i] for i in range(3))
        return triplet_loss(anchor, positive, negative, self.margin)

    def get_config(self):
        return {**super().get_config(), "margin": self.margin}
