"""The channels of an image, drawn as sheets of a stack."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from cnnkit.plots.style import INK, blank

NAMES = ("red", "green", "blue")


def show_channels(image, side=2.6, shift=0.35, title=None):
    """Show an image as a stack of sheets, one a channel, the first in front.

    Args:
        image: array `(height, width, channels)` in [0, 1]. With three channels the
            sheets are red, green and blue; otherwise grey.
        side: float, the width of one sheet in inches.
        shift: float, how far each sheet is moved to the right and up, as a share of
            the width.
        title: string over the figure, or `None`.

    Raises:
        ValueError: if `image` has not three axes.
    """
    image = np.asarray(image, dtype="float32")
    if image.ndim != 3 or image.size == 0:
        raise ValueError(
            f"`image` must be (height, width, channels). Received: shape {image.shape}."
        )
    height, width, channels = image.shape
    step = shift * width
    across, up = width + step * (channels - 1), height + step * (channels - 1)
    _, axis = plt.subplots(
        figsize=(side * across / width, side * up / width + 0.3), layout="constrained"
    )
    for k in reversed(range(channels)):
        sheet = np.repeat(image[..., k : k + 1], 3, axis=-1)
        if channels == 3:
            sheet[..., [c for c in range(3) if c != k]] *= 0.12
        left, bottom = k * step, k * step
        axis.imshow(
            np.clip(sheet, 0, 1),
            extent=(left, left + width, bottom, bottom + height),
            zorder=channels - k,
        )
        axis.add_patch(
            Rectangle(
                (left, bottom),
                width,
                height,
                fill=False,
                edgecolor="white",
                linewidth=2,
                zorder=channels - k,
            )
        )
        name = f"{k}: {NAMES[k]}" if channels == 3 else str(k)
        axis.text(
            left + width + 0.02 * width,
            bottom + 0.04 * height,
            name,
            color=INK,
            ha="left",
            va="bottom",
            zorder=channels + 1,
        )
    axis.set(xlim=(0, across + 0.3 * width), ylim=(0, up), title=title)
    blank(axis)
    plt.show()
