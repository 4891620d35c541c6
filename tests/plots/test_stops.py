import pytest

from cnnkit import plots


def window_of(axis):
    """The last thing drawn on a panel: row, column and side of the window."""
    frame = axis.patches[-1]
    return frame.get_y() + 0.5, frame.get_x() + 0.5, frame.get_width()


def test_one_panel_a_place_and_the_window_moves_by_the_stride(figure):
    plots.show_windows(7, 3, stride=2)
    axes = figure().axes
    assert [window_of(axis) for axis in axes] == [
        (row, column, 3) for row in (0, 2, 4) for column in (0, 2, 4)
    ]
    assert figure().get_suptitle() == "7×7, filter 3×3, padding 0, stride 2: 3×3"


@pytest.mark.parametrize(
    ("n", "f", "padding", "squares", "panels"),
    [
        (4, 3, "valid", 16, 4),
        (4, 3, "same", 36, 16),
        (4, 2, "same", 25, 16),
        (2, 1, 3, 64, 64),
        (3, 3, 0, 9, 1),
    ],
)
def test_padding_is_drawn(n, f, padding, squares, panels, figure):
    plots.show_windows(n, f, padding, title="a title")
    axes = figure().axes
    assert len(axes) == panels
    assert {len(axis.patches) for axis in axes} == {squares + 1}
    assert figure().get_suptitle() == "a title"


def test_stops_are_counted_and_what_is_left_over_is_crossed_out(figure):
    plots.show_stops([(7, 3, 0, 2), (8, 3, 0, 2), (4, 3, 1, 1)])
    first, second, third, empty = figure().axes
    assert r"= 3$" in first.get_title(loc="left")
    texts = [[text.get_text() for text in axis.texts] for axis in figure().axes]
    assert [row.count("×") for row in texts] == [0, 1, 0, 0]
    assert [row.count("0") for row in texts] == [0, 0, 2, 0]
    assert [len(axis.patches) for axis in figure().axes] == [10, 11, 10, 0]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.show_stops([]), "empty"),
        (lambda: plots.show_stops([(2, 5, 0, 1)]), "larger than the padded input"),
        (lambda: plots.show_windows(2, 5), "larger than the padded input"),
        (lambda: plots.show_windows(5, 3, stride=0), "`stride` must be"),
        (lambda: plots.show_windows(5, 3, padding="full"), "`padding` must be"),
    ],
)
def test_bad_arguments(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
