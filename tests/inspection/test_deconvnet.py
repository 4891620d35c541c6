"""Projections against a loop, and against the gradient where that is the same."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from cnnkit.inspection import DeconvNet, FeatureEvolution, top_patches
from tests.gradients import gradients


def network(strides=1, padding="same", dilation=1, pool=(2, 2, "valid"), side=12):
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((side, side + 1, 2)),
            layers.Conv2D(
                4,
                3,
                strides,
                padding,
                dilation_rate=dilation,
                activation="relu",
                bias_initializer="random_normal",
                name="conv1",
            ),
            layers.MaxPooling2D(*pool, name="pool1"),
            layers.Conv2D(5, (3, 2), padding=padding, name="conv2"),
            layers.ReLU(name="relu2"),
            layers.Dropout(0.5, name="drop2"),
        ]
    )


def images(model, n=3):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, *model.input_shape[1:])).astype("float32")


def by_loop(model, image, unit):
    """Zeiler and Fergus's steps, number by number; strides 1, padding "valid"."""
    conv1, _, conv2 = (model.get_layer(x) for x in ("conv1", "pool1", "conv2"))

    def conv(x, layer):
        kernel, bias = map(ops.convert_to_numpy, layer.weights)
        f, g = kernel.shape[:2]
        out = np.zeros((x.shape[0] - f + 1, x.shape[1] - g + 1, kernel.shape[-1]))
        for i, j in np.ndindex(*out.shape[:2]):
            out[i, j] = np.tensordot(x[i : i + f, j : j + g], kernel, 3) + bias
        return np.maximum(out, 0)

    def back(signal, layer, shape):
        kernel = ops.convert_to_numpy(layer.kernel)
        out, (f, g) = np.zeros(shape), kernel.shape[:2]
        for i, j in np.ndindex(*signal.shape[:2]):
            out[i : i + f, j : j + g] += np.tensordot(kernel, signal[i, j], (3, 0))
        return out

    first = conv(image.astype(float), conv1)
    rows, columns = first.shape[0] // 2, first.shape[1] // 2
    pooled = np.zeros((rows, columns, first.shape[2]))
    switches = {}
    for i, j, c in np.ndindex(*pooled.shape):
        window = first[2 * i : 2 * i + 2, 2 * j : 2 * j + 2, c]
        a, b = np.unravel_index(window.argmax(), (2, 2))
        pooled[i, j, c], switches[i, j, c] = window[a, b], (2 * i + a, 2 * j + b)
    second = conv(pooled, conv2)
    signal = np.zeros_like(second)
    place = np.unravel_index(second[..., unit].argmax(), second.shape[:2])
    signal[(*place, unit)] = second[(*place, unit)]
    signal = back(np.maximum(signal, 0), conv2, pooled.shape)
    unpooled = np.zeros_like(first)
    for (i, j, c), (row, column) in switches.items():
        unpooled[row, column, c] = signal[i, j, c]
    return back(np.maximum(unpooled, 0), conv1, image.shape)


def test_equals_the_loop():
    model = network(padding="valid")
    net, x = DeconvNet(model, "drop2"), images(model)
    for unit in range(5):
        due = [by_loop(model, image, unit) for image in x]
        np.testing.assert_allclose(net.project(x, unit), due, atol=1e-5)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"padding": "valid"},
        {"strides": 2},
        {"strides": 2, "padding": "valid", "side": 17},
        {"strides": 3, "side": 16},
        {"dilation": 2},
        {"pool": (2, 3, "same")},
    ],
)
def test_without_rectification_it_is_the_gradient(arguments):
    """With positive filters nothing is cut off on the way back."""
    model = network(**arguments)
    for layer in (model.get_layer("conv1"), model.get_layer("conv2")):
        layer.kernel.assign(np.abs(ops.convert_to_numpy(layer.kernel)))
    x = np.abs(images(model, 1))
    part = keras.Model(model.inputs[0], model.get_layer("relu2").output)
    strongest = float(ops.max(part(x)[..., 2]))

    def answer(tensor):
        return ops.max(part(tensor)[..., 2])

    due = strongest * gradients(answer, x)[0]
    got = DeconvNet(model, "relu2").project(x, 2)
    np.testing.assert_allclose(got, due, rtol=1e-4, atol=1e-5)


def test_a_unit_that_does_not_answer_gives_nothing():
    model = network()
    model.get_layer("conv2").set_weights([np.zeros((3, 2, 4, 5)), -np.ones(5)])
    assert not DeconvNet(model, "relu2").project(images(model), 0).any()


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_projected_patches_hold_all_of_the_projection(padding):
    model = network(padding=padding)
    net, x = DeconvNet(model, "relu2"), images(model, 6)
    found = top_patches(model, "relu2", x, k=3, units=[4, 1])
    parts = net.project_patches(found, x)
    assert parts.shape == found.patches.shape and parts.any()
    for i, unit in enumerate(found.units):
        whole = net.project(x[found.images[i]], unit)
        np.testing.assert_allclose(
            np.abs(parts[i]).sum((1, 2)), np.abs(whole).sum((1, 2)), rtol=1e-4
        )
        outside = found.patches[i] == 0.5
        assert not parts[i][outside].any()


def test_patches_of_another_layer_or_of_other_images():
    model = network()
    x = images(model, 4)
    found = top_patches(model, "conv2", x, k=4)
    with pytest.raises(ValueError, match="must be of 'relu2'"):
        DeconvNet(model, "relu2").project_patches(found, x)
    with pytest.raises(ValueError, match="in which the patches were found"):
        DeconvNet(model, "conv2").project_patches(found, x[:3])


def test_batches_and_no_images():
    model = network()
    net, x = DeconvNet(model, "conv2"), images(model, 5)
    whole = net.project(x, 1)
    np.testing.assert_allclose(net.project(x, 1, batch_size=2), whole, atol=1e-6)
    assert net.project(x[:0], 1).shape == x[:0].shape


def test_what_it_cannot_lead_back_through():
    model = network()
    with pytest.raises(ValueError, match="no layer 'conv3'"):
        DeconvNet(model, "conv3")
    with pytest.raises(ValueError, match="`unit`"):
        DeconvNet(model, "conv2").project(images(model), 5)
    with pytest.raises(ValueError, match="`images`"):
        DeconvNet(model, "conv2").project(images(model)[0], 0)
    normal = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.BatchNormalization(name="norm")]
    )
    with pytest.raises(ValueError, match="folded"):
        DeconvNet(normal, "norm")


def test_evolution_keeps_what_it_was_asked_for():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(3, 3, activation="relu", name="conv"),
            layers.GlobalAveragePooling2D(name="average"),
        ]
    )
    rng = np.random.default_rng(0)
    x, y = rng.random((20, 8, 8, 1)), rng.random((20, 3))
    watch = FeatureEvolution("conv", x[:6], units=[0, 2], epochs=(0, 2, 3))
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=4, callbacks=[watch], verbose=0)
    assert watch.epochs == [0, 2, 3]
    assert [p.shape for p in watch.projections] == 3 * [(2, 8, 8, 1)]
    due = DeconvNet(model, "conv")
    watch.when.add(9)
    watch._look(9)
    image = x[watch.chosen[-1][1]][None]
    np.testing.assert_allclose(watch.projections[-1][1], due.project(image, 2)[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": np.zeros((8, 8, 1))}, "`images`"),
        ({"images": np.zeros((0, 8, 8, 1))}, "`images`"),
        ({"units": []}, "a unit"),
        ({"epochs": []}, "an epoch"),
        ({"epochs": [-1]}, "an epoch"),
    ],
)
def test_evolution_is_told_at_once_what_cannot_be(arguments, message):
    fine = {"layer": "conv", "images": np.zeros((2, 8, 8, 1)), "units": [0]}
    with pytest.raises(ValueError, match=message):
        FeatureEvolution(**{**fine, **arguments})


@pytest.mark.parametrize("units", [[-1], [3]])
def test_evolution_of_a_unit_that_is_not_there(units):
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(3, 3, name="conv")])
    watch = FeatureEvolution("conv", np.zeros((2, 8, 8, 1)), units)
    watch.set_model(model)
    with pytest.raises(ValueError, match="`units` must be from 0 to 2"):
        watch.on_train_begin()
