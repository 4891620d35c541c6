"""Sliding windows, and cutting boxes out of an image."""

import numpy as np

from cnnkit.boxes import _arguments, _arrays, _layouts
from cnnkit.boxes.formats import convert


def sliding_windows(image_shape, window, stride):
    """Return the boxes of a window that slides over an image.

    The window starts in the upper left corner and moves by `stride` as far as it fits:
    `floor((n - window) / stride) + 1` places along each axis. They come row by row, so
    that `reshape(rows, columns, 4)` gives the grid.

    Args:
        image_shape: `(height, width)` in pixels, or the shape of the image.
        window: int, the side of a square window, or a pair: height and width.
        stride: int, the step, or a pair: down and across.

    Returns:
        float32 array `(n, 4)`, "xyxy" in pixels.

    Raises:
        ValueError: if an argument is not as above, or the window is larger than the
            image.

    Example:

    >>> sliding_windows((4, 6), window=4, stride=2)
    array([[0., 0., 4., 4.],
           [2., 0., 6., 4.]], dtype=float32)

    Reference:
        - Sermanet and others, "OverFeat: integrated recognition, localization and
          detection using convolutional networks", 2014, section 3.5.

    Taught in: notebooks/week3_detection/02_sliding_windows.ipynb
    """
    sides = _layouts.sides(image_shape)
    window = _arguments.pair(window, "window")
    stride = _arguments.pair(stride, "stride")
    if any(w > side for w, side in zip(window, sides, strict=True)):
        raise ValueError(
            "`window` must not be larger than the image. "
            f"Received: window={window}, image_shape={image_shape}."
        )
    top, left = (
        np.arange(0, side - w + 1, step)
        for side, w, step in zip(sides, window, stride, strict=True)
    )
    top, left = (x.ravel() for x in np.meshgrid(top, left, indexing="ij"))
    boxes = [left, top, left + window[1], top + window[0]]
    return np.stack(boxes, axis=1).astype(np.float32)


def crops(image, boxes, size, box_format="xyxy"):
    """Cut boxes out of an image, each brought to one size.

    Pixels between pixels are interpolated (bilinear); a box of whole pixels that has
    the size already comes out as it is. Beyond the image its last pixels are repeated.

    Args:
        image: floats in [0, 1], `(height, width)` or `(height, width, channels)`.
        boxes: numbers `(n, 4)`, an array or a tensor that holds values.
        size: int or pair of ints, height and width of the crops.
        box_format: str, the format of `boxes`.

    Returns:
        float32 array `(n, height, width, channels)`; each pixel is a weighted mean of
        at most four, also where a large box becomes small.

    Raises:
        ValueError: if an argument is not as above, or a box has no area, swapped
            corners, or lies wholly outside the image.

    Example:

    >>> image = np.arange(24.0).reshape(4, 6) / 24
    >>> cut = crops(image, [[2, 0, 4, 2], [0, 0, 6, 4]], size=2) * 24
    >>> cut[0, :, :, 0].round(2)
    array([[2., 3.],
           [8., 9.]], dtype=float32)
    >>> cut[1, :, :, 0].round(2)
    array([[ 4.,  7.],
           [16., 19.]], dtype=float32)

    Reference:
        - Girshick and others, "Rich feature hierarchies for accurate object detection
          and semantic segmentation", 2014, section 2.1: each region is warped to the
          size that the network takes, whatever its shape.

    Taught in: notebooks/week3_detection/02_sliding_windows.ipynb
    """
    image = _arguments.image(image)
    size = _arguments.pair(size, "size")
    boxes = convert(_arrays.to_numpy(boxes), box_format, "xyxy", image.shape)
    if boxes.ndim != 2:
        raise ValueError(
            f"`boxes` must be of shape (n, 4). Received: boxes of shape {boxes.shape}."
        )
    height, width = image.shape[:2]
    low, high = boxes[:, :2], boxes[:, 2:]
    bad = ((high <= low) | (high <= 0) | (low >= (width, height))).any(axis=1)
    if bad.any():
        raise ValueError(
            "Each of `boxes` must have an area, and a part of it must lie in the image "
            f'of {height}×{width}. Received: {boxes[bad.argmax()].tolist()} as "xyxy".'
        )
    cut = np.empty((len(boxes), *size, image.shape[-1]), np.float32)
    rows = _samples(low[:, 1], high[:, 1], size[0], height)
    columns = _samples(low[:, 0], high[:, 0], size[1], width)
    for i in range(len(boxes)):
        band = _between(image, *(x[i] for x in rows), axis=0)
        cut[i] = _between(band, *(x[i] for x in columns), axis=1)
    return cut


def _samples(low, high, size, side):
    """Return for each box and pixel the two neighbours and the second one's share."""
    step = (high - low) / size
    places = low[:, None] + step[:, None] * (np.arange(size) + 0.5) - 0.5
    places = np.clip(places, 0, side - 1)
    before = np.floor(places).astype(np.intp)
    after = np.minimum(before + 1, side - 1)
    return before, after, (places - before).astype(np.float32)


def _between(image, before, after, share, axis):
    share = share[:, None, None] if axis == 0 else share[None, :, None]
    one = image.take(before, axis=axis)
    return one + share * (image.take(after, axis=axis) - one)
