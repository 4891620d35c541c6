"""Where each pixel of an output comes from, and reading images there."""

import keras
from keras import ops

from cnnkit.layers import _arguments

PADDINGS = ("zero", "edge")


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
        size: int or pair of ints, height and width of the output.

    Returns:
        Tensor `(batch, height, width, 2)`, float32; x first, then y.

    Raises:
        ValueError: if an argument is not as above.

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
    return grid_of(theta, *_arguments.pair(size, "size"))


def bilinear_sample(images, grid, padding="zero"):
    """Read images at fractional places: the bilinear sampler.

    Each value is the average of the four pixels around the place, weighted by how near
    they are. Whatever the grid holds, no pixel outside the image is read. NaN counts
    as a place outside; in "edge" mode it reads the first pixel, as in PyTorch. Outside
    the image the gradient with respect to the grid is zero.

    Args:
        images: tensor `(batch, height, width, channels)`, at least one pixel each.
        grid: tensor `(batch, new_height, new_width, 2)` of x and y as in `affine_grid`.
        padding: "zero" for zeros outside, "edge" for the nearest pixel of the image.

    Returns:
        Tensor `(batch, new_height, new_width, channels)` of the type of `images`;
        float32 if that is not a type of floats.

    Raises:
        ValueError: if an argument is not as above.

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
    padding = border(padding)
    images = ops.convert_to_tensor(images)
    if not keras.backend.is_float_dtype(images.dtype):
        images = ops.cast(images, "float32")
    grid = ops.cast(ops.convert_to_tensor(grid), "float32")
    if len(images.shape) != 4 or len(grid.shape) != 4 or grid.shape[-1] != 2:
        raise ValueError(
            "`images` must be (batch, height, width, channels) and `grid` (batch, "
            f"new_height, new_width, 2). Received: shapes {tuple(images.shape)} and "
            f"{tuple(grid.shape)}."
        )
    if 0 in images.shape[1:3]:
        raise ValueError(
            "`images` must have at least one pixel. "
            f"Received: images of shape {tuple(images.shape)}."
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


def grid_of(theta, height, width):
    """Return the affine grid of arguments that need no check; sides may be tensors."""
    theta = ops.reshape(ops.cast(theta, "float32"), (-1, 1, 1, 2, 3))
    x = ops.reshape(_line(width), (1, 1, -1, 1))
    y = ops.reshape(_line(height), (1, -1, 1, 1))
    return theta[..., 0] * x + theta[..., 1] * y + theta[..., 2]


def border(value):
    """Return "zero" or "edge", or raise a `ValueError`."""
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
