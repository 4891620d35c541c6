"""The multi-task loss of Fast R-CNN: class and box of each region."""

import numbers

import keras
from keras import ops

from cnnkit.losses import _terms
from cnnkit.losses.smooth_l1 import smooth_l1


@keras.saving.register_keras_serializable(package="cnnkit")
class FastRCNNLoss(keras.losses.Loss):
    """Log loss of the class of each region, and smooth L1 of the box of that class.

    For each region the target has (u, v_x, v_y, v_w, v_h): the class u from 1 to K, or
    0 for background, or -1 for a region that is not used, and the offsets to its
    object, by `cnnkit.boxes.encode_offsets`. The prediction has K + 1 numbers for the
    classes, background first, and then four offsets for each of the classes 1 to K. For
    one region,

        -log p_u + box_weight · [u ≥ 1] Σ smoothL1(t^u - v)

    and the loss of an image is the mean over its regions used. Only the offsets of the
    right class are compared; those of others may say what they like.

    Args:
        num_classes: int, K, without the background.
        box_weight: float of at least 0, the paper's λ.
        beta: float above 0, see `smooth_l1`.
        from_logits: bool, whether the classes predicted are logits or probabilities.
        reduction: as for `keras.losses.Loss`; the mean is over images.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Raises:
        ValueError: if an argument is not as above, the target is not `(batch, n, 5)` or
            the prediction not `(batch, n, 1 + 5 K)`.

    Example:

    >>> import numpy as np
    >>> target = [[[2, 0.5, 0, 0, 0], [0, 0, 0, 0, 0]]]
    >>> classes, of_1, of_2 = [0.25, 0.25, 0.5], [9, 9, 9, 9], [0.5, 0, 0, 2]
    >>> said = [[classes + of_1 + of_2, [1.0, 0, 0] + of_1 + of_1]]
    >>> loss = FastRCNNLoss(num_classes=2, from_logits=False)
    >>> round(float(loss(np.array(target), np.array(said))), 4)
    1.0966

    That is (log 2 + 2 - 0.5 + 0) / 2.

    Reference:
        - Girshick, "Fast R-CNN", 2015, equations 1 to 3.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """

    def __init__(
        self,
        num_classes,
        box_weight=1.0,
        beta=1.0,
        from_logits=True,
        reduction="sum_over_batch_size",
        name="fast_rcnn_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        whole = isinstance(num_classes, numbers.Integral)
        if not whole or isinstance(num_classes, bool) or num_classes < 1:
            raise ValueError(
                "`num_classes` must be a positive integer. "
                f"Received: num_classes={num_classes!r}."
            )
        self.num_classes = int(num_classes)
        self.box_weight = _terms.not_negative(box_weight, "box_weight")
        self.beta = _terms.positive(beta, "beta")
        self.from_logits = bool(from_logits)

    def call(self, y_true, y_pred):
        k = self.num_classes
        fits = _terms.agree(y_true.shape, (None, None, 5))
        if not fits or not _terms.agree(y_pred.shape, (None, None, 1 + 5 * k)):
            raise ValueError(
                f"`y_true` must be of shape (batch, n, 5) and `y_pred` (batch, n, "
                f"{1 + 5 * k}), for {k} classes. Received: shapes "
                f"{tuple(y_true.shape)} and {tuple(y_pred.shape)}."
            )
        label = ops.cast(y_true[..., 0], "int32")
        used = label >= 0
        right = ops.one_hot(ops.maximum(label, 0), k + 1, dtype=y_pred.dtype)
        logs = _terms.class_log_loss(right, y_pred[..., : k + 1], self.from_logits)
        offsets = ops.reshape(y_pred[..., k + 1 :], (*ops.shape(y_pred)[:2], k, 4))
        # Chosen before anything is computed: other classes may say what they like.
        own = ops.logical_and(right[..., 1:, None] > 0, used[..., None, None])
        errors = ops.where(own, offsets - y_true[..., None, 1:], 0.0)
        boxes = ops.sum(smooth_l1(errors, self.beta), axis=(-2, -1))
        total = ops.where(used, logs + self.box_weight * boxes, 0.0)
        return _terms.mean_over(total, used)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "box_weight": self.box_weight,
            "beta": self.beta,
            "from_logits": self.from_logits,
        }
