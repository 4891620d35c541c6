"""The stages of a network, drawn as boxes."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Polygon

from cnnkit.plots.style import BLUE, INK

# How far a unit of depth goes to the right and up on the page.
SLANT = np.array([0.3, 0.25])


def show_stages(shapes, labels=None, arrows=None, title=None, width=11.0):
    """Draw the volumes of a network as boxes, from the image to the classes.

    The height of a box follows the height of the volume, its thickness the number of
    channels, both on a scale that keeps the great ones on the page.

    Args:
        shapes: sequence of `(height, width, channels)`, or `(units,)` for a vector.
        labels: sequence of strings under the boxes; by default their shapes.
        arrows: sequence of strings between the boxes, such as `"5×5, 6 filters"`, one
            less than `shapes`, or `None`.
        title: string over the figure, or `None`.
        width: float, of the figure in inches.
    """
    boxes = [_box(shape) for shape in shapes]
    labels = labels or ["×".join(str(n) for n in shape) for shape in shapes]
    gap = 1.5
    length = sum(thick + SLANT[0] * deep + gap for _, deep, thick in boxes) - gap
    bottom = -max(tall for tall, _, _ in boxes) / 2
    top = max(tall / 2 + SLANT[1] * deep for tall, deep, _ in boxes)
    extent = (length + 1.0, top - bottom + 2.0)
    _, axis = plt.subplots(figsize=(width, width * extent[1] / extent[0]))
    x = 0.0
    for i, ((tall, deep, thick), label) in enumerate(zip(boxes, labels, strict=True)):
        _draw_box(axis, x, tall, deep, thick)
        axis.text(x + thick / 2, bottom - 0.25, label, ha="center", va="top", size=9)
        x += thick + SLANT[0] * deep
        if arrows and i < len(arrows):
            axis.annotate(
                "",
                xy=(x + gap - 0.15, 0),
                xytext=(x + 0.15, 0),
                arrowprops={"arrowstyle": "->", "color": INK},
            )
            middle = x + gap / 2
            axis.text(middle, top + 0.1, arrows[i], ha="center", va="bottom", size=8)
        x += gap
    axis.set(xlim=(-0.5, length + 0.5), ylim=(bottom - 0.8, top + 1.2), title=title)
    axis.axis("off")
    plt.show()


def _draw_box(axis, x, tall, deep, thick):
    slant = SLANT * deep
    front = np.array([[x, -tall / 2], [x + thick, -tall / 2]])
    front = np.vstack([front, front[::-1] + [0, tall]])
    above = np.array([front[3], front[2], front[2] + slant, front[3] + slant])
    flank = np.array([front[1], front[2], front[2] + slant, front[1] + slant])
    for face, shade in ((front, 0.55), (above, 0.3), (flank, 0.75)):
        axis.add_patch(
            Polygon(face, facecolor=BLUE, alpha=shade, edgecolor=INK, linewidth=0.6)
        )


def _box(shape):
    if len(shape) == 1:
        return 0.6 + 0.85 * np.log10(shape[0]), 0.15, 0.18
    height, width, channels = shape
    return 0.75 * height**0.5, 0.75 * width**0.5, 0.12 + 0.06 * channels**0.75
