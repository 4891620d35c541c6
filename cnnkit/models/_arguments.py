"""Checks of arguments that all models share."""

import numbers


def image_shape(input_shape, rank=3, smallest=None):
    """Return `input_shape` as a tuple of positive ints, or raise a `ValueError`.

    Args:
        input_shape: sizes and channels, without the batch.
        rank: int, how many numbers are due, channels included.
        smallest: int or `None`, the smallest size that the network's strides allow.
    """
    shape = tuple(input_shape) if isinstance(input_shape, (list, tuple)) else ()
    if len(shape) != rank or not all(_positive(n) for n in shape):
        raise ValueError(
            f"`input_shape` must be {rank} positive integers, the last one the "
            f"channels. Received: input_shape={input_shape!r}."
        )
    if smallest and min(shape[:-1]) < smallest:
        raise ValueError(
            f"`input_shape` must be at least {smallest} along each side: a smaller "
            "image has nothing left after the last pooling. "
            f"Received: input_shape={input_shape!r}."
        )
    return shape


def positive(value, name):
    """Return `value` as an `int` above zero, or raise a `ValueError`."""
    if not _positive(value):
        raise ValueError(
            f"`{name}` must be a positive integer. Received: {name}={value!r}."
        )
    return int(value)


def one_of(value, name, choices):
    """Return `value` if it is one of `choices`, or raise a `ValueError`."""
    if value not in choices:
        names = ", ".join(repr(choice) for choice in choices)
        raise ValueError(
            f"`{name}` must be one of {names}. Received: {name}={value!r}."
        )
    return value


def _positive(value):
    return (
        isinstance(value, numbers.Integral)
        and not isinstance(value, bool)
        and value > 0
    )
