"""Edge filters against the worked examples and against scipy and scikit-image."""

import keras
import numpy as np
import pytest
import scipy.ndimage
import skimage.filters
from numpy.testing import assert_allclose, assert_array_equal

from cnnkit import filters

GRID = np.array(
    [
        [3, 0, 1, 2, 7, 4],
        [1, 5, 8, 9, 3, 1],
        [2, 7, 2, 5, 1, 3],
        [0, 1, 3, 1, 7, 8],
        [4, 2, 1, 6, 2, 8],
        [2, 4, 5, 2, 3, 9],
    ]
)
LIGHT_LEFT = np.array([[10, 10, 10, 0, 0, 0]] * 6)
CHECKER = np.array([[10, 10, 10, 0, 0, 0]] * 3 + [[0, 0, 0, 10, 10, 10]] * 3)
IMAGE = np.random.default_rng(0).normal(size=(9, 12))


def correlate(image, kernel):
    rows, columns = (n - 2 for n in image.shape)
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[i, j] = (image[i : i + 3, j : j + 3] * kernel).sum()
    return out


def test_vertical_edges_of_the_worked_grid():
    expected = [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]]
    assert_array_equal(correlate(GRID, filters.vertical), expected)


def test_light_to_dark_and_dark_to_light():
    edges = [[0, 30, 30, 0]] * 4
    assert_array_equal(correlate(LIGHT_LEFT, filters.vertical), edges)
    mirrored = correlate(LIGHT_LEFT[:, ::-1], filters.vertical)
    assert_array_equal(mirrored, np.negative(edges))
    assert_array_equal(correlate(LIGHT_LEFT.T, filters.horizontal), np.transpose(edges))
    assert not correlate(LIGHT_LEFT, filters.horizontal).any()


def test_horizontal_edges_of_the_checker():
    edges = [[0] * 4, [30, 10, -10, -30], [30, 10, -10, -30], [0] * 4]
    assert_array_equal(correlate(CHECKER, filters.horizontal), edges)


@pytest.mark.parametrize(
    "name, rows",
    [
        ("vertical", [[1, 0, -1], [1, 0, -1], [1, 0, -1]]),
        ("horizontal", [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]),
        ("sobel_vertical", [[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
        ("sobel_horizontal", [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
        ("scharr_vertical", [[3, 0, -3], [10, 0, -10], [3, 0, -3]]),
        ("scharr_horizontal", [[3, 10, 3], [0, 0, 0], [-3, -10, -3]]),
    ],
)
def test_filters_as_printed(name, rows):
    array = filters.get(name)
    assert array.dtype == np.float32
    assert_array_equal(array, rows)
    assert array is getattr(filters, name)
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 5


def test_short_names_are_the_vertical_forms():
    assert filters.sobel is filters.sobel_vertical
    assert filters.scharr is filters.scharr_vertical
    assert all(filters.get(n) is getattr(filters, n) for n in filters.names())
    assert filters.get("Sobel-Horizontal") is filters.sobel_horizontal


@pytest.mark.parametrize("name, axis", [("sobel_vertical", 1), ("sobel_horizontal", 0)])
def test_scipy_gives_the_same_but_for_the_sign(name, axis):
    ours = correlate(IMAGE, filters.get(name))
    assert_allclose(ours, -scipy.ndimage.sobel(IMAGE, axis)[1:-1, 1:-1], atol=1e-6)


@pytest.mark.parametrize(
    "name, theirs",
    [
        ("vertical", skimage.filters.prewitt_v),
        ("horizontal", skimage.filters.prewitt_h),
        ("sobel_vertical", skimage.filters.sobel_v),
        ("sobel_horizontal", skimage.filters.sobel_h),
        ("scharr_vertical", skimage.filters.scharr_v),
        ("scharr_horizontal", skimage.filters.scharr_h),
    ],
)
def test_skimage_gives_the_same_but_for_sign_and_scale(name, theirs):
    kernel = filters.get(name)
    ours = correlate(IMAGE, kernel) / kernel[kernel > 0].sum()
    assert_allclose(np.abs(ours), np.abs(theirs(IMAGE)[1:-1, 1:-1]), atol=1e-6)


def ramp(angle):
    """An image whose light falls off by 1 a pixel, in the direction of `angle`."""
    y, x = np.mgrid[:3, :3]
    return -(np.cos(np.radians(angle)) * x + np.sin(np.radians(angle)) * y)


@pytest.mark.parametrize("name, scale", [("vertical", 6), ("sobel", 8), ("scharr", 32)])
@pytest.mark.parametrize("angle", [0, 45, 70, 73, 90, 200, -30])
def test_rotated_filters_answer_most_to_their_own_edge(angle, name, scale):
    kernel = filters.rotated(angle, name)
    assert kernel.dtype == np.float32 and kernel.shape == (3, 3)
    answers = {
        turn: (ramp(angle + turn) * kernel).sum() for turn in range(-180, 180, 10)
    }
    assert max(answers, key=answers.get) == 0
    assert_allclose(answers[0], scale, rtol=1e-5)
    assert_allclose(answers[90], 0, atol=1e-5)


@pytest.mark.parametrize("name", ["vertical", "sobel", "scharr"])
def test_right_angles_are_exact(name):
    kernel = filters.get(name)
    turned = [kernel, kernel.T, -kernel, -kernel.T, kernel]
    for quarter, expected in enumerate(turned):
        assert_array_equal(filters.rotated(90 * quarter, name), expected)
        assert not np.signbit(filters.rotated(90 * quarter)[1, 1])


@pytest.mark.parametrize("channels", [1, 3])
def test_as_kernel_in_a_keras_convolution(channels):
    image = np.repeat(GRID[np.newaxis, :, :, np.newaxis], channels, axis=3)
    kernel = filters.as_kernel("vertical", channels)
    assert kernel.shape == (3, 3, channels, 1) and kernel.flags.writeable
    result = keras.ops.conv(image.astype("float32"), kernel)
    assert_array_equal(
        keras.ops.convert_to_numpy(result)[0, :, :, 0],
        channels * correlate(GRID, filters.vertical),
    )


def test_as_kernel_takes_any_matrix():
    assert_array_equal(filters.as_kernel([[1, 2]])[:, :, 0, 0], [[1, 2]])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: filters.get("sobl"), "Did you mean 'sobel'.*Received: name='sobl'"),
        (lambda: filters.get("zzz"), "must be one of 'vertical'"),
        (lambda: filters.get(None), "Received: name=None"),
        (lambda: filters.rotated("45"), "`angle` must be a finite number"),
        (lambda: filters.rotated(True), "`angle` must be a finite number"),
        (lambda: filters.rotated(np.nan), "`angle` must be a finite number"),
        (lambda: filters.rotated(float("inf")), "`angle` must be a finite number"),
        (lambda: filters.rotated(45, "horizontal"), "`name` must be one of"),
        (lambda: filters.rotated(45, filters.sobel), "`name` must be one of"),
        (lambda: filters.as_kernel([1, 2, 3]), "`filter` must be a matrix"),
        (lambda: filters.as_kernel([[1, np.nan]]), "`filter` must be a matrix"),
        (lambda: filters.as_kernel([[1], [2, 3]]), "`filter` must be a matrix"),
        (lambda: filters.as_kernel(None), "`filter` must be a matrix"),
        (lambda: filters.as_kernel("nosuch"), "`name` must be one of"),
        (lambda: filters.as_kernel("sobel", 0), "`channels` must be a positive"),
        (lambda: filters.as_kernel("sobel", 1.0), "`channels` must be a positive"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
