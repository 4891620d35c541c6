"""What an index into a set of pictures picks."""

import numpy as np


def positions(index, count):
    """Return the positions that `index` picks from `count`, as NumPy would.

    Args:
        index: int, slice, sequence of positions, or bool array.
        count: int.

    Returns:
        int array: `()` for an int, `(picked,)` otherwise.

    Raises:
        IndexError: if a position is not there, or `index` is not as above.

    Example:

    >>> positions(slice(1, None), 3), int(positions(-1, 3))
    (array([1, 2]), 2)
    """
    picked = np.arange(count)[index]
    if np.ndim(picked) > 1:
        raise IndexError(
            "An index must be an integer, a slice, positions or a bool array. "
            f"Received: {index!r}."
        )
    return picked
