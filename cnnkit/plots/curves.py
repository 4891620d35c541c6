"""Curves of training, and bars to compare."""

import matplotlib.pyplot as plt

from cnnkit.plots.style import FAINT


def show_curves(
    curves, xlabel="epoch", ylabel="loss", title=None, log=False, x=None, size=(6, 3)
):
    """Show one line a name.

    Args:
        curves: dict from names to sequences of numbers. The name `"test"`, and
            names that end in `" (test)"`, are drawn dashed in the colour of the line
            before.
        xlabel: string under the figure.
        ylabel: string beside it.
        title: string over it, or `None`.
        log: bool, whether the vertical axis is logarithmic.
        x: sequence of numbers along the horizontal axis; by default 1, 2, 3, …
        size: width and height in inches.
    """
    _, axis = plt.subplots(figsize=size, layout="constrained")
    colour = None
    for name, values in curves.items():
        steps = range(1, len(values) + 1) if x is None else x
        if name == "test" or name.endswith(" (test)"):
            axis.plot(steps, values, "--", color=colour, label=name)
        else:
            (line,) = axis.plot(steps, values, label=name)
            colour = line.get_color()
    axis.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if log:
        axis.set_yscale("log")
    if x is None:
        axis.xaxis.get_major_locator().set_params(integer=True)
    if len(curves) > 1:
        axis.legend()
    plt.show()


def show_bars(values, title=None, log=False, unit="{:,.0f}", size=(6, 2.4)):
    """Show one horizontal bar a name, with its number at the end.

    Args:
        values: dict from names to numbers.
        title: string over the figure, or `None`.
        log: bool, whether the axis is logarithmic.
        unit: format string for the numbers.
        size: width and height in inches.
    """
    _, axis = plt.subplots(figsize=size, layout="constrained")
    bars = axis.barh(list(values), list(values.values()), height=0.6)
    axis.bar_label(bars, [unit.format(v) for v in values.values()], padding=4)
    axis.invert_yaxis()
    axis.set(title=title)
    if log:
        axis.set_xscale("log")
    axis.margins(x=0.2)
    axis.tick_params(axis="y", length=0)
    axis.tick_params(axis="x", labelcolor=FAINT)
    plt.show()
