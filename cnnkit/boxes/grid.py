"""The grid of YOLO: boxes written into its cells, and read out of them."""

import numpy as np

from cnnkit.boxes import _arguments, _arrays, _grid, _layouts
from cnnkit.boxes.formats import problems

BELOW_ONE = np.nextafter(np.float32(1), np.float32(0))


def encode(boxes, classes, grid, anchors, num_classes, image_shape, box_format="xyxy"):
    """Write the boxes of images into the cells of YOLO's grid.

    An object belongs to the cell that holds its midpoint, and there to the anchor whose
    shape has the highest IoU with it (of equal ones the first). Each cell and anchor
    has the numbers p_c, b_x, b_y, b_h, b_w, c_1 … c_n: p_c is 1 if there is an object;
    b_x, b_y is its midpoint within the cell, from 0 at the upper left to below 1; b_h
    and b_w are its height and width in cells, and may well be above 1; one of c is 1.
    All are 0 where there is no object.

    If several objects of an image fall to the same cell and anchor, the one with the
    largest area stays (of equal ones the first) and the others are dropped. How many is
    returned. Otherwise `decode` gives the boxes back.

    Args:
        boxes: numbers `(n, 4)`, those of one image; a list with one such array an
            image; or `(batch, n, 4)` for images with equally many.
        classes: integers `(n,)` from 0, a list of such, or `(batch, n)`, where -1
            stands for no box, whatever numbers `boxes` has there.
        grid: int, cells along each side, or a pair: rows and columns.
        anchors: numbers `(k, 2)`, widths and heights in cells. Those of
            `kmeans_anchors` in pixels are divided by the cell's width and height.
        num_classes: int.
        image_shape: `(height, width)` in pixels, or the shape of the images.
        box_format: str, the format of `boxes`.

    Returns:
        A pair: float32 array `(rows, columns, k, 5 + num_classes)`, and the number of
        objects that were dropped. For several images both have an axis `batch` first.

    Raises:
        ValueError: if a box is swapped, has no area, reaches outside the image, holds
            NaN or is in the wrong unit (see `problems`); if classes are not from 0 to
            `num_classes` - 1, one a box; or if anchors are not as above, or more than
            twice as large as the grid, as they are in pixels.

    Example:

    >>> boxes = [[100, 20, 140, 100], [120, 190, 280, 290]]  # a pedestrian, a car
    >>> y, dropped = encode(boxes, [0, 1], grid=3, anchors=[[0.5, 1], [2, 1]],
    ...                     num_classes=3, image_shape=(300, 300))
    >>> y.shape, dropped
    ((3, 3, 2, 8), 0)
    >>> y[0, 1, 0]
    array([1. , 0.2, 0.6, 0.8, 0.4, 1. , 0. , 0. ], dtype=float32)
    >>> y[2, 2, 1]
    array([1. , 0. , 0.4, 1. , 1.6, 0. , 1. , 0. ], dtype=float32)

    Reference:
        - Redmon and others, "You only look once", 2016, section 2; Redmon and Farhadi,
          "YOLO9000: better, faster, stronger", 2017, section 2.

    Taught in: notebooks/week3_detection/04_yolo.ipynb
    """
    grid = rows, columns = _arguments.pair(grid, "grid")
    anchors = _grid.anchors(anchors, grid)
    num_classes = _arguments.whole(num_classes, "num_classes")
    boxes, classes, image, batch = _flat(boxes, classes, num_classes)
    layout, relative = _layouts.parse(box_format)
    sides = (1, 1) if relative else _layouts.sides(image_shape)
    corners = _layouts.to_corners(np, boxes.astype(np.float64), layout)
    if not _evidently_fine(corners, sides, relative):
        _refuse_problems(boxes, box_format, image_shape, image, batch)

    x1, y1, x2, y2 = corners.T
    down, across = rows / sides[0], columns / sides[1]  # cells for one unit
    x, y = (x1 + x2) / 2 * across, (y1 + y2) / 2 * down
    width, height = (x2 - x1) * across, (y2 - y1) * down
    row = np.minimum(y.astype(np.intp), rows - 1)
    column = np.minimum(x.astype(np.intp), columns - 1)
    anchor = _best_anchor(width, height, anchors)
    place = ((image * rows + row) * columns + column) * len(anchors) + anchor

    images = 1 if batch is None else batch
    kept = _largest(place, width * height)
    dropped = np.bincount(image, minlength=images)
    dropped -= np.bincount(image[kept], minlength=images)

    shape = (images, rows, columns, len(anchors), _grid.BOX + num_classes)
    targets = np.zeros(shape, np.float32)
    numbers = np.zeros((len(boxes), shape[-1]), np.float32)
    numbers[:, 0] = 1
    numbers[:, 1] = np.clip(x - column, 0, BELOW_ONE)
    numbers[:, 2] = np.clip(y - row, 0, BELOW_ONE)
    numbers[:, 3] = height
    numbers[:, 4] = width
    numbers[np.arange(len(boxes)), _grid.BOX + classes] = 1
    targets.reshape(-1, shape[-1])[place[kept]] = numbers[kept]
    return (targets[0], int(dropped[0])) if batch is None else (targets, dropped)


def decode(y, image_shape, box_format="xyxy"):
    """Read the boxes of all cells and anchors of YOLO's grid.

    The inverse of `encode`; what has no object comes out with confidence 0. The raw
    outputs of a network go through `activate` first. `filter_boxes` takes the result
    and keeps what is likely; then `nms`.

    Args:
        y: numbers `(..., rows, columns, k, 5 + classes)`, an array or a tensor, of the
            order and units of `encode`.
        image_shape: `(height, width)` in pixels, or the shape of the images.
        box_format: str, the format of the boxes to return.

    Returns:
        A triple of arrays, or tensors if `y` is one: confidences
        `(..., rows, columns, k, 1)`, boxes `(..., rows, columns, k, 4)`, which may
        reach outside the image, and class probabilities
        `(..., rows, columns, k, classes)`.

    Raises:
        ValueError: if `y` is not of such a shape, or an array that holds NaN or
            infinity.

    Example:

    >>> y = np.zeros((3, 3, 1, 8), "float32")
    >>> y[0, 1, 0] = [1, 0.2, 0.6, 0.8, 0.4, 1, 0, 0]
    >>> confidence, boxes, classes = decode(y, image_shape=(300, 300))
    >>> boxes[0, 1, 0].round(2)
    array([100.,  20., 140., 100.], dtype=float32)

    Reference:
        - Redmon and others, "You only look once", 2016, section 2.

    Taught in: notebooks/week3_detection/04_yolo.ipynb
    """
    xp, (y,) = _arrays.floats(y, names=("y",))
    _grid.check(y, "y")
    layout, relative = _layouts.parse(box_format)
    height, width = _layouts.sides(image_shape)
    if relative:
        height = width = 1
    rows, columns = y.shape[-4:-2]
    row = np.arange(rows).reshape(-1, 1, 1, 1)
    column = np.arange(columns).reshape(-1, 1, 1)
    cell_width, cell_height = width / columns, height / rows
    x = (y[..., 1:2] + xp.array(column, dtype=y.dtype)) * cell_width
    centres = [
        x,
        (y[..., 2:3] + xp.array(row, dtype=y.dtype)) * cell_height,
        y[..., 4:5] * cell_width,
        y[..., 3:4] * cell_height,
    ]
    corners = _layouts.to_corners(xp, xp.concatenate(centres, axis=-1), "center_xywh")
    boxes = _layouts.from_corners(xp, corners, layout)
    return y[..., :1], boxes, y[..., _grid.BOX :]


def _evidently_fine(corners, sides, relative):
    """Tell quickly of good boxes; `problems` says what is wrong with others."""
    (x1, y1, x2, y2), (height, width) = corners.T, sides
    fine = (
        (0 <= x1) & (x1 < x2) & (x2 <= width) & (0 <= y1) & (y1 < y2) & (y2 <= height)
    )
    return fine.all() and (relative or ((x2 > 2) | (y2 > 2)).all())


def _refuse_problems(boxes, box_format, image_shape, image, batch):
    found = problems(boxes, box_format, image_shape)
    if found:
        first = next(iter(found))
        where = "" if batch is None else f", of image {image[first]}"
        raise ValueError(f"`boxes` holds a bad one{where}: {found[first]}.")


def _best_anchor(width, height, anchors):
    """Return the position of the anchor with the highest IoU of shapes."""
    shared = np.minimum(width, anchors[:, :1])
    shared *= np.minimum(height, anchors[:, 1:])
    union = anchors.prod(axis=1)[:, None] + width * height
    union -= shared
    shared /= union
    return shared.argmax(axis=0)


def _largest(place, area):
    """Return who stays where several share a place: the largest, of equals the first.

    Args:
        place: int array `(n,)`, at least 0.
        area: float array `(n,)`.

    Returns:
        int array, positions of those that stay.
    """
    if not len(place):
        return np.zeros(0, np.intp)
    order = np.argsort(place)
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    most = np.maximum.reduceat(area[order], starts)
    largest = area[order] == np.repeat(most, np.diff(starts, append=len(order)))
    return np.minimum.reduceat(np.where(largest, order, len(order)), starts)


def _flat(boxes, classes, num_classes):
    """Return all boxes, their classes and images, and how many images (None: one)."""
    if _is_list_of_images(boxes):
        boxes, counts = _joined(boxes, "boxes", (4,))
        classes, class_counts = _joined(classes, "classes", ())
        if class_counts != counts:
            raise ValueError(
                "`classes` must be a list like `boxes`, one integer a box. Received: "
                f"{_few(counts)} boxes and {_few(class_counts)} classes."
            )
        batch, image = len(counts), np.repeat(np.arange(len(counts)), counts)
    else:
        boxes, classes = _arrays.to_numpy(boxes), _arrays.to_numpy(classes)
        if boxes.shape == (0,):
            boxes, classes = boxes.reshape(0, 4), classes.astype(np.intp)
        if boxes.ndim not in (2, 3) or boxes.shape != (*classes.shape, 4):
            raise ValueError(
                "`boxes` must be of shape (n, 4) or (batch, n, 4), and `classes` one "
                f"integer a box. Received: shapes {boxes.shape} and {classes.shape}."
            )
        batch, image = None, np.zeros(len(boxes), np.intp)
        if boxes.ndim == 3:
            real = classes != -1
            batch, image = len(boxes), np.nonzero(real)[0]
            boxes, classes = boxes[real], classes[real]
    return boxes, _checked_classes(classes, num_classes), image, batch


def _joined(values, name, tail):
    """Return the arrays `(n, *tail)` of several images as one, and n of each."""
    arrays = values
    if not isinstance(values, (list, tuple)) or set(map(type, values)) != {np.ndarray}:
        arrays = [np.atleast_1d(_arrays.to_numpy(value)) for value in values]
    counts = [*map(len, arrays)]
    if 0 in counts:
        arrays = [a if len(a) else np.zeros((0, *tail), a.dtype) for a in arrays]
    try:
        joined = np.concatenate(arrays)
    except ValueError:  # they do not fit together
        joined = np.zeros(())
    if joined.shape[1:] != tail or not joined.ndim:
        raise ValueError(
            f"`{name}` must hold one array an image, of shape {('n', *tail)}. "
            f"Received: shapes {_few([a.shape for a in arrays])}."
        )
    return joined, counts


def _is_list_of_images(boxes):
    """Tell lists of boxes from one box a row; an empty row is an image without any."""
    return isinstance(boxes, (list, tuple)) and any(
        np.ndim(one) == 2 or np.size(one) == 0 for one in boxes
    )


def _checked_classes(classes, num_classes):
    whole = classes.dtype.kind in "iu" or (classes % 1 == 0).all()
    if not whole or (classes < 0).any() or (classes >= num_classes).any():
        raise ValueError(
            f"`classes` must be integers from 0 to {num_classes - 1}. "
            f"Received: classes={_few(classes)}."
        )
    return classes.astype(np.intp)


def _few(values):
    text = ", ".join(str(value) for value in values[:4])
    return f"[{text}{', ...' if len(values) > 4 else ''}]"
