"""LeNet-5's sub-sampling: average pooling with a gain and a bias a channel."""

import keras
from keras import ops

from cnnkit.layers import _arguments


@keras.saving.register_keras_serializable(package="cnnkit")
class TrainablePooling2D(keras.layers.Layer):
    """Adds up each window, multiplies by a learned gain and adds a learned bias.

    This is the sub-sampling of LeNet-5: two parameters a channel, windows that do not
    overlap. Today's pooling layers have no parameters.

    Args:
        pool_size: int or pair of ints, the height and width of the window.
        activation: name or function, or `None`.
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, height // pool_height, width // pool_width, channels)`.

    Example:

    >>> layer = TrainablePooling2D()
    >>> layer.build((None, 28, 28, 6))
    >>> layer.count_params()
    12

    Reference:
        - LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to
          document recognition", 1998, section II-B, layer S2.

    Taught in: notebooks/week1_foundations/07_lenet5.ipynb
    """

    def __init__(self, pool_size=(2, 2), activation=None, **kwargs):
        super().__init__(**kwargs)
        self.pool_size = _arguments.pair(pool_size, "pool_size")
        self.strides = self.pool_size
        self.activation = keras.activations.get(activation)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        window = self.pool_size[0] * self.pool_size[1]
        self.gain = self.add_weight(
            name="gain",
            shape=(input_shape[-1],),
            initializer=keras.initializers.Constant(1 / window),
        )
        self.bias = self.add_weight(
            name="bias", shape=(input_shape[-1],), initializer="zeros"
        )

    def call(self, inputs):
        window = self.pool_size[0] * self.pool_size[1]
        means = ops.average_pool(inputs, self.pool_size, self.strides, "valid")
        return self.activation(means * window * self.gain + self.bias)

    def compute_output_shape(self, input_shape):
        return keras.layers.AveragePooling2D(self.pool_size).compute_output_shape(
            input_shape
        )

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "activation": keras.activations.serialize(self.activation),
        }
