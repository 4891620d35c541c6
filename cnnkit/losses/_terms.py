"""What several losses share: log losses, smooth L1, and checks of arguments."""

import numbers

import keras
from keras import ops

FORMS = ("squared", "log")


def one_of(value, name, allowed):
    """Return `value` if it is one of `allowed`, or raise a `ValueError`."""
    if value not in allowed:
        names = " or ".join(f'"{a}"' for a in allowed)
        raise ValueError(f"`{name}` must be {names}. Received: {name}={value!r}.")
    return value


def not_negative(value, name):
    """Return `value` as a finite float of at least 0, or raise a `ValueError`."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not 0 <= value < float("inf"):
        raise ValueError(
            f"`{name}` must be a number of at least 0. Received: {name}={value!r}."
        )
    return float(value)


def positive(value, name):
    """Return `value` as a finite float above 0, or raise a `ValueError`."""
    if not_negative(value, name) == 0:
        raise ValueError(f"`{name}` must be above 0. Received: {name}={value!r}.")
    return float(value)


def agree(shape, other):
    """Tell whether two shapes can be the same, where sizes may be unknown."""
    return len(shape) == len(other) and all(
        a == b or None in (a, b) for a, b in zip(shape, other, strict=True)
    )


def class_log_loss(y_true, y_pred, from_logits):
    """Return `-Σ c log ĉ` over the last axis, which holds all classes."""
    if from_logits:
        logs = ops.log_softmax(y_pred, axis=-1)
    else:
        logs = ops.log(ops.clip(y_pred, keras.config.epsilon(), 1.0))
    return -ops.sum(y_true * logs, axis=-1)


def mean_over(values, used):
    """Return the sum of `values` through the number of those used, at least one."""
    used = ops.cast(used, values.dtype)
    return ops.sum(values, axis=-1) / ops.maximum(ops.sum(used, axis=-1), 1.0)
