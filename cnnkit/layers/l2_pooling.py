"""L2-norm pooling, over windows and over the whole image."""

import keras
from keras import ops

from cnnkit.layers import _arguments


@keras.saving.register_keras_serializable(package="cnnkit")
class L2Pooling2D(keras.layers.Layer):
    """Takes the L2 norm of each window: the root of the sum of the squares.

    Max pooling keeps the strongest response of a window, average pooling its mean.
    The L2 norm lies between: every response counts, strong ones more. Zeros added by
    `padding="same"` do not change a norm.

    The gradient is `x / norm`; where a window is all zeros it is zero, not NaN.

    Args:
        pool_size: int or pair of ints, the height and width of the window.
        strides: int or pair of ints, or `None` for `pool_size`.
        padding: "valid" or "same".
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, new_height, new_width, channels)`.

    Raises:
        ValueError: if an argument is not as above, or if the window does not fit into
            the image.

    Example:

    >>> import numpy as np
    >>> x = np.array([[3.0, 0.0], [4.0, 0.0]]).reshape(1, 2, 2, 1)
    >>> float(L2Pooling2D(pool_size=2)(x)[0, 0, 0, 0])
    5.0

    Reference:
        - Sermanet, Chintala and LeCun, "Convolutional neural networks applied to house
          numbers digit classification", 2012, section 2.2.

    Taught in: notebooks/week1_foundations/04_convolutional_layers.ipynb
    """

    def __init__(self, pool_size=(2, 2), strides=None, padding="valid", **kwargs):
        super().__init__(**kwargs)
        self.pool_size = _arguments.pair(pool_size, "pool_size")
        self.strides = (
            self.pool_size if strides is None else _arguments.pair(strides, "strides")
        )
        self.padding = _arguments.padding_mode(padding)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        if self.padding == "valid" and any(
            side is not None and side < window
            for side, window in zip(input_shape[1:3], self.pool_size, strict=True)
        ):
            raise ValueError(
                'The window does not fit into the image; use padding="same" or a '
                f"smaller `pool_size`. Received: pool_size={self.pool_size}, "
                f"input_shape={tuple(input_shape)}."
            )

    def call(self, inputs):
        means = ops.average_pool(
            ops.square(inputs), self.pool_size, self.strides, self.padding
        )
        return _root(means * self._pixels_per_window(inputs))

    def _pixels_per_window(self, inputs):
        if self.padding == "valid":
            return self.pool_size[0] * self.pool_size[1]
        image = ops.ones((1, *ops.shape(inputs)[1:3], 1), dtype=inputs.dtype)
        window = ops.ones((*self.pool_size, 1, 1), dtype=inputs.dtype)
        return ops.conv(image, window, strides=self.strides, padding="same")

    def compute_output_shape(self, input_shape):
        return keras.layers.MaxPooling2D(
            self.pool_size, self.strides, self.padding
        ).compute_output_shape(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
        }


@keras.saving.register_keras_serializable(package="cnnkit")
class GlobalL2Pooling2D(keras.layers.Layer):
    """Takes the L2 norm of each channel over the whole image.

    Args:
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, channels)`.

    Example:

    >>> import numpy as np
    >>> x = np.ones((1, 4, 4, 1), dtype="float32")
    >>> float(GlobalL2Pooling2D()(x)[0, 0])
    4.0

    Taught in: notebooks/week1_foundations/04_convolutional_layers.ipynb
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def call(self, inputs):
        return _root(ops.sum(ops.square(inputs), axis=(1, 2)))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])


def _root(squares):
    positive = squares > 0
    return ops.where(positive, ops.sqrt(ops.where(positive, squares, 1)), 0)
