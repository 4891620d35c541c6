import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnkit.layers import LocalResponseNormalization
from tests.checks import check_layer, check_saved

ARGUMENTS = [
    {},
    {"n": 1},
    {"n": 3, "alpha": 0.5, "beta": 0.3, "k": 1.0},
    {"n": 5, "alpha": 2.0, "beta": 1.0, "k": 0.1},
    {"n": 15, "alpha": 0.1},
    {"alpha": 0.0, "beta": 0.0},
]


def values(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def naive(x, n=5, alpha=1e-4, beta=0.75, k=2.0):
    """The paper's formula, one number after the other."""
    y = np.zeros_like(x)
    channels = x.shape[-1]
    for i in range(channels):
        low, high = max(0, i - n // 2), min(channels - 1, i + n // 2)
        total = sum(x[..., j] ** 2 for j in range(low, high + 1))
        y[..., i] = x[..., i] / (k + alpha * total) ** beta
    return y


def outputs_and_gradient(function, x, weights):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
        loss = tf.reduce_sum(y * weights)
    return y.numpy(), tape.gradient(loss, x).numpy()


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_against_tensorflow(arguments):
    layer = LocalResponseNormalization(**arguments)
    x, weights = 3 * values(2, 4, 5, 7), values(7)
    outputs, gradient = outputs_and_gradient(layer, x, weights)
    expected, expected_gradient = outputs_and_gradient(
        lambda x: tf.nn.local_response_normalization(
            x, layer.n // 2, layer.k, layer.alpha, layer.beta
        ),
        x,
        weights,
    )
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_against_torch(arguments):
    torch = pytest.importorskip("torch")
    layer = LocalResponseNormalization(**arguments)
    x, weights = 3 * values(2, 4, 5, 7), values(7)
    outputs, gradient = outputs_and_gradient(layer, x, weights)

    tensor = torch.tensor(x.transpose(0, 3, 1, 2), requires_grad=True)
    norm = torch.nn.LocalResponseNorm(
        layer.n, alpha=layer.alpha * layer.n, beta=layer.beta, k=layer.k
    )
    y = norm(tensor)
    (y * torch.tensor(weights)[:, None, None]).sum().backward()
    expected = y.detach().numpy().transpose(0, 2, 3, 1)
    expected_gradient = tensor.grad.numpy().transpose(0, 2, 3, 1)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-4, atol=1e-5)


@settings(max_examples=20)
@given(
    n=st.integers(0, 4).map(lambda r: 2 * r + 1),
    channels=st.integers(1, 6),
    alpha=st.floats(0, 10),
    beta=st.floats(0, 3),
    k=st.floats(0.01, 10),
)
def test_against_the_formula(n, channels, alpha, beta, k):
    x = values(2, 1, 3, channels)
    layer = LocalResponseNormalization(n, alpha, beta, k)
    np.testing.assert_allclose(
        layer(x), naive(x, n, alpha, beta, k), rtol=1e-4, atol=1e-5
    )


def test_a_strong_neighbour_damps():
    x = np.ones((1, 1, 1, 9), "float32")
    x[..., 4] = 100
    y = LocalResponseNormalization(n=3, alpha=1.0)(x)[0, 0, 0].numpy()
    assert y[3] < 0.01 < 0.1 < y[2]
    assert y[3] == y[5]


def test_every_way_a_layer_is_used(tmp_path):
    x = values(3, 5, 4, 6)
    check_layer(LocalResponseNormalization, x, x.shape)
    inputs = keras.Input((5, 4, 6))
    model = keras.Model(inputs, LocalResponseNormalization(n=3, k=1.0)(inputs))
    assert model.count_params() == 0
    check_saved(model, x, tmp_path)


def test_large_numbers_in_half_precision():
    x = np.full((1, 1, 1, 5), 1000.0, "float16")
    y = LocalResponseNormalization(dtype="mixed_float16")(x).numpy()
    expected = naive(x.astype("float32"))
    np.testing.assert_allclose(y, expected, rtol=1e-2)


def test_zeros_stay_zeros():
    x = np.zeros((1, 2, 2, 4), "float32")
    outputs, gradient = outputs_and_gradient(LocalResponseNormalization(), x, 1.0)
    assert not outputs.any()
    np.testing.assert_allclose(gradient, 2**-0.75, rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 4}, "`n` must be odd"),
        ({"n": 0}, "`n` must be a positive integer"),
        ({"n": 2.5}, "`n` must be a positive integer"),
        ({"alpha": -1}, "`alpha` must be a number of at least 0"),
        ({"beta": float("nan")}, "`beta` must be a number of at least 0"),
        ({"beta": "x"}, "`beta` must be a number"),
        ({"k": 0}, "`k` must be above 0"),
        ({"k": float("inf")}, "`k` must be a number"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        LocalResponseNormalization(**arguments)
