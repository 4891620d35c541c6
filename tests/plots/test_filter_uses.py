import pytest

from cnnkit import plots
from cnnkit.plots.style import COLOURS, FAINT


def ends(line):
    return line.get_xdata()[0], line.get_color()


def test_each_weight_has_its_colour_at_every_place(figure):
    plots.show_filter_uses([1, 3, 2, 4], [-1, 4, 0], [2, -1], labels=("in", "out"))
    (axis,) = figure().axes
    assert [ends(line) for line in axis.lines] == [
        (i + k, COLOURS[k]) for i in range(3) for k in range(2)
    ]
    written = [text.get_text() for text in axis.texts]
    assert written == ["1", "3", "2", "4", "in", "−1", "4", "0", "out"]


def test_only_marked_connections_are_strong(figure):
    plots.show_filter_uses([1, 3, 2, 4, 5], [5, 6], [1, 1, 1], 2, marked={(1, 0)})
    figure_ = figure()
    strong = [line for line in figure_.axes[0].lines if line.get_color() != FAINT]
    assert [ends(line) for line in strong] == [(2, COLOURS[0])]
    names = [text.get_text() for text in figure_.legends[0].get_texts()]
    assert names == ["weight 1: 1", "weight 2: 1", "weight 3: 1"]


def test_outputs_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="needs 4 inputs.*3 inputs, 3 outputs"):
        plots.show_filter_uses([1, 2, 3], [1, 2, 3], [1, 1])
