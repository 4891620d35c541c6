"""Windows of a small grid in colour: pooling, and im2col."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from cnnkit.plots.grids import number
from cnnkit.plots.style import COLOURS, INK, blank


def show_pooling(image, results, f=2, side=0.5):
    """Show the windows of a pooling layer in colours, and what is kept of each.

    Args:
        image: array `(height, width)`, whole windows of `f` by `f`.
        results: dict from names to arrays `(height // f, width // f)`.
        f: int, the side of a window, and the stride.
        side: float, the side of a square in inches.
    """
    image = np.asarray(image)
    pooled = [np.asarray(result) for result in results.values()]
    expected = (image.shape[0] // f, image.shape[1] // f)
    if (expected[0] * f, expected[1] * f) != image.shape or any(
        result.shape != expected for result in pooled
    ):
        raise ValueError(
            "Each result must have one number for each whole window of the image. "
            f"Received: image.shape={image.shape}, f={f}, "
            f"results of shape {[result.shape for result in pooled]}."
        )
    windows = np.arange(expected[0] * expected[1]).reshape(expected)
    axes = _row([image.shape, *(result.shape for result in pooled)], side)
    _cells(axes[0], image, np.kron(windows, np.ones((f, f), int)))
    axes[0].set_title("in")
    for axis, name, result in zip(axes[1:], results, pooled, strict=True):
        _cells(axis, result, windows)
        axis.set_title(name)
    plt.show()


def show_im2col(image, filter, side=0.42):
    """Show how windows become rows, the filter a column, and the result a product.

    Args:
        image: array `(height, width)`.
        filter: array `(f, f)`, small enough for at most six windows.
        side: float, the side of a square in inches.
    """
    image, filter = np.asarray(image), np.asarray(filter)
    f_H, f_W = filter.shape
    n_H, n_W = image.shape[0] - f_H + 1, image.shape[1] - f_W + 1
    if not 1 <= n_H * n_W <= len(COLOURS):
        raise ValueError(
            f"There must be from 1 to {len(COLOURS)} windows, one a colour. Received: "
            f"image.shape={image.shape}, filter.shape={filter.shape}, "
            f"which has {max(n_H, 0) * max(n_W, 0)}."
        )
    places = [(i, j) for i in range(n_H) for j in range(n_W)]
    rows = np.array([image[i : i + f_H, j : j + f_W].ravel() for i, j in places])
    result = rows @ filter.ravel()
    numbers = np.arange(len(places))

    shapes = [image.shape, rows.shape, (filter.size, 1), (len(rows), 1), (n_H, n_W)]
    axes = _row(shapes, side)
    _cells(axes[0], image, np.full(image.shape, -1))
    for k, (i, j) in enumerate(places):
        inset = 0.04 + 0.06 * k
        axes[0].add_patch(
            Rectangle(
                (j - 0.5 + inset, i - 0.5 + inset),
                f_W - 2 * inset,
                f_H - 2 * inset,
                fill=False,
                edgecolor=COLOURS[k],
                linewidth=2,
            )
        )
    _cells(axes[1], rows, np.repeat(numbers[:, None], filter.size, axis=1))
    _cells(axes[2], filter.reshape(-1, 1), np.full((filter.size, 1), -1))
    _cells(axes[3], result.reshape(-1, 1), numbers.reshape(-1, 1))
    _cells(axes[4], result.reshape(n_H, n_W), numbers.reshape(n_H, n_W))
    names = ["image", "windows as rows", "filter", "product", "folded"]
    for axis, shape, sign, name in zip(
        axes, shapes, ["", "→", "·", "=", "→"], names, strict=True
    ):
        axis.set_title(name)
        axis.text(-1.3, (shape[0] - 1) / 2, sign, ha="center", va="center", size=15)
    plt.show()


def _row(shapes, side, gap=1.6):
    widths = [shape[1] for shape in shapes]
    tallest = max(shape[0] for shape in shapes)
    _, axes = plt.subplots(
        1,
        len(shapes),
        width_ratios=widths,
        figsize=(side * (sum(widths) + gap * len(widths)), side * tallest + 0.5),
        squeeze=False,
        gridspec_kw={"wspace": gap * len(widths) / sum(widths)},
    )
    return axes[0]


def _cells(axis, grid, colours):
    """Draw numbers on squares; `colours` holds the number of a colour, or -1."""
    for (row, column), value in np.ndenumerate(grid):
        shade = COLOURS[colours[row, column] % len(COLOURS)]
        plain = colours[row, column] < 0
        axis.add_patch(
            Rectangle(
                (column - 0.5, row - 0.5),
                1,
                1,
                facecolor="#eef1f4" if plain else (*to_rgb(shade), 0.35),
                edgecolor="white",
                linewidth=1.5,
            )
        )
        axis.text(column, row, number(value), ha="center", va="center", color=INK)
    height, width = np.shape(grid)
    axis.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5), aspect="equal")
    blank(axis)
