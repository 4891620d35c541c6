"""Anchors of a region proposal network, and what each of them is to say."""

import numpy as np

from cnnkit.boxes import _arguments, _arrays, _layouts
from cnnkit.boxes.overlap import pairwise_iou


def region_anchors(
    feature_shape, stride, sizes=(128, 256, 512), ratios=(0.5, 1.0, 2.0)
):
    """Return the anchors of a region proposal network.

    At the centre of each cell of the features stands one anchor for each size and
    ratio: a box of area size², `ratio` times as high as wide. They come in the order
    row, column, size, ratio, in which `reshape(-1, 4)` puts the output
    `(rows, columns, k · 4)` of a convolution.

    Args:
        feature_shape: int, rows and columns of the features, or a pair.
        stride: int, pixels of the image for one cell, or a pair: down and across.
        sizes: numbers above 0, roots of the areas in pixels.
        ratios: numbers above 0, height through width.

    Returns:
        float32 array `(rows · columns · k, 4)`, "xyxy" in pixels; k is the number of
        sizes times that of ratios. Some reach outside the image.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> region_anchors((1, 2), stride=16, sizes=[8], ratios=[1, 4])
    array([[ 4.,  4., 12., 12.],
           [ 6.,  0., 10., 16.],
           [20.,  4., 28., 12.],
           [22.,  0., 26., 16.]], dtype=float32)

    Reference:
        - Ren and others, "Faster R-CNN: towards real-time object detection with region
          proposal networks", 2015, section 3.1.1. Its code rounds the sizes and shifts
          the centres by half a pixel.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """
    rows, columns = _arguments.pair(feature_shape, "feature_shape")
    down, across = _arguments.pair(stride, "stride")
    sizes, ratios = _above_zero(sizes, "sizes"), _above_zero(ratios, "ratios")
    widths = (sizes[:, None] / np.sqrt(ratios)).ravel()
    heights = (sizes[:, None] * np.sqrt(ratios)).ravel()
    shapes = np.stack([-widths, -heights, widths, heights], axis=1) / 2
    y = (np.arange(rows) + 0.5) * down
    x = (np.arange(columns) + 0.5) * across
    y, x = np.meshgrid(y, x, indexing="ij")
    centres = np.stack([x, y, x, y], axis=-1)[:, :, None]
    return (centres + shapes).reshape(-1, 4).astype(np.float32)


def assign_targets(
    anchors, boxes, positive=0.7, negative=0.3, image_shape=None, box_format="xyxy"
):
    """Say for each anchor whether it stands for an object, and for which.

    1 (an object): the IoU with some box is at least `positive`; or no anchor has a
    higher IoU with some box, so that each box that any anchor touches has one at least.
    0 (background): the IoU with every box is below `negative`. -1 (not used in
    training): all others, and with `image_shape` those that reach outside the image.

    Args:
        anchors: numbers `(n, 4)`, an array or a tensor.
        boxes: numbers `(m, 4)`, an array or a tensor; or `(batch, m, 4)`, where boxes
            of no area fill up images with fewer.
        positive: float in [0, 1].
        negative: float in [0, 1], at most `positive`.
        image_shape: `(height, width)` in pixels, or the shape of the image, to leave
            out anchors that cross its border; `None` to use all.
        box_format: str, the format of both.

    Returns:
        A pair of integer arrays `(n,)` or `(batch, n)`, tensors if one of the two is a
        tensor: labels 1, 0 or -1, and the position of the box that each anchor overlaps
        most, of equal ones the first; -1 where there are no boxes at all.

    Raises:
        ValueError: if an argument is not as above, or boxes do not have four finite
            numbers.

    Example:

    >>> anchors = [[0, 0, 10, 10], [0, 0, 10, 8], [2, 0, 12, 10], [30, 30, 40, 40]]
    >>> labels, matched = assign_targets(anchors, boxes=[[50, 50, 60, 60],
    ...                                                  [0, 0, 10, 10]])
    >>> labels, matched
    (array([ 1,  1, -1,  0]), array([1, 1, 1, 0]))

    Reference:
        - Ren and others, "Faster R-CNN: towards real-time object detection with region
          proposal networks", 2015, sections 3.1.2 and 3.1.3.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """
    positive = _arguments.number(positive, "positive", most=1)
    negative = _arguments.number(negative, "negative", most=positive)
    xp, (anchors, boxes) = _arrays.boxes(anchors, boxes, names=("anchors", "boxes"))
    if len(anchors.shape) != 2 or len(boxes.shape) not in (2, 3):
        raise ValueError(
            "`anchors` must be of shape (n, 4) and `boxes` (m, 4) or (batch, m, 4). "
            f"Received: shapes {tuple(anchors.shape)} and {tuple(boxes.shape)}."
        )
    same_rank = anchors[None] if len(boxes.shape) == 3 else anchors
    overlaps = pairwise_iou(same_rank, boxes, box_format)
    inside = None
    if image_shape is not None:
        inside = _inside(xp, anchors, image_shape, box_format)
        overlaps = xp.where(inside[:, None], overlaps, -xp.ones_like(overlaps))
    if boxes.shape[-2]:
        best, matched = xp.max(overlaps, axis=-1), xp.argmax(overlaps, axis=-1)
        most = xp.max(overlaps, axis=-2, keepdims=True)
        highest = xp.logical_and(overlaps == most, most > 0)
        chosen = xp.logical_or(best >= positive, xp.any(highest, axis=-1))
    else:
        best = xp.sum(overlaps, axis=-1)  # zeros
        matched, chosen = None, best > 0
    labels = xp.where(chosen, 1, xp.where(best < negative, 0, -1))
    if matched is None:
        matched = -xp.ones_like(labels)
    if inside is not None:
        labels = xp.where(inside, labels, -1)
    return labels, matched


def sample_targets(labels, size=256, positive_fraction=0.5, seed=0):
    """Keep a few of the labels and take the others out of training.

    Most anchors are background, and would drown the few that are not. Of each image at
    most `size · positive_fraction` labels 1 are kept, chosen at random, and as many
    labels 0 as make up `size`; the others become -1.

    Args:
        labels: integers `(n,)` or `(batch, n)`, 1, 0 or -1, as `assign_targets` gives;
            an array or a tensor that holds values.
        size: int, how many labels to keep of an image.
        positive_fraction: float in [0, 1], the largest share of them that is 1.
        seed: int, or a `numpy.random.Generator` to go on with from call to call.

    Returns:
        int64 array of the same shape.

    Raises:
        ValueError: if labels are others than 1, 0 and -1, or an argument is not as
            above.

    Example:

    >>> kept = sample_targets([1, 1, 1, 0, 0, 0, 0, -1], size=4, seed=0)
    >>> (kept == 1).sum(), (kept == 0).sum()
    (np.int64(2), np.int64(2))

    Reference:
        - Ren and others, "Faster R-CNN: towards real-time object detection with region
          proposal networks", 2015, section 3.1.3.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """
    size = _arguments.whole(size, "size")
    fraction = _arguments.number(positive_fraction, "positive_fraction", most=1)
    if not isinstance(seed, np.random.Generator):
        seed = np.random.default_rng(_arguments.whole(seed, "seed", least=0))
    labels = _arrays.to_numpy(labels)
    if labels.ndim not in (1, 2) or not np.isin(labels, (1, 0, -1)).all():
        raise ValueError(
            "`labels` must be 1, 0 or -1, of shape (n,) or (batch, n). "
            f"Received: labels of shape {labels.shape}."
        )
    order = seed.random(labels.shape)
    objects = _first(labels == 1, order, int(size * fraction))
    room = size - objects.sum(axis=-1, keepdims=True)
    background = _first(labels == 0, order, room)
    return np.where(objects, 1, np.where(background, 0, -1))


def _first(mask, order, most):
    """Keep `most` of the true values along the last axis, those lowest in `order`."""
    rank = np.where(mask, order, 2).argsort(axis=-1).argsort(axis=-1)
    return mask & (rank < most)


def _inside(xp, anchors, image_shape, box_format):
    layout, relative = _layouts.parse(box_format)
    height, width = (1, 1) if relative else _layouts.sides(image_shape)
    x1, y1, x2, y2 = (_layouts.to_corners(xp, anchors, layout)[:, i] for i in range(4))
    low, high = xp.minimum(x1, y1), xp.maximum(x2 / width, y2 / height)
    return xp.logical_and(low >= 0, high <= 1)


def _above_zero(values, name):
    _, (array,) = _arrays.floats(values, names=(name,))
    if array.ndim != 1 or not array.size or (array <= 0).any():
        raise ValueError(
            f"`{name}` must be numbers above 0, at least one. "
            f"Received: {name}={values!r}."
        )
    return array.astype(np.float64)
