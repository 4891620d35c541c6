"""Which units of a layer are meant."""

import numpy as np


def check(units, count):
    """Return units as an array of integers, or raise a `ValueError`.

    Args:
        units: sequence of ints, or `None` for all.
        count: int, how many the layer has.
    """
    if units is None:
        return np.arange(count)
    units = np.asarray(units)
    if units.ndim != 1 or units.dtype.kind not in "iu" or not units.size:
        raise ValueError(f"`units` must be integers. Received: units={units!r}.")
    if units.min() < 0 or units.max() >= count:
        raise ValueError(
            f"`units` must be from 0 to {count - 1}. Received: units={units.tolist()}."
        )
    return units
