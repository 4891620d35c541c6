"""Zeros around an image."""

import numpy as np

from cnnkit.arithmetic import padding_amounts
from cnnkit.scratch import _checks


def zero_pad(x, pad):
    """Puts zeros around the height and width of every image of a batch.

    Args:
        x: floats, `(m, n_H, n_W, n_C)`.
        pad: int, the same on all four sides; or `(pad_H, pad_W)`; or
            `((top, bottom), (left, right))`.

    Returns:
        A new array, `(m, top + n_H + bottom, left + n_W + right, n_C)`, of the same
        dtype.

    Raises:
        TypeError: if `x` does not hold floats.
        ValueError: if `x` has not four axes or `pad` is not as above.

    Example:

    >>> import numpy as np
    >>> x = np.ones((1, 1, 2, 1))
    >>> zero_pad(x, 1)[0, :, :, 0]
    array([[0., 0., 0., 0.],
           [0., 1., 1., 0.],
           [0., 0., 0., 0.]])

    Taught in: notebooks/week1_foundations/03_convolution.ipynb
    """
    x = _checks.volumes(x, "x")
    return with_zeros(x, _pairs(pad, "an integer"))


def with_zeros(x, pairs):
    """Return `x` with the zeros that `pairs` says around it, in a new array."""
    (top, bottom), (left, right) = pairs
    m, n_H, n_W, n_C = x.shape
    padded = np.zeros((m, top + n_H + bottom, left + n_W + right, n_C), x.dtype)
    padded[:, top : top + n_H, left : left + n_W] = x
    return padded


def without_zeros(x, pairs):
    """Return the part of `x` that `with_zeros` put zeros around."""
    (top, bottom), (left, right) = pairs
    return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right]


def pad_pairs(pad, size, f, stride):
    """Return any form of `pad` as `((top, bottom), (left, right))`.

    "same" adds what makes the output `ceil(n / stride)` high and wide. Where that is
    an odd number of zeros, the extra one comes at the end, as in Keras.

    Args:
        pad: int, pair of ints, pair of pairs, "valid" or "same".
        size: `(n_H, n_W)` of the image.
        f: `(f_H, f_W)` of the filter.
        stride: int.
    """
    mode = pad if isinstance(pad, str) else None
    if mode == "same":
        pairs = padding_amounts(size, f, stride)
    elif mode == "valid":
        pairs = ((0, 0), (0, 0))
    else:
        pairs = _pairs(pad, 'an integer, "valid" or "same"')
    padded = tuple(n + sum(pair) for n, pair in zip(size, pairs, strict=True))
    if f[0] > padded[0] or f[1] > padded[1]:
        raise ValueError(
            f"The filter, {f[0]} x {f[1]}, is larger than the padded image, "
            f"{padded[0]} x {padded[1]}. Take a smaller filter or more padding. "
            f"Received: an image of {size[0]} x {size[1]} and pad={pad!r}."
        )
    return pairs


def _pairs(pad, hint):
    sides = pad if isinstance(pad, (list, tuple)) else (pad, pad)
    pairs = tuple(
        tuple(side) if isinstance(side, (list, tuple)) else (side, side)
        for side in sides
    )
    if len(pairs) != 2 or not all(
        len(pair) == 2 and all(_checks.is_integer(n, 0) for n in pair) for pair in pairs
    ):
        raise ValueError(
            f"`pad` must be {hint}, or integers for each side: (pad_H, pad_W) or "
            f"((top, bottom), (left, right)), none negative. Received: pad={pad!r}."
        )
    return tuple((int(before), int(after)) for before, after in pairs)
