"""Soft non-max suppression: overlapping boxes lose score instead of being dropped."""

import numpy as np

from cnnkit.boxes import _arguments
from cnnkit.boxes.overlap import iou
from cnnkit.boxes.suppression import one_image

METHODS = ("gaussian", "linear")


def soft_nms(
    boxes,
    scores,
    sigma=0.5,
    method="gaussian",
    iou_threshold=0.3,
    score_threshold=0.001,
    max_boxes=None,
    classes=None,
    box_format="xyxy",
):
    """Lower the scores of boxes by how much they overlap better ones.

    The box with the highest score is taken; the score of every other is multiplied by
    `exp(-iou² / sigma)` ("gaussian"), or by `1 - iou` where the IoU is at least
    `iou_threshold` ("linear"); and so on with those that are left. Of equal scores the
    one that stands first wins. Corners may come in any order.

    Args:
        boxes: numbers `(n, 4)`, an array or a tensor that holds values.
        scores: numbers `(n,)`, at least 0.
        sigma: float above 0; the greater, the gentler. Only for "gaussian".
        method: "gaussian" or "linear".
        iou_threshold: float in [0, 1]. Only for "linear".
        score_threshold: float, a box is dropped once its score is not above it.
        max_boxes: int, how many boxes to take at most; `None` for all.
        classes: integers `(n,)`: a box lowers only the scores of its own class. With
            `None` the class plays no part.
        box_format: str, the format of `boxes`.

    Returns:
        A pair: int64 array of positions, best new score first, and the new scores.

    Raises:
        ValueError: if shapes do not fit, a number is NaN, a score is negative, or an
            argument is not as above.

    Example:

    >>> boxes = [[0, 0, 10, 10], [0, 0, 10, 8], [20, 0, 30, 10]]
    >>> order, new = soft_nms(boxes, scores=[0.9, 0.8, 0.7])
    >>> order, new.round(3)
    (array([0, 2, 1]), array([0.9  , 0.7  , 0.222]))

    Reference:
        - Bodla and others, "Soft-NMS: improving object detection with one line of
          code", 2017, section 3. `tf.image.non_max_suppression_with_scores` calls half
          of this `sigma` its `soft_nms_sigma`.

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    if method not in METHODS:
        raise ValueError(
            f'`method` must be "gaussian" or "linear". Received: method={method!r}.'
        )
    sigma = _arguments.number(sigma, "sigma", least=np.finfo(np.float32).tiny)
    iou_threshold = _arguments.number(iou_threshold, "iou_threshold", most=1)
    score_threshold = _arguments.number(score_threshold, "score_threshold")
    corners, scores, classes = one_image(boxes, scores, classes, box_format)
    most = (
        len(scores) if max_boxes is None else _arguments.whole(max_boxes, "max_boxes")
    )
    if (scores < 0).any():
        raise ValueError(
            "`scores` must be at least 0; turn logits into probabilities first. "
            f"Received: scores from {scores.min():g}."
        )
    left = np.flatnonzero(scores > score_threshold)
    taken, new = [], []
    scores = scores[left]
    while len(left) and len(taken) < most:
        best = np.argmax(scores)
        taken.append(left[best])
        new.append(scores[best])
        shared = iou(corners[left[best]], corners[left])
        if classes is not None:
            shared *= classes[left] == classes[left[best]]
        if method == "gaussian":
            scores = scores * np.exp(-(shared**2) / sigma)
        else:
            scores = scores * np.where(shared >= iou_threshold, 1 - shared, 1)
        scores[best] = 0
        stays = scores > score_threshold
        left, scores = left[stays], scores[stays]
    return np.array(taken, np.int64), np.array(new, scores.dtype)
