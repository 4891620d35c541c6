"""Where a filter looks: its window moving with padding and stride."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from cnnkit.arithmetic import output_size, padding_amounts
from cnnkit.plots.style import INK, ORANGE, blank

ZERO = "#eef1f4"
PIXEL = "#b9cfe6"


def show_windows(n, f, padding=0, stride=1, side=1.0, title=None):
    """Show every place where a filter stops, one panel a place.

    The panels stand as the numbers of the result do. Pixels are blue, zeros of the
    padding pale, the window has an orange frame.

    Args:
        n: int, the side of the square image.
        f: int, the side of the square filter.
        padding: "valid", "same", or an int, the zeros on each side.
        stride: int, how far the window moves.
        side: float, the width of one panel in inches.
        title: string over the figure; by default sizes and result.

    Raises:
        ValueError: as `cnnkit.arithmetic.output_size` does.
    """
    result = output_size(n, f, padding, stride)
    before, after = _zeros(n, f, padding, stride)
    padded = np.zeros((n + before + after,) * 2)
    padded[before : before + n, before : before + n] = 1
    figure, axes = plt.subplots(
        result,
        result,
        figsize=(result * side, result * side + 0.35),
        squeeze=False,
        layout="constrained",
    )
    for (row, column), axis in np.ndenumerate(axes):
        _draw_squares(axis, padded)
        _draw_window(axis, row * stride, column * stride, f, f)
    if title is None:
        title = f"{n}×{n}, filter {f}×{f}, {_words(padding)}, stride {stride}"
        title = f"{title}: {result}×{result}"
    figure.suptitle(title, size=10.5)
    plt.show()


def show_stops(cases, side=0.3, columns=2):
    """Show the places of a filter along one row, and the formula that counts them.

    Pixels are blue, zeros of the padding pale. Each orange bar is one place of the
    filter. Pixels that no place reaches are crossed out.

    Args:
        cases: sequence of `(n, f, padding, stride)`, where `padding` is an int: sizes
            of the row and the filter, the zeros at each end, the step.
        side: float, the side of a pixel in inches.
        columns: int, how many cases stand side by side.

    Raises:
        ValueError: if `cases` is empty, or as `cnnkit.arithmetic.output_size` does.
    """
    cases = list(cases)
    if not cases:
        raise ValueError("`cases` is empty: there is nothing to show.")
    results = [output_size(*case) for case in cases]
    columns = min(columns, len(cases))
    rows = -(-len(cases) // columns)
    longest = max(n + 2 * p for n, _, p, _ in cases)
    tallest = 1.4 + 0.55 * max(results)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(
            columns * max(side * (longest + 1.5), 3.4),
            rows * (side * tallest + 0.5),
        ),
        squeeze=False,
        layout="constrained",
    )
    for axis in axes.flat:
        axis.axis("off")
    for axis, (n, f, p, s), result in zip(axes.flat, cases, results, strict=False):
        reached = (result - 1) * s + f
        for i in range(n + 2 * p):
            pixel = p <= i < p + n
            _square(axis, i, 0, PIXEL if pixel else ZERO)
            text = "" if pixel else "0"
            if i >= reached:
                text = "×"
            axis.text(i, 0, text, ha="center", va="center", color=INK, size=9)
        for k in range(result):
            axis.add_patch(
                Rectangle((k * s - 0.4, 0.75 + 0.55 * k), f - 0.2, 0.35, color=ORANGE)
            )
        axis.set(xlim=(-0.7, longest), ylim=(tallest, -0.7), aspect="equal")
        axis.set_title(
            rf"$\lfloor({n} + 2\cdot{p} - {f}) / {s}\rfloor + 1 = {result}$", loc="left"
        )
    plt.show()


def _zeros(n, f, padding, stride):
    if padding == "same":
        return padding_amounts(n, f, stride)
    return (0, 0) if padding == "valid" else (padding, padding)


def _words(padding):
    return f'"{padding}"' if isinstance(padding, str) else f"padding {padding}"


def _draw_squares(axis, padded):
    blank(axis)
    for (row, column), pixel in np.ndenumerate(padded):
        _square(axis, column, row, PIXEL if pixel else ZERO)
    height, width = padded.shape
    axis.set(xlim=(-0.7, width - 0.3), ylim=(height - 0.3, -0.7), aspect="equal")


def _square(axis, x, y, colour):
    axis.add_patch(
        Rectangle(
            (x - 0.5, y - 0.5), 1, 1, facecolor=colour, edgecolor="white", linewidth=0.8
        )
    )


def _draw_window(axis, row, column, height, width):
    axis.add_patch(
        Rectangle(
            (column - 0.5, row - 0.5),
            width,
            height,
            facecolor=to_rgba(ORANGE, 0.25),
            edgecolor=ORANGE,
            linewidth=1.6,
            zorder=3,
        )
    )
