"""Max pooling that remembers where the maxima were, and the way back."""

import keras
import numpy as np
from keras import ops

from cnnkit.layers import _arguments


@keras.saving.register_keras_serializable(package="cnnkit")
class MaxPooling2DWithSwitches(keras.layers.Layer):
    """Max pooling that also says where each maximum stood: the switches.

    A switch is the place of the maximum in its channel of the input, row · width +
    column, as torch's `return_indices` counts; of equal maxima the first, row by row.

    Args:
        pool_size: int or pair of ints, the height and width of the window.
        strides: int or pair of ints, or `None` for `pool_size`.
        padding: "valid" or "same".
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        `(batch, height, width, channels)`, height and width known.

    Output shape:
        A pair, both `(batch, new_height, new_width, channels)`: maxima, and switches as
        int32.

    Raises:
        ValueError: if an argument is not as above, height or width is not known, or the
            window does not fit into the image.

    Example:

    >>> x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    >>> maxima, switches = MaxPooling2DWithSwitches(2)(x)
    >>> ops.convert_to_numpy(switches)[0, :, :, 0]
    array([[ 5,  7],
           [13, 15]], dtype=int32)

    Reference:
        - Zeiler and Fergus, "Visualizing and understanding convolutional networks",
          2014, section 2.1.

    Taught in: notebooks/week4_faces_and_style/07_deconvnet.ipynb
    """

    def __init__(self, pool_size=2, strides=None, padding="valid", **kwargs):
        super().__init__(**kwargs)
        self.pool_size = _arguments.pair(pool_size, "pool_size")
        self.strides = (
            self.pool_size if strides is None else _arguments.pair(strides, "strides")
        )
        self.padding = _arguments.padding_mode(padding)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        self._sides(input_shape)

    def call(self, inputs):
        sides = rows, columns = self._sides(inputs.shape)
        missing = [
            max((out - 1) * stride + f - n, 0)
            for out, stride, f, n in zip(
                sides, self.strides, self.pool_size, inputs.shape[1:3], strict=True
            )
        ]
        (top, bottom), (left, right) = ((n // 2, n - n // 2) for n in missing)
        # Below all numbers, so that no maximum stands in the padding.
        lowest = float(np.finfo(keras.backend.standardize_dtype(inputs.dtype)).min)
        around = ((0, 0), (top, bottom), (left, right), (0, 0))
        padded = ops.pad(inputs, around, constant_values=lowest)
        down, across = self.strides
        members = ops.stack(
            [
                padded[
                    :,
                    i : i + (rows - 1) * down + 1 : down,
                    j : j + (columns - 1) * across + 1 : across,
                ]
                for i in range(self.pool_size[0])
                for j in range(self.pool_size[1])
            ]
        )
        which = ops.cast(ops.argmax(members, axis=0), "int32")
        row, column = which // self.pool_size[1], which % self.pool_size[1]
        row += np.arange(rows, dtype="int32")[:, None, None] * down - top
        column += np.arange(columns, dtype="int32")[:, None] * across - left
        return ops.max(members, axis=0), row * inputs.shape[2] + column

    def compute_output_shape(self, input_shape):
        shape = (input_shape[0], *self._sides(input_shape), input_shape[-1])
        return shape, shape

    def compute_output_spec(self, inputs):
        shape, _ = self.compute_output_shape(inputs.shape)
        return (
            keras.KerasTensor(shape, dtype=self.compute_dtype),
            keras.KerasTensor(shape, dtype="int32"),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
        }

    def _sides(self, input_shape):
        height, width = input_shape[1:3]
        if height is None or width is None:
            raise ValueError(
                "Height and width must be known: switches are places in the image. "
                f"Received: input_shape={tuple(input_shape)}."
            )
        if self.padding == "valid" and (
            height < self.pool_size[0] or width < self.pool_size[1]
        ):
            raise ValueError(
                "The image must be at least as large as `pool_size`, "
                f"{self.pool_size}. Received: input_shape={tuple(input_shape)}."
            )
        return keras.layers.MaxPooling2D(
            self.pool_size, self.strides, self.padding
        ).compute_output_shape(tuple(input_shape))[1:3]


@keras.saving.register_keras_serializable(package="cnnkit")
class MaxUnpooling2D(keras.layers.Layer):
    """Puts each number where its switch says, and zeros elsewhere.

    Where two windows have chosen the same pixel, one of their numbers stays, as in
    torch.

    Args:
        size: `(height, width)` of the result: that of the image which was pooled.
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        A pair, both `(batch, rows, columns, channels)`: numbers, and switches as
        `MaxPooling2DWithSwitches` gives them.

    Output shape:
        `(batch, height, width, channels)`.

    Raises:
        ValueError: if an argument or a shape is not as above.

    Example:

    >>> x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    >>> back = MaxUnpooling2D((4, 4))(MaxPooling2DWithSwitches(2)(x))
    >>> ops.convert_to_numpy(back)[0, :, :, 0]
    array([[ 0.,  0.,  0.,  0.],
           [ 0.,  5.,  0.,  7.],
           [ 0.,  0.,  0.,  0.],
           [ 0., 13.,  0., 15.]], dtype=float32)

    Reference:
        - Zeiler and Fergus, "Visualizing and understanding convolutional networks",
          2014, section 2.1.

    Taught in: notebooks/week4_faces_and_style/07_deconvnet.ipynb
    """

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = _arguments.pair(size, "size")

    def build(self, input_shape):
        shapes = [tuple(shape) for shape in input_shape]
        if len(shapes) != 2 or shapes[0] != shapes[1] or len(shapes[0]) != 4:
            raise ValueError(
                "The inputs must be a pair, numbers and switches, both of shape "
                f"(batch, rows, columns, channels). Received: shapes {shapes}."
            )

    def call(self, inputs):
        numbers, switches = inputs
        _, rows, columns, channels = numbers.shape
        batch = ops.shape(numbers)[0]
        # One row an image and channel, so that each switch is a column of it.
        by_channel = ops.reshape(ops.transpose(numbers, (0, 3, 1, 2)), (-1,))
        places = ops.reshape(ops.transpose(switches, (0, 3, 1, 2)), (-1,))
        lines = ops.repeat(ops.arange(batch * channels), rows * columns)
        flat = ops.zeros((batch * channels, self.size[0] * self.size[1]), numbers.dtype)
        indices = ops.stack(
            [ops.cast(lines, "int32"), ops.cast(places, "int32")], axis=1
        )
        flat = ops.scatter_update(flat, indices, by_channel)
        maps = ops.reshape(flat, (batch, channels, *self.size))
        return ops.transpose(maps, (0, 2, 3, 1))

    def compute_output_shape(self, input_shape):
        numbers = input_shape[0]
        return (numbers[0], *self.size, numbers[-1])

    def get_config(self):
        return {**super().get_config(), "size": self.size}
