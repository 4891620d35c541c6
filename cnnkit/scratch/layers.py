"""Layers that keep their weights and caches: what `Network` is made of.

Each has `build(input_shape, rng, dtype)`, which draws the weights and returns the
shape of the output, without the batch; `forward(A_prev)`; and `backward(dA)`, which
fills `gradients` under the names of `parameters` and returns `dA_prev`.
"""

import numpy as np

from cnnkit.scratch import _checks
from cnnkit.scratch._windows import window_counts
from cnnkit.scratch.conv import conv_backward, conv_forward
from cnnkit.scratch.dense import dense_backward, dense_forward
from cnnkit.scratch.padding import pad_pairs
from cnnkit.scratch.pooling import pool_backward, pool_forward
from cnnkit.scratch.relu import relu_backward, relu_forward


class _Layer:
    def __init__(self):
        self.parameters = {}
        self.gradients = {}
        self.cache = None

    def build(self, input_shape, rng, dtype):
        return input_shape

    def _draw(self, shape, biases, rng, dtype):
        fan_in = np.prod(shape[:-1])
        W = rng.standard_normal(shape) * np.sqrt(2 / fan_in)
        self.parameters = {"W": W.astype(dtype), "b": np.zeros(biases, dtype)}


class Conv(_Layer):
    """A convolution layer.

    The weights begin as normal numbers of variance `2 / (f * f * n_C_prev)` (He), the
    biases as zeros.

    Args:
        filters: int, how many.
        f: int, their height and width.
        stride: int.
        pad: int, "valid" or "same", as in `conv_forward`.

    Example:

    >>> Conv(8, f=5, pad="same").filters
    8

    Reference:
        - He et al., "Delving deep into rectifiers", 2015, equation 10.

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """

    def __init__(self, filters, f, stride=1, pad=0):
        super().__init__()
        self.filters = _checks.positive_integer(filters, "filters")
        self.f = _checks.positive_integer(f, "f")
        self.stride = _checks.positive_integer(stride, "stride")
        self.pad = pad

    def build(self, input_shape, rng, dtype):
        """Draw the weights and return the shape of the output."""
        *size, n_C = _checks.shape(input_shape, "input_shape", "(n_H, n_W, n_C)")
        f = (self.f, self.f)
        pairs = pad_pairs(self.pad, size, f, self.stride)
        self._draw((*f, n_C, self.filters), (1, 1, 1, self.filters), rng, dtype)
        return (*window_counts(size, f, self.stride, pairs), self.filters)

    def forward(self, A_prev):
        """Return `conv_forward` of the layer's own weights."""
        W, b = self.parameters["W"], self.parameters["b"]
        Z, self.cache = conv_forward(A_prev, W, b, self.stride, self.pad)
        return Z

    def backward(self, dA):
        """Keep the gradients of `W` and `b`, and return that of the input."""
        dA_prev, dW, db = conv_backward(dA, self.cache)
        self.gradients = {"W": dW, "b": db}
        return dA_prev


class Pool(_Layer):
    """A pooling layer.

    Args:
        f: int, the side of the window.
        stride: int, or `None` for `f`.
        mode: "max", "average" or "l2".

    Example:

    >>> Pool(2).stride
    2

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """

    def __init__(self, f=2, stride=None, mode="max"):
        super().__init__()
        self.f = _checks.positive_integer(f, "f")
        self.stride = _checks.positive_integer(
            f if stride is None else stride, "stride"
        )
        self.mode = mode

    def build(self, input_shape, rng, dtype):
        """Return the shape of the output."""
        empty = np.zeros((0, *input_shape), dtype)
        return pool_forward(empty, self.f, self.stride, self.mode)[0].shape[1:]

    def forward(self, A_prev):
        """Return `pool_forward` of the input."""
        A, self.cache = pool_forward(A_prev, self.f, self.stride, self.mode)
        return A

    def backward(self, dA):
        """Return the gradient with respect to the input."""
        return pool_backward(dA, self.cache)


class Dense(_Layer):
    """A dense layer.

    The weights begin as normal numbers of variance `2 / n_prev` (He), the biases as
    zeros.

    Args:
        units: int, how many.

    Example:

    >>> Dense(10).units
    10

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """

    def __init__(self, units):
        super().__init__()
        self.units = _checks.positive_integer(units, "units")

    def build(self, input_shape, rng, dtype):
        """Draw the weights and return the shape of the output."""
        if len(input_shape) != 1:
            raise ValueError(
                "`Dense` takes rows of numbers. Put `Flatten()` before it. "
                f"Received: an input of shape {tuple(input_shape)}."
            )
        self._draw((*input_shape, self.units), (1, self.units), rng, dtype)
        return (self.units,)

    def forward(self, A_prev):
        """Return `dense_forward` of the layer's own weights."""
        W, b = self.parameters["W"], self.parameters["b"]
        Z, self.cache = dense_forward(A_prev, W, b)
        return Z

    def backward(self, dA):
        """Keep the gradients of `W` and `b`, and return that of the input."""
        dA_prev, dW, db = dense_backward(dA, self.cache)
        self.gradients = {"W": dW, "b": db}
        return dA_prev


class ReLU(_Layer):
    """A layer of rectified linear units.

    Example:

    >>> import numpy as np
    >>> ReLU().forward(np.array([-1.0, 2.0]))
    array([0., 2.])

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """

    def forward(self, A_prev):
        """Return `relu_forward` of the input."""
        A, self.cache = relu_forward(A_prev)
        return A

    def backward(self, dA):
        """Return the gradient with respect to the input."""
        return relu_backward(dA, self.cache)


class Flatten(_Layer):
    """Writes each volume of a batch as one row.

    Example:

    >>> import numpy as np
    >>> Flatten().forward(np.zeros((2, 5, 5, 16))).shape
    (2, 400)

    Taught in: notebooks/week1_foundations/06_backpropagation.ipynb
    """

    def build(self, input_shape, rng, dtype):
        """Return the shape of the output."""
        return (int(np.prod(input_shape)),)

    def forward(self, A_prev):
        """Return the volumes as rows."""
        self.cache = A_prev.shape
        return A_prev.reshape(len(A_prev), int(np.prod(A_prev.shape[1:])))

    def backward(self, dA):
        """Return the rows as volumes."""
        return dA.reshape(self.cache)
