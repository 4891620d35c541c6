"""Spatial transformer: the network itself decides where to look."""

import keras
from keras import ops

from cnnkit.layers import _arguments

PADDINGS = ("zero", "edge")
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def affine_grid(theta, size):
    """Return where each pixel of the output comes from: the grid generator.

    Coordinates are normalised: −1 is the centre of the first pixel of a row or column
    and 1 the centre of the last one, whatever the size, so that the identity gives
    back the image exactly. (Elsewhere this is called `align_corners=True`.) For a
    pixel of the output at `(x, y)`, the source is `theta · (x, y, 1)`. The centre is 0
    if there is only one pixel.

    Args:
        theta: tensor `(batch, 2, 3)` or `(batch, 6)`, row by row: the matrix from
            output to source coordinates.
        size: pair of ints, height and width of the output.

    Returns:
        Tensor `(batch, height, width, 2)`, float32; x first, then y.

    Example:

    >>> grid = affine_grid([[1.0, 0, 0, 0, 1, 0]], size=(2, 3))
    >>> grid[0, 0].numpy().tolist()
    [[-1.0, -1.0], [0.0, -1.0], [1.0, -1.0]]

    Reference:
        - Jaderberg, Simonyan, Zisserman and Kavukcuoglu, "Spatial transformer
          networks", 2015, equation 1.

    Taught in: notebooks/week2_case_studies/07_spatial_transformers.ipynb
    """
    theta = ops.cast(ops.convert_to_tensor(theta), "float32")
    if tuple(theta.shape[1:]) not in ((2, 3), (6,)):
        raise ValueError(
            "`theta` must be of shape (batch, 2, 3) or (batch, 6). "
            f"Received: theta of shape {tuple(theta.shape)}."
        )
    height, width = size
    theta = ops.reshape(theta, (-1, 1, 1, 2, 3))
    x = ops.reshape(_line(width), (1, 1, -1, 1))
    y = ops.reshape(_line(height), (1, -1, 1, 1))
    return theta[..., 0] * x + theta[..., 1] * y + theta[..., 2]


def bilinear_sample(images, grid, padding="zero"):
    """Read images at fractional places: the bilinear sampler.

    Each value is the average of the four pixels around the place, weighted by how near
    they are. Whatever the grid holds, no pixel outside the image is read. NaN counts
    as a place outside; in "edge" mode it reads the first pixel, as in PyTorch. Outside
    the image the gradient with respect to the grid is zero.

    Args:
        images: tensor `(batch, height, width, channels)`.
        grid: tensor `(batch, new_height, new_width, 2)` of x and y as in `affine_grid`.
        padding: "zero" for zeros outside, "edge" for the nearest pixel of the image.

    Returns:
        Tensor `(batch, new_height, new_width, channels)` of the type of `images`.

    Example:

    >>> import numpy as np
    >>> image = np.array([0.0, 1.0, 2.0]).reshape(1, 1, 3, 1)
    >>> grid = np.array([[-0.5, 0.0], [2.0, 0.0]]).reshape(1, 1, 2, 2)
    >>> bilinear_sample(image, grid).numpy().ravel().tolist()
    [0.5, 0.0]
    >>> bilinear_sample(image, grid, padding="edge").numpy().ravel().tolist()
    [0.5, 2.0]

    Reference:
        - Jaderberg, Simonyan, Zisserman and Kavukcuoglu, "Spatial transformer
          networks", 2015, equation 5.

    Taught in: notebooks/week2_case_studies/07_spatial_transformers.ipynb
    """
    padding = _padding(padding)
    images = ops.convert_to_tensor(images)
    grid = ops.cast(ops.convert_to_tensor(grid), "float32")
    if len(images.shape) != 4 or len(grid.shape) != 4 or grid.shape[-1] != 2:
        raise ValueError(
            "`images` must be (batch, height, width, channels) and `grid` (batch, "
            f"new_height, new_width, 2). Received: shapes {tuple(images.shape)} and "
            f"{tuple(grid.shape)}."
        )
    batches = images.shape[0], grid.shape[0]
    if None not in batches and batches[0] != batches[1]:
        raise ValueError(
            "`images` and `grid` must have the same batch size. "
            f"Received: {batches[0]} images and {batches[1]} grids."
        )
    batch, height, width, channels = ops.shape(images)
    left, right_share, columns = _neighbours(grid[..., 0], width, padding)
    top, bottom_share, rows = _neighbours(grid[..., 1], height, padding)
    pixels = ops.reshape(images, (-1, channels))
    first = ops.reshape(ops.arange(batch, dtype="int32"), (-1, 1, 1)) * height * width

    total = 0
    for down, row_share in ((0, 1 - bottom_share), (1, bottom_share)):
        for along, column_share in ((0, 1 - right_share), (1, right_share)):
            row, inside_row = rows(top + down)
            column, inside_column = columns(left + along)
            share = row_share * column_share * inside_row * inside_column
            values = ops.take(pixels, first + row * width + column, axis=0)
            share = ops.cast(ops.expand_dims(share, -1), images.dtype)
            total = total + share * values
    return total


@keras.saving.register_keras_serializable(package="cnnkit")
class SpatialTransformer(keras.layers.Layer):
    """Moves, scales, rotates and shears its input as a small network of its own says.

    The localisation network looks at the images and ends in features. A dense layer
    makes the six numbers θ of an affine map of them, a grid says where every pixel of
    the output comes from, and a bilinear sampler reads it there. All of it is
    differentiable, so no one has to say where the object is. The dense layer starts
    with zero weights and θ at the identity: at first the layer changes nothing, and
    the localisation network itself begins to learn with the second step.

    A θ that has gone astray does no harm: at zero every output pixel is the centre of
    the image, beyond the borders "zero" reads 0 and "edge" the nearest pixel, and
    infinite or NaN entries read as outside.

    Args:
        localisation: Keras layer or model from the images to features
            `(batch, features)`.
        output_size: pair of ints, height and width of the output; `None` for those of
            the input.
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
        self.padding = _padding(padding)
        self.input_spec = keras.layers.InputSpec(ndim=4)
        self.dense = keras.layers.Dense(
            6,
            kernel_initializer="zeros",
            bias_initializer=_identity,
            dtype=self.dtype_policy,
            name="theta",
        )

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
        size = self.output_size or ops.shape(inputs)[1:3]
        grid = affine_grid(self.theta(inputs), size)
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


def _padding(value):
    if value not in PADDINGS:
        raise ValueError(
            f'`padding` must be "zero" or "edge". Received: padding={value!r}.'
        )
    return value


def _line(pixels):
    """Return `pixels` places from -1 to 1."""
    places = ops.cast(ops.arange(pixels), "float32")
    middle = ops.cast(pixels - 1, "float32") / 2
    return (places - middle) / ops.maximum(middle, 0.5)


def _neighbours(places, pixels, padding):
    """Return the pixel before each place, the share of the next, and a reader.

    The reader takes numbers of pixels and returns ones that exist, and 1 or 0 for
    whether they were inside.
    """
    last = ops.cast(pixels - 1, "float32")
    margin = 1.0 if padding == "zero" else 0.0
    low, high = -margin, last + margin
    places = (places + 1) * (last / 2)
    places = ops.where(ops.isnan(places), low, places)
    within = ops.logical_and(places > low, places < high)
    clipped = ops.stop_gradient(ops.clip(places, low, high))
    places = ops.where(within, places, clipped)
    before = ops.stop_gradient(ops.floor(places))
    before_index = ops.cast(before, "int32")

    def read(index):
        safe = ops.clip(index, 0, pixels - 1)
        inside = 1.0 if padding == "edge" else ops.cast(safe == index, "float32")
        return safe, inside

    return before_index, places - before, read
