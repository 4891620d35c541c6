"""How Darknet brings an image to the size of its network, and boxes back."""

import numpy as np

GREY = 0.5  # what letterboxing fills up with


def fit(image, height, width, resize):
    """Return an image of the size of the network, and where the image lies in it.

    Args:
        image: float array `(rows, columns, channels)`.
        height: int.
        width: int.
        resize: "stretch", or "letterbox" to keep the aspect between grey bars.

    Returns:
        The array `(height, width, channels)`, and left, top, width and height of the
        image in it.
    """
    rows, columns = image.shape[:2]
    if resize == "stretch":
        return bilinear(image, height, width), (0, 0, width, height)
    if width * rows < height * columns:
        inner_width, inner_height = width, max(1, rows * width // columns)
    else:
        inner_width, inner_height = max(1, columns * height // rows), height
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    fitted = np.full((height, width, image.shape[2]), GREY, np.float32)
    fitted[top : top + inner_height, left : left + inner_width] = bilinear(
        image, inner_height, inner_width
    )
    return fitted, (left, top, inner_width, inner_height)


def back(boxes, place, image_shape):
    """Return boxes in pixels of the image, from pixels of the network.

    Args:
        boxes: float array `(n, 4)`, "xyxy".
        place: left, top, width and height, as `fit` returns them.
        image_shape: rows and columns of the image.
    """
    left, top, width, height = place
    scale = np.array([image_shape[1] / width, image_shape[0] / height] * 2)
    return (boxes - [left, top, left, top]) * scale


def bilinear(image, height, width):
    """Resize an image; its corner pixels stay in the corners."""
    for axis, size in enumerate((height, width)):
        last = image.shape[axis] - 1
        at = np.linspace(0, last, size) if size > 1 else np.zeros(1)
        low = at.astype(int)
        share = (at - low).astype(np.float32)
        share = share.reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
        high = np.minimum(low + 1, last)
        image = image.take(low, axis) * (1 - share) + image.take(high, axis) * share
    return image
