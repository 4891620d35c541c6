import numpy as np
import pytest
from matplotlib.colors import to_rgb

from cnnkit import plots
from cnnkit.plots.style import BLUE, ORANGE, RED

IMAGES = np.full((2, 4, 6, 3), 0.5, np.float32)


def towards(colour):
    return 0.5 + 0.65 * (np.array(to_rgb(colour)) - 0.5)


def test_found_missed_and_wrong_have_their_colours(figure):
    said, there = np.zeros((2, 4, 6)), np.zeros((2, 4, 6, 1), bool)
    said[0, 0, :2], there[0, 0, 1:3] = 0.7, True
    said[0, 3, 5] = 0.4
    plots.show_masks(IMAGES, said, truth=there, titles=["a", "b"])
    first, second = figure().axes
    pixels = first.images[0].get_array()
    for column, colour in enumerate((ORANGE, BLUE, RED)):
        np.testing.assert_allclose(pixels[0, column], towards(colour), atol=1e-6)
    np.testing.assert_array_equal(pixels[3, 5], 0.5)
    np.testing.assert_array_equal(second.images[0].get_array(), 0.5)
    assert [first.get_title(), second.get_title()] == ["a", "b"]
    (legend,) = figure().legends
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["found", "missed", "wrong"]
    assert (IMAGES == 0.5).all()


def test_without_truth_all_is_blue(figure):
    mask = np.ones((1, 4, 6, 1), bool)
    plots.show_masks(IMAGES[:1], mask)
    (axis,) = figure().axes
    np.testing.assert_allclose(axis.images[0].get_array()[0, 0], towards(BLUE), 1e-5)
    assert not figure().legends


def test_five_images_take_two_rows(figure):
    plots.show_masks(np.zeros((5, 4, 4, 3)), np.zeros((5, 4, 4)), threshold=0.2)
    assert len(figure().axes) == 8


@pytest.mark.parametrize(
    ("images", "masks", "message"),
    [
        (IMAGES[0], np.zeros((4, 6)), "`images` must be of shape"),
        (IMAGES[:0], np.zeros((0, 4, 6)), "at least one image"),
        (IMAGES, np.zeros((2, 6, 4)), "`masks` must be of shape"),
    ],
)
def test_bad_arguments_are_told(images, masks, message):
    with pytest.raises(ValueError, match=message):
        plots.show_masks(images, masks)
