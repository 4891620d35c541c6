"""A filter over a short row of numbers, every connection drawn."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle

from cnnkit.plots.grids import number
from cnnkit.plots.style import COLOURS, FAINT, INK

RADIUS = 0.27
HEIGHT = 1.6


def show_filter_uses(
    inputs, outputs, filter, stride=1, marked=None, labels=("x", "z"), title=None
):
    """Show which input meets which weight of a filter for which output.

    Connections of one colour are one and the same weight.

    Args:
        inputs: sequence of numbers, the lower row.
        outputs: sequence of numbers, the upper row.
        filter: sequence of numbers, the weights, one colour each.
        stride: int, how many inputs the filter moves on for each output.
        marked: set of pairs `(output, weight)` of positions. If given, all other
            connections are faint.
        labels: pair of strings, the names of the lower and the upper row.
        title: string over the figure, or `None`.
    """
    last = (len(outputs) - 1) * stride + len(filter)
    if last > len(inputs):
        raise ValueError(
            f"The last output needs {last} inputs. Give more inputs or fewer outputs. "
            f"Received: {len(inputs)} inputs, {len(outputs)} outputs."
        )
    width = len(inputs)
    figure, axis = plt.subplots(
        figsize=(0.95 * width + 1.6, HEIGHT + 1.2), layout="constrained"
    )
    above = (np.arange(len(outputs)) * stride) + (len(filter) - 1) / 2
    for i, x in enumerate(above):
        for k, weight in enumerate(filter):
            strong = marked is None or (i, k) in marked
            axis.plot(
                [i * stride + k, x],
                [0, HEIGHT],
                color=COLOURS[k % len(COLOURS)] if strong else FAINT,
                linewidth=2.6 if strong else 0.7,
                alpha=1 if strong else 0.5,
                zorder=1,
                label=f"weight {k + 1}: {number(weight)}" if i == 0 else None,
            )
    for row, xs, values in ((0, range(width), inputs), (HEIGHT, above, outputs)):
        for x, value in zip(xs, values, strict=True):
            axis.add_patch(
                Circle((x, row), RADIUS, facecolor="white", edgecolor=INK, zorder=2)
            )
            axis.text(x, row, number(value), ha="center", va="center", zorder=3)
        axis.text(-0.75, row, labels[row > 0], ha="right", va="center", size=12)
    axis.set(xlim=(-1, width - 0.5), ylim=(-0.45, HEIGHT + 0.45), title=title)
    axis.set_aspect("equal")
    axis.axis("off")
    legend = figure.legend(loc="outside lower center", ncols=len(filter))
    for k, line in enumerate(legend.get_lines()):
        line.set(color=COLOURS[k % len(COLOURS)], linewidth=2.6, alpha=1)
    plt.show()
