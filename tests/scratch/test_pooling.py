"""Pooling layers: published figures, other libraries, ties and NaN."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnkit import scratch

MODES = ["max", "average", "l2"]
REDUCE = {
    "max": np.max,
    "average": np.mean,
    "l2": lambda x, axis: np.sqrt(np.sum(x**2, axis)),
}
WORKED = np.array([[1, 3, 2, 1], [2, 9, 1, 1], [1, 3, 2, 3], [5, 6, 1, 2.0]])


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("max", [[9, 2], [6, 3]]),
        ("average", [[3.75, 1.25], [3.75, 2]]),
        ("l2", np.sqrt([[95, 7], [71, 18]])),
    ],
)
def test_worked_grid(mode, expected):
    A, _ = scratch.pool_forward(WORKED.reshape(1, 4, 4, 1), f=2, stride=2, mode=mode)
    np.testing.assert_allclose(A[0, :, :, 0], expected, rtol=1e-14)


# The figures that deeplearning.ai prints in its first assignment of the course.
@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("max", "1.74481176 0.86540763 1.13376944 1.13162939 1.51981682 2.18557541"),
        (
            "average",
            "0.02105773 -0.20328806 -0.40389855 -0.22154621 0.51716526 0.48155844",
        ),
    ],
)
def test_published_forward(mode, expected):
    A_prev = np.random.RandomState(1).randn(2, 4, 4, 3)
    A, _ = scratch.pool_forward(A_prev, f=3, stride=2, mode=mode)
    np.testing.assert_allclose(A.ravel(), np.array(expected.split(), float), atol=5e-9)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("max", [[0, 0], [5.05844394, -1.68282702], [0, 0]]),
        (
            "average",
            [
                [0.08485462, 0.2787552],
                [1.26461098, -0.25749373],
                [1.17975636, -0.53624893],
            ],
        ),
    ],
)
def test_published_backward(mode, expected):
    rng = np.random.RandomState(1)
    A_prev, dA = rng.randn(5, 5, 3, 2), rng.randn(5, 4, 2, 2)
    _, cache = scratch.pool_forward(A_prev, f=2, stride=1, mode=mode)
    dA_prev = scratch.pool_backward(dA, cache)
    assert dA.mean() == pytest.approx(0.145713902729, abs=1e-12)
    np.testing.assert_allclose(dA_prev[1, 1], expected, atol=5e-9)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(MODES),
    st.integers(1, 4),
    st.integers(1, 5),
    st.tuples(
        st.integers(0, 3), st.integers(4, 9), st.integers(4, 9), st.integers(1, 3)
    ),
)
def test_forward_equals_the_loops(mode, f, stride, shape):
    A_prev = np.random.default_rng(0).standard_normal(shape)
    A, _ = scratch.pool_forward(A_prev, f, stride, mode)
    n_H, n_W = ((n - f) // stride + 1 for n in shape[1:3])
    assert A.shape == (shape[0], n_H, n_W, shape[3])
    for h in range(n_H):
        for w in range(n_W):
            top, left = h * stride, w * stride
            window = A_prev[:, top : top + f, left : left + f]
            expected = REDUCE[mode](window, axis=(1, 2))
            np.testing.assert_allclose(A[:, h, w], expected, atol=1e-12)


@pytest.mark.parametrize("mode", ["max", "average"])
@pytest.mark.parametrize(("f", "stride"), [(2, 2), (3, 2), (2, 3), (3, 1)])
@pytest.mark.parametrize("ties", [False, True])
def test_equals_tensorflow(mode, f, stride, ties):
    rng = np.random.default_rng(0)
    shape = (3, 9, 8, 4)
    A_prev = rng.integers(0, 3, shape) * 1.0 if ties else rng.standard_normal(shape)
    x = tf.constant(A_prev)
    pool = {"max": keras.ops.max_pool, "average": keras.ops.average_pool}[mode]
    with tf.GradientTape() as tape:
        tape.watch(x)
        expected = pool(x, f, stride, "valid")
    A, cache = scratch.pool_forward(A_prev, f, stride, mode)
    np.testing.assert_allclose(A, expected, atol=1e-12)
    dA = rng.standard_normal(A.shape)
    theirs = tape.gradient(expected, x, tf.constant(dA))
    np.testing.assert_allclose(scratch.pool_backward(dA, cache), theirs, atol=1e-12)


@pytest.mark.parametrize(("f", "stride"), [(2, 2), (3, 2), (2, 3), (3, 1)])
def test_l2_equals_torch(f, stride):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    A_prev = rng.standard_normal((3, 9, 8, 4))
    x = torch.tensor(A_prev.transpose(0, 3, 1, 2), requires_grad=True)
    expected = torch.nn.LPPool2d(2, f, stride)(x)
    A, cache = scratch.pool_forward(A_prev, f, stride, "l2")
    ours = A.transpose(0, 3, 1, 2)
    np.testing.assert_allclose(ours, expected.detach().numpy(), atol=1e-12)
    dA = rng.standard_normal(A.shape)
    expected.backward(torch.tensor(dA.transpose(0, 3, 1, 2)))
    ours = scratch.pool_backward(dA, cache).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(ours, x.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("f", "stride"), [(2, None), (3, 2), (2, 3)])
def test_gradient_check(mode, f, stride):
    rng = np.random.default_rng(0)
    A_prev = rng.permutation(2.0 * np.arange(2 * 7 * 6 * 2)).reshape(2, 7, 6, 2) + 1
    A, cache = scratch.pool_forward(A_prev, f, stride, mode)
    dA = rng.standard_normal(A.shape)

    def cost(x):
        return np.sum(scratch.pool_forward(x, f, stride, mode)[0] * dA)

    error = scratch.gradient_check(
        cost, A_prev, scratch.pool_backward(dA, cache), epsilon=1e-3
    )
    assert error < 1e-8


def test_of_equal_pixels_the_first_gets_the_gradient():
    A_prev = np.zeros((1, 4, 4, 1))
    A, cache = scratch.pool_forward(A_prev, f=2)
    expected = np.zeros((4, 4))
    expected[::2, ::2] = 1
    dA_prev = scratch.pool_backward(np.ones_like(A), cache)
    np.testing.assert_array_equal(dA_prev[0, :, :, 0], expected)


@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_l2_neither_overflows_nor_vanishes(size):
    A_prev = np.array([3, 0, 0, 4], "float32").reshape(1, 2, 2, 1) * np.float32(size)
    A, cache = scratch.pool_forward(A_prev, f=2, mode="l2")
    assert A.item() == pytest.approx(5 * size, rel=1e-6)
    dA_prev = scratch.pool_backward(np.ones_like(A), cache)
    np.testing.assert_allclose(dA_prev.ravel(), [0.6, 0, 0, 0.8], rtol=1e-6)


def test_l2_of_zeros_has_no_gradient():
    A, cache = scratch.pool_forward(np.zeros((1, 4, 4, 1)), f=2, mode="l2")
    np.testing.assert_array_equal(A, 0)
    np.testing.assert_array_equal(scratch.pool_backward(np.ones_like(A), cache), 0)


@pytest.mark.parametrize("mode", MODES)
def test_a_nan_pixel_reaches_the_windows_that_see_it(mode):
    A_prev = np.random.default_rng(0).random((2, 4, 4, 2))
    A_prev[1, 2, 1, 0] = np.nan
    A, cache = scratch.pool_forward(A_prev, f=2, mode=mode)
    expected = np.zeros(A.shape, bool)
    expected[1, 1, 0, 0] = True
    np.testing.assert_array_equal(np.isnan(A), expected)
    if mode == "max":
        dA_prev = scratch.pool_backward(np.ones_like(A), cache)
        assert dA_prev[1, 2, 1, 0] == 1
        assert dA_prev.sum() == A.size


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("m", [0, 2])
def test_the_dtype_stays_and_an_empty_batch_is_empty(mode, dtype, m):
    A_prev = np.ones((m, 5, 4, 3), dtype)
    A, cache = scratch.pool_forward(A_prev, f=2, mode=mode)
    assert A.shape == (m, 2, 2, 3)
    dA_prev = scratch.pool_backward(np.ones(A.shape), cache)
    assert dA_prev.shape == A_prev.shape
    assert A.dtype == dA_prev.dtype == dtype


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"mode": "mean"}, ValueError, '"max", "average" or "l2".*mean'),
        ({"mode": None}, ValueError, "`mode` must be"),
        ({"mode": ["max"]}, ValueError, "`mode` must be"),
        ({"f": 0}, ValueError, "Received: f=0"),
        ({"f": 2.0}, ValueError, "Received: f=2.0"),
        ({"f": 5}, ValueError, "larger than the padded image"),
        ({"stride": 0}, ValueError, "Received: stride=0"),
        ({"A_prev": np.zeros((4, 4, 1))}, ValueError, "newaxis"),
        ({"A_prev": np.zeros((1, 4, 4, 1), "uint8")}, TypeError, "Divide by 255"),
    ],
)
def test_bad_input(change, error, message):
    with pytest.raises(error, match=message):
        scratch.pool_forward(**{"A_prev": np.zeros((1, 4, 4, 1)), "f": 2, **change})


def test_bad_gradient():
    _, cache = scratch.pool_forward(np.zeros((1, 4, 4, 1)), f=2)
    with pytest.raises(ValueError, match=r"`dA` must have .*\(1, 2, 2, 1\)"):
        scratch.pool_backward(np.zeros((1, 4, 4, 1)), cache)
