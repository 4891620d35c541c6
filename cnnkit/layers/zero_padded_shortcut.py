"""The shortcut of a residual block that changes the shape and has no parameters."""

import keras
from keras import ops

from cnnkit.layers import _arguments


@keras.saving.register_keras_serializable(package="cnnkit")
class ZeroPaddedShortcut(keras.layers.Layer):
    """Keeps every `strides`-th pixel and fills the channels up with zeros.

    Where a residual block halves the image and doubles the channels, its input no
    longer fits its output. This is the paper's option A: an identity as far as it goes,
    without parameters. Half of the new channels come before the old ones, half after.

    Args:
        filters: int, the channels of the output; at least those of the input.
        strides: int or pair of ints.
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, ceil(height / strides), ceil(width / strides), filters)`.

    Raises:
        ValueError: if the input has more channels than `filters`.

    Example:

    >>> import numpy as np
    >>> x = np.arange(4.0).reshape(1, 2, 2, 1)
    >>> ZeroPaddedShortcut(filters=3, strides=2)(x)[0, 0, 0].numpy().tolist()
    [0.0, 0.0, 0.0]
    >>> ZeroPaddedShortcut(filters=3)(x)[0, 1, 1].numpy().tolist()
    [0.0, 3.0, 0.0]

    Reference:
        - He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016,
          section 3.3.

    Taught in: notebooks/week2_case_studies/02_residual_networks.ipynb
    """

    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters = _arguments.positive_integer(filters, "filters")
        self.strides = _arguments.pair(strides, "strides")
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        if input_shape[-1] > self.filters:
            raise ValueError(
                "`filters` must be at least the channels of the input. Received: "
                f"filters={self.filters}, input_shape={tuple(input_shape)}."
            )

    def call(self, inputs):
        kept = inputs[:, :: self.strides[0], :: self.strides[1]]
        new = self.filters - inputs.shape[-1]
        return ops.pad(kept, ((0, 0), (0, 0), (0, 0), (new // 2, new - new // 2)))

    def compute_output_shape(self, input_shape):
        batch, *sides, _ = input_shape
        kept = (
            None if side is None else -(-side // stride)
            for side, stride in zip(sides, self.strides, strict=True)
        )
        return (batch, *kept, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "strides": self.strides,
        }
