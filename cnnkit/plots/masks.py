"""Maps of pixels on images: what was found, what was missed, what is wrong."""

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from cnnkit.plots.style import BLUE, ORANGE, RED, blank

STRENGTH = 0.65


def show_masks(images, masks, truth=None, threshold=0.5, titles=None, side=3.0):
    """Show images with the pixels of a mask in colour.

    With a truth: blue where both have it, red where it was missed, orange where it was
    said and is not.

    Args:
        images: floats in [0, 1], `(n, height, width, 3)`.
        masks: booleans or probabilities, `(n, height, width)` or with a last axis of 1.
        truth: as `masks`, or `None`.
        threshold: float, from which probability on a pixel belongs to the mask.
        titles: sequence of strings, one an image, or `None`.
        side: float, the width of one image in inches.

    Raises:
        ValueError: if shapes do not fit together or there is no image.
    """
    images = np.asarray(images, np.float32)
    if images.ndim != 4 or images.shape[-1] != 3 or not len(images):
        raise ValueError(
            "`images` must be of shape (n, height, width, 3), with at least one image. "
            f"Received: images of shape {images.shape}."
        )
    said = _as_mask(masks, images.shape[:3], threshold, "masks")
    parts = [(said, BLUE, "")]
    if truth is not None:
        there = _as_mask(truth, images.shape[:3], threshold, "truth")
        parts = [
            (said & there, BLUE, "found"),
            (~said & there, RED, "missed"),
            (said & ~there, ORANGE, "wrong"),
        ]
    painted = images.copy()
    for part, colour, _ in parts:
        painted[part] += STRENGTH * (np.float32(to_rgb(colour)) - painted[part])
    columns = min(4, len(images))
    rows = math.ceil(len(images) / columns)
    height = side * images.shape[1] / images.shape[2] + 0.3 * (titles is not None)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(columns * side, rows * height + 0.35 * (truth is not None)),
        squeeze=False,
        layout="constrained",
    )
    for axis in axes.flat:
        blank(axis)
    for i, (axis, image) in enumerate(zip(axes.flat, painted, strict=False)):
        axis.imshow(np.clip(image, 0, 1))
        if titles is not None:
            axis.set_title(titles[i])
    if truth is not None:
        keys = [Patch(color=colour, label=word) for _, colour, word in parts]
        figure.legend(handles=keys, loc="outside lower center", ncols=3)
    plt.show()


def _as_mask(values, shape, threshold, name):
    values = np.asarray(values)
    if values.shape == (*shape, 1):
        values = values[..., 0]
    if values.shape != shape:
        raise ValueError(
            f"`{name}` must be of shape {shape}, as the images. "
            f"Received: {name} of shape {values.shape}."
        )
    return values if values.dtype == bool else values >= threshold
