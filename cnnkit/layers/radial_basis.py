"""LeNet-5's output layer: squared distances to one vector a class."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="cnnkit")
class RadialBasis(keras.layers.Layer):
    """Gives the squared Euclidean distance from the input to each class's code.

    A small output says that the input is close to the code of that class, so the
    smallest one names the class. LeNet-5 kept the codes fixed, at drawings of the
    characters in 7×12 pixels of −1 and +1.

    Args:
        codes: array of shape `(classes, features)`. Kept fixed; they count among the
            non-trainable weights.
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        `(batch, features)`.

    Output shape:
        `(batch, classes)`, at least 0.

    Raises:
        ValueError: if `codes` is not a matrix of finite numbers, or has another number
            of features than the input.

    Example:

    >>> import numpy as np
    >>> layer = RadialBasis([[1.0, 1.0], [-1.0, -1.0]])
    >>> [float(d) for d in layer(np.array([[1.0, 0.0]]))[0]]
    [1.0, 5.0]

    Reference:
        - LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to
          document recognition", 1998, equation 7.

    Taught in: notebooks/week1_foundations/07_lenet5.ipynb
    """

    def __init__(self, codes, **kwargs):
        super().__init__(**kwargs)
        array = np.asarray(codes, dtype="float32")
        if array.ndim != 2 or array.size == 0 or not np.isfinite(array).all():
            raise ValueError(
                "`codes` must be a matrix of finite numbers, (classes, features). "
                f"Received: shape {array.shape}."
            )
        self.codes = array.tolist()

    def build(self, input_shape):
        codes = np.array(self.codes, dtype="float32")
        if input_shape[-1] != codes.shape[1]:
            raise ValueError(
                "The input must have as many features as the codes. Received: "
                f"input_shape={tuple(input_shape)}, codes of shape {codes.shape}."
            )
        self.centres = self.add_weight(
            name="centres", shape=codes.shape, initializer="zeros", trainable=False
        )
        self.centres.assign(codes)

    def call(self, inputs):
        differences = ops.expand_dims(inputs, 1) - self.centres
        return ops.sum(ops.square(differences), axis=-1)

    def multiply_adds(self, output_shape):
        """Count the multiplications for one image.

        Args:
            output_shape: `(batch, classes)` of the output.

        Returns:
            int.
        """
        return output_shape[-1] * len(self.codes[0])

    def compute_output_shape(self, input_shape):
        return (input_shape[0], len(self.codes))

    def get_config(self):
        return {**super().get_config(), "codes": self.codes}
