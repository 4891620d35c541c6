import numpy as np
import pytest

from cnnkit import plots


def test_three_channels_are_tinted_and_the_first_is_in_front(figure):
    plots.show_channels(np.ones((4, 6, 3)), title="a stack")
    axis = figure().axes[0]
    sheets = sorted(axis.images, key=lambda sheet: -sheet.get_zorder())
    assert [int(s.get_array()[0, 0].argmax()) for s in sheets] == [0, 1, 2]
    assert [t.get_text() for t in axis.texts] == ["2: blue", "1: green", "0: red"]
    assert axis.get_title() == "a stack"


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_any_other_number_of_channels_is_grey(channels, figure):
    image = np.random.default_rng(0).random((5, 4, channels))
    plots.show_channels(image)
    sheets = figure().axes[0].images
    assert len(sheets) == channels
    for sheet, k in zip(sheets, reversed(range(channels)), strict=True):
        np.testing.assert_allclose(sheet.get_array()[..., 1], image[..., k], rtol=1e-6)


@pytest.mark.parametrize("shape", [(4, 4), (1, 4, 4, 3), (0, 4, 3)])
def test_one_image_only(shape):
    with pytest.raises(ValueError, match=r"\(height, width, channels\)"):
        plots.show_channels(np.zeros(shape))
