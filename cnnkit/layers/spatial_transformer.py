"""Spatial transformer: the network itself decides where to look."""

import keras
from keras import ops

from cnnkit.layers import _arguments
from cnnkit.layers.affine_sampling import bilinear_sample, border, grid_of

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@keras.saving.register_keras_serializable(package="cnnkit")
class SpatialTransformer(keras.layers.Layer):
    """Moves, scales, rotates and shears its input as a small network of its own says.

    The localisation network looks at the images and ends in features. A dense layer
    makes the six numbers θ of an affine map of them, a grid says where every pixel of
    the output comes from, and a bilinear sampler reads it there. All of it is
    differentiable, so no one has to say where the object is. The dense layer starts
    with zero weights and θ at the identity: at first the layer changes nothing, and
    the localisation network itself begins to learn with the second step.

    If θ moves too fast, the layer soon looks beyond the image, where the gradient is
    zero, and does not come back. `Rescaling(0.3)` at the end of `localisation` slows
    θ down and nothing else.

    A θ that has gone astray still gives finite numbers: at zero every output pixel is
    the centre of the image, beyond the borders "zero" reads 0 and "edge" the nearest
    pixel, and infinite or NaN entries read as outside.

    Args:
        localisation: Keras layer or model from the images to features
            `(batch, features)`.
        output_size: int or pair of ints, height and width of the output; `None` for
            those of the input.
        padding: "zero" or "edge", what lies beyond the image.
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        `(batch, new_height, new_width, channels)`.

    Raises:
        ValueError: if an argument is not as above, or `localisation` does not end in
            features.

    Example:

    >>> import numpy as np
    >>> localisation = keras.Sequential(
    ...     [keras.layers.Flatten(), keras.layers.Dense(8, activation="relu")]
    ... )
    >>> layer = SpatialTransformer(localisation, output_size=(4, 4))
    >>> layer(np.ones((2, 8, 8, 1), "float32")).shape
    TensorShape([2, 4, 4, 1])
    >>> layer.theta(np.ones((2, 8, 8, 1), "float32"))[0].numpy().tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]

    Reference:
        - Jaderberg, Simonyan, Zisserman and Kavukcuoglu, "Spatial transformer
          networks", 2015.

    Taught in: notebooks/week2_case_studies/07_spatial_transformers.ipynb
    """

    def __init__(self, localisation, output_size=None, padding="zero", **kwargs):
        super().__init__(**kwargs)
        if not isinstance(localisation, keras.layers.Layer):
            raise ValueError(
                "`localisation` must be a Keras layer or model. "
                f"Received: localisation={localisation!r}."
            )
        self.localisation = localisation
        self.output_size = (
            None if output_size is None else _arguments.pair(output_size, "output_size")
        )
        self.padding = border(padding)
        self.input_spec = keras.layers.InputSpec(ndim=4)
        self.dense = keras.layers.Dense(
            6,
            kernel_initializer="zeros",
            bias_initializer=_identity,
            dtype=self.variable_dtype,  # half precision cannot say where a pixel is
            name="theta",
        )

    @property
    def inner_layers(self):
        """The layers from the images to θ, as `cnnkit.arithmetic.describe` asks."""
        return [self.localisation, self.dense]

    def multiply_adds(self, output_shape):
        """Count the multiplications beside those of the inner layers.

        Args:
            output_shape: `(batch, height, width, channels)` of the output.

        Returns:
            0: like the interpolation of `UpSampling2D`, grid and sampler do not count.
        """
        return 0

    def build(self, input_shape):
        if not self.localisation.built:
            self.localisation.build(input_shape)
        features = self.localisation.compute_output_shape(input_shape)
        if len(features) != 2 or features[-1] is None:
            raise ValueError(
                "`localisation` must end in features (batch, features); end it in "
                "`Flatten` or `GlobalAveragePooling2D`. "
                f"Received: output shape {tuple(features)}."
            )
        self.dense.build(features)

    def theta(self, inputs):
        """Return the affine maps that the layer would use.

        Args:
            inputs: as in the call.

        Returns:
            Tensor `(batch, 2, 3)`, see `affine_grid`.
        """
        if not self.built:
            self.build(tuple(inputs.shape))
        return ops.reshape(self.dense(self.localisation(inputs)), (-1, 2, 3))

    def call(self, inputs):
        height, width = self.output_size or ops.shape(inputs)[1:3]
        grid = grid_of(self.theta(inputs), height, width)
        return bilinear_sample(inputs, grid, self.padding)

    def compute_output_shape(self, input_shape):
        size = self.output_size or tuple(input_shape[1:3])
        return (input_shape[0], *size, input_shape[-1])

    def get_config(self):
        return {
            **super().get_config(),
            "localisation": keras.saving.serialize_keras_object(self.localisation),
            "output_size": self.output_size,
            "padding": self.padding,
        }

    @classmethod
    def from_config(cls, config):
        """Make the layer of what `get_config` gave."""
        localisation = config["localisation"]
        if isinstance(localisation, dict):
            localisation = keras.saving.deserialize_keras_object(localisation)
        return cls(**{**config, "localisation": localisation})


def _identity(shape, dtype=None):
    return ops.convert_to_tensor(IDENTITY, dtype=dtype)
