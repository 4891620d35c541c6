"""RoI align: a region of the features read at fractional places."""

import keras
from keras import ops

from cnnkit.layers import _arguments, _rois


@keras.saving.register_keras_serializable(package="cnnkit")
class RoIAlign(keras.layers.Layer):
    """Turns a region of the features into a small fixed grid without rounding.

    Each cell of the grid is the average of `sampling_ratio` × `sampling_ratio` places
    spread evenly over it, read by bilinear interpolation. So the result moves smoothly
    with the box, where `RoIPooling` jumps from pixel to pixel.

    The value of a pixel stands at its centre. With `aligned=True` the centre of the
    first pixel is at 0.5, as it should be; with `False` it is taken to be at 0, as in
    the first published code, and a region is made at least one pixel wide and high.
    Up to one pixel outside the features the border is read, and zeros beyond.

    No gradient flows to the boxes. PyTorch's `roi_align` chooses the number of places
    for each region unless told: here it is fixed, so compare it with the same
    `sampling_ratio`.

    Args:
        pool_size: int or pair of ints, rows and columns of the grid.
        spatial_scale: float, pixels of the features for one pixel of the image, such
            as 1/16 after four halvings. Not used by relative formats.
        sampling_ratio: int, places along each side of a cell.
        aligned: bool, whether to count coordinates from the corner of the first pixel.
        box_format: str, format of the boxes: in pixels of the image, or relative to
            its size, 0…1. See `cnnkit.boxes.convert`.
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        A pair: features `(batch, height, width, channels)` and boxes `(batch, n, 4)`.

    Output shape:
        `(batch, n, rows, columns, channels)`.

    Raises:
        ValueError: if an argument or a shape is not as above.

    Example:

    >>> import numpy as np
    >>> features = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> boxes = np.array([[[0, 0, 4, 4], [1.5, 0.5, 2.5, 1.5]]])
    >>> aligned = RoIAlign(2)([features, boxes])
    >>> aligned.shape
    TensorShape([1, 2, 2, 2, 1])
    >>> aligned[0, 0, ..., 0].numpy().tolist()  # the means of four pixels each
    [[2.5, 4.5], [10.5, 12.5]]
    >>> RoIAlign(1)([features, boxes])[0, 1].numpy().item()  # amid 1, 2, 5 and 6
    3.5

    Reference:
        - He, Gkioxari, Dollár and Girshick, "Mask R-CNN", 2017, section 3.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """

    def __init__(
        self,
        pool_size=7,
        spatial_scale=1.0,
        sampling_ratio=2,
        aligned=True,
        box_format="xyxy",
        **kwargs,
    ):
        # In float16, a coordinate above 2,048 would be rounded to an even number.
        super().__init__(autocast=False, **kwargs)
        self.pool_size = _arguments.pair(pool_size, "pool_size")
        self.spatial_scale = _rois.positive_number(spatial_scale, "spatial_scale")
        self.sampling_ratio = _arguments.positive_integer(
            sampling_ratio, "sampling_ratio"
        )
        self.aligned = bool(aligned)
        self.box_format = _rois.box_format(box_format)

        # TensorFlow's own operator is not known to XLA.
        self.supports_jit = keras.backend.backend() != "tensorflow"

    def build(self, input_shape):
        _rois.shapes(input_shape)

    def call(self, inputs):
        features, boxes = inputs
        features = ops.cast(features, self.compute_dtype)
        _, height, width, _ = ops.shape(features)
        left, top, right, bottom = _rois.corners(
            boxes, self.box_format, self.spatial_scale, height, width
        )
        rows = self._places(top, bottom, self.pool_size[0])
        columns = self._places(left, right, self.pool_size[1])
        if keras.backend.backend() == "tensorflow":
            return ops.cast(_cropped(features, rows, columns), self.compute_dtype)
        rows, columns = _weights(rows, height), _weights(columns, width)
        return _product(features, rows, columns)

    def compute_output_shape(self, input_shape):
        features, boxes = _rois.shapes(input_shape)
        return (*boxes[:2], *self.pool_size, features[-1])

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "spatial_scale": self.spatial_scale,
            "sampling_ratio": self.sampling_ratio,
            "aligned": self.aligned,
            "box_format": self.box_format,
        }

    def _places(self, start, end, cells):
        """Return the places to read along one side, `(batch, n, samples, cells)`.

        0 is the centre of the first pixel.
        """
        size = end - start
        if self.aligned:
            start = start - 0.5
        else:
            size = ops.maximum(size, 1.0)
        samples = self.sampling_ratio
        sample = (ops.arange(samples, dtype="float32")[:, None] + 0.5) / samples
        shares = (ops.arange(cells, dtype="float32") + sample) / cells
        return start[..., None, None] + size[..., None, None] * shares


def _weights(places, pixels):
    """Return how much each pixel counts in each cell, `(batch, n, cells, pixels)`.

    The weight of a pixel for a place falls from 1 on it to 0 on its neighbours.
    """
    last = pixels - 1
    pixel = ops.arange(pixels, dtype="float32")
    distance = ops.abs(ops.clip(places, 0, last)[..., None] - pixel)
    inside = ops.logical_and(places >= -1, places <= last + 1)
    weights = ops.relu(1 - distance) * ops.cast(inside, "float32")[..., None]
    return ops.mean(weights, axis=-3)


def _product(features, rows, columns):
    """Read the features by two products of matrices, for rows and for columns."""
    rows, columns = (ops.cast(w, features.dtype) for w in (rows, columns))
    by_row = ops.einsum("bnph,bhwc->bnpwc", rows, features)
    return ops.matmul(columns[:, :, None], by_row)


def _cropped(features, rows, columns):
    """Read the features by TensorFlow's operator, which is faster on large ones.

    One crop reads the i-th row and j-th column of places of all cells; outside the
    features it gives 0, so the border is repeated once around them.
    """
    import tensorflow as tf

    samples = rows.shape[2]
    features = features / samples**2  # here, since there are fewer than crops
    features = ops.concatenate([features[:, :1], features, features[:, -1:]], 1)
    features = ops.concatenate([features[:, :, :1], features, features[:, :, -1:]], 2)
    batch, height, width, channels = ops.shape(features)
    n = ops.shape(rows)[1]
    rows = (rows + 1) / ops.cast(height - 1, "float32")
    columns = (columns + 1) / ops.cast(width - 1, "float32")
    size = rows.shape[-1], columns.shape[-1]
    image = ops.repeat(ops.arange(batch, dtype="int32"), n)
    crops = []
    for i in range(samples):
        for j in range(samples):
            y, x = rows[:, :, i], columns[:, :, j]
            ends = ops.stack([y[..., 0], x[..., 0], y[..., -1], x[..., -1]], -1)
            ends = ops.reshape(ends, (-1, 4))
            crops.append(tf.image.crop_and_resize(features, ends, image, size))
    return ops.reshape(tf.add_n(crops), (batch, n, *size, channels))
