"""Checks of arguments that the formulas share."""

import numbers


def integer(value, name, least=1):
    """Return `value` as an `int` of at least `least`, or raise a `ValueError`."""
    if not _is_integer(value) or value < least:
        raise ValueError(
            f"`{name}` must be {_wanted(least)}. Received: {name}={value!r}."
        )
    return int(value)


def integers(value, name):
    """Return an int or a sequence of ints as a tuple of positive ints."""
    values = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if not values or not all(_is_integer(v) and v > 0 for v in values):
        raise ValueError(
            f"`{name}` must be a positive integer or a tuple of them. "
            f"Received: {name}={value!r}."
        )
    return tuple(int(v) for v in values)


def padding(value, words=("valid", "same")):
    """Return `value` as an int of at least 0 or one of the words in lower case."""
    if _is_integer(value) and value >= 0:
        return int(value)
    word = value.lower() if isinstance(value, str) else value
    if not isinstance(word, str) or word not in words:
        quoted = " or ".join(f'"{w}"' for w in words)
        raise ValueError(
            f"`padding` must be an integer of at least 0, {quoted}. "
            f"Received: padding={value!r}."
        )
    return word


def axes(arguments):
    """Spread arguments over the axes of an image.

    Args:
        arguments: dict from names to numbers, words, or sequences, one entry an axis.

    Returns:
        A list of dicts, one an axis, or `None` if there is no sequence among them.

    Raises:
        ValueError: if two sequences differ in length, or one is empty.
    """
    lengths = {
        name: len(value)
        for name, value in arguments.items()
        if isinstance(value, (list, tuple))
    }
    if not lengths:
        return None
    if len(set(lengths.values())) > 1 or 0 in lengths.values():
        received = ", ".join(f"{name}={arguments[name]!r}" for name in lengths)
        raise ValueError(
            "Arguments given by axis must have one entry for each axis of the image. "
            f"Received: {received}."
        )
    rank = next(iter(lengths.values()))
    return [
        {name: v[axis] if name in lengths else v for name, v in arguments.items()}
        for axis in range(rank)
    ]


def _is_integer(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _wanted(least):
    return "a positive integer" if least == 1 else f"an integer of at least {least}"
