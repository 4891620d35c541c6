"""The layouts of four numbers that make a box, apart from their unit."""

import numbers

from cnnkit.boxes import _arrays

FORMATS = (
    "xyxy",
    "yxyx",
    "xywh",
    "center_xywh",
    "center_yxhw",
    "rel_xyxy",
    "rel_yxyx",
    "rel_xywh",
    "rel_center_xywh",
)
Y_FIRST = ("yxyx", "center_yxhw")


def parse(box_format, name="box_format"):
    """Split the name of a format into its layout and whether it is relative."""
    lower = box_format.lower() if isinstance(box_format, str) else box_format
    if lower not in FORMATS:
        raise ValueError(
            f"`{name}` must be one of {', '.join(map(repr, FORMATS))}. "
            f"Received: {name}={box_format!r}."
        )
    return lower.removeprefix("rel_"), lower.startswith("rel_")


def sides(image_shape):
    """Return height and width as ints from them or from the shape of an image."""
    shape = tuple(image_shape) if isinstance(image_shape, (list, tuple)) else ()
    if len(shape) not in (2, 3) or not all(_is_side(side) for side in shape[:2]):
        raise ValueError(
            "`image_shape` must be (height, width) in pixels, at least 1 each. "
            f"Received: image_shape={image_shape!r}."
        )
    return int(shape[0]), int(shape[1])


def to_corners(xp, boxes, layout):
    """Turn boxes of any layout into left, top, right, bottom."""
    first, second = boxes[..., :2], boxes[..., 2:]
    if layout in Y_FIRST:
        first, second = xp.flip(first, axis=-1), xp.flip(second, axis=-1)
    if layout == "xywh":
        second = first + second
    elif layout.startswith("center"):
        first, second = first - second / 2, first + second / 2
    return xp.concatenate([first, second], axis=-1)


def from_corners(xp, corners, layout):
    """Turn left, top, right, bottom into boxes of any layout."""
    first, second = corners[..., :2], corners[..., 2:]
    if layout == "xywh":
        second = second - first
    elif layout.startswith("center"):
        first, second = (first + second) / 2, second - first
    if layout in Y_FIRST:
        first, second = xp.flip(first, axis=-1), xp.flip(second, axis=-1)
    return xp.concatenate([first, second], axis=-1)


def edges(*values, names, box_format):
    """Return what computes, and the edges of boxes whose corners are in any order.

    No unit is needed: relative boxes give relative edges.

    Args:
        values: boxes of one format, each `(..., 4)`.
        names: sequence of str, what an error calls each of them.
        box_format: str.

    Returns:
        A pair: `numpy` or `keras.ops`, and a list with a tuple
        `(left, top, right, bottom)` for each of `values`.
    """
    layout, _ = parse(box_format)
    xp, arrays = _arrays.boxes(*values, names=names)
    found = []
    for array in arrays:
        corners = to_corners(xp, array, layout)
        x1, y1, x2, y2 = (corners[..., i] for i in range(4))
        low = xp.minimum(x1, x2), xp.minimum(y1, y2)
        found.append((*low, xp.maximum(x1, x2), xp.maximum(y1, y2)))
    return xp, found


def _is_side(value):
    return (
        isinstance(value, numbers.Integral)
        and not isinstance(value, bool)
        and value > 0
    )
