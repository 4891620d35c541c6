"""Convolution as a matrix product: im2col and the sparse matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnkit import scratch


@st.composite
def layers(draw):
    f = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    size = tuple(draw(st.integers(n, 7)) for n in f)
    stride = draw(st.integers(1, 3))
    pad = draw(st.sampled_from(["valid", "same", 0, 1, 2, (2, 0), ((0, 1), (2, 0))]))
    channels, filters = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, *size, channels))
    return x, rng.standard_normal((*f, channels, filters)), stride, pad


@settings(deadline=None, max_examples=60)
@given(layers())
def test_im2col_times_the_filters_is_the_layer(case):
    x, W, stride, pad = case
    b = np.zeros((1, 1, 1, W.shape[3]))
    Z, _ = scratch.conv_forward_loops(x, W, b, stride, pad)
    cols = scratch.im2col(x, W.shape[:2], stride, pad)
    assert cols.shape == (Z[..., 0].size, W[..., 0].size)
    product = cols @ W.reshape(-1, W.shape[3])
    np.testing.assert_allclose(product.reshape(Z.shape), Z, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(layers())
def test_col2im_is_the_adjoint_of_im2col(case):
    x, W, stride, pad = case
    cols = scratch.im2col(x, W.shape[:2], stride, pad)
    y = np.random.default_rng(1).standard_normal(cols.shape)
    back = scratch.col2im(y, x.shape, W.shape[:2], stride, pad)
    assert back.shape == x.shape
    assert np.vdot(cols, y) == pytest.approx(np.vdot(x, back), abs=1e-10)


@settings(deadline=None, max_examples=60)
@given(layers())
def test_the_sparse_matrix_is_the_layer_and_its_transpose_goes_back(case):
    x, W, stride, pad = case
    b = np.zeros((1, 1, 1, W.shape[3]))
    Z, cache = scratch.conv_forward(x, W, b, stride, pad)
    dZ = np.random.default_rng(1).standard_normal(Z.shape)
    dA_prev, _, _ = scratch.conv_backward(dZ, cache)
    C = scratch.conv_matrix(W, x.shape[1:], stride, pad)
    assert C.format == "csr"
    assert C.shape == (Z[0].size, x[0].size)
    for i in range(len(x)):
        np.testing.assert_allclose(C @ x[i].ravel(), Z[i].ravel(), atol=1e-12)
        back = C.T @ dZ[i].ravel()
        np.testing.assert_allclose(back, dA_prev[i].ravel(), atol=1e-12)
        inner = (C @ x[i].ravel()) @ dZ[i].ravel()
        assert inner == pytest.approx(x[i].ravel() @ back, abs=1e-10)


def test_the_matrix_of_the_guide_to_convolution_arithmetic():
    """3x3 over 4x4: a 4x16 matrix with the nine weights in each row."""
    W = np.arange(1.0, 10.0).reshape(3, 3, 1, 1)
    C = scratch.conv_matrix(W, (4, 4, 1))
    first = [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0]
    expected = [np.roll(first, shift) for shift in (0, 1, 4, 5)]
    np.testing.assert_array_equal(C.toarray(), expected)
    assert C.nnz == 36


def test_weights_of_zero_are_part_of_the_pattern():
    C = scratch.conv_matrix(np.zeros((3, 3, 1, 2), int), (5, 5, 1))
    assert C.nnz == 9 * 9 * 2
    assert C.dtype == np.float64


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_stays(dtype):
    x = np.ones((2, 5, 5, 1), dtype)
    cols = scratch.im2col(x, 3)
    assert cols.dtype == scratch.col2im(cols, x.shape, 3).dtype == dtype
    assert scratch.conv_matrix(np.ones((3, 3, 1, 1), dtype), (5, 5, 1)).dtype == dtype


def test_an_empty_batch():
    cols = scratch.im2col(np.zeros((0, 5, 5, 2)), 3)
    assert cols.shape == (0, 18)
    assert scratch.col2im(cols, (0, 5, 5, 2), 3).shape == (0, 5, 5, 2)


X, W = np.zeros((1, 5, 5, 2)), np.zeros((3, 3, 2, 4))
COLS = np.zeros((9, 18))


@pytest.mark.parametrize(
    ("function", "arguments", "error", "message"),
    [
        (scratch.im2col, (X.astype("uint8"), 3), TypeError, "Divide by 255"),
        (scratch.im2col, (X[0], 3), ValueError, "newaxis"),
        (scratch.im2col, (X, 6), ValueError, "6 x 6, is larger"),
        (scratch.im2col, (X, 0), ValueError, "Received: f=0"),
        (scratch.im2col, (X, (3, 3, 3)), ValueError, "pair of them"),
        (scratch.im2col, (X, 3, 0), ValueError, "Received: stride=0"),
        (scratch.im2col, (X, 3, 1, "all"), ValueError, '"valid" or "same"'),
        (scratch.col2im, (COLS[:8], X.shape, 3), ValueError, r"\(9, 18\)"),
        (scratch.col2im, (COLS, (1, 5.0, 5, 2), 3), ValueError, "5.0"),
        (scratch.col2im, (COLS, (5, 5, 2), 3), ValueError, r"\(m, n_H"),
        (scratch.col2im, (COLS.astype(int), X.shape, 3), TypeError, "hold floats"),
        (scratch.conv_matrix, (W, (5, 5, 3)), ValueError, "has 3 channels"),
        (scratch.conv_matrix, (W, (5.0, 5, 2)), ValueError, "positive integers.*5.0"),
        (scratch.conv_matrix, (W, X.shape), ValueError, r"\(n_H, n_W, n_C\)"),
        (scratch.conv_matrix, (W, 5), ValueError, r"\(n_H, n_W, n_C\)"),
        (scratch.conv_matrix, (W, (2, 2, 2)), ValueError, "larger than the padded"),
        (scratch.conv_matrix, (W, (5, 5, 2), 0), ValueError, "Received: stride=0"),
        (scratch.conv_matrix, (W[0], (5, 5, 2)), ValueError, "`W` must have"),
    ],
)
def test_bad_input(function, arguments, error, message):
    with pytest.raises(error, match=message):
        function(*arguments)
