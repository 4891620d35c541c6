"""RoI pooling: the maximum in each cell of a grid laid over a region."""

import keras
import numpy as np
from keras import ops

from cnnkit.layers import _arguments, _rois


@keras.saving.register_keras_serializable(package="cnnkit")
class RoIPooling(keras.layers.Layer):
    """Turns a region of the features, whatever its size, into a small fixed grid.

    All regions of an image share one pass through the network; only this layer and
    what follows is done for each of them. As Fast R-CNN's own code (in Caffe) does it:

    1. the corners times `spatial_scale` are rounded, halves away from zero;
    2. both corners belong to the region, which so has `right − left + 1` columns, at
       least one: a box of no size, or with its corners swapped, is one pixel;
    3. with n columns, column i of the grid runs from `⌊i·n / width⌋` to
       `⌈(i+1)·n / width⌉`, so that neighbours may share a column, and rows likewise;
    4. what lies outside the features is left out; where nothing remains, the result
       is 0.

    The gradient goes to the pixel that is the maximum and none to the boxes.

    Args:
        pool_size: int or pair of ints, rows and columns of the grid.
        spatial_scale: float, pixels of the features for one pixel of the image, such
            as 1/16 after four halvings. Not used by relative formats.
        box_format: str, format of the boxes: in pixels of the image, or relative to
            its size, 0…1. See `cnnkit.boxes.convert`.
        **kwargs: Keras's own layer arguments, such as `name` and `dtype`.

    Input shape:
        A pair: features `(batch, height, width, channels)`, where height and width
        must be known, and boxes `(batch, n, 4)`.

    Output shape:
        `(batch, n, rows, columns, channels)`.

    Raises:
        ValueError: if an argument or a shape is not as above.

    Example:

    >>> import numpy as np
    >>> features = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> boxes = np.array([[[0, 0, 3, 3], [1, 1, 1, 2]]])
    >>> pooled = RoIPooling(2)([features, boxes])
    >>> pooled.shape
    TensorShape([1, 2, 2, 2, 1])
    >>> pooled[0, 0, ..., 0].numpy().tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    >>> pooled[0, 1, ..., 0].numpy().tolist()  # one column wide, two rows high
    [[5.0, 5.0], [9.0, 9.0]]

    Reference:
        - Girshick, "Fast R-CNN", 2015, section 2.1.

    Taught in: notebooks/week3_detection/05_region_proposals.ipynb
    """

    def __init__(self, pool_size=7, spatial_scale=1.0, box_format="xyxy", **kwargs):
        # In float16, a coordinate above 2,048 would be rounded to an even number.
        super().__init__(autocast=False, **kwargs)
        self.pool_size = _arguments.pair(pool_size, "pool_size")
        self.spatial_scale = _rois.positive_number(spatial_scale, "spatial_scale")
        self.box_format = _rois.box_format(box_format)

    def build(self, input_shape):
        features, _ = _rois.shapes(input_shape)
        if None in features[1:3]:
            raise ValueError(
                "The height and width of the features must be known, since the number "
                f"of steps depends on them. Received: features of shape {features}."
            )

    def call(self, inputs):
        features, boxes = inputs
        features = ops.cast(features, self.compute_dtype)
        _, height, width, channels = features.shape
        left, top, right, bottom = (
            _round(c)
            for c in _rois.corners(
                boxes, self.box_format, self.spatial_scale, height, width
            )
        )
        rows = _Ranges(top, bottom, self.pool_size[0], height)
        columns = _Ranges(left, right, self.pool_size[1], width)
        tables = ops.reshape(_maxima(features), (-1, channels))
        batch = ops.shape(features)[0]
        image = ops.reshape(ops.arange(batch, dtype="int32"), (-1, 1, 1, 1))

        level = rows.level[..., None] * width.bit_length() + columns.level[..., None, :]
        pooled = None
        for row in (rows.first, rows.second):
            for column in (columns.first, columns.second):
                place = (level * batch + image) * height + row[..., None]
                place = place * width + column[..., None, :]
                values = ops.take(tables, place, axis=0)
                pooled = values if pooled is None else ops.maximum(pooled, values)
        empty = ops.logical_or(rows.empty[..., None], columns.empty[..., None, :])
        return ops.where(empty[..., None], ops.zeros_like(pooled), pooled)

    def compute_output_shape(self, input_shape):
        features, boxes = _rois.shapes(input_shape)
        return (*boxes[:2], *self.pool_size, features[-1])

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "spatial_scale": self.spatial_scale,
            "box_format": self.box_format,
        }


class _Ranges:
    """The cells of a grid along one side, each covered by two runs of 2^level pixels.

    Args:
        start: int tensor `(batch, n)`, first pixel of each region.
        end: int tensor `(batch, n)`, its last pixel.
        cells: int, how many cells the grid has along this side.
        pixels: int, how many pixels the features have.

    All attributes are of shape `(batch, n, cells)`.
    """

    def __init__(self, start, end, cells, pixels):
        size = ops.maximum(end - start + 1, 1)[..., None]
        cell = ops.arange(cells, dtype="int32")
        # In integers: 7 · (57 / 7) is more than 57 in float32.
        first = start[..., None] + cell * size // cells
        after = start[..., None] - (-(cell + 1) * size) // cells
        first, after = (ops.clip(p, 0, pixels) for p in (first, after))
        self.empty = after <= first
        levels = [max(length.bit_length() - 1, 0) for length in range(pixels + 1)]
        self.level = ops.take(
            np.array(levels, "int32"), ops.maximum(after - first, 0), axis=0
        )
        last = pixels - 1
        self.first = ops.minimum(first, last)
        self.second = ops.clip(after - 2**self.level, 0, last)


def _round(x):
    """Round to the nearest integer, halves away from zero as in C."""
    size = ops.abs(x)
    whole = ops.floor(size)
    whole = whole + ops.cast(size - whole >= 0.5, whole.dtype)
    return ops.cast(ops.sign(x) * whole, "int32")


def _maxima(features):
    """Return the maximum of every block of 2^i × 2^j pixels, by doubling.

    Any rectangle is the union of four such blocks, which may overlap. Blocks that
    reach over the border hold nothing of use and are never read.

    Returns:
        Tensor `(row levels · column levels, batch, height, width, channels)`, each
        maximum at the block's first pixel.
    """
    _, height, width, _ = features.shape
    tables = []
    for i in range(height.bit_length()):
        if i:
            features = ops.maximum(features, ops.roll(features, -(2 ** (i - 1)), 1))
        wide = features
        tables.append(wide)
        for j in range(1, width.bit_length()):
            wide = ops.maximum(wide, ops.roll(wide, -(2 ** (j - 1)), 2))
            tables.append(wide)
    return ops.stack(tables)
