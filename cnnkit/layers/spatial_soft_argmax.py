"""From maps to points."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="cnnkit")
class SpatialSoftArgmax(keras.layers.Layer):
    """Gives the place of each map's hottest pixel, so that it can be learned.

    A softmax over the pixels of a map makes weights of them, and the place is the mean
    of the pixels' middles by these weights. Where one pixel is far above the others it
    is the middle of that one; between two equal neighbours it is the edge that they
    share. So places are finer than pixels, and never outside the map.

    Args:
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        `(batch, height, width, maps)`, height and width known.

    Output shape:
        `(batch, maps, 2)`: x in widths and y in heights of the map, from its upper left
        corner.

    Raises:
        ValueError: if height or width is not known.

    Example:

    >>> maps = np.zeros((1, 4, 2, 1), "float32")
    >>> maps[0, 3, 1] = 100
    >>> keras.ops.convert_to_numpy(SpatialSoftArgmax()(maps))
    array([[[0.75 , 0.875]]], dtype=float32)

    Reference:
        - Levine, Finn, Darrell and Abbeel, "End-to-end training of deep visuomotor
          policies", 2016, section 5.1.

    Taught in: notebooks/week3_detection/01_localization_and_landmarks.ipynb
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape):
        height, width = input_shape[1:3]
        if height is None or width is None:
            raise ValueError(
                "Height and width of the maps must be known. "
                f"Received: input_shape={tuple(input_shape)}."
            )

    def call(self, inputs):
        height, width, maps = inputs.shape[1:]
        rows, columns = np.indices((height, width)).reshape(2, -1)
        middles = np.stack([(columns + 0.5) / width, (rows + 0.5) / height])
        pixels = ops.reshape(inputs, (-1, height * width, maps))
        weights = ops.softmax(pixels, axis=1)
        middles = ops.convert_to_tensor(middles.astype("float32"), inputs.dtype)
        return ops.transpose(ops.matmul(middles, weights), (0, 2, 1))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1], 2)
