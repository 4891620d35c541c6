"""The matrix of a convolution layer, with one colour a weight."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

from cnnkit.plots.style import FAINT, INK, blank

ZERO = "#f3f5f7"


def show_shared_weights(matrices, names=None, titles=None, blocks=None, side=0.36):
    """Show matrices in which the same few weights stand again and again.

    Args:
        matrices: sequence of integer arrays `(rows, columns)`: the number of the weight
            at each place, from 1 on, or 0 where the matrix is zero.
        names: sequence of strings, the weights' names, written into the squares; or
            `None` for colours alone.
        titles: sequence of strings, one a matrix, or `None`.
        blocks: pair of ints, the height and width of the blocks to draw lines between,
            or `None`.
        side: float, the side of a square in inches.
    """
    matrices = [np.asarray(matrix) for matrix in matrices]
    if not matrices:
        raise ValueError("`matrices` is empty: there is nothing to show.")
    count = max(matrix.max() for matrix in matrices)
    if names is not None and len(names) < count:
        raise ValueError(
            "`names` must have one name a weight. "
            f"Received: {len(names)} names, {count} weights."
        )
    colours = [ZERO, *plt.get_cmap("turbo")(np.linspace(0.08, 0.92, count))]
    widths = [matrix.shape[1] for matrix in matrices]
    height = max(matrix.shape[0] for matrix in matrices)
    _, axes = plt.subplots(
        1,
        len(matrices),
        width_ratios=widths,
        figsize=(side * sum(widths) + 0.3 * len(widths), side * height + 0.4),
        squeeze=False,
        layout="constrained",
    )
    for i, (axis, matrix) in enumerate(zip(axes[0], matrices, strict=True)):
        axis.imshow(
            matrix, cmap=ListedColormap(colours), vmin=-0.5, vmax=count + 0.5, alpha=0.6
        )
        axis.set_xticks(np.arange(-0.5, matrix.shape[1]), minor=True)
        axis.set_yticks(np.arange(-0.5, matrix.shape[0]), minor=True)
        axis.grid(which="minor", color="white", linewidth=3 * side)
        axis.tick_params(which="minor", length=0)
        blank(axis)
        if blocks is not None:
            for row in range(blocks[0], matrix.shape[0], blocks[0]):
                axis.axhline(row - 0.5, color=FAINT, linewidth=1)
            for column in range(blocks[1], matrix.shape[1], blocks[1]):
                axis.axvline(column - 0.5, color=FAINT, linewidth=1)
        if titles is not None:
            axis.set_title(titles[i])
        for (row, column), weight in np.ndenumerate(matrix):
            if names is not None:
                axis.text(
                    column,
                    row,
                    names[weight - 1] if weight else "0",
                    ha="center",
                    va="center",
                    color=INK if weight else FAINT,
                    fontsize=9,
                )
    plt.show()
