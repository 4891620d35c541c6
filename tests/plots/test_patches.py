import numpy as np
import pytest

from cnnkit import plots
from cnnkit.inspection import TopPatches


def found(units=(3, 7), k=9, height=4, width=5, channels=3):
    n = len(units)
    patches = np.full((n, k, height, width, channels), 0.25, np.float32)
    patches[:, 0] = 0.75
    return TopPatches(
        layer="conv",
        units=np.array(units),
        answers=np.ones((n, k), np.float32),
        images=np.zeros((n, k), int),
        places=np.zeros((n, k, 2), int),
        boxes=np.zeros((n, k, 4), int),
        patches=patches,
    )


def test_the_best_stands_at_the_top_left(figure):
    plots.show_patches(found(), title="conv")
    first, second = figure().axes
    square = first.images[0].get_array()
    assert square.shape == (3 * 4 + 2, 3 * 5 + 2, 3)
    np.testing.assert_array_equal(square[:4, :5], 0.75)
    np.testing.assert_array_equal(square[5:9, 6:11], 0.25)
    np.testing.assert_array_equal(square[4], 1)
    assert [first.get_title(), second.get_title()] == ["unit 3", "unit 7"]


def test_units_are_known_by_their_number_in_the_layer(figure):
    plots.show_patches(found(), units=[7])
    assert [axis.get_title() for axis in figure().axes] == ["unit 7"]
    with pytest.raises(ValueError, match=r"units=\[0\]"):
        plots.show_patches(found(), units=[0])
    with pytest.raises(ValueError, match="`units`"):
        plots.show_patches(found(), units=[])


def test_projections_stand_beside_with_zero_as_grey(figure):
    these = found(k=1, channels=1)
    projections = np.zeros(these.patches.shape)
    projections[:, :, 1, 2] = -3
    plots.show_patches(these, projections=projections)
    square = figure().axes[0].images[0].get_array()
    assert square.shape == (4, 5 + 2 + 5, 3)
    np.testing.assert_array_equal(square[:, :5], 0.75)
    np.testing.assert_array_equal(square[1, 9], 0)
    np.testing.assert_array_equal(square[0, 7:], 0.5)
    with pytest.raises(ValueError, match="shape of the patches"):
        plots.show_patches(these, projections=projections[:1])


def test_one_pixel_few_patches_and_an_unlit_projection(figure):
    these = found(units=range(5), k=2, height=1, width=1)
    plots.show_patches(these, projections=np.zeros_like(these.patches), columns=3)
    axes = figure().axes
    assert len(axes) == 6 and not axes[-1].images


def test_channels_that_have_no_colour():
    with pytest.raises(ValueError, match="1 or 3 channels"):
        plots.show_patches(found(channels=4))
