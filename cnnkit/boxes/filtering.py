"""Filtering: of all boxes that a network proposes, those it is sure enough of."""

import numpy as np

from cnnkit.boxes import _arguments, _arrays


def filter_boxes(box_confidence, boxes, class_probabilities, threshold=0.6):
    """Keep the boxes whose best class scores at least `threshold`.

    The score of a class is the confidence that there is an object times the probability
    of the class, p_c · c_i. Each box gets its best class; of equal ones the first.

    Args:
        box_confidence: numbers `(...)` or `(..., 1)`, the p_c; for a YOLO grid
            `(rows, columns, anchors, 1)`.
        boxes: numbers `(..., 4)`, in any format.
        class_probabilities: numbers `(..., classes)`, the c_1 … c_n.
        threshold: float; a score that equals it is kept.

    Returns:
        A triple of arrays in the order of the grid: scores `(n,)`, boxes `(n, 4)` and
        classes `(n,)`, int64.

    Raises:
        ValueError: if the shapes do not fit together, there are no classes, or a number
            is NaN or infinite.

    Example:

    >>> confidence = [[0.9], [0.9], [0.1]]
    >>> boxes = [[0, 0, 4, 4], [2, 2, 9, 9], [0, 0, 9, 9]]
    >>> classes = [[0.2, 0.8], [0.5, 0.5], [0.0, 1.0]]
    >>> filter_boxes(confidence, boxes, classes)
    (array([0.72]), array([[0., 0., 4., 4.]]), array([1]))

    Reference:
        - Redmon and others, "You only look once", 2016, equation 1.

    Taught in: notebooks/week3_detection/04_yolo.ipynb
    """
    threshold = _arguments.number(threshold, "threshold", least=-np.inf)
    names = ("box_confidence", "class_probabilities")
    confidence, probabilities = map(
        _arrays.to_numpy, (box_confidence, class_probabilities)
    )
    _, (boxes,) = _arrays.boxes(_arrays.to_numpy(boxes))
    _, (confidence, probabilities) = _arrays.floats(
        confidence, probabilities, names=names
    )
    grid = boxes.shape[:-1]
    if confidence.shape == (*grid, 1):
        confidence = confidence[..., 0]
    if (
        confidence.shape != grid
        or probabilities.shape[:-1] != grid
        or not probabilities.shape[-1]
    ):
        raise ValueError(
            "`box_confidence` must be of shape (..., 1), `boxes` (..., 4) and "
            "`class_probabilities` (..., classes). Received: shapes "
            f"{confidence.shape}, {boxes.shape} and {probabilities.shape}."
        )
    best = probabilities * confidence[..., None]
    classes = best.argmax(axis=-1)
    scores = best.max(axis=-1)
    sure = scores >= threshold
    return scores[sure], boxes[sure], classes[sure].astype(np.int64)
