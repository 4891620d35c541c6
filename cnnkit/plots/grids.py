"""Small grids of numbers, and a filter at work on one of them."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from cnnkit.plots.style import INK, ORANGE, SIGNED, blank


def show_grids(grids, titles=None, signs=None, signed=False, side=0.42):
    """Show small matrices as squares with their numbers inside, side by side.

    Args:
        grids: sequence of arrays `(height, width)`.
        titles: sequence of strings, one a grid, or `None`.
        signs: sequence of strings between the grids, such as `["∗", "="]`, or `None`.
        signed: bool, colour by sign (blue below zero, red above); otherwise dark is
            small and light is great.
        side: float, the side of a square in inches.
    """
    figure, axes = _row_of_axes([np.shape(grid) for grid in grids], side)
    for i, (axis, grid) in enumerate(zip(axes, grids, strict=True)):
        draw_grid(axis, grid, signed=signed)
        if titles is not None:
            axis.set_title(titles[i])
        if signs is not None and i:
            _sign_before(axis, np.shape(grid), signs[i - 1])
    plt.show()


def show_correlation(image, filter, result, at=(0, 0), stride=1, side=0.42):
    """Show a filter at work: the window, the filter, and the number it gives.

    Args:
        image: array `(height, width)`.
        filter: array `(f, f)`.
        result: array, what the filter makes of the image.
        at: pair of ints, the row and column of `result` to explain.
        stride: int, how far the window moves for each step in `result`.
        side: float, the side of a square in inches.
    """
    image, filter, result = (np.asarray(a) for a in (image, filter, result))
    row, column = at[0] * stride, at[1] * stride
    figure, axes = _row_of_axes([image.shape, filter.shape, result.shape], side)
    for axis, grid, signed in zip(
        axes, (image, filter, result), (False, True, True), strict=True
    ):
        draw_grid(axis, grid, signed=signed)
    _sign_before(axes[1], filter.shape, "∗")
    _sign_before(axes[2], result.shape, "=")
    frame(axes[0], row, column, filter.shape)
    frame(axes[2], *at)
    window = image[row : row + filter.shape[0], column : column + filter.shape[1]]
    terms = " ".join(
        f"{'−' if w < 0 else '+'} "
        f"{number(v) if v >= 0 else f'({number(v)})'}·{number(abs(w))}"
        for v, w in zip(window.ravel(), filter.ravel(), strict=True)
        if w
    )
    figure.supxlabel(f"{terms.removeprefix('+ ')} = {number(result[tuple(at)])}")
    plt.show()


def draw_grid(axis, grid, signed=False):
    """Draw one matrix as squares with numbers on an axis.

    Args:
        axis: matplotlib axis.
        grid: array `(height, width)`.
        signed: bool, colour by sign.
    """
    grid = np.asarray(grid, dtype=float)
    if signed:
        limit = np.abs(grid).max() * 2.2 or 1
        axis.imshow(grid, cmap=SIGNED, vmin=-limit, vmax=limit)
    else:
        low, high = grid.min(), grid.max()
        spread = (high - low) or 1
        axis.imshow(grid, vmin=low - 1.2 * spread, vmax=high + 0.12 * spread)
    for (row, column), value in np.ndenumerate(grid):
        axis.text(
            column,
            row,
            number(value),
            ha="center",
            va="center",
            color=INK,
            fontsize=10 if len(number(value)) < 4 else 8,
        )
    height, width = grid.shape
    blank(axis)
    axis.set_xticks(np.arange(-0.5, width), minor=True)
    axis.set_yticks(np.arange(-0.5, height), minor=True)
    axis.grid(which="minor", color="white", linewidth=1.5)
    axis.tick_params(which="minor", length=0)


def frame(axis, row, column, shape=(1, 1), colour=ORANGE):
    """Draw a frame around a window of a grid.

    Args:
        axis: matplotlib axis with a grid or an image.
        row: int, the first row of the window.
        column: int, its first column.
        shape: its height and width.
        colour: of the frame.
    """
    axis.add_patch(
        Rectangle(
            (column - 0.5, row - 0.5),
            shape[1],
            shape[0],
            fill=False,
            edgecolor=colour,
            linewidth=2.5,
            clip_on=False,
            zorder=3,
        )
    )


def number(value):
    """Write a number as short as it can be read, with a true minus sign.

    Args:
        value: float.

    Returns:
        A string.
    """
    text = f"{value:.3g}"
    return "0" if text == "-0" else text.replace("-", "−")


def _row_of_axes(shapes, side):
    widths = [shape[1] for shape in shapes]
    tallest = max(shape[0] for shape in shapes)
    gap = 1.4
    figure, axes = plt.subplots(
        1,
        len(shapes),
        width_ratios=widths,
        figsize=(
            side * (sum(widths) + gap * len(widths)),
            side * tallest + 0.7,
        ),
        squeeze=False,
        layout="constrained",
    )
    figure.get_layout_engine().set(wspace=gap / np.mean(widths) / 2)
    return figure, axes[0]


def _sign_before(axis, shape, sign):
    axis.text(
        -0.5 - 0.9, shape[0] / 2 - 0.5, sign, ha="center", va="center", fontsize=16
    )
