"""Units in rows, and the lines between them: who is connected to whom."""

import matplotlib.pyplot as plt
import numpy as np

from cnnkit.plots.style import BLUE, COLOURS, FAINT, INK, ORANGE


def show_connections(matrices, unit=0, titles=None, width=3.4):
    """Show layers in one dimension as lines from their inputs to their outputs.

    A weight that serves several connections has a colour of its own; weights that are
    used once are grey.

    Args:
        matrices: sequence of integer arrays `(outputs, inputs)`. An entry is the number
            of the weight of that connection, from 1 on; 0 means no connection.
        unit: int, the output whose connections are drawn thick.
        titles: sequence of strings, one a layer, or `None`.
        width: float, of one layer in inches.
    """
    matrices = [np.asarray(matrix) for matrix in matrices]
    if not matrices:
        raise ValueError("`matrices` is empty: there is nothing to show.")
    if not all(0 <= unit < len(matrix) for matrix in matrices):
        raise ValueError(
            "`unit` must be the position of an output in every matrix. "
            f"Received: unit={unit!r}, {[len(matrix) for matrix in matrices]} outputs."
        )
    _, axes = _panels(len(matrices), titles, (width, 2.1))
    for axis, matrix in zip(axes, matrices, strict=True):
        outputs, inputs = matrix.shape
        below = np.arange(inputs)
        above = np.arange(outputs) + (inputs - outputs) / 2
        numbers, uses = np.unique(matrix[matrix > 0], return_counts=True)
        shared = numbers[uses > 1].tolist()
        for output, x in zip(*np.nonzero(matrix), strict=True):
            weight = matrix[output, x]
            colour = FAINT
            if weight in shared:
                colour = COLOURS[shared.index(weight) % len(COLOURS)]
            strong = output == unit
            axis.plot(
                [below[x], above[output]],
                [0, 1],
                color=colour,
                linewidth=2.8 if strong else 0.9,
                alpha=1 if strong else 0.6,
                zorder=2 if strong else 1,
            )
        _units(axis, below, 0, BLUE, matrix[unit] > 0)
        _units(axis, above, 1, ORANGE, np.arange(outputs) == unit)
    plt.show()


def show_receptive_fields(chains, n=12, titles=None, width=3.5):
    """Show which inputs one unit at the end of a chain of layers sees.

    Args:
        chains: sequence of chains; a chain is a sequence of pairs `(f, stride)`, one a
            layer, from the input on.
        n: int, the number of inputs.
        titles: sequence of strings, one a chain, or `None`.
        width: float, of one chain in inches.
    """
    if not len(chains):
        raise ValueError("`chains` is empty: there is nothing to show.")
    rows = [_rows(chain, n) for chain in chains]
    deepest = max(len(chain) for chain in chains)
    _, axes = _panels(len(chains), titles, (width, 0.9 * deepest + 0.5))
    for axis, chain, places in zip(axes, chains, rows, strict=True):
        seen = {len(places[-1]) // 2}
        colour = ORANGE
        for height in range(len(chain), 0, -1):
            f, stride = chain[height - 1]
            _units(axis, places[height], height, colour, seen)
            colour = BLUE
            lines = [(k, k * stride + i) for k in sorted(seen) for i in range(f)]
            for above, below in lines:
                axis.plot(
                    [places[height - 1][below], places[height][above]],
                    [height - 1, height],
                    color=BLUE,
                    linewidth=1.1,
                    alpha=0.7,
                    zorder=1,
                )
            seen = {below for _, below in lines}
        _units(axis, places[0], 0, colour, seen)
        axis.text((n - 1) / 2, -0.35, f"sees {len(seen)} of {n}", ha="center", va="top")
        axis.set(xlim=(-0.6, n - 0.4), ylim=(-0.65, deepest + 0.2))
    plt.show()


def _rows(chain, n):
    """Return where the units of each layer stand: above the middle of what they see."""
    rows = [np.arange(n, dtype=float)]
    for f, stride in chain:
        count = (len(rows[-1]) - f) // stride + 1
        if count < 1:
            raise ValueError(
                "`chains` must leave at least one unit in each layer; give more "
                f"inputs. Received: n={n}, a layer of f={f} over {len(rows[-1])} units."
            )
        rows.append(
            np.array(
                [rows[-1][k * stride : k * stride + f].mean() for k in range(count)]
            )
        )
    return rows


def _panels(count, titles, size):
    figure, axes = plt.subplots(
        1,
        count,
        figsize=(count * size[0], size[1]),
        squeeze=False,
        layout="constrained",
    )
    for i, axis in enumerate(axes[0]):
        axis.axis("off")
        if titles is not None:
            axis.set_title(titles[i])
    return figure, axes[0]


def _units(axis, xs, height, colour, marked):
    if not isinstance(marked, set):
        marked = set(np.flatnonzero(marked).tolist())
    faces = [colour if i in marked else "white" for i in range(len(xs))]
    axis.scatter(
        xs, [height] * len(xs), s=70, c=faces, edgecolors=INK, linewidths=1, zorder=3
    )
