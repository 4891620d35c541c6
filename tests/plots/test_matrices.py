import numpy as np
import pytest

from cnnkit import plots

MATRIX = np.array([[1, 2, 0, 0], [0, 1, 2, 0], [0, 0, 1, 2]])


def test_names_stand_where_their_weights_are(figure):
    plots.show_shared_weights([MATRIX], names=["a", "b"], titles=["C"])
    (axis,) = figure().axes
    assert "".join(text.get_text() for text in axis.texts) == "ab000ab000ab"
    assert axis.get_title() == "C"


def test_one_weight_has_one_colour(figure):
    plots.show_shared_weights([MATRIX, MATRIX.T])
    for axis, matrix in zip(figure().axes, [MATRIX, MATRIX.T], strict=True):
        image = axis.images[0]
        painted = image.to_rgba(image.get_array())
        kinds = [np.unique(painted[matrix == k], axis=0) for k in range(3)]
        assert [len(kind) for kind in kinds] == [1, 1, 1]
        assert len(np.unique(np.concatenate(kinds), axis=0)) == 3


def test_lines_between_blocks(figure):
    plots.show_shared_weights([np.ones((4, 6), dtype=int)], blocks=(2, 3))
    horizontal, vertical = figure().axes[0].lines
    assert set(horizontal.get_ydata()) == {1.5}
    assert set(vertical.get_xdata()) == {2.5}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"matrices": []}, "empty"),
        ({"matrices": [MATRIX], "names": ["a"]}, "1 names, 2 weights"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.show_shared_weights(**arguments)
