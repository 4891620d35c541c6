"""Zeros around an image, and how many "same" asks for."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnkit import scratch
from cnnkit.scratch.padding import pad_pairs, with_zeros, without_zeros

SIDE = st.integers(0, 4)


@settings(deadline=None)
@given(st.tuples(st.tuples(SIDE, SIDE), st.tuples(SIDE, SIDE)))
def test_equals_numpy_and_comes_back(pad):
    x = np.random.default_rng(0).random((2, 3, 4, 2), "float32")
    padded = scratch.zero_pad(x, pad)
    np.testing.assert_array_equal(padded, np.pad(x, ((0, 0), *pad, (0, 0))))
    np.testing.assert_array_equal(without_zeros(padded, pad), x)
    assert padded.dtype == x.dtype


@pytest.mark.parametrize(
    ("pad", "shape"),
    [
        (0, (2, 3, 4, 1)),
        (2, (2, 7, 8, 1)),
        ((1, 2), (2, 5, 8, 1)),
        (((1, 0), (0, 3)), (2, 4, 7, 1)),
        ([[1, 0], [0, 3]], (2, 4, 7, 1)),
        (np.int64(1), (2, 5, 6, 1)),
    ],
)
def test_forms_of_pad(pad, shape):
    assert scratch.zero_pad(np.ones((2, 3, 4, 1)), pad).shape == shape


def test_the_result_is_a_new_array():
    x = np.ones((1, 2, 2, 1))
    scratch.zero_pad(x, 0)[...] = 5
    np.testing.assert_array_equal(x, 1)


@settings(deadline=None)
@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 6), st.integers(1, 5))
def test_same_gives_the_output_of_keras(n_H, n_W, f, stride):
    pairs = pad_pairs("same", (n_H, n_W), (f, f), stride)
    (top, bottom), (left, right) = pairs
    assert bottom - top in (0, 1)
    assert right - left in (0, 1)
    out = [
        (n + sum(p) - f) // stride + 1 for n, p in zip((n_H, n_W), pairs, strict=True)
    ]
    conv = keras.layers.Conv2D(1, f, stride, "same")
    assert conv.compute_output_shape((1, n_H, n_W, 1))[1:3] == tuple(out)


@pytest.mark.parametrize(
    ("x", "pad", "error", "message"),
    [
        (np.ones((1, 2, 2, 1)), 1.5, ValueError, "Received: pad=1.5"),
        (np.ones((1, 2, 2, 1)), -1, ValueError, "none negative"),
        (np.ones((1, 2, 2, 1)), (1, -1), ValueError, "none negative"),
        (np.ones((1, 2, 2, 1)), "same", ValueError, "`pad` must be an integer"),
        (np.ones((1, 2, 2, 1)), ((1, 2, 3), 1), ValueError, "`pad` must be"),
        (np.ones((2, 2)), 1, ValueError, r"\(m, n_H, n_W, n_C\)"),
        (np.ones((1, 2, 2, 1), "uint8"), 1, TypeError, "Divide by 255"),
    ],
)
def test_bad_input(x, pad, error, message):
    with pytest.raises(error, match=message):
        scratch.zero_pad(x, pad)


def test_padding_and_cropping_are_adjoint():
    rng = np.random.default_rng(0)
    pairs = ((1, 2), (0, 3))
    x, y = rng.random((2, 3, 4, 2)), rng.random((2, 6, 7, 2))
    assert np.vdot(with_zeros(x, pairs), y) == pytest.approx(
        np.vdot(x, without_zeros(y, pairs))
    )
