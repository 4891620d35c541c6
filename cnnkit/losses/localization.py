"""The loss of classification with localisation: one object an image."""

import keras
from keras import ops

from cnnkit.losses import _terms


@keras.saving.register_keras_serializable(package="cnnkit")
class LocalizationLoss(keras.losses.Loss):
    """Compares y = (p_c, b_x, b_y, b_h, b_w, c_1, … c_n) with what a network says.

    Where there is no object (p_c = 0) only p̂_c counts. The other numbers are
    don't-cares: whatever they hold, even NaN in the target, adds nothing and gets no
    gradient. With an object, the squared form is

        (p_c - p̂_c)² + w Σ (b - b̂)² + Σ (c - ĉ)²

    and the log form, which suits probabilities better,

        -log p̂_c + w Σ (b - b̂)² - Σ c log ĉ

    w is `box_weight`. Without an object they are p̂_c² and -log(1 - p̂_c).

    Args:
        form: "squared" or "log".
        box_weight: float of at least 0, how much the box counts.
        from_logits: bool, whether p̂_c and ĉ are logits, to be put through a sigmoid
            and a softmax here. Only for the log form; boxes are taken as they are.
        reduction: as for `keras.losses.Loss`.
        name: as for `keras.losses.Loss`.
        dtype: as for `keras.losses.Loss`.

    Raises:
        ValueError: if an argument is not as above, or the last axes of target and
            prediction differ or are shorter than 5.

    Example:

    >>> import numpy as np
    >>> car = np.array([[1.0, 0.5, 0.5, 0.2, 0.4, 0.0, 1.0]])
    >>> said = np.array([[0.9, 0.5, 0.6, 0.2, 0.4, 0.2, 0.8]])
    >>> loss = LocalizationLoss()
    >>> round(float(loss(car, said)), 4)  # 0.1² + 0.1² + 0.2² + 0.2²
    0.1
    >>> nothing = np.zeros((1, 7))
    >>> round(float(loss(nothing, said)), 4)  # 0.9²
    0.81

    Reference:
        - Sermanet and others, "OverFeat: integrated recognition, localization and
          detection using convolutional networks", 2014, section 4, trains the box by
          squared distance beside the class.

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """

    def __init__(
        self,
        form="squared",
        box_weight=1.0,
        from_logits=False,
        reduction="sum_over_batch_size",
        name="localization_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.form = _terms.one_of(form, "form", _terms.FORMS)
        self.box_weight = _terms.not_negative(box_weight, "box_weight")
        self.from_logits = bool(from_logits)
        if self.from_logits and form != "log":
            raise ValueError(
                '`from_logits` is for form="log"; the squared form compares the '
                "outputs as they are. Received: from_logits=True, form='squared'."
            )

    def call(self, y_true, y_pred):
        fits = _terms.agree(y_true.shape, y_pred.shape)
        if not fits or not len(y_pred.shape) or y_pred.shape[-1] < 5:
            raise ValueError(
                "`y_true` and `y_pred` must both be of shape (n, 5 + classes). "
                f"Received: shapes {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
            )
        p_true, p_pred = y_true[..., 0], y_pred[..., 0]
        there = p_true[..., None] > 0
        # Chosen before anything is computed: the gradient of 0 · NaN would be NaN.
        y_true, y_pred = (ops.where(there, y, 0.0) for y in (y_true, y_pred))
        boxes = ops.sum(ops.square(y_true[..., 1:5] - y_pred[..., 1:5]), axis=-1)
        if self.form == "squared":
            objects = ops.square(p_true - p_pred)
            classes = ops.sum(ops.square(y_true[..., 5:] - y_pred[..., 5:]), axis=-1)
        else:
            objects = ops.binary_crossentropy(p_true, p_pred, self.from_logits)
            classes = _terms.class_log_loss(
                y_true[..., 5:], y_pred[..., 5:], self.from_logits
            )
        return objects + self.box_weight * boxes + classes

    def get_config(self):
        return {
            **super().get_config(),
            "form": self.form,
            "box_weight": self.box_weight,
            "from_logits": self.from_logits,
        }
