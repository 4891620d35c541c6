"""Checks of arguments that the detection metrics share."""

import numbers

METHODS = ("all", "11", "101")
MATCHINGS = ("voc", "coco")


def one_of(value, name, allowed):
    """Return `value` if it is one of `allowed`, or raise a `ValueError`."""
    if value not in allowed:
        names = ", ".join(f'"{a}"' for a in allowed)
        raise ValueError(
            f"`{name}` must be one of {names}. Received: {name}={value!r}."
        )
    return value


def whole(value, name, least=1):
    """Return `value` as an `int` of at least `least`, or raise a `ValueError`."""
    is_integer = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_integer or value < least:
        raise ValueError(
            f"`{name}` must be an integer of at least {least}. "
            f"Received: {name}={value!r}."
        )
    return int(value)


def threshold(value, name):
    """Return an IoU above 0, or raise a `ValueError`."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not 0 < value <= 1:
        raise ValueError(
            f"`{name}` must be a number above 0, at most 1. Received: {name}={value!r}."
        )
    return float(value)


def thresholds(value, name):
    """Return one or several IoUs as a tuple, or raise a `ValueError`."""
    values = [value] if isinstance(value, numbers.Real) else list(value)
    if not values:
        raise ValueError(
            f"`{name}` must hold at least one. Received: {name}={value!r}."
        )
    return tuple(threshold(v, name) for v in values)


def most(value):
    """Return `max_detections` as a positive int or `None`, or raise."""
    return None if value is None else whole(value, "max_detections")


def inclusive(value, box_format):
    """Return `value` as a bool, unless it meets boxes that are not in pixels."""
    if value and str(box_format).startswith("rel_"):
        raise ValueError(
            "`inclusive` counts pixels; convert the boxes to pixels first. "
            f"Received: inclusive={value!r}, box_format={box_format!r}."
        )
    return bool(value)
