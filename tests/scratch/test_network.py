"""A whole network: gradients, training, and how it fails."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from cnnkit import scratch
from cnnkit.scratch import Conv, Dense, Flatten, Network, Pool, ReLU


def small_layers(mode="max"):
    layers = [Conv(8, f=3, pad="same"), ReLU(), Pool(2, mode=mode)]
    layers += [Conv(16, f=3, pad="same"), ReLU(), Pool(2, mode=mode)]
    return [*layers, Flatten(), Dense(10)]


@pytest.fixture(scope="module")
def digits():
    images, labels = load_digits(return_X_y=True)
    images = (images / 16).astype("float32").reshape(-1, 8, 8, 1)
    return train_test_split(
        images, labels, test_size=360, random_state=0, stratify=labels
    )


def test_learns_handwritten_digits(digits):
    x_train, x_test, y_train, y_test = digits
    network = Network(small_layers(), (8, 8, 1), seed=1)
    history = network.fit(x_train, y_train, epochs=12)
    assert np.mean(network.predict(x_test) == y_test) > 0.95
    assert len(history["loss"]) == len(history["accuracy"]) == 12
    assert history["loss"][-1] < 0.1 * history["loss"][0]
    assert history["accuracy"][-1] > 0.99
    assert {p.dtype for p in network.parameters()} == {np.dtype("float32")}


@pytest.mark.parametrize("mode", ["max", "average", "l2"])
def test_gradient_check_of_the_whole_network(mode):
    rng = np.random.default_rng(0)
    x, labels = rng.random((5, 8, 8, 1)), rng.integers(0, 10, 5)
    network = Network(small_layers(mode), (8, 8, 1), seed=3, dtype="float64")
    for layer in network.layers:
        if layer.parameters:
            layer.parameters["b"] += 0.1 * rng.standard_normal(
                layer.parameters["b"].shape
            )

    def cost(_):
        return scratch.softmax_cross_entropy(network.forward(x), labels)[0]

    _, dlogits = scratch.softmax_cross_entropy(network.forward(x), labels)
    dx = network.backward(dlogits)
    pairs = zip([x, *network.parameters()], [dx, *network.gradients()], strict=True)
    for values, gradient in pairs:
        error = scratch.gradient_check(cost, values, gradient, samples=20)
        assert error < 1e-6


def test_the_first_step_equals_keras(digits):
    import keras

    x, _, y, _ = digits
    x, y = x[:32], y[:32]
    network = Network(small_layers(), (8, 8, 1), seed=1)
    twin = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    shapes = [w.shape for w in twin.get_weights()]
    twin.set_weights(
        [p.reshape(s) for p, s in zip(network.parameters(), shapes, strict=True)]
    )
    np.testing.assert_allclose(network.forward(x), twin(x), atol=1e-5)
    twin.compile(
        keras.optimizers.SGD(0.05, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    theirs = twin.fit(x, y, batch_size=32, epochs=5, verbose=0).history["loss"]
    ours = network.fit(x, y, batch_size=32, epochs=5)["loss"]
    np.testing.assert_allclose(ours, theirs, rtol=1e-3)
    for parameter, weight in zip(network.parameters(), twin.get_weights(), strict=True):
        np.testing.assert_allclose(parameter.ravel(), weight.ravel(), atol=1e-3)


def test_the_same_seeds_give_the_same_network(digits):
    x, _, y, _ = digits
    runs = []
    for seed, order in ((1, 1), (1, 1), (1, 2), (2, 1)):
        network = Network(small_layers(), (8, 8, 1), seed=seed)
        history = network.fit(x[:200], y[:200], epochs=1, seed=order)
        runs.append(history["loss"][0])
    assert runs[0] == runs[1]
    assert len(set(runs)) == 3


def test_the_first_weights_have_the_variance_of_he():
    network = Network([Conv(64, f=5), Flatten(), Dense(50)], (9, 9, 16))
    W, b, W_dense, b_dense = network.parameters()
    assert W.var() == pytest.approx(2 / (5 * 5 * 16), rel=0.05)
    assert W_dense.var() == pytest.approx(2 / (5 * 5 * 64), rel=0.05)
    assert not b.any()
    assert not b_dense.any()


def test_lenet5_has_its_61706_parameters():
    layers = [Conv(6, f=5, pad="same"), ReLU(), Pool(2), Conv(16, f=5), ReLU(), Pool(2)]
    layers += [Flatten(), Dense(120), ReLU(), Dense(84), ReLU(), Dense(10)]
    network = Network(layers, (28, 28, 1))
    sizes = [p.size for p in network.parameters()]
    weights_and_biases = [sum(sizes[i : i + 2]) for i in range(0, len(sizes), 2)]
    assert weights_and_biases == [156, 2416, 48120, 10164, 850]
    assert sum(sizes) == 61706


def test_training_that_diverges_says_so(digits):
    x, _, y, _ = digits
    network = Network(small_layers(), (8, 8, 1))
    with pytest.raises(FloatingPointError, match="smaller learning rate.*1e\\+30"):
        network.fit(x[:100], y[:100], epochs=20, learning_rate=1e30)


def test_the_last_batch_may_be_short_and_an_empty_one_is_predicted(digits):
    x, _, y, _ = digits
    network = Network(small_layers(), (8, 8, 1))
    history = network.fit(x[:33], y[:33], epochs=1, batch_size=32)
    assert np.isfinite(history["loss"]).all()
    assert network.predict(x[:0]).shape == (0,)
    many = network.predict(x[:10], batch_size=3)
    np.testing.assert_array_equal(many, network.predict(x[:10]))
    np.testing.assert_array_equal(many, network.forward(x[:10]).argmax(axis=1))


def test_backward_before_forward_is_refused():
    network = Network(small_layers(), (8, 8, 1))
    with pytest.raises(RuntimeError, match="Call forward"):
        network.backward(np.zeros((1, 10)))
    with pytest.raises(RuntimeError, match="Call backward"):
        network.gradients()


TWICE = Dense(10)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Network([Dense(10)], (8, 8, 1)), "Put `Flatten"),
        (lambda: Network([Conv(4, f=3)], (8, 8, 1)), "must end in one row"),
        (lambda: Network([Conv(4, f=9)], (8, 8, 1)), "larger than the padded"),
        (lambda: Network([Pool(9)], (8, 8, 1)), "larger than the padded"),
        (lambda: Network([Flatten(), Conv(4, f=3)], (8, 8, 1)), "n_H, n_W, n_C"),
        (lambda: Network([Flatten(), Pool()], (8, 8, 1)), "n_H, n_W, n_C"),
        (lambda: Network([Pool(mode="mean")], (8, 8, 1)), '"max", "average"'),
        (lambda: Network([Flatten()], (8, 8)), r"\(n_H, n_W, n_C\)"),
        (lambda: Network([Flatten()], (8, 8.0, 1)), "8.0"),
        (lambda: Network([Flatten(), TWICE, TWICE], (8, 8, 1)), "same layer twice"),
        (lambda: Network([Flatten()], (8, 8, 1), dtype="int8"), "`dtype` must be"),
        (lambda: Conv(0, f=3), "Received: filters=0"),
        (lambda: Conv(4, f=3.0), "Received: f=3.0"),
        (lambda: Conv(4, f=3, stride=0), "Received: stride=0"),
        (lambda: Dense(-1), "Received: units=-1"),
        (lambda: Pool(0), "Received: f=0"),
    ],
)
def test_layers_that_do_not_fit(make, message):
    with pytest.raises(ValueError, match=message):
        make()


GOOD = {"x": np.zeros((4, 8, 8, 1)), "y": np.zeros(4, int)}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.zeros((4, 8, 8, 1), "uint8")}, TypeError, "Divide by 255"),
        ({"x": np.zeros((4, 64))}, ValueError, r"\(m, n_H"),
        ({"x": np.zeros((4, 8, 9, 1))}, ValueError, r"images of \(8, 8, 1\)"),
        ({"x": np.full((4, 8, 8, 1), np.nan)}, ValueError, "must be finite"),
        ({"x": GOOD["x"][:0], "y": GOOD["y"][:0]}, ValueError, "at least one image"),
        ({"y": np.zeros(3, int)}, ValueError, r"shape \(4,\)"),
        ({"y": np.full(4, 10)}, ValueError, "from 0 to 9"),
        ({"y": np.zeros((4, 10))}, TypeError, "one-hot"),
        ({"epochs": 0}, ValueError, "Received: epochs=0"),
        ({"batch_size": 2.5}, ValueError, "Received: batch_size=2.5"),
        ({"learning_rate": 0}, ValueError, "Received: learning_rate=0"),
        ({"learning_rate": "fast"}, ValueError, "Received: learning_rate='fast'"),
        ({"learning_rate": np.nan}, ValueError, "Received: learning_rate=nan"),
        ({"momentum": 1}, ValueError, "Received: momentum=1"),
    ],
)
def test_bad_training(change, error, message):
    network = Network(small_layers(), (8, 8, 1))
    with pytest.raises(error, match=message):
        network.fit(**{**GOOD, **change})


def test_predict_refuses_nan():
    with pytest.raises(ValueError, match="must be finite"):
        Network(small_layers(), (8, 8, 1)).predict(np.full((1, 8, 8, 1), np.nan))
