"""Non-max suppression: of boxes on one object, the one with the highest score."""

import numpy as np

from cnnkit.boxes import _arguments, _arrays, _layouts
from cnnkit.boxes.overlap import pairwise_iou

BLOCK = 64  # boxes that are decided on together


def nms(
    boxes,
    scores,
    iou_threshold=0.5,
    score_threshold=None,
    max_boxes=None,
    classes=None,
    box_format="xyxy",
):
    """Keep the best box of each object and drop those that overlap it.

    The box with the highest score is kept; boxes whose IoU with it is above
    `iou_threshold` are dropped; and so on with those that are left. Of equal scores the
    one that stands first wins. Boxes that share exactly `iou_threshold` both stay, and
    boxes of no area never drop one another. Corners may come in any order.

    Args:
        boxes: numbers `(n, 4)`, an array or a tensor that holds values.
        scores: numbers `(n,)`.
        iou_threshold: float in [0, 1].
        score_threshold: float, drop boxes whose score is not above it; `None` for none.
        max_boxes: int, how many boxes to keep at most, the best ones; `None` for all.
        classes: integers `(n,)`: a box drops only boxes of its own class. With `None`
            the class plays no part.
        box_format: str, the format of `boxes`.

    Returns:
        int64 array, the positions of the boxes that stay, best score first.

    Raises:
        ValueError: if shapes do not fit, a number is NaN, or an argument is not as
            above.

    Example:

    >>> boxes = [[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]]
    >>> nms(boxes, scores=[0.6, 0.9, 0.5])
    array([1, 2])
    >>> nms(boxes, scores=[0.6, 0.9, 0.5], classes=[0, 1, 1])
    array([1, 0, 2])

    Reference:
        - Redmon and others, "You only look once", 2016, section 2.3; Girshick and
          others, "Rich feature hierarchies", 2014, section 2.2.

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    iou_threshold = _arguments.number(iou_threshold, "iou_threshold", most=1)
    if max_boxes is not None:
        max_boxes = _arguments.whole(max_boxes, "max_boxes")
    corners, scores, classes = one_image(boxes, scores, classes, box_format)
    order = np.argsort(-scores, kind="stable")
    if score_threshold is not None:
        order = order[scores[order] > score_threshold]
    if classes is None:
        kept = _greedy(corners[order], iou_threshold, max_boxes)
    else:
        sorted_classes = classes[order]
        kept = np.zeros(0, np.int64)
        for which in np.unique(sorted_classes):
            own = np.flatnonzero(sorted_classes == which)
            best = _greedy(corners[order[own]], iou_threshold, max_boxes)
            kept = np.concatenate([kept, own[best]])
        kept.sort()
    return order[kept[:max_boxes]].astype(np.int64, copy=False)


def batched_nms(
    boxes,
    scores,
    iou_threshold=0.5,
    score_threshold=None,
    max_boxes=None,
    classes=None,
    box_format="xyxy",
):
    """Do non-max suppression on each image of a batch.

    Args:
        boxes: numbers `(batch, n, 4)`, an array or a tensor that holds values.
        scores: numbers `(batch, n)`.
        iou_threshold: float, as in `nms`.
        score_threshold: float or `None`, as in `nms`.
        max_boxes: int or `None`, how many boxes to keep of each image.
        classes: integers `(batch, n)`, or `None`, as in `nms`.
        box_format: str, the format of `boxes`.

    Returns:
        A list with one int64 array an image, as `nms` returns.

    Raises:
        ValueError: as `nms` does.

    Example:

    >>> boxes = [[[0, 0, 10, 10], [1, 0, 11, 10]], [[0, 0, 10, 10], [20, 0, 30, 10]]]
    >>> batched_nms(boxes, [[0.6, 0.9], [0.8, 0.7]])
    [array([1]), array([0, 1])]

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    boxes, scores = _arrays.to_numpy(boxes), _arrays.to_numpy(scores)
    if boxes.ndim != 3 or scores.shape != boxes.shape[:2]:
        raise ValueError(
            "`boxes` must be of shape (batch, n, 4) and `scores` of shape (batch, n). "
            f"Received: shapes {boxes.shape} and {scores.shape}."
        )
    given = [None] * len(boxes) if classes is None else _arrays.to_numpy(classes)
    if classes is not None and given.shape != scores.shape:
        raise ValueError(
            f"`classes` must be of shape {scores.shape}, as `scores`. "
            f"Received: classes of shape {given.shape}."
        )
    options = (iou_threshold, score_threshold, max_boxes)
    return [
        nms(*one[:2], *options, one[2], box_format)
        for one in zip(boxes, scores, given, strict=True)
    ]


def one_image(boxes, scores, classes, box_format):
    """Return sorted corners `(n, 4)`, scores and classes of one image as arrays."""
    boxes = _arrays.to_numpy(boxes)
    _, (edges,) = _layouts.edges(boxes, names=("boxes",), box_format=box_format)
    if edges[0].ndim != 1:
        raise ValueError(
            "`boxes` must be of shape (n, 4), those of one image. "
            f"Received: boxes of shape {boxes.shape}."
        )
    corners = np.stack(edges, axis=-1)
    scores = _arrays.one_per_box(scores, "scores", len(corners))
    if scores.dtype.kind != "f":
        scores = scores.astype(np.float64)
    if classes is not None:
        classes = _arrays.one_per_box(classes, "classes", len(corners))
    return corners, scores, classes


def _greedy(corners, threshold, most):
    """Return positions of what stays of boxes that are sorted, the best first.

    A block of the best boxes left is decided on box by box; those of it that stay then
    drop others from the rest, all in one table.
    """
    positions = np.arange(len(corners))
    kept = [positions[:0]]
    while len(positions) and (most is None or sum(map(len, kept)) < most):
        block, corners = corners[:BLOCK], corners[BLOCK:]
        stays = _decide(pairwise_iou(block, block) > threshold)
        kept.append(positions[:BLOCK][stays])
        left = ~(pairwise_iou(block[stays], corners) > threshold).any(axis=0)
        corners, positions = corners[left], positions[BLOCK:][left]
    return np.concatenate(kept)


def _decide(overlaps):
    stays = np.ones(len(overlaps), bool)
    for i, row in enumerate(overlaps):
        if stays[i]:
            stays[i + 1 :] &= ~row[i + 1 :]
    return stays
