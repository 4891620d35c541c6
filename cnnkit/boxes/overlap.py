"""Overlap of boxes: intersection over union, and its generalised form."""

import numpy as np

from cnnkit.boxes import _layouts

# Rows of a large table are computed so many numbers at a time, to stay in the cache.
NUMBERS_AT_ONCE = 2**15


def iou(boxes1, boxes2, box_format="xyxy", inclusive=False):
    """Return the intersection over union of boxes, each with its partner.

    Both sets have the same format and the same unit. Corners may come in any order. A
    box of no area has an IoU of 0 with every box, itself included.

    Args:
        boxes1: floats `(..., 4)`, an array or a tensor.
        boxes2: floats `(..., 4)`; the axes before the last broadcast.
        box_format: str, the format of both.
        inclusive: bool, count pixels as PASCAL VOC does: the right and the bottom
            edges belong to the box, which is a pixel wider and higher than the
            difference of its edges. Only for pixels.

    Returns:
        Floats in [0, 1], of the shape of both without the last axis; a tensor if one of
        the two is a tensor.

    Raises:
        ValueError: if the boxes do not have four finite numbers, the format is
            unknown, or `inclusive` meets a relative format.

    Example:

    >>> float(iou([0, 0, 2, 2], [1, 1, 3, 3]))
    0.14285714285714285
    >>> iou([[0, 0, 2, 2], [0, 0, 2, 1]], [0, 0, 2, 2])
    array([1. , 0.5])

    Reference:
        - Everingham and others, "The PASCAL visual object classes (VOC) challenge",
          2010, section 4.2.

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    xp, (first, second) = _edges(boxes1, boxes2, box_format, inclusive)
    return _ratio(xp, first, second)


def pairwise_iou(boxes1, boxes2, box_format="xyxy", inclusive=False):
    """Return the intersection over union of each box of one set with each of another.

    Args:
        boxes1: floats `(..., n, 4)`, an array or a tensor.
        boxes2: floats `(..., m, 4)`; the axes before the last two broadcast.
        box_format: str, the format of both.
        inclusive: bool, as in `iou`.

    Returns:
        Floats in [0, 1], `(..., n, m)`; a tensor if one of the two is a tensor.

    Raises:
        ValueError: as `iou` does.

    Example:

    >>> pairwise_iou([[0, 0, 2, 2]], [[0, 0, 2, 2], [0, 0, 2, 1], [5, 5, 6, 6]])
    array([[1. , 0.5, 0. ]])

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    xp, (first, second) = _edges(boxes1, boxes2, box_format, inclusive, rank=2)
    rows = [edge[..., :, None] for edge in first]
    columns = [edge[..., None, :] for edge in second]
    if xp is np and rows[0].ndim == 2:
        return _table(rows, columns)
    return _ratio(xp, rows, columns)


def giou(boxes1, boxes2, box_format="xyxy"):
    """Return the generalised intersection over union of boxes, each with its partner.

    The IoU less the share of the smallest box around both that neither covers. It goes
    on falling, down to -1, as boxes that do not touch move apart, so that a loss made
    of it has a gradient there. Corners may come in any order.

    Args:
        boxes1: floats `(..., 4)`, an array or a tensor.
        boxes2: floats `(..., 4)`; the axes before the last broadcast.
        box_format: str, the format of both.

    Returns:
        Floats in [-1, 1], as `iou`. 0 where even the box around both has no area.

    Raises:
        ValueError: as `iou` does.

    Example:

    >>> float(giou([0, 0, 1, 1], [0, 0, 1, 1]))
    1.0
    >>> float(giou([0, 0, 1, 1], [3, 0, 4, 1]))
    -0.5

    Reference:
        - Rezatofighi and others, "Generalized intersection over union", 2019,
          algorithms 1 and 2.

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    xp, (first, second) = _edges(boxes1, boxes2, box_format)
    return _generalised(xp, first, second)


def pairwise_giou(boxes1, boxes2, box_format="xyxy"):
    """Return the generalised IoU of each box of one set with each of another.

    Args:
        boxes1: floats `(..., n, 4)`, an array or a tensor.
        boxes2: floats `(..., m, 4)`; the axes before the last two broadcast.
        box_format: str, the format of both.

    Returns:
        Floats in [-1, 1], `(..., n, m)`, as `giou`.

    Raises:
        ValueError: as `iou` does.

    Example:

    >>> pairwise_giou([[0, 0, 1, 1]], [[0, 0, 1, 1], [3, 0, 4, 1]])
    array([[ 1. , -0.5]])

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    xp, (first, second) = _edges(boxes1, boxes2, box_format, rank=2)
    rows = [edge[..., :, None] for edge in first]
    return _generalised(xp, rows, [edge[..., None, :] for edge in second])


def _edges(boxes1, boxes2, box_format, inclusive=False, rank=1):
    if inclusive and _layouts.parse(box_format)[1]:
        raise ValueError(
            "`inclusive` counts pixels; convert the boxes to pixels first. "
            f"Received: inclusive={inclusive!r}, box_format={box_format!r}."
        )
    xp, both = _layouts.edges(
        boxes1, boxes2, names=("boxes1", "boxes2"), box_format=box_format
    )
    shapes = [tuple(edges[0].shape) for edges in both]
    if min(map(len, shapes)) + 1 < rank:
        raise ValueError(
            "`boxes1` must be of shape (..., n, 4) and `boxes2` of shape (..., m, 4). "
            f"Received: shapes {_with_four(shapes)}."
        )
    if xp is np:
        try:
            np.broadcast_shapes(*(shape[: len(shape) + 1 - rank] for shape in shapes))
        except ValueError as error:
            raise ValueError(
                "`boxes1` and `boxes2` must have shapes that broadcast. "
                f"Received: shapes {_with_four(shapes)}."
            ) from error
    if inclusive:
        both = [(x1, y1, x2 + 1, y2 + 1) for x1, y1, x2, y2 in both]
    return xp, both


def _with_four(shapes):
    return " and ".join(str((*shape, 4)) for shape in shapes)


def _area(edges):
    left, top, right, bottom = edges
    return (right - left) * (bottom - top)


def _intersection(xp, first, second):
    width = xp.minimum(first[2], second[2]) - xp.maximum(first[0], second[0])
    height = xp.minimum(first[3], second[3]) - xp.maximum(first[1], second[1])
    return xp.maximum(width, 0) * xp.maximum(height, 0)


def _ratio(xp, first, second):
    shared = _intersection(xp, first, second)
    return shared / (_divisor(xp, first) + _area(second) - shared)


def _divisor(xp, edges):
    """Return areas, with 1 for none: such a box shares nothing, and 0/1 is 0."""
    areas = _area(edges)
    return xp.where(areas > 0, areas, xp.ones_like(areas))


def _table(rows, columns):
    """As `_ratio`, for `(n, 1)` and `(1, m)`, a few rows at a time in place."""
    n, m = rows[0].shape[0], columns[0].shape[1]
    table = np.empty((n, m), np.result_type(rows[0], columns[0]))
    step = max(1, NUMBERS_AT_ONCE // max(m, 1))
    one, two = np.empty((2, min(step, n), m), table.dtype)
    areas = _area(columns)
    for start in range(0, n, step):
        part = [edge[start : start + step] for edge in rows]
        shared, other, out = (x[: len(part[0])] for x in (one, two, table[start:]))
        for low, high, size in ((0, 2, shared), (1, 3, other)):
            np.minimum(part[high], columns[high], out=size)
            np.maximum(part[low], columns[low], out=out)
            size -= out
            np.maximum(size, 0, out=size)
        shared *= other
        np.add(_divisor(np, part), areas, out=other)
        other -= shared
        np.divide(shared, other, out=out)
    return table


def _generalised(xp, first, second):
    shared = _intersection(xp, first, second)
    union = _area(first) + _area(second) - shared
    around = _area(
        (
            xp.minimum(first[0], second[0]),
            xp.minimum(first[1], second[1]),
            xp.maximum(first[2], second[2]),
            xp.maximum(first[3], second[3]),
        )
    )
    ratio = shared / xp.where(union > 0, union, xp.ones_like(union))
    return ratio - (around - union) / xp.where(around > 0, around, xp.ones_like(around))
