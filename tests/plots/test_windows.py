import numpy as np
import pytest

from cnnkit import plots, scratch


def texts(axis):
    return [text.get_text() for text in axis.texts]


def colours(axis, shape):
    squares = [patch.get_facecolor() for patch in axis.patches if patch.get_fill()]
    return np.array(squares).reshape(*shape, 4)


def test_pooling_gives_each_window_the_colour_of_its_result(figure):
    image = np.arange(24).reshape(4, 6)
    maxima = image.reshape(2, 2, 3, 2).max(axis=(1, 3))
    plots.show_pooling(image, {"max": maxima, "same": maxima})
    first, second, third = figure().axes
    assert texts(second) == [str(value) for value in maxima.ravel()]
    assert [axis.get_title() for axis in (first, second, third)] == [
        "in",
        "max",
        "same",
    ]
    windows, results = colours(first, (4, 6)), colours(second, (2, 3))
    assert np.array_equal(windows, results.repeat(2, axis=0).repeat(2, axis=1))
    assert len(np.unique(results.reshape(-1, 4), axis=0)) == 6


def test_pooling_rejects_results_that_do_not_fit():
    with pytest.raises(ValueError, match=r"whole window.*\(4, 5\)"):
        plots.show_pooling(np.ones((4, 5)), {"max": np.ones((2, 2))})
    with pytest.raises(ValueError, match=r"results of shape \[\(4, 4\)\]"):
        plots.show_pooling(np.ones((4, 4)), {"max": np.ones((4, 4))})


@pytest.mark.parametrize(("image", "filter"), [((4, 4), (3, 3)), ((3, 4), (2, 2))])
def test_im2col_shows_the_rows_and_the_product(image, filter, figure):
    rng = np.random.default_rng(0)
    image, filter = rng.integers(0, 9, image), rng.integers(-1, 2, filter)
    plots.show_im2col(image, filter)
    axes = figure().axes
    rows = scratch.im2col(image[None, :, :, None] * 1.0, filter.shape)
    shown = [float(text) for text in texts(axes[1])[:-1]]
    assert shown == rows.ravel().tolist()
    result = scratch.correlate2d(image, filter)
    for axis in axes[3:]:
        shown = [int(text.replace("−", "-")) for text in texts(axis)[:-1]]
        assert shown == result.ravel().tolist()
    frames = [patch for patch in axes[0].patches if not patch.get_fill()]
    assert len(frames) == result.size


@pytest.mark.parametrize(("side", "count"), [(6, 16), (2, 0)])
def test_im2col_needs_a_colour_for_each_window(side, count):
    with pytest.raises(ValueError, match=f"which has {count}"):
        plots.show_im2col(np.ones((side, side)), np.ones((3, 3)))
