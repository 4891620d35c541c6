"""Sentences, with the words that count coloured."""

import matplotlib.pyplot as plt
import numpy as np

from cnnkit.plots.style import ORANGE, blank

SIZE = 11
CHARACTER = 0.602 * SIZE / 72  # inches: how wide each letter of the monospaced font is
LINE = 0.27  # inches
WIDEST = 90  # letters in a line


def show_words(sentences, strengths, titles=None):
    """Show sentences, each word the darker the more it counts.

    Args:
        sentences: sequence of str, words parted by white space. What is longer than 90
            letters goes on in the next line.
        strengths: sequence of sequences of numbers, one a word. The greatest of a
            sentence is the darkest; words at zero and below stay white.
        titles: sequence of strings, one over each sentence, or `None`.

    Raises:
        ValueError: if there are no sentences, numbers are not one a word or not finite,
            or titles not one a sentence.
    """
    rows = [sentence.split() for sentence in sentences]
    if not rows:
        raise ValueError("`sentences` is empty: there is nothing to show.")
    if len(strengths) != len(rows):
        raise ValueError(
            "`strengths` must have one sequence of numbers a sentence. "
            f"Received: {len(strengths)} sequences, {len(rows)} sentences."
        )
    if titles is not None and len(titles) != len(rows):
        raise ValueError(
            "`titles` must have one title a sentence. "
            f"Received: {len(titles)} titles, {len(rows)} sentences."
        )
    shares = [_shares(*each) for each in zip(rows, strengths, strict=True)]
    figure, axis = plt.subplots(layout="constrained")
    line = right = 0
    for i, words in enumerate(rows):
        if titles is not None:
            axis.text(0, line, titles[i], size=9.5, va="center")
            line += 1
        column = 0
        for word, share in zip(words, shares[i], strict=True):
            if column and column + len(word) > WIDEST:
                line, column = line + 1, 0
            box = {"facecolor": ORANGE, "alpha": 0.75 * share, "lw": 0, "pad": 2}
            axis.text(
                column,
                line,
                word,
                size=SIZE,
                family="monospace",
                va="center",
                bbox=box,
            )
            column += len(word) + 1
            right = max(right, column)
        line += 1.4
    axis.set(xlim=(-0.5, right), ylim=(line - 0.8, -0.7))
    blank(axis)
    figure.set_size_inches(CHARACTER * (right + 0.5) + 0.1, LINE * (line - 0.1) + 0.1)
    plt.show()


def _shares(words, strengths):
    """Return numbers from 0 to 1, the greatest 1; 0 for what was below zero."""
    strengths = np.asarray(strengths, float)
    if strengths.shape != (len(words),) or not np.isfinite(strengths).all():
        raise ValueError(
            "`strengths` must be finite numbers, one a word. Received: shape "
            f"{strengths.shape} for the {len(words)} words of {' '.join(words)!r}."
        )
    positive = np.maximum(strengths, 0)
    return positive / (positive.max(initial=0) or 1)
