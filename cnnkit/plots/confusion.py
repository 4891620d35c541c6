"""Which classes a model takes for which."""

import matplotlib.pyplot as plt
import numpy as np

from cnnkit.plots.style import INK


def show_confusion(y, guesses, classes, side=3.0):
    """Show how often each class was called what, for one model or several.

    Args:
        y: integers `(n,)`, the right classes.
        guesses: dict from names of models to integers `(n,)`, what they said.
        classes: sequence of strings, the names of the classes.
        side: float, the side of one table in inches.

    Returns:
        A dict from the names to arrays `(classes, classes)` of counts: rows are the
        right classes, columns the guesses.
    """
    y = np.asarray(y)
    count = len(classes)
    tables = {}
    for name, guess in guesses.items():
        guess = np.asarray(guess)
        if guess.shape != y.shape:
            raise ValueError(
                "`guesses` must have one guess for each entry of `y`. "
                f"Received: {guess.shape} guesses of {name!r}, y.shape={y.shape}."
            )
        tables[name] = np.zeros((count, count), int)
        np.add.at(tables[name], (y, guess), 1)
    _, axes = plt.subplots(
        1,
        len(tables),
        figsize=(len(tables) * side + 1.4, side + 1.2),
        squeeze=False,
        sharey=True,
        layout="constrained",
    )
    for axis, (name, table) in zip(axes[0], tables.items(), strict=True):
        axis.imshow(table, cmap="Blues", vmin=0, vmax=1.6 * table.sum(axis=1).max())
        for (row, column), number in np.ndenumerate(table):
            if number:
                axis.text(
                    column, row, number, ha="center", va="center", color=INK, size=9
                )
        axis.set_title(f"{name}: {table.trace() / len(y):.1%}")
        axis.set_xlabel("predicted class")
        axis.set_xticks(range(count), classes, rotation=35, ha="right", size=9)
        axis.set_yticks(range(count), classes, size=9)
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
    axes[0, 0].set_ylabel("right class")
    plt.show()
    return tables
