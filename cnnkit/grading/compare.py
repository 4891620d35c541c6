"""Whether what came back is what was due, and in plain words how it differs."""

import numbers

import numpy as np


def difference(got, due, tolerance=1e-5):
    """Say how a value differs from the one due, or that it does not.

    Types matter as far as a reader would care: an array must be an array of the same
    shape, a truth value a truth value, a string a string. Lists and tuples pass for one
    another, and for either an array of the same length. Integers, floats and arrays of
    no dimensions are numbers alike. NaN equals nothing, unless NaN is due.

    Args:
        got: what came back: plain data and arrays, see `_values.unpack`.
        due: what was expected.
        tolerance: float; numbers pass within `tolerance · (1 + |due|)`.

    Returns:
        `None` if they are the same, else a sentence without a full stop. It tells
        types and shapes, and never the values due or how far they are.
    """
    if isinstance(due, bool | np.bool_):
        return _truth(got, due)
    if isinstance(due, numbers.Number) or _is_scalar(due):
        return _number(got, due, tolerance)
    if isinstance(due, np.ndarray):
        return _array(got, due, tolerance)
    if isinstance(due, list | tuple):
        return _sequence(got, due, tolerance)
    if isinstance(due, dict):
        return _dict(got, due, tolerance)
    if type(got) is not type(due):
        return f"{kind(got)} came back, {kind(due)} was due"
    return None if got == due else f"{kind(due).replace('a ', 'another ', 1)} was due"


def kind(value):
    """Name the type and shape of a value in a learner's words.

    Args:
        value: plain data or an array.

    Returns:
        Some words, as "an array of shape (3, 3) of float64".
    """
    if value is None:
        return "nothing (None)"
    if isinstance(value, bool | np.bool_):
        return "a truth value"
    if isinstance(value, np.ndarray) and value.shape:
        return f"an array of shape {value.shape} of {value.dtype}"
    if isinstance(value, numbers.Number) or _is_scalar(value):
        return "a number"
    if isinstance(value, list | tuple):
        inside = ", ".join(map(kind, value)) if len(value) <= 4 else ""
        what = f"a {type(value).__name__} of {len(value)}"
        return f"{what} ({inside})" if inside else what
    if isinstance(value, dict):
        return (
            f"a dict with the keys {', '.join(map(str, value))}"
            if value
            else "an empty dict"
        )
    return f"a {type(value).__name__}".replace("a str", "a string")


def _is_scalar(value):
    return isinstance(value, np.ndarray | np.generic) and np.shape(value) == ()


def _truth(got, due):
    if isinstance(got, bool) or (_is_scalar(got) and got.dtype == bool):
        return None if bool(got) == bool(due) else "the other truth value was due"
    return f"{kind(got)} came back, a truth value was due"


def _number(got, due, tolerance):
    plain = isinstance(got, int | float) and not isinstance(got, bool)
    if not plain and not (_is_scalar(got) and got.dtype != bool):
        return f"{kind(got)} came back, a number was due"
    return _values(np.asarray(got), np.asarray(due), tolerance)


def _array(got, due, tolerance):
    if not isinstance(got, np.ndarray) or got.shape != due.shape:
        return f"{kind(got)} came back, {kind(due)} was due"
    if (got.dtype == bool) != (due.dtype == bool):
        return f"{kind(got)} came back, {kind(due)} was due"
    return _values(got, due, tolerance)


def _values(got, due, tolerance):
    try:
        got, due = np.asarray(got, float), np.asarray(due, float)
    except OverflowError:
        return "the number is beyond all bounds"
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(got - due)
    same = (got == due) | (np.isnan(got) & np.isnan(due))
    same |= np.isfinite(due) & (gap <= tolerance * (1 + np.abs(due)))
    if same.all():
        return None
    if np.isnan(got[~same]).any():
        return "there is NaN in it"
    near = (gap[~same] <= 0.01 * (1 + np.abs(due[~same]))).all()
    how = "slightly off" if near else "far off"
    if not due.shape:
        return f"the number is {how}"
    return f"{(~same).sum()} of {due.size} numbers are {how}"


def _sequence(got, due, tolerance):
    if isinstance(got, np.ndarray) and got.ndim == 1:
        got = list(got)
    if not isinstance(got, list | tuple) or len(got) != len(due):
        return f"{kind(got)} came back, {kind(due)} was due"
    for index, (a, b) in enumerate(zip(got, due, strict=True)):
        if (found := difference(a, b, tolerance)) is not None:
            return f"at position {index}: {found}"
    return None


def _dict(got, due, tolerance):
    if not isinstance(got, dict) or set(got) != set(due):
        return f"{kind(got)} came back, {kind(due)} was due"
    for key in due:
        if (found := difference(got[key], due[key], tolerance)) is not None:
            return f"under {key!r}: {found}"
    return None
