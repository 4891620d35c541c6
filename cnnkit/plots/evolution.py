"""What units answer to, as training goes on."""

import matplotlib.pyplot as plt
import numpy as np

from cnnkit.plots.patches import around_grey
from cnnkit.plots.style import blank


def show_evolution(evolution, units=None, images=True, side=1.0, title=None):
    """Show one row a unit and one column an epoch: the strongest projection.

    Args:
        evolution: a `cnnkit.inspection.FeatureEvolution` after training.
        units: sequence of ints, which of its units, or `None` for all.
        images: bool, whether the image that was chosen stands under its projection.
        side: float, the width of one projection in inches.
        title: string over the figure, or `None`.

    Raises:
        ValueError: if it has seen no epoch, a unit is not there, or the images have
            not 1 or 3 channels.
    """
    if not evolution.epochs:
        raise ValueError("`evolution` has seen no epoch: give it to `fit` first.")
    shown = evolution.images
    if shown.shape[-1] not in (1, 3):
        raise ValueError(
            "Images must have 1 or 3 channels. "
            f"Received: images of shape {shown.shape}."
        )
    units = evolution.units if units is None else list(units)
    if not units or not set(units) <= set(evolution.units):
        raise ValueError(
            f"`units` must be among {evolution.units}. Received: units={units}."
        )
    step = 2 if images else 1
    lines = step * len(units)
    columns = len(evolution.epochs)
    ratio = shown.shape[1] / shown.shape[2]
    figure, axes = plt.subplots(
        lines,
        columns,
        figsize=(
            columns * (side + 0.05) + 0.3,
            lines * (side * ratio + 0.05) + (0.65 if title else 0.3),
        ),
        squeeze=False,
        layout="constrained",
    )
    for axis in axes.flat:
        blank(axis)
    for column, epoch in enumerate(evolution.epochs):
        axes[0, column].set_title(str(epoch) if column else f"epoch {epoch}")
        for i, unit in enumerate(units):
            line, row = i * step, evolution.units.index(unit)
            axis = axes[line, column]
            axis.imshow(_picture(around_grey(evolution.projections[column][row])))
            if not column:
                axis.set_ylabel(f"unit {unit}")
            if images:
                chosen = shown[evolution.chosen[column][row]]
                axes[line + 1, column].imshow(_picture(chosen))
    if title:
        figure.suptitle(title)
    plt.show()


def _picture(image):
    """Return an image with three channels, so that grey has one scale in all."""
    return np.clip(np.broadcast_to(image, (*image.shape[:2], 3)), 0, 1)
