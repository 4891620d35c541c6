"""What both ways of YOLO's grid check."""

from cnnkit.boxes import _arrays

BOX = 5  # numbers before the classes: p_c, b_x, b_y, b_h, b_w


def anchors(value, grid):
    """Return anchors in cells as an array `(k, 2)`, or raise a `ValueError`.

    Args:
        value: numbers `(k, 2)`.
        grid: rows and columns.
    """
    _, (array,) = _arrays.floats(_arrays.to_numpy(value), names=("anchors",))
    if array.ndim != 2 or array.shape[1] != 2 or not len(array) or (array <= 0).any():
        raise ValueError(
            "`anchors` must be of shape (k, 2), widths and heights in cells, above 0. "
            f"Received: anchors={_arrays.to_numpy(value).tolist()}."
        )
    rows, columns = grid
    if (array > (2 * columns, 2 * rows)).any():
        raise ValueError(
            "`anchors` must be in cells of the grid; divide pixels by the width and "
            f"height of a cell. Received: {array.max(axis=0).tolist()} for a grid of "
            f"{rows}×{columns}."
        )
    return array


def check(y, name):
    """Raise a `ValueError` unless `y` has the axes of a grid, of known sizes."""
    shape = tuple(y.shape)
    if len(shape) < 4 or None in shape[-4:] or shape[-1] <= BOX or 0 in shape[-4:]:
        raise ValueError(
            f"`{name}` must be of shape (..., rows, columns, anchors, 5 + classes). "
            f"Received: {name} of shape {shape}."
        )
