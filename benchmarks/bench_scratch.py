"""`cnnkit.scratch` beside what people would use instead.

Run with `pytest benchmarks/bench_scratch.py --benchmark-only`. Each group holds two
rows that do the same work on the same arrays; compare them within a group.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnkit import scratch

SMALL = (10, 32, 32, 3), (3, 3, 3, 16)
LARGE = (16, 64, 64, 16), (3, 3, 16, 32)


def arrays(shape, filters):
    rng = np.random.default_rng(0)
    A_prev = rng.standard_normal(shape).astype("float32")
    W = rng.standard_normal(filters).astype("float32")
    return A_prev, W, np.zeros((1, 1, 1, filters[-1]), "float32")


@pytest.mark.asked("within 0.01")
@pytest.mark.benchmark(group="conv_forward (10, 32, 32, 3) * (3, 3, 3, 16)")
@pytest.mark.parametrize("who", ["cnnkit.scratch", "four nested loops"])
def test_forward_beside_the_loops(benchmark, who):
    ours = who == "cnnkit.scratch"
    forward = scratch.conv_forward if ours else scratch.conv_forward_loops
    A_prev, W, b = arrays(*SMALL)
    Z, _ = benchmark(forward, A_prev, W, b)
    np.testing.assert_allclose(Z, keras.ops.conv(A_prev, W), atol=1e-3)


@pytest.mark.asked("within 4")
@pytest.mark.benchmark(group="conv_forward (16, 64, 64, 16) * (3, 3, 16, 32)")
@pytest.mark.parametrize("who", ["cnnkit.scratch", "keras.ops.conv"])
def test_forward_beside_keras(benchmark, who):
    A_prev, W, b = arrays(*LARGE)
    if who == "cnnkit.scratch":
        Z, _ = benchmark(scratch.conv_forward, A_prev, W, b)
    else:
        Z = benchmark(keras.ops.conv, tf.constant(A_prev), tf.constant(W))
    np.testing.assert_allclose(Z[0], keras.ops.conv(A_prev[:1], W)[0], atol=1e-3)


@tf.function
def tensorflow_gradient(A_prev, W, dZ):
    with tf.GradientTape() as tape:
        tape.watch([A_prev, W])
        Z = tf.nn.conv2d(A_prev, W, 1, "VALID")
    return tape.gradient(Z, [A_prev, W], dZ)


@pytest.mark.asked("within 6")
@pytest.mark.benchmark(group="conv_backward (16, 64, 64, 16) * (3, 3, 16, 32)")
@pytest.mark.parametrize("who", ["cnnkit.scratch", "tf.GradientTape"])
def test_backward_beside_tensorflow(benchmark, who):
    A_prev, W, b = arrays(*LARGE)
    Z, cache = scratch.conv_forward(A_prev, W, b)
    dZ = np.random.default_rng(1).standard_normal(Z.shape).astype("float32")
    tensors = [tf.constant(x) for x in (A_prev, W, dZ)]
    expected = tensorflow_gradient(*tensors)
    if who == "cnnkit.scratch":
        gradients = benchmark(scratch.conv_backward, dZ, cache)
    else:
        gradients = benchmark(tensorflow_gradient, *tensors)
    np.testing.assert_allclose(gradients[0], expected[0], atol=1e-3)
    np.testing.assert_allclose(gradients[1], expected[1], rtol=1e-3, atol=0.1)


@pytest.mark.benchmark(group="max pooling (16, 64, 64, 16), 2 x 2")
@pytest.mark.parametrize("who", ["cnnkit.scratch", "keras.ops.max_pool"])
def test_pooling_beside_keras(benchmark, who):
    A_prev, _, _ = arrays(*LARGE)
    if who == "cnnkit.scratch":
        A, _ = benchmark(scratch.pool_forward, A_prev, 2, 2, "max")
    else:
        A = benchmark(keras.ops.max_pool, tf.constant(A_prev), 2, 2)
    np.testing.assert_array_equal(A, keras.ops.max_pool(A_prev, 2, 2))
