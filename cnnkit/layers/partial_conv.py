"""Convolution in which each filter sees only some of the channels."""

import keras
import numpy as np
from keras import ops

from cnnkit.layers import _arguments


@keras.saving.register_keras_serializable(package="cnnkit")
class PartialConv2D(keras.layers.Layer):
    """Convolves each filter with the channels that a table assigns to it.

    LeNet-5's third layer works so: of its 16 filters, six see three of the six
    channels, nine see four and one sees all. The table breaks the symmetry between
    filters and saves weights: only the connected slices have any, so the layer of
    LeNet-5 has 60·25 + 16 = 1,516 parameters where a full one has 2,416.

    Args:
        table: sequence of sequences of ints; `table[k]` holds the input channels that
            filter `k` sees, each at most once.
        kernel_size: int or pair of ints.
        activation: name or function, or `None`.
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, height - kernel_height + 1, width - kernel_width + 1, len(table))`.

    Raises:
        ValueError: if the table is empty, names a channel twice or one that the input
            does not have.

    Example:

    >>> layer = PartialConv2D([[0], [0, 1]], kernel_size=3)
    >>> layer.build((None, 8, 8, 2))
    >>> layer.count_params()  # three 3x3 slices and two biases
    29

    Reference:
        - LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to
          document recognition", 1998, table I.

    Taught in: notebooks/week1_foundations/07_lenet5.ipynb
    """

    def __init__(self, table, kernel_size, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.table = _checked_table(table)
        self.kernel_size = _arguments.pair(kernel_size, "kernel_size")
        self.strides = (1, 1)
        self.filters = len(self.table)
        self.activation = keras.activations.get(activation)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        channels = input_shape[-1]
        highest = max(max(row) for row in self.table)
        if highest >= channels:
            raise ValueError(
                "`table` names a channel that the input does not have. Received: "
                f"channel {highest}, input_shape={tuple(input_shape)}."
            )
        places = [(c, k) for k, row in enumerate(self.table) for c in row]
        self._scatter = np.zeros((len(places), channels, self.filters), "float32")
        self._scatter[np.arange(len(places)), *np.transpose(places)] = 1
        fan_in = np.mean([len(row) for row in self.table]) * np.prod(self.kernel_size)
        limit = float(np.sqrt(3 / fan_in))
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, len(places)),
            initializer=keras.initializers.RandomUniform(-limit, limit),
        )
        self.bias = self.add_weight(
            name="bias", shape=(self.filters,), initializer="zeros"
        )

    def call(self, inputs):
        scatter = ops.cast(self._scatter, self.compute_dtype)
        kernel = ops.tensordot(self.kernel, scatter, axes=1)
        return self.activation(ops.conv(inputs, kernel, padding="valid") + self.bias)

    def multiply_adds(self, output_shape):
        """Count the multiplications for one image.

        Args:
            output_shape: `(batch, height, width, filters)` of the output.

        Returns:
            int.
        """
        slices = sum(len(row) for row in self.table)
        height, width = output_shape[1:3]
        return height * width * slices * self.kernel_size[0] * self.kernel_size[1]

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        sides = (
            None if side is None else side - f + 1
            for side, f in zip((height, width), self.kernel_size, strict=True)
        )
        return (batch, *sides, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "table": self.table,
            "kernel_size": self.kernel_size,
            "activation": keras.activations.serialize(self.activation),
        }


def _checked_table(table):
    rows = tuple(tuple(int(c) for c in row) for row in table)
    if not rows or not all(rows):
        raise ValueError(
            "`table` must give every filter at least one channel. "
            f"Received: table={table!r}."
        )
    for row in rows:
        if len(set(row)) < len(row) or min(row) < 0:
            raise ValueError(
                "Each row of `table` must hold different channels, counted from 0. "
                f"Received: row={row}."
            )
    return rows
