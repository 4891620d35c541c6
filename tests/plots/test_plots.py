import numpy as np
import pytest

from cnnkit import plots


def texts(axis):
    return [text.get_text() for text in axis.texts]


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3)])
def test_show_images_takes_grey_and_colour(shape, figure):
    plots.show_images(np.zeros((3, *shape)), titles=np.array(["a", "b", "c"]))
    assert [axis.get_title() for axis in figure().axes] == ["a", "b", "c"]


def test_show_images_wraps(figure):
    plots.show_images(np.zeros((5, 4, 4)), columns=2)
    assert len(figure().axes) == 6


def test_signed_images_share_a_scale_around_zero(figure):
    plots.show_images([np.full((2, 2), -3.0), np.ones((2, 2))], signed=True)
    limits = {axis.images[0].get_clim() for axis in figure().axes}
    ((low, high),) = limits
    assert -low == high == pytest.approx(3, rel=0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": []}, "empty"),
        ({"images": np.zeros((2, 4, 4)), "titles": ["one"]}, "1 titles, 2 images"),
        ({"images": np.zeros((2, 4, 4, 2))}, "1 or 3 channels"),
        ({"images": np.zeros((2, 4))}, "1 or 3 channels"),
    ],
)
def test_show_images_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.show_images(**arguments)


def test_show_correlation_writes_out_the_sum(figure):
    image = np.arange(16).reshape(4, 4)
    filter = np.array([[1, -1], [0, 2]])
    result = [
        [(image[i : i + 2, j : j + 2] * filter).sum() for j in range(3)]
        for i in range(3)
    ]
    plots.show_correlation(image, filter, result, at=(1, 2))
    assert figure().get_supxlabel() == "6·1 − 7·1 + 11·2 = 21"
    assert "−1" in texts(figure().axes[1])


def test_show_correlation_puts_brackets_around_negative_pixels(figure):
    plots.show_correlation([[3, -2]], [[-1, 4]], [[-11]])
    assert figure().get_supxlabel() == "− 3·1 + (−2)·4 = −11"


def test_show_grids_shows_every_number(figure):
    plots.show_grids([[[1, -2]], [[3.5]]], titles=["a", "b"], signs=["="])
    assert texts(figure().axes[0]) == ["1", "−2"]
    assert texts(figure().axes[1]) == ["3.5", "="]


def test_show_curves_pairs_train_and_test(figure):
    plots.show_curves({"a": [2, 1], "a (test)": [3, 2], "b": [1, 1]}, log=True)
    first, test, second = figure().axes[0].lines
    assert first.get_color() == test.get_color() != second.get_color()
    assert test.get_linestyle() == "--"


def test_show_bars_labels_each(figure):
    plots.show_bars({"dense": 62_000_000, "conv": 280}, log=True)
    assert texts(figure().axes[0]) == ["62,000,000", "280"]


def test_show_stages_draws_a_box_each(figure):
    plots.show_stages([(28, 28, 1), (14, 14, 6), (120,)], arrows=["conv", "dense"])
    assert len(figure().axes[0].patches) >= 9
    assert {"28×28×1", "14×14×6", "120"} <= set(texts(figure().axes[0]))
