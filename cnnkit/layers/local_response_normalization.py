"""AlexNet's normalisation across neighbouring channels."""

import numbers

import keras
import numpy as np
from keras import ops

from cnnkit.layers import _arguments


@keras.saving.register_keras_serializable(package="cnnkit")
class LocalResponseNormalization(keras.layers.Layer):
    """Divides each number by what its neighbours in the other channels hold.

    At each pixel, channel i of the output is

        a_i / (k + alpha · (sum of a_j² over the n channels j around i)) ** beta

    so that a strong response damps those beside it. At the first and last channels the
    sum runs over those that there are. No parameters.

    Beware of `alpha`: here, in the paper and in `tf.nn.local_response_normalization`
    it multiplies the sum; in `torch.nn.LocalResponseNorm` and in Caffe it multiplies
    the sum divided by n. To get what torch gives, pass `alpha=alpha / n`.

    Args:
        n: odd int, how many channels are summed. TensorFlow's `depth_radius` is
            (n − 1) / 2.
        alpha: float of at least 0.
        beta: float of at least 0.
        k: float above 0, `bias` in TensorFlow.
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        `(batch, ..., channels)`.

    Output shape:
        The same.

    Raises:
        ValueError: if an argument is not as above.

    Example:

    >>> import numpy as np
    >>> x = np.array([[[[1.0, 2.0, 3.0]]]])
    >>> layer = LocalResponseNormalization(n=3, alpha=1.0, beta=1.0, k=1.0)
    >>> [round(float(y), 3) for y in layer(x)[0, 0, 0]]  # 1/6, 2/15, 3/14
    [0.167, 0.133, 0.214]

    Reference:
        - Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
          convolutional neural networks", 2012, section 3.3.

    Taught in: notebooks/week2_case_studies/01_classic_networks.ipynb
    """

    def __init__(self, n=5, alpha=1e-4, beta=0.75, k=2.0, **kwargs):
        super().__init__(**kwargs)
        self.n = _arguments.positive_integer(n, "n")
        if self.n % 2 == 0:
            raise ValueError(
                "`n` must be odd, so that as many neighbours lie on either side. "
                f"Received: n={n}."
            )
        self.alpha = _number(alpha, "alpha")
        self.beta = _number(beta, "beta")
        self.k = _number(k, "k")
        if self.k == 0:
            raise ValueError(
                "`k` must be above 0: without it, channels of zeros would be divided "
                f"by zero. Received: k={k}."
            )

    def build(self, input_shape):
        places = np.arange(input_shape[-1])
        apart = np.abs(places[:, None] - places)
        self._neighbours = (apart <= self.n // 2).astype("float32")

    def call(self, inputs):
        # Squares of more than 255 do not fit into float16.
        x = ops.cast(inputs, "float32") if self.compute_dtype == "float16" else inputs
        total = ops.matmul(ops.square(x), ops.cast(self._neighbours, x.dtype))
        # A power by way of its logarithm, which is much faster than `ops.power`.
        factor = ops.exp(-self.beta * ops.log(self.k + self.alpha * total))
        return ops.cast(x * factor, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "n": self.n,
            "alpha": self.alpha,
            "beta": self.beta,
            "k": self.k,
        }


def _number(value, name):
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not 0 <= value < float("inf"):
        raise ValueError(
            f"`{name}` must be a number of at least 0. Received: {name}={value!r}."
        )
    return float(value)
