"""Output sizes, parameters and multiply-adds of single layers."""

import math

from cnnkit.arithmetic import _arguments


def output_size(n, f, padding="valid", stride=1, dilation=1):
    """Return the size of what a convolution or pooling gives.

    With p zeros at each end it is `floor((n + 2p - f) / stride) + 1`. "valid" means
    p = 0. "same" means as many zeros as give `ceil(n / stride)`; their number may be
    odd, and then the extra zero goes at the end, as in Keras (`padding_amounts`).

    Every argument may be a tuple with one entry an axis; the result is then a tuple.

    Args:
        n: int, the size of the input.
        f: int, the size of the filter.
        padding: "valid", "same", or an int of at least 0, the zeros at each end.
        stride: int, the step of the filter.
        dilation: int, the step between neighbouring entries of the filter.

    Returns:
        int, or a tuple of ints.

    Raises:
        ValueError: if an argument is not as above (a float such as 6.0 is none), or if
            the filter is larger than the padded input.

    Example:

    >>> output_size(6, 3)
    4
    >>> output_size(7, 3, stride=2)
    3
    >>> output_size((28, 32), 5, padding="same", stride=2)
    (14, 16)

    Taught in: notebooks/week1_foundations/03_convolution.ipynb
    """
    return _by_axis(
        _output_size, n=n, f=f, padding=padding, stride=stride, dilation=dilation
    )


def padding_amounts(n, f, stride=1, dilation=1):
    """Return how many zeros "same" padding puts before and after the input.

    Where their number is odd, as it is for even filters at stride 1, the extra zero
    goes at the end.

    Args:
        n: int, the size of the input, or a tuple of them, one an axis.
        f: int or tuple, the size of the filter.
        stride: int or tuple, the step of the filter.
        dilation: int or tuple, the step between neighbouring entries of the filter.

    Returns:
        `(before, after)`, or a tuple of such pairs, one an axis.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> padding_amounts(28, 5)
    (2, 2)
    >>> padding_amounts(28, 2)
    (0, 1)
    >>> padding_amounts((6, 7), 3, stride=2)
    ((0, 1), (1, 1))

    Taught in: notebooks/week1_foundations/03_convolution.ipynb
    """
    return _by_axis(_padding_amounts, n=n, f=f, stride=stride, dilation=dilation)


def conv_parameters(f, channels, filters, bias=True, groups=1):
    """Return the number of parameters of a convolutional layer.

    For a square filter in two dimensions it is `(f * f * channels + 1) * filters`. The
    size of the image plays no part.

    Args:
        f: int, the side of a square filter in two dimensions, or a tuple with one entry
            an axis: `(5,)` for signals, `(3, 5)`, `(3, 3, 3)` for volumes.
        channels: int, the channels of the input.
        filters: int, the channels of the output.
        bias: bool, whether each filter has a bias.
        groups: int, into how many groups the channels are split; a filter sees the
            channels of its group alone.

    Returns:
        int.

    Raises:
        ValueError: if an argument is not as above, or if `groups` does not divide both
            `channels` and `filters`.

    Example:

    >>> conv_parameters(3, channels=3, filters=10)
    280
    >>> conv_parameters((5,), channels=1, filters=16)
    96

    Taught in: notebooks/week1_foundations/04_convolutional_layers.ipynb
    """
    per_filter, filters = _weights_per_filter(_sides(f), channels, filters, groups)
    return (per_filter + bool(bias)) * filters


def dense_parameters(units_in, units_out, bias=True):
    """Return the number of parameters of a dense layer.

    Args:
        units_in: int, or the shape of the input as a tuple.
        units_out: int, or the shape of the output as a tuple.
        bias: bool, whether each output has a bias.

    Returns:
        int.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> dense_parameters(400, 120)
    48120
    >>> dense_parameters((39, 39, 3), (37, 37, 10), bias=False)
    62467470

    Taught in: notebooks/week1_foundations/04_convolutional_layers.ipynb
    """
    outputs = math.prod(_arguments.integers(units_out, "units_out"))
    return dense_multiply_adds(units_in, units_out) + (outputs if bias else 0)


def multiply_adds(
    n, f, channels, filters, padding="same", stride=1, groups=1, dilation=1
):
    """Return how many multiplications a convolutional layer makes on one image.

    Each output number takes `f * f * channels` of them, with as many additions. Zeros
    of the padding count like pixels; biases do not count.

    Args:
        n: int, the side of a square image (or of a signal or volume, if `f` is a
            tuple), or a tuple with one entry an axis.
        f: int, the side of a square filter, or a tuple with one entry an axis.
        channels: int, the channels of the input.
        filters: int, the channels of the output.
        padding: "valid", "same", or an int of at least 0, or a tuple of these.
        stride: int or tuple, the step of the filter.
        groups: int, into how many groups the channels are split.
        dilation: int or tuple, the step between neighbouring entries of the filter.

    Returns:
        int.

    Raises:
        ValueError: if an argument is not as above, or if the filter is larger than the
            padded image.

    Example:

    A 5×5 convolution directly, and behind a 1×1 convolution with 16 filters:

    >>> multiply_adds(28, 5, channels=192, filters=32)
    120422400
    >>> multiply_adds(28, 1, 192, 16) + multiply_adds(28, 5, 16, 32)
    12443648

    Reference:
        - Szegedy and others, "Going deeper with convolutions", 2015, section 4.

    Taught in: notebooks/week1_foundations/04_convolutional_layers.ipynb
    """
    rank = len(n) if isinstance(n, (list, tuple)) else None
    sides = _sides(f, rank or 2)
    sizes = output_size(n, sides, padding, stride, dilation)
    per_filter, filters = _weights_per_filter(sides, channels, filters, groups)
    return math.prod(sizes) * per_filter * filters


def dense_multiply_adds(units_in, units_out):
    """Return how many multiplications a dense layer makes on one example.

    There is one a weight; biases do not count.

    Args:
        units_in: int, or the shape of the input as a tuple.
        units_out: int, or the shape of the output as a tuple.

    Returns:
        int.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> dense_multiply_adds(400, 120)
    48000

    Taught in: notebooks/week1_foundations/04_convolutional_layers.ipynb
    """
    inputs = math.prod(_arguments.integers(units_in, "units_in"))
    return inputs * math.prod(_arguments.integers(units_out, "units_out"))


def _by_axis(function, **arguments):
    by_axis = _arguments.axes(arguments)
    if by_axis is None:
        return function(**arguments)
    return tuple(function(**axis) for axis in by_axis)


def _output_size(n, f, padding, stride, dilation):
    padding = _arguments.padding(padding)
    n, reach, stride = _window(n, f, stride, dilation)
    if padding == "same":
        return -(-n // stride)
    zeros = 0 if padding == "valid" else padding
    if reach > n + 2 * zeros:
        dilated = f" (dilation={dilation} stretches it to {reach})"
        raise ValueError(
            "The filter must not be larger than the padded input; use a smaller filter "
            f"or more padding. Received: n={n}, padding={padding!r}, f={f}"
            f"{dilated if dilation > 1 else ''}."
        )
    return (n + 2 * zeros - reach) // stride + 1


def _padding_amounts(n, f, stride, dilation):
    n, reach, stride = _window(n, f, stride, dilation)
    zeros = max((-(-n // stride) - 1) * stride + reach - n, 0)
    return zeros // 2, zeros - zeros // 2


def _window(n, f, stride, dilation):
    n = _arguments.integer(n, "n")
    f = _arguments.integer(f, "f")
    stride = _arguments.integer(stride, "stride")
    dilation = _arguments.integer(dilation, "dilation")
    return n, (f - 1) * dilation + 1, stride


def _sides(f, rank=2):
    sides = _arguments.integers(f, "f")
    return sides if isinstance(f, (list, tuple)) else sides * rank


def _weights_per_filter(sides, channels, filters, groups):
    channels = _arguments.integer(channels, "channels")
    filters = _arguments.integer(filters, "filters")
    groups = _arguments.integer(groups, "groups")
    if channels % groups or filters % groups:
        raise ValueError(
            "`groups` must divide both `channels` and `filters`. Received: "
            f"groups={groups}, channels={channels}, filters={filters}."
        )
    return math.prod(sides) * (channels // groups), filters
