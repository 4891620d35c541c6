"""Edge filters by name, as the textbooks print them.

Each is a read-only 3×3 float32 array, meant for cross-correlation (a convolutional
layer). The vertical ones answer to a vertical edge with the light side on the left,
the horizontal ones to a horizontal edge with the light side on top; where light and
dark change places, so does the sign. `sobel` and `scharr` are the vertical forms.

Reference:
    - Jain, Kasturi and Schunck, "Machine Vision", 1995, chapter 5.
    - Scharr, "Optimale Operatoren in der digitalen Bildverarbeitung", 2000.

Taught in: notebooks/week1_foundations/02_edge_detection.ipynb
"""

import difflib
import math
import numbers

import numpy as np


def _read_only(rows):
    array = np.array(rows, dtype="float32")
    array.flags.writeable = False
    return array


vertical = _read_only([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
horizontal = _read_only(vertical.T)
sobel_vertical = sobel = _read_only([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
sobel_horizontal = _read_only(sobel.T)
scharr_vertical = scharr = _read_only([[3, 0, -3], [10, 0, -10], [3, 0, -3]])
scharr_horizontal = _read_only(scharr.T)

_BY_NAME = {
    "vertical": vertical,
    "horizontal": horizontal,
    "sobel": sobel,
    "sobel_vertical": sobel_vertical,
    "sobel_horizontal": sobel_horizontal,
    "scharr": scharr,
    "scharr_vertical": scharr_vertical,
    "scharr_horizontal": scharr_horizontal,
}
_ROTATED = ("vertical", "sobel", "scharr")


def names():
    """Return the names that `get` knows, as a list.

    Example:

    >>> names()[:3]
    ['vertical', 'horizontal', 'sobel']
    """
    return list(_BY_NAME)


def get(name):
    """Return the filter of a name.

    Args:
        name: str, one of `names()`; capitals and hyphens do not matter.

    Returns:
        A read-only 3×3 float32 array.

    Raises:
        ValueError: if there is no filter of this name.

    Example:

    >>> get("sobel")
    array([[ 1.,  0., -1.],
           [ 2.,  0., -2.],
           [ 1.,  0., -1.]], dtype=float32)

    Taught in: notebooks/week1_foundations/02_edge_detection.ipynb
    """
    wanted = name.lower().replace("-", "_") if isinstance(name, str) else None
    if wanted in _BY_NAME:
        return _BY_NAME[wanted]
    near = difflib.get_close_matches(wanted or "", _BY_NAME, n=3)
    hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
    raise ValueError(
        f"`name` must be one of {', '.join(map(repr, _BY_NAME))}. {hint}"
        f"Received: name={name!r}."
    )


def rotated(angle, name="sobel"):
    """Return a filter for edges at any angle.

    The angle says by how much the edge is turned clockwise from the vertical one with
    the light side on the left: 0 gives the vertical filter, 90 the horizontal one
    (light on top), 180 the vertical one with the sign changed. In between it is
    `cos(angle) * vertical + sin(angle) * horizontal`: the derivative of the image in a
    direction is the sum of those along the axes, weighted so.

    Args:
        angle: float, in degrees.
        name: "vertical", "sobel" or "scharr", the filter that is turned.

    Returns:
        A 3×3 float32 array.

    Raises:
        ValueError: if `angle` is not a finite number, or `name` is not as above.

    Example:

    >>> rotated(45).round(1)
    array([[ 1.4,  1.4,  0. ],
           [ 1.4,  0. , -1.4],
           [ 0. , -1.4, -1.4]], dtype=float32)

    Reference:
        - Freeman and Adelson, "The design and use of steerable filters", 1991.

    Taught in: notebooks/week1_foundations/02_edge_detection.ipynb
    """
    is_number = isinstance(angle, numbers.Real) and not isinstance(angle, bool)
    if not is_number or not math.isfinite(angle):
        raise ValueError(
            f"`angle` must be a finite number of degrees. Received: angle={angle!r}."
        )
    if not isinstance(name, str) or name not in _ROTATED:
        raise ValueError(
            f"`name` must be one of {', '.join(map(repr, _ROTATED))}. "
            f"Received: name={name!r}."
        )
    radians = math.radians(angle % 360)
    across, down = round(math.cos(radians), 15), round(math.sin(radians), 15)
    turned = across * _BY_NAME[name] + down * _BY_NAME[name].T
    return (turned + 0.0).astype("float32")


def as_kernel(filter, channels=1):
    """Return a filter in the shape of a Keras kernel with one filter.

    Args:
        filter: array of two axes, or a name that `get` knows.
        channels: int, the channels of the image. Each gets the same filter; the layer
            adds up what they give.

    Returns:
        A float32 array of shape `(height, width, channels, 1)`.

    Raises:
        ValueError: if `filter` is not a matrix of finite numbers, or `channels` not a
            positive integer.

    Example:

    >>> as_kernel("sobel", channels=3).shape
    (3, 3, 3, 1)

    Taught in: notebooks/week1_foundations/02_edge_detection.ipynb
    """
    whole = isinstance(channels, numbers.Integral) and not isinstance(channels, bool)
    if not whole or channels < 1:
        raise ValueError(
            f"`channels` must be a positive integer. Received: channels={channels!r}."
        )
    matrix = _matrix(get(filter) if isinstance(filter, str) else filter)
    return np.tile(matrix[:, :, np.newaxis, np.newaxis], (1, 1, int(channels), 1))


def _matrix(values):
    try:
        matrix = np.array(values, dtype="float32")
    except (TypeError, ValueError):
        matrix = np.empty(0)
    if matrix.ndim != 2 or matrix.size == 0 or not np.isfinite(matrix).all():
        raise ValueError(
            "`filter` must be a matrix of finite numbers, or the name of a filter. "
            f"Received: filter={values!r}."
        )
    return matrix
