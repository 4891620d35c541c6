"""Convolution layers: published figures, other libraries, the loops."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnkit import scratch


def layer(shape, filters, seed=0, dtype="float64"):
    rng = np.random.default_rng(seed)
    A_prev = rng.standard_normal(shape).astype(dtype)
    W = rng.standard_normal(filters).astype(dtype)
    b = rng.standard_normal((1, 1, 1, filters[-1])).astype(dtype)
    return A_prev, W, b


@st.composite
def settings_of_a_layer(draw):
    f = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = draw(st.integers(1, 4))
    side = st.integers(0, 3)
    pad = draw(
        st.sampled_from(["valid", "same"])
        | side
        | st.tuples(side, side)
        | st.tuples(st.tuples(side, side), st.tuples(side, side))
    )
    size = [draw(st.integers(max(1, n), 8)) for n in f]
    m, n_C_prev, n_C = (draw(st.integers(1, 3)) for _ in range(3))
    return (m, *size, n_C_prev), (*f, n_C_prev, n_C), stride, pad


# The figures that deeplearning.ai prints in its first assignment of the course.
def test_published_single_step():
    rng = np.random.RandomState(1)
    a_slice, W, b = rng.randn(4, 4, 3), rng.randn(4, 4, 3), rng.randn(1, 1, 1)
    Z = scratch.conv_single_step(a_slice, W, b)
    assert isinstance(Z, float)
    assert Z == pytest.approx(-6.99908945068, abs=1e-11)
    assert scratch.conv_single_step(a_slice, W, b.item()) == Z


def published_layer():
    rng = np.random.RandomState(1)
    return rng.randn(10, 4, 4, 3), rng.randn(2, 2, 3, 8), rng.randn(1, 1, 1, 8)


@pytest.mark.parametrize("forward", [scratch.conv_forward, scratch.conv_forward_loops])
def test_published_layer(forward):
    Z, cache = forward(*published_layer(), stride=2, pad=2)
    assert Z.shape == (10, 4, 4, 8)
    assert Z.mean() == pytest.approx(0.0489952035289, abs=1e-13)
    expected = [-0.61490741, -6.7439236, -2.55153897, 1.75698377]
    expected += [3.56208902, 0.53036437, 5.18531798, 8.75898442]
    np.testing.assert_allclose(Z[3, 2, 1], expected, atol=5e-9)
    cached = [-0.20075807, 0.18656139, 0.41005165]
    np.testing.assert_allclose(cache[0][1][2][3], cached, atol=5e-9)


def test_published_backward():
    Z, cache = scratch.conv_forward(*published_layer(), stride=2, pad=2)
    dA_prev, dW, db = scratch.conv_backward(Z, cache)
    assert dA_prev.mean() == pytest.approx(1.45243777754, abs=1e-11)
    assert dW.mean() == pytest.approx(1.72699145831, abs=1e-11)
    assert db.mean() == pytest.approx(7.83923256462, abs=1e-11)


def test_the_cache_is_a_plain_tuple():
    A_prev, W, b = layer((1, 5, 5, 2), (3, 3, 2, 4))
    _, cache = scratch.conv_forward(A_prev, W, b, stride=2, pad="same")
    assert isinstance(cache, tuple)
    assert cache[3] == {"stride": 2, "pad": ((1, 1), (1, 1))}


@settings(deadline=None, max_examples=60)
@given(settings_of_a_layer())
def test_forward_equals_the_loops(case):
    shape, filters, stride, pad = case
    arguments = *layer(shape, filters), stride, pad
    fast, slow = (
        scratch.conv_forward(*arguments),
        scratch.conv_forward_loops(*arguments),
    )
    np.testing.assert_allclose(fast[0], slow[0], atol=1e-12)
    assert fast[1][3] == slow[1][3]


@settings(deadline=None, max_examples=60)
@given(settings_of_a_layer())
def test_backward_is_the_adjoint(case):
    """The layer is linear in its input, in its filters and in its biases."""
    shape, filters, stride, pad = case
    A_prev, W, b = layer(shape, filters)
    Z, cache = scratch.conv_forward(A_prev, W, b, stride, pad)
    dZ = np.random.default_rng(1).standard_normal(Z.shape)
    dA_prev, dW, db = scratch.conv_backward(dZ, cache)
    linear = np.vdot(Z - b, dZ)
    assert np.vdot(A_prev, dA_prev) == pytest.approx(linear, abs=1e-9)
    assert np.vdot(W, dW) == pytest.approx(linear, abs=1e-9)
    assert np.vdot(b, db) == pytest.approx(np.sum(b * dZ), abs=1e-9)


@pytest.mark.parametrize("pad", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("f", [1, 2, 3, 4, 5])
def test_forward_and_backward_equal_tensorflow(f, stride, pad):
    A_prev, W, b = layer((3, 9, 8, 4), (f, f, 4, 5))
    inputs = [tf.constant(x) for x in (A_prev, W, b)]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        expected = keras.ops.conv(inputs[0], inputs[1], stride, pad) + inputs[2]
    Z, cache = scratch.conv_forward(A_prev, W, b, stride, pad)
    np.testing.assert_allclose(Z, expected, atol=1e-12)
    dZ = np.random.default_rng(1).standard_normal(Z.shape)
    gradients = tape.gradient(expected, inputs, tf.constant(dZ))
    for ours, theirs in zip(scratch.conv_backward(dZ, cache), gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@pytest.mark.parametrize("pad", [0, 1, 3])
@pytest.mark.parametrize("stride", [1, 2, 4])
def test_forward_and_backward_equal_torch(stride, pad):
    torch = pytest.importorskip("torch")
    A_prev, W, b = layer((3, 9, 8, 4), (3, 2, 4, 5))
    x, w, bias = (torch.tensor(a, requires_grad=True) for a in (A_prev, W, b))
    expected = torch.nn.functional.conv2d(
        x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), bias.ravel(), stride, pad
    ).permute(0, 2, 3, 1)
    Z, cache = scratch.conv_forward(A_prev, W, b, stride, pad)
    np.testing.assert_allclose(Z, expected.detach().numpy(), atol=1e-12)
    dZ = np.random.default_rng(1).standard_normal(Z.shape)
    expected.backward(torch.tensor(dZ))
    gradients = [t.grad.numpy() for t in (x, w, bias)]
    for ours, theirs in zip(scratch.conv_backward(dZ, cache), gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@pytest.mark.parametrize("name", ["A_prev", "W", "b"])
@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, "same"), (3, (2, 1))])
def test_gradient_check(name, stride, pad):
    values = dict(
        zip(("A_prev", "W", "b"), layer((2, 6, 5, 2), (3, 2, 2, 3)), strict=True)
    )
    Z, cache = scratch.conv_forward(**values, stride=stride, pad=pad)
    dZ = np.random.default_rng(1).standard_normal(Z.shape)
    gradients = dict(zip(values, scratch.conv_backward(dZ, cache), strict=True))

    def cost(x):
        Z, _ = scratch.conv_forward(**{**values, name: x}, stride=stride, pad=pad)
        return np.sum(Z * dZ)

    assert scratch.gradient_check(cost, values[name], gradients[name]) < 1e-8


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_dtype_stays(dtype):
    A_prev, W, b = layer((2, 6, 6, 2), (3, 3, 2, 3), dtype=dtype)
    Z, cache = scratch.conv_forward(A_prev, W, b)
    loops, _ = scratch.conv_forward_loops(A_prev, W, b)
    assert Z.dtype == loops.dtype == dtype
    dZ = np.ones(Z.shape)
    assert {g.dtype for g in scratch.conv_backward(dZ, cache)} == {np.dtype(dtype)}


def test_whole_numbers_as_weights_take_the_dtype_of_the_images():
    Z, _ = scratch.conv_forward(
        np.ones((1, 3, 3, 1), "float32"),
        np.ones((3, 3, 1, 1), int),
        np.zeros((1, 1, 1, 1), int),
    )
    assert Z.dtype == np.float32
    assert Z.item() == 9


def test_a_batch_of_many_blocks(monkeypatch):
    monkeypatch.setattr(scratch._windows, "_BLOCK_BYTES", 2**20)
    A_prev, W, b = layer((40, 34, 34, 8), (3, 3, 8, 2), dtype="float32")
    Z, cache = scratch.conv_forward(A_prev, W, b, pad=1)
    one_by_one = [scratch.conv_forward(a[None], W, b, pad=1)[0][0] for a in A_prev]
    np.testing.assert_allclose(Z, one_by_one, atol=1e-4)
    dA_prev, dW, db = scratch.conv_backward(Z, cache)
    halves = [scratch.conv_forward(half, W, b, pad=1) for half in np.split(A_prev, 2)]
    parts = [scratch.conv_backward(*half) for half in halves]
    np.testing.assert_allclose(
        dA_prev, np.concatenate([p[0] for p in parts]), atol=1e-3
    )
    np.testing.assert_allclose(dW, sum(p[1] for p in parts), rtol=1e-3, atol=1)
    np.testing.assert_allclose(db, sum(p[2] for p in parts), rtol=1e-3, atol=1)


def test_inputs_are_left_as_they_are():
    values = layer((2, 5, 5, 2), (3, 3, 2, 3))
    before = [x.copy() for x in values]
    Z, cache = scratch.conv_forward(*values, pad=1)
    dZ = np.ones_like(Z)
    scratch.conv_backward(dZ, cache)
    for x, old in zip((*values, dZ), (*before, np.ones_like(Z)), strict=True):
        np.testing.assert_array_equal(x, old)


def test_arrays_that_are_not_contiguous():
    A_prev, W, b = layer((2, 6, 6, 3), (3, 3, 3, 4))
    turned = np.asfortranarray(A_prev[:, ::-1]), np.asfortranarray(W), b
    Z, cache = scratch.conv_forward(*turned)
    expected, expected_cache = scratch.conv_forward(A_prev[:, ::-1].copy(), W, b)
    np.testing.assert_allclose(Z, expected, atol=1e-12)
    dZ = np.asfortranarray(expected)
    pairs = zip(
        scratch.conv_backward(dZ, cache),
        scratch.conv_backward(expected, expected_cache),
        strict=True,
    )
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs, atol=1e-11)


def test_an_even_filter_with_same_puts_the_extra_zero_at_the_end():
    image = np.arange(1.0, 5.0).reshape(1, 1, 4, 1)
    _, cache = scratch.conv_forward(
        image, np.ones((1, 2, 1, 1)), np.zeros((1, 1, 1, 1)), pad="same"
    )
    assert cache[3]["pad"] == ((0, 0), (0, 1))


@pytest.mark.parametrize("forward", [scratch.conv_forward, scratch.conv_forward_loops])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_nan_pixel_reaches_the_windows_that_see_it(forward, dtype):
    A_prev, W, b = layer((2, 6, 6, 2), (3, 3, 2, 4), dtype=dtype)
    W[1, 1] = 0
    A_prev[1, 2, 3, 0] = np.nan
    Z, _ = forward(A_prev, W, b)
    expected = np.zeros(Z.shape, bool)
    expected[1, 0:3, 1:4] = True
    np.testing.assert_array_equal(np.isnan(Z), expected)


@pytest.mark.parametrize("forward", [scratch.conv_forward, scratch.conv_forward_loops])
def test_an_empty_batch(forward):
    A_prev, W, b = layer((0, 6, 6, 2), (3, 3, 2, 4), dtype="float32")
    Z, cache = forward(A_prev, W, b, stride=2, pad=1)
    assert Z.shape == (0, 3, 3, 4)
    dA_prev, dW, db = scratch.conv_backward(Z, cache)
    assert dA_prev.shape == A_prev.shape
    np.testing.assert_array_equal(dW, np.zeros_like(W))
    np.testing.assert_array_equal(db, np.zeros_like(b))


BAD = {
    "uint8": ({"A_prev": np.zeros((1, 5, 5, 2), "uint8")}, TypeError, "Divide by 255"),
    "int": ({"A_prev": np.zeros((1, 5, 5, 2), int)}, TypeError, "must hold floats"),
    "text": ({"A_prev": np.full((1, 5, 5, 2), "a")}, TypeError, "must hold floats"),
    "one image": ({"A_prev": np.zeros((5, 5, 2))}, ValueError, "A_prev.*newaxis"),
    "no rows": ({"A_prev": np.zeros((1, 0, 5, 2))}, ValueError, "at least 1"),
    "channels": ({"A_prev": np.zeros((1, 5, 5, 3))}, ValueError, "has 3 channels"),
    "small": ({"A_prev": np.zeros((1, 2, 5, 2))}, ValueError, "larger than the padded"),
    "wide": ({"W": np.zeros((3, 6, 2, 4))}, ValueError, "3 x 6, is larger"),
    "grid": ({"W": np.zeros((3, 3))}, ValueError, r"`W` must have the shape \(f, f"),
    "no filters": ({"W": np.zeros((3, 3, 2, 0))}, ValueError, "`W` must have"),
    "complex": ({"W": np.zeros((3, 3, 2, 4), complex)}, TypeError, "`W` must hold"),
    "flat b": ({"b": np.zeros(4)}, ValueError, r"`b` must have the shape \(1, 1, 1"),
    "short b": ({"b": np.zeros((1, 1, 1, 1))}, ValueError, r"\(1, 1, 1, 4\)"),
    "turned b": ({"b": np.zeros((4, 1, 1, 1))}, ValueError, r"\(1, 1, 1, 4\)"),
    "stride 0": ({"stride": 0}, ValueError, "positive integer. Received: stride=0"),
    "stride < 0": ({"stride": -1}, ValueError, "Received: stride=-1"),
    "stride 1.0": ({"stride": 1.0}, ValueError, "Received: stride=1.0"),
    "stride True": ({"stride": True}, ValueError, "Received: stride=True"),
    "stride None": ({"stride": None}, ValueError, "Received: stride=None"),
    "pad 1.0": ({"pad": 1.0}, ValueError, "`pad` must be.*Received: pad=1.0"),
    "pad < 0": ({"pad": -1}, ValueError, "none negative. Received: pad=-1"),
    "pad text": ({"pad": "smae"}, ValueError, '"valid" or "same".*smae'),
    "pad None": ({"pad": None}, ValueError, "Received: pad=None"),
    "pad array": ({"pad": np.array([1, 1])}, ValueError, "`pad` must be"),
    "pad triple": ({"pad": (1, 1, 1)}, ValueError, "`pad` must be"),
}


@pytest.mark.parametrize("forward", [scratch.conv_forward, scratch.conv_forward_loops])
@pytest.mark.parametrize(("change", "error", "message"), BAD.values(), ids=BAD)
def test_bad_input(forward, change, error, message):
    A_prev, W, b = layer((1, 5, 5, 2), (3, 3, 2, 4))
    with pytest.raises(error, match=message):
        forward(**{"A_prev": A_prev, "W": W, "b": b, **change})


@pytest.mark.parametrize(
    ("dZ", "error", "message"),
    [
        (np.zeros((1, 3, 3, 1)), ValueError, r"\(1, 3, 3, 4\)"),
        (np.zeros((3, 3, 4)), ValueError, "Received: dZ.shape"),
        (np.zeros((1, 3, 3, 4), int), TypeError, "`dZ` must hold floats"),
    ],
)
def test_bad_gradient(dZ, error, message):
    _, cache = scratch.conv_forward(*layer((1, 5, 5, 2), (3, 3, 2, 4)))
    with pytest.raises(error, match=message):
        scratch.conv_backward(dZ, cache)


@pytest.mark.parametrize(
    ("a_slice", "W", "b", "message"),
    [
        (np.zeros((3, 3, 2)), np.zeros((3, 3, 1)), 0, "same shape"),
        (np.zeros((3, 3, 1)), np.zeros((2, 2, 1)), 0, "same shape"),
        (np.zeros((3, 3, 1)), np.zeros((3, 3, 1)), np.zeros(3), "one number"),
    ],
)
def test_bad_single_step(a_slice, W, b, message):
    with pytest.raises(ValueError, match=message):
        scratch.conv_single_step(a_slice, W, b)
