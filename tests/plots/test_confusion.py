import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from cnnkit import plots


def test_counts_are_those_of_scikit_learn(figure):
    rng = np.random.default_rng(0)
    y, first, second = rng.integers(0, 3, (3, 50))
    tables = plots.show_confusion(y, {"a": first, "b": second}, ["x", "y", "z"])
    assert np.array_equal(tables["a"], confusion_matrix(y, first))
    assert np.array_equal(tables["b"], confusion_matrix(y, second))


def test_writes_counts_and_shares(figure):
    plots.show_confusion([0, 0, 1, 1], {"a": [0, 1, 1, 1]}, ["x", "y"])
    (axis,) = figure().axes
    assert [text.get_text() for text in axis.texts] == ["1", "1", "2"]
    assert axis.get_title() == "a: 75.0%"


def test_says_which_side_is_right(figure):
    plots.show_confusion([0, 1], {"a": [0, 1], "b": [1, 1]}, ["x", "y"])
    axes = figure().axes
    assert [axis.get_xlabel() for axis in axes] == ["predicted class"] * 2
    assert [axis.get_ylabel() for axis in axes] == ["right class", ""]


def test_guesses_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"\(2,\) guesses of 'a'"):
        plots.show_confusion([0, 1, 1], {"a": [0, 1]}, ["x", "y"])
