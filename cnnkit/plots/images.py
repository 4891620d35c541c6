"""Images, feature maps and filters side by side."""

import math

import matplotlib.pyplot as plt
import numpy as np

from cnnkit.plots.style import SIGNED, blank


def show_images(images, titles=None, columns=None, side=2.0, signed=False, title=None):
    """Show images, feature maps or filters in a grid.

    Args:
        images: sequence of arrays `(height, width)`, `(height, width, 1)` or
            `(height, width, 3)`; or one array with the images along its first axis.
            Grey ones are shown from their least to their greatest value, colours are
            in [0, 1].
        titles: sequence of strings or labels, one an image, or `None`.
        columns: int, how many stand side by side; by default up to eight.
        side: float, the width of one image in inches.
        signed: bool, show zero as white, negative values blue, positive ones red, with
            one scale for all images; the strongest 0.2 % share the darkest colours.
        title: string over the whole figure, or `None`.
    """
    images = [_displayable(image) for image in images]
    if not images:
        raise ValueError("`images` is empty: there is nothing to show.")
    if titles is not None and len(titles) != len(images):
        raise ValueError(
            "`titles` must have one title an image. "
            f"Received: {len(titles)} titles, {len(images)} images."
        )
    columns = min(columns or 8, len(images))
    rows = math.ceil(len(images) / columns)
    ratio = max(image.shape[0] / image.shape[1] for image in images)
    height = side * ratio + (0.3 if titles is not None else 0.05)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(columns * side, rows * height + (0.35 if title else 0)),
        squeeze=False,
        layout="constrained",
    )
    values = np.abs(np.concatenate([image.ravel() for image in images]))
    limit = np.quantile(values, 0.998) or values.max() or 1
    colours = {"cmap": SIGNED, "vmin": -limit, "vmax": limit} if signed else {}
    for axis in axes.flat:
        blank(axis)
    for i, (axis, image) in enumerate(zip(axes.flat, images, strict=False)):
        axis.imshow(image, **colours)
        if titles is not None:
            axis.set_title(titles[i])
    if title:
        figure.suptitle(title)
    plt.show()


def show_image(image, title=None, side=4.0, signed=False):
    """Show one image, feature map or filter.

    Args:
        image: array as for `show_images`.
        title: string over the image, or `None`.
        side: float, the width in inches.
        signed: bool, show zero as white, negative values blue, positive ones red.
    """
    show_images([image], titles=[title] if title else None, side=side, signed=signed)


def _displayable(image):
    image = np.asarray(image, dtype="float32")
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[-1] != 3):
        raise ValueError(
            "An image must be (height, width), or have 1 or 3 channels. "
            f"Received: shape {image.shape}."
        )
    return np.clip(image, 0, 1) if image.ndim == 3 else image
