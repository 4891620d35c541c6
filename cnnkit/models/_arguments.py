"""Checks of arguments that all models share."""

import numbers

from cnnkit.layers._arguments import is_positive_integer
from cnnkit.layers._arguments import positive_integer as positive

__all__ = [
    "image_shape",
    "not_negative",
    "one_of",
    "positive",
    "rate",
    "scaler",
]


def image_shape(input_shape, rank=3, smallest=None):
    """Return `input_shape` as a tuple of positive ints, or raise a `ValueError`.

    Args:
        input_shape: sizes and channels, without the batch.
        rank: int, how many numbers are due, channels included.
        smallest: int or `None`, the smallest size that the network's strides allow.
    """
    shape = tuple(input_shape) if isinstance(input_shape, (list, tuple)) else ()
    if len(shape) != rank or not all(is_positive_integer(n) for n in shape):
        raise ValueError(
            f"`input_shape` must be {rank} positive integers, the last one the "
            f"channels. Received: input_shape={input_shape!r}."
        )
    if smallest and min(shape[:-1]) < smallest:
        raise ValueError(
            f"`input_shape` must be at least {smallest} along each side: a smaller "
            "image has nothing left after the strides of the network. "
            f"Received: input_shape={input_shape!r}."
        )
    return shape


def scaler(width):
    """Return a function that scales a number of filters by `width`, or raise.

    The function takes the published number, and what the result must be a multiple
    of; it gives at least that.
    """
    if not _is_real(width) or not 0 < width < float("inf"):
        raise ValueError(
            "`width` must be a number above 0, by which the published numbers of "
            f"filters are multiplied. Received: width={width!r}."
        )

    def scale(filters, multiple=1):
        return max(1, round(filters * width / multiple)) * multiple

    return scale


def rate(value, name):
    """Return `value` as a float in [0, 1), or raise a `ValueError`."""
    if not _is_real(value) or not 0 <= value < 1:
        raise ValueError(
            f"`{name}` must be at least 0 and below 1. Received: {name}={value!r}."
        )
    return float(value)


def not_negative(value, name):
    """Return `value` as a finite float of at least 0, or raise a `ValueError`."""
    if not _is_real(value) or not 0 <= value < float("inf"):
        raise ValueError(
            f"`{name}` must be a number of at least 0. Received: {name}={value!r}."
        )
    return float(value)


def one_of(value, name, choices):
    """Return `value` if it is one of `choices`, or raise a `ValueError`."""
    if value not in choices:
        names = ", ".join(repr(choice) for choice in choices)
        raise ValueError(
            f"`{name}` must be one of {names}. Received: {name}={value!r}."
        )
    return value


def _is_real(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
