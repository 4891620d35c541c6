"""PCA colour: shifts along the directions in which the colours of a set vary."""

import keras
import numpy as np
from keras import ops

MAGNITUDES = ("deviation", "variance")
ROWS_AT_ONCE = 256


@keras.saving.register_keras_serializable(package="cnnkit")
class PCAColour(keras.layers.Layer):
    """Adds to each image a random shift along the principal colours of a data set.

    `adapt` finds the three directions in which the colours of the training images
    vary, and how much. In training each image gets, added to all its pixels, the sum
    of the directions, each times its size and a number drawn from a normal
    distribution. Light that is a little brighter or warmer is the same object. At test
    time the layer does nothing.

    The paper multiplies by the eigenvalues of the covariance, that is by variances;
    its successors, and the figures that are passed on for ImageNet (0.2175, 0.0188 and
    0.0045), by their roots. For pixels in [0, 1] the variances are too small to see,
    so "deviation" is the default.

    Args:
        sigma: float, the standard deviation of the random numbers.
        magnitude: "deviation" (the root of each eigenvalue) or "variance" (the
            eigenvalue, as the paper writes).
        directions: matrix, one principal colour of length 1 a row, the strongest
            first; `None` until `adapt`.
        variances: list, the eigenvalue of each; `None` until `adapt`.
        value_range: pair of floats, what the result is clipped to, or `None`.
        seed: int or `None`.
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        `(batch, height, width, channels)`.

    Output shape:
        As the input.

    Raises:
        ValueError: if an argument is not as above, or the layer is called for training
            before `adapt`.

    Example:

    >>> rng = np.random.default_rng(0)
    >>> greys = np.repeat(rng.random((50, 4, 4, 1)), 3, axis=-1)
    >>> layer = PCAColour(seed=1)
    >>> layer.adapt(greys)
    >>> [[round(abs(x), 2) for x in row] for row in layer.directions][0]
    [0.58, 0.58, 0.58]

    Reference:
        - Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
          convolutional neural networks", 2012, section 4.1.

    Taught in: notebooks/week2_case_studies/05_augmentation_and_ensembles.ipynb
    """

    def __init__(
        self,
        sigma=0.1,
        magnitude="deviation",
        directions=None,
        variances=None,
        value_range=(0.0, 1.0),
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not np.isfinite(sigma) or sigma < 0:
            raise ValueError(
                f"`sigma` must be a number of at least 0. Received: sigma={sigma!r}."
            )
        if magnitude not in MAGNITUDES:
            raise ValueError(
                '`magnitude` must be "deviation" or "variance". '
                f"Received: magnitude={magnitude!r}."
            )
        self.sigma = float(sigma)
        self.magnitude = magnitude
        self.directions, self.variances = _components(directions, variances)
        self.value_range = None if value_range is None else tuple(value_range)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def adapt(self, images):
        """Find the principal colours of a training set.

        Call it before the layer becomes part of a compiled model.

        Args:
            images: array `(n, height, width, channels)`.
        """
        images = np.asarray(images)
        if images.ndim != 4 or not images.size or images.dtype.kind not in "fiu":
            raise ValueError(
                "`images` must be numbers of shape (n, height, width, channels). "
                f"Received: shape {images.shape} and type {images.dtype}."
            )
        channels = images.shape[-1]
        count, total, products = 0, np.zeros(channels), np.zeros((channels, channels))
        for start in range(0, len(images), ROWS_AT_ONCE):
            pixels = images[start : start + ROWS_AT_ONCE].reshape(-1, channels)
            pixels = pixels.astype(np.float64)
            count += len(pixels)
            total += pixels.sum(axis=0)
            products += pixels.T @ pixels
        mean = total / count
        covariance = products / count - np.outer(mean, mean)
        if not np.isfinite(covariance).all():
            raise ValueError("`images` must be finite. Received NaN or infinity.")
        variances, vectors = np.linalg.eigh(covariance)
        self.directions = vectors.T[::-1].tolist()
        self.variances = np.maximum(variances[::-1], 0).tolist()

    @property
    def steps(self):
        """Array `(channels, channels)`: the shift of one standard number, a row each.

        Raises:
            ValueError: before `adapt`.
        """
        if self.directions is None:
            raise ValueError(
                "The principal colours are not known yet. Call "
                "`layer.adapt(training_images)` first."
            )
        sizes = np.array(self.variances)
        if self.magnitude == "deviation":
            sizes = np.sqrt(sizes)
        return (sizes[:, None] * np.array(self.directions)).astype(np.float32)

    def shift(self, images, numbers):
        """Add given amounts of the principal colours.

        Args:
            images: tensor `(batch, height, width, channels)`.
            numbers: tensor `(batch, channels)`, how much of each colour.

        Returns:
            Tensor like `images`.
        """
        steps = self.steps
        images = ops.convert_to_tensor(images)
        if images.shape[-1] != len(steps):
            raise ValueError(
                f"The layer was adapted to {len(steps)} channels. "
                f"Received: images of shape {tuple(images.shape)}."
            )
        moved = ops.matmul(
            ops.cast(numbers, images.dtype), ops.cast(steps, images.dtype)
        )
        moved = images + moved[:, None, None, :]
        return moved if self.value_range is None else ops.clip(moved, *self.value_range)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        numbers = keras.random.normal(
            (ops.shape(inputs)[0], inputs.shape[-1]),
            stddev=self.sigma,
            dtype=self.compute_dtype,
            seed=self.seed_generator,
        )
        return self.shift(inputs, numbers)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "sigma": self.sigma,
            "magnitude": self.magnitude,
            "directions": self.directions,
            "variances": self.variances,
            "value_range": self.value_range,
            "seed": self.seed,
        }


def _components(directions, variances):
    if directions is None and variances is None:
        return None, None
    matrix, sizes = np.asarray(directions), np.asarray(variances)
    if matrix.shape != (sizes.size, sizes.size) or sizes.ndim != 1:
        raise ValueError(
            "`directions` must be a square matrix and `variances` one number a row; "
            f"give both or neither. Received: directions={directions!r}, "
            f"variances={variances!r}."
        )
    return matrix.astype(float).tolist(), sizes.astype(float).tolist()
