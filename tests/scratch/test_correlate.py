"""One filter over one image: the worked grids, and scipy."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnkit.scratch import convolve2d, correlate2d

GRID = [
    [3, 0, 1, 2, 7, 4],
    [1, 5, 8, 9, 3, 1],
    [2, 7, 2, 5, 1, 3],
    [0, 1, 3, 1, 7, 8],
    [4, 2, 1, 6, 2, 8],
    [2, 4, 5, 2, 3, 9],
]
VERTICAL = [[1, 0, -1]] * 3
HORIZONTAL = [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]
BRIGHT_LEFT = [[10, 10, 10, 0, 0, 0]] * 6
DARK_LEFT = [[0, 0, 0, 10, 10, 10]] * 6
CHEQUERED = BRIGHT_LEFT[:3] + DARK_LEFT[:3]
STRIDED = [
    [2, 3, 7, 4, 6, 2, 9],
    [6, 6, 9, 8, 7, 4, 3],
    [3, 4, 8, 3, 8, 9, 7],
    [7, 8, 3, 6, 6, 3, 4],
    [4, 2, 1, 8, 3, 4, 6],
    [3, 2, 4, 1, 9, 8, 3],
    [0, 1, 3, 9, 2, 1, 4],
]
WORKED = {
    "vertical": (
        *(GRID, VERTICAL, 1),
        [[-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16]],
    ),
    "light to dark": (BRIGHT_LEFT, VERTICAL, 1, [[0, 30, 30, 0]] * 4),
    "dark to light": (DARK_LEFT, VERTICAL, 1, [[0, -30, -30, 0]] * 4),
    "horizontal": (
        *(CHEQUERED, HORIZONTAL, 1),
        [[0, 0, 0, 0], [30, 10, -10, -30], [30, 10, -10, -30], [0, 0, 0, 0]],
    ),
    # The lecture's slide prints 83 for 88, and 127 for 117: slips of the pen. Its
    # other seven numbers are these.
    "stride 2": (
        *(STRIDED, [[3, 4, 4], [1, 0, 2], [-1, 0, 3]], 2),
        [[91, 100, 88], [69, 91, 117], [44, 72, 74]],
    ),
}


@pytest.mark.parametrize(
    ("image", "filter", "stride", "out"), WORKED.values(), ids=WORKED
)
def test_worked_grids(image, filter, stride, out):
    result = correlate2d(image, filter, stride)
    np.testing.assert_array_equal(result, out)
    assert result.dtype == np.int64
    flipped = np.array(filter)[::-1, ::-1]
    np.testing.assert_array_equal(convolve2d(image, flipped, stride), out)
    floats = correlate2d(np.array(image, "float32"), filter, stride)
    np.testing.assert_array_equal(floats, out)


def test_a_filter_flipped_for_true_convolution():
    impulse = np.zeros((5, 5), int)
    impulse[2, 2] = 1
    filter = np.array([[3, 4, 5], [1, 0, 2], [-1, 9, 7]])
    np.testing.assert_array_equal(convolve2d(impulse, filter), filter)
    flipped = [[7, 9, -1], [2, 0, 1], [5, 4, 3]]
    np.testing.assert_array_equal(correlate2d(impulse, filter), flipped)


@st.composite
def image_and_filter(draw):
    f = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    size = tuple(draw(st.integers(n, 9)) for n in f)
    pixels = st.integers(-9, 9)
    return draw(arrays(np.int64, size, elements=pixels)), draw(
        arrays(np.int64, f, elements=pixels)
    )


@settings(deadline=None)
@given(image_and_filter(), st.integers(1, 3), st.integers(0, 3))
def test_equals_scipy(pair, stride, pad):
    image, filter = pair
    padded = np.pad(image, pad)
    for ours, theirs in (
        (correlate2d, scipy.signal.correlate2d),
        (convolve2d, scipy.signal.convolve2d),
    ):
        expected = theirs(padded, filter, mode="valid")[::stride, ::stride]
        np.testing.assert_array_equal(ours(image, filter, stride, pad), expected)


@settings(deadline=None)
@given(image_and_filter())
def test_convolution_is_associative_and_correlation_is_its_mirror(pair):
    image, filter = pair
    full = [n - 1 for n in filter.shape]
    wide = convolve2d(image, filter, pad=tuple(full))
    other = np.array([[1, 2], [3, 5]])
    both = convolve2d(filter, other, pad=1)
    np.testing.assert_array_equal(
        convolve2d(wide, other, pad=1),
        convolve2d(image, both, pad=tuple(n - 1 for n in both.shape)),
    )
    np.testing.assert_array_equal(
        correlate2d(image, filter), convolve2d(image, np.flip(filter))
    )


@pytest.mark.parametrize("correlate", [correlate2d, convolve2d])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.zeros((5, 5), "uint8"), VERTICAL), TypeError, "Divide by 255"),
        ((np.zeros((5, 5), bool), VERTICAL), TypeError, "must hold floats"),
        ((np.zeros((5, 5, 3)), VERTICAL), ValueError, "`conv_forward`"),
        ((np.zeros((0, 5)), VERTICAL), ValueError, "one grid"),
        ((GRID, np.zeros((3, 3, 1))), ValueError, "`filter` must be one grid"),
        ((GRID, np.zeros((7, 7))), ValueError, "larger than the padded image"),
        ((GRID, VERTICAL, 0), ValueError, "Received: stride=0"),
        ((GRID, VERTICAL, 1, 0.5), ValueError, "Received: pad=0.5"),
    ],
)
def test_bad_input(correlate, arguments, error, message):
    with pytest.raises(error, match=message):
        correlate(*arguments)
