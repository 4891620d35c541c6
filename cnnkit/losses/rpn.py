"""The loss of a region proposal network."""

import keras
from keras import ops

from cnnkit.losses import _terms
from cnnkit.losses.smooth_l1 import smooth_l1


@keras.saving.register_keras_serializable(package="cnnkit")
class RPNLoss(keras.losses.Loss):
    """Log loss of object or background for each anchor, and smooth L1 of its offsets.

    For each anchor the target has (label, t_x, t_y, t_w, t_h). Label 1 stands for an
    object, 0 for background, and -1 for an anchor that is not used, as
    `cnnkit.boxes.assign_targets` and `sample_targets` give them; the offsets, by
    `encode_offsets`, count only where the label is 1. With m anchors used in an image,

        1/m Σ -log p  +  box_weight · 1/m Σ over objects Σ smoothL1(t - t̂)

    where p is the probability given to the right label. The paper divides the second
    sum by the number of places, about 2,400, and multiplies it by 10, which with its
    256 anchors used is nearly the same as `box_weight=1`.

    Args:
        box_weight: float of at least 0, how much offsets count.
        beta: float above 0, see `smooth_l1`.
        from_logits: bool, whether the first number predicted is a logit or a
            probability.
        reduction: as for `keras.losses.Loss`; the mean is over images.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Raises:
        ValueError: if an argument is not as above, or target and prediction are not
            both `(batch, n, 5)`.

    Example:

    >>> import numpy as np
    >>> target = [[[1, 0.5, 0, 0, 0], [0, 0, 0, 0, 0], [-1, 0, 0, 0, 0]]]
    >>> said = [[[0.5, 0.0, 0, 0, 0], [0.5, 9, 9, 9, 9], [0.5, 9, 9, 9, 9]]]
    >>> loss = RPNLoss(from_logits=False)
    >>> round(float(loss(np.array(target), np.array(said))), 4)
    0.7556

    That is (2 log 2 + 0.5² / 2) / 2.

    Reference:
        - Ren and others, "Faster R-CNN: towards real-time object detection with region
          proposal networks", 2015, equation 1.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """

    def __init__(
        self,
        box_weight=1.0,
        beta=1.0,
        from_logits=True,
        reduction="sum_over_batch_size",
        name="rpn_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.box_weight = _terms.not_negative(box_weight, "box_weight")
        self.beta = _terms.positive(beta, "beta")
        self.from_logits = bool(from_logits)

    def call(self, y_true, y_pred):
        due = (None, None, 5)
        if not all(_terms.agree(y.shape, due) for y in (y_true, y_pred)):
            raise ValueError(
                "`y_true` and `y_pred` must both be of shape (batch, anchors, 5). "
                f"Received: shapes {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
            )
        labels = y_true[..., 0]
        used, objects = labels >= 0, labels > 0
        errors = ops.where(objects[..., None], y_pred[..., 1:] - y_true[..., 1:], 0.0)
        boxes = ops.sum(smooth_l1(errors, self.beta), axis=-1)
        logs = ops.binary_crossentropy(
            ops.cast(objects, y_pred.dtype), y_pred[..., 0], self.from_logits
        )
        total = ops.where(used, logs + self.box_weight * boxes, 0.0)
        return _terms.mean_over(total, used)

    def get_config(self):
        return {
            **super().get_config(),
            "box_weight": self.box_weight,
            "beta": self.beta,
            "from_logits": self.from_logits,
        }
