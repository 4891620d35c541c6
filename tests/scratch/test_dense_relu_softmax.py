"""Dense layers, ReLU and the loss, against TensorFlow and finite differences."""

import numpy as np
import pytest
import tensorflow as tf

from cnnkit import scratch


def dense():
    rng = np.random.default_rng(0)
    return {
        "A_prev": rng.standard_normal((4, 5)),
        "W": rng.standard_normal((5, 3)),
        "b": rng.standard_normal((1, 3)),
    }


@pytest.mark.parametrize("name", ["A_prev", "W", "b"])
def test_dense_gradients(name):
    values = dense()
    Z, cache = scratch.dense_forward(**values)
    np.testing.assert_allclose(Z, values["A_prev"] @ values["W"] + values["b"])
    dZ = np.random.default_rng(1).standard_normal(Z.shape)
    gradients = dict(zip(values, scratch.dense_backward(dZ, cache), strict=True))
    assert gradients[name].shape == values[name].shape

    def cost(x):
        return np.sum(scratch.dense_forward(**{**values, name: x})[0] * dZ)

    assert scratch.gradient_check(cost, values[name], gradients[name]) < 1e-8


def test_relu_and_its_gradient():
    Z = np.array([[-2.0, -0.0, 0.0, 3.0]])
    A, cache = scratch.relu_forward(Z)
    np.testing.assert_array_equal(A, [[0, 0, 0, 3]])
    np.testing.assert_array_equal(
        scratch.relu_backward(np.full_like(Z, 5.0), cache), [[0, 0, 0, 5]]
    )
    assert np.isnan(scratch.relu_forward(np.array([np.nan]))[0])


def test_loss_equals_tensorflow():
    rng = np.random.default_rng(0)
    logits, labels = rng.standard_normal((6, 4)) * 5, rng.integers(0, 4, 6)
    x = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(x)
        expected = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels, x)
        )
    loss, dlogits = scratch.softmax_cross_entropy(logits, labels)
    assert loss == pytest.approx(float(expected), rel=1e-12)
    np.testing.assert_allclose(dlogits, tape.gradient(expected, x), atol=1e-14)
    np.testing.assert_allclose(scratch.softmax(logits), tf.nn.softmax(x), atol=1e-14)

    def cost(z):
        return scratch.softmax_cross_entropy(z, labels)[0]

    assert scratch.gradient_check(cost, logits, dlogits) < 1e-8


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_scores_far_apart_neither_overflow_nor_give_nan(dtype):
    logits = np.array([[1e30, -1e30], [-1e30, 1e30]], dtype)
    loss, dlogits = scratch.softmax_cross_entropy(logits, [0, 0])
    assert np.isfinite(loss)
    np.testing.assert_array_equal(dlogits, [[0, 0], [-0.5, 0.5]])
    assert dlogits.dtype == scratch.softmax(logits).dtype == dtype


def test_equal_scores():
    loss, _ = scratch.softmax_cross_entropy(np.zeros((3, 10)), [1, 2, 3])
    assert loss == pytest.approx(np.log(10))


def test_an_empty_batch():
    empty = np.zeros((0, 3), "float32")
    Z, cache = scratch.dense_forward(empty, np.ones((3, 2)), np.ones((1, 2)))
    assert Z.shape == (0, 2)
    dA_prev, dW, db = scratch.dense_backward(Z, cache)
    assert dA_prev.shape == empty.shape
    np.testing.assert_array_equal(dW, np.zeros((3, 2)))
    np.testing.assert_array_equal(db, np.zeros((1, 2)))
    loss, dlogits = scratch.softmax_cross_entropy(empty, [])
    assert loss == 0
    assert dlogits.shape == (0, 3)
    assert scratch.softmax(empty).shape == (0, 3)


A, W, B = np.zeros((4, 5)), np.zeros((5, 3)), np.zeros((1, 3))
LOGITS = np.zeros((2, 3))


@pytest.mark.parametrize(
    ("function", "arguments", "error", "message"),
    [
        (scratch.dense_forward, (A.astype("uint8"), W, B), TypeError, "by 255"),
        (scratch.dense_forward, (A.reshape(4, 5, 1), W, B), ValueError, "Flatten"),
        (scratch.dense_forward, (A.T, W, B), ValueError, r"\(m, 5\)"),
        (scratch.dense_forward, (A, W, B[0]), ValueError, r"`b` must.*\(1, n\)"),
        (scratch.dense_forward, (A, W, B[:, :1]), ValueError, r"\(1, 3\)"),
        (scratch.dense_forward, (A, W[0], B), ValueError, r"`W` must"),
        (scratch.dense_backward, (A, (A, W, B)), ValueError, r"\(4, 3\)"),
        (scratch.relu_forward, ([1, 2],), TypeError, "must hold floats"),
        (scratch.relu_backward, (A, W), ValueError, r"\(5, 3\)"),
        (scratch.softmax, (LOGITS[0],), ValueError, r"\(m, classes\)"),
        (scratch.softmax, (LOGITS * np.nan,), ValueError, "must be finite"),
        (scratch.softmax_cross_entropy, (LOGITS, [0, 3]), ValueError, "0 to 2"),
        (scratch.softmax_cross_entropy, (LOGITS, [0, -1]), ValueError, "0 to 2"),
        (scratch.softmax_cross_entropy, (LOGITS, [0]), ValueError, r"\(2,\)"),
        (scratch.softmax_cross_entropy, (LOGITS, [0.0, 1.0]), TypeError, "argmax"),
        (scratch.softmax_cross_entropy, (LOGITS, LOGITS), TypeError, "argmax"),
    ],
)
def test_bad_input(function, arguments, error, message):
    with pytest.raises(error, match=message):
        function(*arguments)
