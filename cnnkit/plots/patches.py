"""The patches that units answer to, and what in them they answered to."""

import math

import matplotlib.pyplot as plt
import numpy as np

from cnnkit.plots.style import blank

GAP = 0.12


def show_patches(found, units=None, projections=None, columns=4, side=1.6, title=None):
    """Show for each unit its patches in a square, the best at the top left.

    Args:
        found: a `cnnkit.inspection.TopPatches`.
        units: sequence of ints, which of its units, or `None` for all.
        projections: `None`, or array of the shape of `found.patches`, by
            `cnnkit.inspection.DeconvNet.project_patches`: they are shown beside the
            patches, zero as grey, each by its own strongest number.
        columns: int, how many units stand side by side.
        side: float, the width of a square of patches in inches.
        title: string over the figure, or `None`.

    Raises:
        ValueError: if a unit is not there or shapes do not fit together.
    """
    rows = _rows(found, units)
    squares = [_square(found.patches[row]) for row in rows]
    if projections is not None:
        projections = np.asarray(projections)
        if projections.shape != found.patches.shape:
            raise ValueError(
                "`projections` must have the shape of the patches, "
                f"{found.patches.shape}. Received: shape {projections.shape}."
            )
        centred = [[around_grey(one) for one in projections[row]] for row in rows]
        pairs = zip(squares, map(_square, centred), strict=True)
        squares = [_beside(*pair) for pair in pairs]
    columns = min(columns, len(rows))
    lines = math.ceil(len(rows) / columns)
    height, width = squares[0].shape[:2]
    wide = side * (1 if projections is None else 2)
    figure, axes = plt.subplots(
        lines,
        columns,
        figsize=(
            columns * (wide + 0.18),
            lines * (wide * height / width + 0.25) + (0.35 if title else 0),
        ),
        squeeze=False,
        layout="constrained",
    )
    figure.get_layout_engine().set(w_pad=0.09, h_pad=0.05)
    for axis in axes.flat:
        blank(axis)
    for axis, row, square in zip(axes.flat, rows, squares, strict=False):
        axis.imshow(square, vmin=0, vmax=1)
        axis.set_title(f"unit {found.units[row]}", fontsize=9)
    if title:
        figure.suptitle(title)
    plt.show()


def around_grey(projection):
    """Return numbers around 0 as an image in [0, 1], with 0 as 0.5."""
    strongest = np.abs(projection).max()
    return 0.5 + 0.5 * np.asarray(projection) / (strongest or 1)


def _rows(found, units):
    if units is None:
        return range(len(found.units))
    there = list(found.units)
    missing = [unit for unit in units if unit not in there]
    if missing or not len(units):
        raise ValueError(
            "`units` must be among those that were looked at. "
            f"Received: units={list(units)}, looked at: {found!r}."
        )
    return [there.index(unit) for unit in units]


def _square(patches):
    """Put `(k, height, width, channels)` into a square, white between them."""
    patches = np.clip(np.asarray(patches, np.float32), 0, 1)
    if patches.shape[-1] == 1:
        patches = np.repeat(patches, 3, axis=-1)
    if patches.shape[-1] != 3:
        raise ValueError(
            "Patches can be shown that have 1 or 3 channels. "
            f"Received: patches of shape {patches.shape[1:]}."
        )
    k, height, width, _ = patches.shape
    across = math.ceil(math.sqrt(k))
    down = math.ceil(k / across)
    gap = max(1, round(GAP * width / 2))
    square = np.ones(
        (down * (height + gap) - gap, across * (width + gap) - gap, 3), np.float32
    )
    for i, patch in enumerate(patches):
        y, x = (i // across) * (height + gap), (i % across) * (width + gap)
        square[y : y + height, x : x + width] = patch
    return square


def _beside(left, right):
    gap = np.ones((left.shape[0], max(2, left.shape[1] // 15), 3), np.float32)
    return np.concatenate([left, gap, right], axis=1)
