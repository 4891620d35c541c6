"""Formats of boxes: turning one into another, and finding boxes that cannot be right.

The names are those of `keras.utils.bounding_boxes`. A format without `rel_` counts
pixels; `rel_` ones count widths and heights of the image, from 0 to 1.
"""

import numpy as np

from cnnkit.boxes import _arrays, _layouts

SLACK = 1e-5  # of the image's side: what rounding may put outside
FARTHEST = 2  # images away, where the centre of a relative box is a mistake of unit


def convert(boxes, source, target, image_shape=None):
    """Turn boxes of one format into another.

    | name | four numbers |
    | --- | --- |
    | `"xyxy"` | left, top, right, bottom |
    | `"yxyx"` | top, left, bottom, right |
    | `"xywh"` | left, top, width, height |
    | `"center_xywh"` | x and y of the centre, width, height |
    | `"center_yxhw"` | y and x of the centre, height, width |

    These are in pixels, which have (0, 0) at the upper left corner of the image.
    `"rel_xyxy"`, `"rel_yxyx"`, `"rel_xywh"` and `"rel_center_xywh"` are the same in
    shares of the image's width and height.

    Boxes may lie outside the image in part, as those of a detector do. Boxes in the
    wrong unit are refused; `check` looks closer.

    Args:
        boxes: numbers `(..., 4)`, an array or a tensor.
        source: str, the format of `boxes`.
        target: str, the format wanted.
        image_shape: `(height, width)` in pixels, or the shape of the image; needed
            between pixels and shares.

    Returns:
        Floats `(..., 4)`, a tensor if `boxes` is one. float32 stays float32; lists and
        integers become float64.

    Raises:
        ValueError: if a format is unknown, `image_shape` is missing or is none, or
            boxes do not have four finite numbers; or if they are evidently in the
            wrong unit: all pixels within [0, 1] when they are to become shares, or
            shares more than two images away. Tensors are not looked into.

    Example:

    >>> convert([[10, 20, 30, 60]], "xyxy", "center_xywh")
    array([[20., 40., 20., 40.]])
    >>> convert([[10, 20, 30, 60]], "xyxy", "rel_yxyx", image_shape=(100, 200))
    array([[0.2 , 0.05, 0.6 , 0.15]])

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    old, old_relative = _layouts.parse(source, "source")
    new, new_relative = _layouts.parse(target, "target")
    if image_shape is None and old_relative != new_relative:
        raise ValueError(
            "`image_shape` is needed to turn pixels into shares of the image or back. "
            f"Received: source={source!r}, target={target!r}, image_shape=None."
        )
    xp, (boxes,) = _arrays.boxes(boxes)
    _refuse_wrong_unit(xp, boxes, source, target)
    if old != new:
        boxes = _layouts.from_corners(xp, _layouts.to_corners(xp, boxes, old), new)
    if old_relative == new_relative:
        return boxes
    height, width = _layouts.sides(image_shape)
    scale = (height, width) if new in _layouts.Y_FIRST else (width, height)
    scale = xp.array(scale * 2, dtype=boxes.dtype)
    return boxes * scale if old_relative else boxes / scale


def clip(boxes, image_shape, box_format="xyxy"):
    """Cut off what lies outside the image.

    A box that lies wholly outside becomes one of no area on the image's edge; drop
    such boxes, or find them by `problems`. Corners may come in any order, and come back
    left before right, top before bottom.

    Args:
        boxes: numbers `(..., 4)`, an array or a tensor.
        image_shape: `(height, width)` in pixels, or the shape of the image.
        box_format: str, the format of `boxes` and of the result.

    Returns:
        Floats `(..., 4)`, a tensor if `boxes` is one.

    Raises:
        ValueError: as `convert` does; so pixels are not cut to [0, 1] in silence where
            shares are due.

    Example:

    >>> clip([[-5, 10, 300, 90]], image_shape=(80, 200))
    array([[  0.,  10., 200.,  80.]])

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    layout, relative = _layouts.parse(box_format)
    height, width = (1, 1) if relative else _layouts.sides(image_shape)
    xp, (boxes,) = _arrays.boxes(boxes)
    _refuse_wrong_unit(xp, boxes, box_format, box_format)
    _, (edges,) = _layouts.edges(boxes, names=("boxes",), box_format=box_format)
    limits = (width, height, width, height)
    inside = [xp.clip(edge, 0, most) for edge, most in zip(edges, limits, strict=True)]
    return _layouts.from_corners(xp, xp.stack(inside, axis=-1), layout)


def problems(boxes, box_format="xyxy", image_shape=None):
    """Find boxes that cannot be right, and say why.

    Args:
        boxes: numbers `(n, 4)`, an array or a tensor that holds values.
        box_format: str, the format of `boxes`.
        image_shape: `(height, width)` in pixels, or the shape of the image; without it
            boxes in pixels are not compared with the image.

    Returns:
        A dict from the positions of the bad boxes, in order, to what is wrong with each
        (the first that applies): it holds NaN or infinity, its unit is another, its
        corners are swapped, it has no area, it reaches outside the image. A deviation
        of a hundred-thousandth of the image's side counts as rounding.

    Raises:
        ValueError: if the boxes do not have four numbers each, or the format or the
            image's shape is none.

    Example:

    >>> problems([[5, 5, 20, 9], [8, 5, 2, 9]])
    {1: 'its corners are swapped: [8, 5, 2, 9] as "xyxy"'}

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    layout, relative = _layouts.parse(box_format)
    given = _arrays.to_numpy(boxes)
    finite = np.isfinite(given) if given.dtype.kind == "f" else np.ones(given.shape)
    _, (values,) = _arrays.boxes(np.where(finite, given, 0))
    if values.ndim != 2:
        raise ValueError(
            f"`boxes` must be of shape (n, 4). Received: boxes of shape {given.shape}."
        )
    height, width = (1, 1) if relative else (np.inf, np.inf)
    if image_shape is not None and not relative:
        height, width = _layouts.sides(image_shape)
    x1, y1, x2, y2 = corners = _layouts.to_corners(np, values, layout).T
    slack_x, slack_y = SLACK * width, SLACK * height
    reasons = {
        "it holds NaN or infinity": ~finite.reshape(-1, 4).all(axis=1),
        "it is in pixels where shares of the image are due, from 0 to 1": relative
        & _far(corners),
        "it is in shares of the image where pixels are due": (not relative)
        & _tiny(corners),
        "its corners are swapped": (x2 < x1) | (y2 < y1),
        "it has no area": (x2 == x1) | (y2 == y1),
        "it reaches outside the image": (x1 < -slack_x)
        | (y1 < -slack_y)
        | (x2 > width + slack_x)
        | (y2 > height + slack_y),
    }
    found = {}
    for i in range(len(values)):
        reason = next((name for name, bad in reasons.items() if bad[i]), None)
        if reason:
            found[i] = f"{reason}: {_words(given[i], box_format)}"
    return found


def check(boxes, box_format="xyxy", image_shape=None):
    """Refuse boxes that cannot be right.

    Use it on boxes that come from files or people. Boxes that a detector finds may
    well reach outside the image: `clip` these.

    Args:
        boxes: numbers `(n, 4)`, an array or a tensor that holds values; none is fine.
        box_format: str, the format of `boxes`.
        image_shape: `(height, width)` in pixels, or the shape of the image; without it
            boxes in pixels are not compared with the image.

    Returns:
        None.

    Raises:
        ValueError: if `problems` finds any.

    Example:

    >>> check([[5, 5, 20, 9]], "xyxy", image_shape=(40, 40))
    >>> check([[5, 5, 20, 9]], "rel_xyxy")
    Traceback (most recent call last):
        ...
    ValueError: Box 0 of `boxes` cannot be right: it is in pixels where shares of the
    image are due, from 0 to 1: [5, 5, 20, 9] as "rel_xyxy".

    Taught in: notebooks/week3_detection/03_boxes.ipynb
    """
    found = problems(boxes, box_format, image_shape)
    if found:
        first = next(iter(found))
        more = f" {len(found) - 1} more cannot either." if len(found) > 1 else ""
        raise ValueError(
            f"Box {first} of `boxes` cannot be right: {found[first]}.{more}"
        )


def _refuse_wrong_unit(xp, boxes, source, target):
    if xp is not np or not boxes.size:
        return
    layout, relative = _layouts.parse(source)
    flat = boxes.reshape(-1, 4)
    corners = _layouts.to_corners(np, flat, layout).T
    if relative and (far := _far(corners)).any():
        raise ValueError(
            "`boxes` must be in shares of the image, from 0 to 1; these are in pixels. "
            f"Received: {_words(flat[far.argmax()], source)}."
        )
    if not relative and _layouts.parse(target)[1] and _tiny(corners).all():
        raise ValueError(
            "`boxes` must be in pixels; these are in shares of the image. "
            f"Received: {_words(flat[0], source)}."
        )


def _far(corners):
    x1, y1, x2, y2 = corners
    return (abs(x1 + x2) > 2 * FARTHEST) | (abs(y1 + y2) > 2 * FARTHEST)


def _tiny(corners):
    """Tell which boxes are no more than a part of the first pixel."""
    within = (corners >= -SLACK) & (corners <= 1 + SLACK)
    return within.all(axis=0) & (corners % 1 != 0).any(axis=0)


def _words(box, box_format):
    return f'[{", ".join(f"{value:g}" for value in box)}] as "{box_format}"'
