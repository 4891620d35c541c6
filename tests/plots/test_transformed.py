import numpy as np
import pytest
from matplotlib.colors import to_hex

from cnnkit import plots
from cnnkit.layers import affine_grid, bilinear_sample
from cnnkit.plots.style import ORANGE

IDENTITY = np.eye(2, 3)
ZOOM_AND_SHIFT = np.array([[0.5, 0, 0.2], [0, 0.5, -0.1]])
IMAGE = np.arange(35.0).reshape(5, 7)


def outline(axis):
    line, corner = axis.lines
    assert to_hex(line.get_color()) == to_hex(corner.get_color()) == ORANGE
    assert corner.get_xydata()[0].tolist() == line.get_xydata()[0].tolist()
    return line.get_xydata()


def test_the_outline_is_where_the_output_is_read(figure):
    thetas = np.stack([IDENTITY, ZOOM_AND_SHIFT])
    images = np.stack([IMAGE, IMAGE])[..., None]
    outputs = bilinear_sample(images, affine_grid(thetas, (3, 3)))
    plots.show_transformed(images, thetas, outputs, titles=["all", "part"])
    first, second, *below = figure().axes
    assert [axis.get_title() for axis in (first, second)] == ["all", "part"]
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    np.testing.assert_allclose(outline(first), square)
    np.testing.assert_allclose(outline(second), 0.5 * square + [0.2, -0.1])
    # Pixel centres: seven columns from −1 to 1 are 2/6 wide.
    np.testing.assert_allclose(
        first.images[0].get_extent(), [-7 / 6, 7 / 6, 5 / 4, -5 / 4]
    )
    for axis in below:
        assert axis.images[0].get_array().shape == (3, 3)


def test_an_image_and_its_output_share_one_scale(figure):
    plots.show_transformed([IMAGE], [IDENTITY], [np.full((2, 2), -3.0)])
    above, below = figure().axes
    assert above.images[0].get_clim() == below.images[0].get_clim() == (-3, 34)


def test_colours_and_far_maps(figure):
    far = np.array([[9.0, 0, 0], [0, 9, 0]])
    plots.show_transformed([np.full((4, 6, 3), 1.2)], [far], [np.zeros((2, 2, 3))])
    above, _ = figure().axes
    assert above.images[0].get_array().max() == 1
    assert above.get_xlim() == (-1.7, 1.7)


@pytest.mark.parametrize(
    ("images", "thetas", "outputs", "message"),
    [
        ([IMAGE], [IDENTITY] * 2, [IMAGE], "a map .2, 3. and an output for each image"),
        ([IMAGE], IDENTITY, [IMAGE], "a map .2, 3. and an output for each image"),
        ([IMAGE], [IDENTITY], [], "a map .2, 3. and an output for each image"),
        ([], np.zeros((0, 2, 3)), [], "`images` is empty"),
        ([np.ones((2, 2, 4))], [IDENTITY], [IMAGE], "1 or 3 channels"),
    ],
)
def test_bad_input(images, thetas, outputs, message):
    with pytest.raises(ValueError, match=message):
        plots.show_transformed(images, thetas, outputs)
