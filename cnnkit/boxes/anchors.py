"""Anchors: the few shapes that stand for all boxes of a data set, by k-means."""

import numpy as np

from cnnkit.boxes import _arguments, _arrays

ROUNDS = 300
AVERAGES = {"median": np.median, "mean": np.mean}


def size_iou(sizes1, sizes2):
    """Return the IoU of shapes alone, as if each pair of boxes had the same centre.

    Args:
        sizes1: numbers `(n, 2)`, width and height.
        sizes2: numbers `(m, 2)`, width and height in the same unit.

    Returns:
        Floats in (0, 1], `(n, m)`.

    Raises:
        ValueError: if the sizes are not pairs of finite numbers above 0.

    Example:

    >>> size_iou([[10, 20]], [[10, 20], [20, 10], [10, 10]]).round(3)
    array([[1.   , 0.333, 0.5  ]])

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    return _iou(_sizes(sizes1, "sizes1"), _sizes(sizes2, "sizes2"))


def mean_best_iou(sizes, anchors):
    """Return how well anchors fit: the IoU of each box with its best one, averaged.

    Args:
        sizes: numbers `(n, 2)`, width and height of boxes; one at least.
        anchors: numbers `(k, 2)`, width and height in the same unit; one at least.

    Returns:
        float in (0, 1].

    Raises:
        ValueError: if there are no sizes or no anchors, or as `size_iou` does.

    Example:

    >>> mean_best_iou([[10, 20], [20, 10]], anchors=[[10, 20], [10, 10]])
    0.75

    Reference:
        - Redmon and Farhadi, "YOLO9000: better, faster, stronger", 2017, table 1.

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    sizes = _some(_sizes(sizes, "sizes"), "sizes")
    anchors = _some(_sizes(anchors, "anchors"), "anchors")
    return float(_iou(sizes, anchors).max(axis=1).mean())


def kmeans_anchors(sizes, k, average="median", starts=10, seed=0):
    """Choose `k` anchors for boxes by k-means with the distance 1 - IoU.

    With Euclidean distance large boxes would count more than small ones; 1 - IoU asks
    only how well shapes overlap. Each start picks its first anchors among the boxes;
    then each box joins its nearest anchor and each anchor becomes the average of its
    boxes, until none moves. The anchors of the start that fit best are returned. They
    do not depend on the order of `sizes`.

    Args:
        sizes: numbers `(n, 2)`, width and height of boxes in one unit: pixels, or cells
            of a grid. Shares of an image that is not square are two units.
        k: int, how many anchors.
        average: "median" of the widths and of the heights, which fits a little better
            because few large boxes do not pull at it, or "mean", as the name has it.
        starts: int, how many times to start.
        seed: int, what the starts are drawn from; the same gives the same anchors.

    Returns:
        Floats `(k, 2)`, width and height in the unit of `sizes`, smallest area first.

    Raises:
        ValueError: if the sizes are not pairs of finite numbers above 0, there are
            fewer different ones than `k`, or an argument is not as above.

    Example:

    >>> kmeans_anchors([[10, 30], [12, 30], [60, 40], [60, 44], [11, 30]], k=2)
    array([[11., 30.],
           [60., 42.]])

    Reference:
        - Redmon and Farhadi, "YOLO9000: better, faster, stronger", 2017, section 2,
          "Dimension clusters".

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    k = _arguments.whole(k, "k")
    starts = _arguments.whole(starts, "starts")
    if average not in AVERAGES:
        raise ValueError(
            f'`average` must be "median" or "mean". Received: average={average!r}.'
        )
    rng = np.random.default_rng(_arguments.whole(seed, "seed", least=0))
    sizes = _sizes(sizes, "sizes")
    sizes = sizes[np.lexsort(sizes.T)]
    different = np.unique(sizes, axis=0)
    if len(different) < k:
        raise ValueError(
            "`k` must be at most the number of different sizes. "
            f"Received: k={k}, {len(different)} different sizes."
        )
    found = []
    for _ in range(starts):
        first = different[rng.choice(len(different), k, replace=False)]
        found.append(_cluster(sizes, first, AVERAGES[average]))
    anchors, _ = max(found, key=lambda pair: pair[1])
    return anchors[np.lexsort((anchors[:, 0], anchors.prod(axis=1)))]


def _cluster(sizes, anchors, average):
    """Return where anchors end that start at `anchors`, and how well they fit."""
    joined = None
    for _ in range(ROUNDS):
        nearest = _iou(sizes, anchors).argmax(axis=1)
        if np.array_equal(nearest, joined):
            break
        joined = nearest
        for j in np.unique(nearest):
            anchors[j] = average(sizes[nearest == j], axis=0)
    return anchors, _iou(sizes, anchors).max(axis=1).mean()


def _iou(sizes1, sizes2):
    shared = np.minimum(sizes1[:, None], sizes2[None]).prod(axis=2)
    areas = sizes1.prod(axis=1)[:, None] + sizes2.prod(axis=1)[None]
    return shared / (areas - shared)


def _sizes(value, name):
    _, (array,) = _arrays.floats(_arrays.to_numpy(value), names=(name,))
    if array.size == 0:
        array = array.reshape(0, 2)
    if array.ndim != 2 or array.shape[1] != 2 or (array <= 0).any():
        raise ValueError(
            f"`{name}` must be of shape (n, 2), widths and heights above 0. Received: "
            f"{name} of shape {array.shape}"
            + (f", the least number {array.min():g}." if array.size else ".")
        )
    return array


def _some(array, name):
    if not len(array):
        raise ValueError(f"`{name}` must hold at least one. Received: none.")
    return array
