"""How two encodings differ, number by number: what a Siamese network judges by."""

import keras
from keras import ops

CLOSE = 1e-7


class _Difference(keras.layers.Layer):
    def build(self, input_shape):
        shapes = [tuple(shape) for shape in input_shape]
        if len(shapes) != 2 or shapes[0] != shapes[1]:
            raise ValueError(
                f"`{type(self).__name__}` takes a pair of tensors of one shape. "
                f"Received: shapes {shapes}."
            )

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[0])


@keras.saving.register_keras_serializable(package="cnnkit")
class AbsoluteDifference(_Difference):
    """Takes |f - f'| of two encodings.

    Input shape:
        A pair of `(batch, dimensions)`.

    Output shape:
        `(batch, dimensions)`.

    Raises:
        ValueError: if the inputs are not a pair of one shape.

    Example:

    >>> import numpy as np
    >>> pair = [np.array([[1.0, 2.0]]), np.array([[3.0, 2.0]])]
    >>> AbsoluteDifference()(pair).numpy().tolist()
    [[2.0, 0.0]]

    Reference:
        - Koch, Zemel and Salakhutdinov, "Siamese neural networks for one-shot image
          recognition", 2015, section 3.1.

    Taught in: notebooks/week4_faces_and_style/03_siamese_networks.ipynb
    """

    def call(self, inputs):
        return ops.abs(inputs[0] - inputs[1])


@keras.saving.register_keras_serializable(package="cnnkit")
class ChiSquaredDifference(_Difference):
    """Takes χ² = (f - f')² / (f + f') of two encodings without negative numbers.

    A difference counts more between small numbers than between large ones. Where both
    are 0 they do not differ: the result and its gradient are 0.

    Input shape:
        A pair of `(batch, dimensions)`, numbers of at least 0, as ReLU gives them.

    Output shape:
        `(batch, dimensions)`.

    Raises:
        ValueError: if the inputs are not a pair of one shape.

    Example:

    >>> import numpy as np
    >>> pair = [np.array([[1.0, 0.0]]), np.array([[3.0, 0.0]])]
    >>> ChiSquaredDifference()(pair).numpy().tolist()
    [[1.0, 0.0]]

    Reference:
        - Taigman, Yang, Ranzato and Wolf, "DeepFace: closing the gap to human-level
          performance in face verification", 2014, section 4.1.

    Taught in: notebooks/week4_faces_and_style/03_siamese_networks.ipynb
    """

    def call(self, inputs):
        total = inputs[0] + inputs[1]
        there = total > CLOSE
        # Chosen before the division, whose gradient at 0 would be NaN.
        total = ops.where(there, total, 1.0)
        return ops.where(there, ops.square(inputs[0] - inputs[1]) / total, 0.0)
