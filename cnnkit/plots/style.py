"""Colours and sizes that all figures share."""

import matplotlib.pyplot as plt

INK = "#1f2933"
FAINT = "#9aa5b1"
BLUE = "#2563a8"
ORANGE = "#d9772b"
GREEN = "#3f8f5f"
RED = "#b83a4b"
PURPLE = "#7a5aa6"
COLOURS = [BLUE, ORANGE, GREEN, RED, PURPLE, FAINT]

# Signed values: blue below zero, white at zero, red above.
SIGNED = "RdBu_r"

STYLE = {
    "axes.edgecolor": FAINT,
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.prop_cycle": plt.cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10.5,
    "axes.titlecolor": INK,
    "axes.labelsize": 10,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "image.cmap": "gray",
    "image.interpolation": "nearest",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.bbox": "tight",
    "text.color": INK,
    "xtick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.color": FAINT,
    "ytick.labelcolor": INK,
}


def use_style():
    """Set the course's colours and sizes for every figure drawn from here on.

    Returns:
        None.
    """
    plt.rcParams.update(STYLE)


def blank(axis):
    """Take ticks and frame away from an axis."""
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
