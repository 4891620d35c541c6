"""Localisation error: how often the class is wrong or the box overlaps too little."""

import keras
import numpy as np
from keras import ops

from cnnkit.boxes import iou, pairwise_iou
from cnnkit.metrics import _options


def localization_error(
    true_classes,
    true_boxes,
    classes,
    boxes,
    iou_threshold=0.5,
    box_format="xyxy",
):
    """Return the share of images in which no guess has both class and place right.

    A guess is right if its class is the true one and its box has an IoU of at least
    `iou_threshold` with a box of the object. With five guesses an image this is the
    top-5 localisation error of ImageNet.

    Args:
        true_classes: integers `(n,)`, one an image.
        true_boxes: numbers `(n, 4)`; or `(n, m, 4)` for several objects of that class,
            of which any will do, filled up with boxes of no area.
        classes: integers `(n,)` or `(n, k)`, the guesses.
        boxes: numbers `(n, 4)` or `(n, k, 4)`.
        iou_threshold: float in (0, 1].
        box_format: str, the format of all boxes.

    Returns:
        float in [0, 1].

    Raises:
        ValueError: if there are no images, shapes do not fit, or a number is NaN.

    Example:

    >>> true = [[0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]]
    >>> said = [[0, 0, 10, 6], [0, 0, 10, 4], [0, 0, 10, 10]]
    >>> round(localization_error([1, 1, 1], true, [1, 1, 2], said), 3)
    0.667

    Reference:
        - Russakovsky and others, "ImageNet large scale visual recognition challenge",
          2015, section 4.2.

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """
    threshold = _options.threshold(iou_threshold, "iou_threshold")
    true_classes, classes = np.asarray(true_classes), np.asarray(classes)
    true_boxes, boxes = (np.asarray(b, np.float64) for b in (true_boxes, boxes))
    n = len(true_classes) if true_classes.ndim == 1 else 0
    if not n:
        raise ValueError(
            "`true_classes` must be one integer an image, at least one. "
            f"Received: true_classes of shape {true_classes.shape}."
        )
    if classes.ndim == 1 and boxes.ndim == 2:
        classes, boxes = classes[:, None], boxes[:, None]
    if true_boxes.ndim == 2:
        true_boxes = true_boxes[:, None]
    fits = classes.ndim == 2 and true_boxes.ndim == 3 and classes.shape[0] == n
    if not fits or boxes.shape != (*classes.shape, 4) or len(true_boxes) != n:
        raise ValueError(
            f"For {n} images, `true_boxes` must be of shape ({n}, 4) or ({n}, m, 4), "
            f"`classes` ({n},) or ({n}, k) and `boxes` ({n}, 4) or ({n}, k, 4). "
            f"Received: shapes {true_boxes.shape}, {classes.shape} and {boxes.shape}."
        )
    overlaps = pairwise_iou(boxes, true_boxes, box_format).max(axis=-1, initial=0)
    right = (classes == true_classes[:, None]) & (overlaps >= threshold)
    return float(np.mean(~right.any(axis=1)))


@keras.saving.register_keras_serializable(package="cnnkit")
class LocalizationError(keras.metrics.MeanMetricWrapper):
    """Measures the localisation error of y = (p_c, b_x, b_y, b_h, b_w, c_1, … c_n).

    An image without an object (p_c = 0) is right if p̂_c is below 0.5. One with an
    object is right if p̂_c is at least 0.5, the class with the highest ĉ is the true one
    and the IoU of the boxes is at least `iou_threshold`.

    Args:
        iou_threshold: float in (0, 1].
        name: name of the metric.
        dtype: as in `keras.metrics.Metric`.

    Raises:
        ValueError: if `iou_threshold` is not as above.

    Example:

    >>> metric = LocalizationError()
    >>> car = np.array([[1, 0.5, 0.5, 0.2, 0.4, 0, 1], [0] * 7])
    >>> metric.update_state(car, [[0.9, 0.5, 0.6, 0.2, 0.4, 0.2, 0.8], [0.1] * 7])
    >>> float(metric.result())  # the IoU of the first is 1 / 3
    0.5

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """

    def __init__(self, iou_threshold=0.5, name="localization_error", dtype=None):
        self.iou_threshold = _options.threshold(iou_threshold, "iou_threshold")
        super().__init__(_errors, name, dtype=dtype, threshold=self.iou_threshold)
        self._direction = "down"

    def get_config(self):
        return {
            "name": self.name,
            "dtype": self.dtype,
            "iou_threshold": self.iou_threshold,
        }


def _errors(y_true, y_pred, threshold):
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(ops.convert_to_tensor(y_true), y_pred.dtype)
    if y_pred.shape[-1] < 5 or y_true.shape[-1] != y_pred.shape[-1]:
        raise ValueError(
            "`y_true` and `y_pred` must both be of shape (n, 5 + classes). "
            f"Received: shapes {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
        )
    true, said = (ops.take(y, (1, 2, 4, 3), axis=-1) for y in (y_true, y_pred))
    right = iou(true, said, "center_xywh") >= threshold
    if y_pred.shape[-1] > 5:
        same = ops.argmax(y_true[..., 5:], -1) == ops.argmax(y_pred[..., 5:], -1)
        right = ops.logical_and(right, same)
    told = y_pred[..., 0] >= 0.5
    there = y_true[..., 0] > 0
    right = ops.where(there, ops.logical_and(told, right), ops.logical_not(told))
    return 1 - ops.cast(right, keras.backend.floatx())
