"""Checks of constructor arguments that several layers share."""

import numbers


def pair(value, name):
    """Return `value` as two positive integers, or raise a `ValueError`."""
    values = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
    if len(values) != 2 or not all(is_positive_integer(v) for v in values):
        raise ValueError(
            f"`{name}` must be a positive integer or a pair of them. "
            f"Received: {name}={value!r}."
        )
    return tuple(int(v) for v in values)


def is_positive_integer(value):
    """Tell whether `value` is an integer above zero (booleans are not)."""
    return (
        isinstance(value, numbers.Integral)
        and not isinstance(value, bool)
        and value > 0
    )


def positive_integer(value, name):
    """Return `value` as an `int` above zero, or raise a `ValueError`."""
    if not is_positive_integer(value):
        raise ValueError(
            f"`{name}` must be a positive integer. Received: {name}={value!r}."
        )
    return int(value)


def padding_mode(value):
    """Return "valid" or "same" in lower case, or raise a `ValueError`."""
    mode = value.lower() if isinstance(value, str) else value
    if mode not in ("valid", "same"):
        raise ValueError(
            f'`padding` must be "valid" or "same". Received: padding={value!r}.'
        )
    return mode
