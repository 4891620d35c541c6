"""Pruning beside NumPy, through training, and out of the network."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from cnnkit.models import CifarResNet
from cnnkit.training import prune
from cnnkit.training.prune.criteria import chosen_masks
from tests.gradients import gradients

LOSS = "sparse_categorical_crossentropy"


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def data(rng):
    return rng.random((24, 8, 8, 2), dtype=np.float32), np.arange(24) % 3


def network(norm=True, activation="relu", seed=0):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Conv2D(8, 3, padding="same", name="conv1")]
    if norm:
        layers.append(keras.layers.BatchNormalization(name="norm1"))
    layers += [
        keras.layers.Activation(activation, name="act1"),
        keras.layers.MaxPooling2D(name="pool"),
        keras.layers.Conv2D(6, 3, activation=activation, name="conv2"),
        keras.layers.Flatten(name="flat"),
        keras.layers.Dense(10, activation=activation, name="hidden"),
        keras.layers.Dropout(0.5, name="dropout"),
        keras.layers.Dense(3, activation="softmax", name="predictions"),
    ]
    model = keras.Sequential([keras.Input((8, 8, 2)), *layers])
    for layer in model.layers:  # nothing stays at its neutral start
        if isinstance(layer, keras.layers.BatchNormalization):
            values = np.random.default_rng(1).uniform(0.5, 1.5, (4, 8))
            layer.set_weights(list(values))
    return model


def kernel(model, name):
    return ops.convert_to_numpy(model.get_layer(name).kernel)


def fitted(model, data, callbacks, epochs=2, optimizer=None):
    model.compile(optimizer or keras.optimizers.SGD(0.1, momentum=0.9), LOSS)
    model.fit(*data, batch_size=4, epochs=epochs, callbacks=callbacks, verbose=0)
    return model


def test_weights_are_the_smallest():
    model = network()
    before = np.abs(kernel(model, "conv2"))
    prune.weights(model, 0.75)
    after = kernel(model, "conv2")
    assert np.mean(after == 0) == 0.75
    assert before[after == 0].max() <= before[after != 0].min()


def test_global_compares_layers():
    model = network()
    model.get_layer("hidden").kernel.assign(kernel(model, "hidden") * 1e-3)
    prune.weights(model, 0.5, scope="global")
    found = prune.sparsity(model)
    assert found.overall == pytest.approx(0.5, abs=1e-3)
    assert found.layers["hidden"] > 0.9 and found.layers["predictions"] < 0.3


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.floats(0, 0.999),
    st.sampled_from(["layer", "global"]),
    st.booleans(),
)
def test_exact_share_and_something_left(sizes, share, scope, ties):
    rng = np.random.default_rng(0)
    scores = [np.ones(n) if ties else rng.random(n) for n in sizes]
    masks = chosen_masks(scores, share, scope)
    assert all(mask.any() for mask in masks)
    gone = sum((~mask).sum() for mask in masks)
    if scope == "global":
        assert gone == min(round(share * sum(sizes)), sum(sizes) - len(sizes))
    else:
        assert gone == sum(min(round(share * n), n - 1) for n in sizes)
    for mask, score in zip(masks, scores, strict=True):
        if (~mask).any():
            assert score[~mask].max() <= score[mask].min()


@pytest.mark.parametrize(
    "optimizer",
    [
        keras.optimizers.SGD(0.1, momentum=0.9),
        keras.optimizers.Adam(0.01),
        keras.optimizers.AdamW(0.01, weight_decay=0.1),
    ],
    ids=lambda o: o.name,
)
def test_masks_hold_through_training(data, optimizer):
    model = network()
    model.compile(optimizer, LOSS)
    model.fit(*data, batch_size=4, verbose=0)  # now there is momentum
    masks = prune.weights(model, 0.8)
    before = kernel(model, "hidden")
    model.fit(*data, batch_size=4, epochs=2, callbacks=[masks], verbose=0)
    after = kernel(model, "hidden")
    assert prune.sparsity(model).overall == pytest.approx(0.8, abs=0.01)
    np.testing.assert_array_equal(after[before == 0], 0)
    assert not np.array_equal(before, after)
    model.fit(*data, batch_size=4, verbose=0)
    assert prune.sparsity(model).overall < 0.5  # without the masks they come back


def test_nothing_of_it_is_saved(data, tmp_path):
    model = network()
    fitted(model, data, [prune.weights(model, 0.9)])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert len(loaded.weights) == len(network().weights)
    assert prune.sparsity(loaded) == prune.sparsity(model)
    masks = prune.keep_zeros(loaded)
    loaded.fit(*data, callbacks=[masks], verbose=0)
    assert prune.sparsity(loaded) == prune.sparsity(model)


def test_strip(data):
    model = fitted(network(), data, [])
    prune.weights(model, 0.5)
    copy = prune.strip(model)
    np.testing.assert_array_equal(
        copy.predict(data[0], verbose=0), model.predict(data[0], verbose=0)
    )
    assert getattr(copy, "optimizer", None) is None and not copy.compiled
    copy.get_layer("conv1").kernel.assign(kernel(copy, "conv1") + 1)
    assert not np.array_equal(kernel(copy, "conv1"), kernel(model, "conv1"))


def test_gradual_follows_the_cubic(data):
    model = network()
    schedule = prune.GradualPruning(0.9, begin=2, end=10, every=2, initial=0.1)
    seen = {}

    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen[len(seen) + 1] = prune.sparsity(model).overall

    fitted(model, data, [schedule, Look()], epochs=3)
    assert len(seen) == 18
    for step, share in seen.items():
        if step < 2:
            expected = 0
        else:
            cut = min(step // 2 * 2, 10)
            expected = 0.9 - 0.8 * (1 - (cut - 2) / 8) ** 3
        assert share == pytest.approx(expected, abs=0.01), step


def test_gradual_begins_at_once(data):
    """The first cut is made before the first step if `begin` is 0."""
    model = network()
    schedule = prune.GradualPruning(0.8, end=6, every=6, initial=0.4)
    seen = []
    look = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: seen.append(
            prune.sparsity(model).overall
        )
    )
    fitted(model, data, [schedule, look], epochs=2)
    np.testing.assert_allclose(seen, [0.4] * 6 + [0.8] * 6, atol=0.01)


def test_gradual_reaches_the_end_between_two_cuts(data):
    model = network()
    schedule = prune.GradualPruning(0.5, end=5, every=3, by="unit")
    fitted(model, data, [schedule], epochs=1)
    assert np.sum(~kernel(model, "conv1").any(axis=(0, 1, 2))) == 4


def test_units_go_whole():
    model = network()
    norms = np.linalg.norm(kernel(model, "conv1").reshape(-1, 8), axis=0)
    prune.units(model, 0.5)
    gone = ~kernel(model, "conv1").any(axis=(0, 1, 2))
    assert set(np.flatnonzero(gone)) == set(np.argsort(norms)[:4])
    for weight in (
        *model.get_layer("norm1").weights[:2],
        model.get_layer("conv1").bias,
    ):
        np.testing.assert_array_equal(ops.convert_to_numpy(weight)[gone], 0)
    assert (kernel(model, "predictions") != 0).all()
    assert np.sum(~kernel(model, "hidden").any(axis=0)) == 5


def test_units_of_a_residual_network():
    model = CifarResNet(8, input_shape=(8, 8, 3), classes=3)
    prune.units(model, 0.5)
    found = prune.sparsity(model)
    assert found.layers["stage1_block1_1_conv"] == 0.5
    assert found.layers["predictions"] == 0
    norm = model.get_layer("stage1_block1_1_norm")
    assert np.mean(ops.convert_to_numpy(norm.gamma) == 0) == 0.5


def test_fisher_information_is_the_mean_squared_gradient(data):
    model = network()
    images, labels = data[0][:6], data[1][:6]
    before = model.get_weights()
    found = prune.fisher_information(model, images, labels)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    head = model.get_layer("predictions")
    features = keras.Model(model.inputs, model.get_layer("hidden").output)
    features = features.predict(images, verbose=0)
    bias = ops.convert_to_tensor(ops.convert_to_numpy(head.bias))

    expected = 0
    for feature, label in zip(features, labels, strict=True):

        def loss(weight, feature=feature, label=label):
            logits = ops.matmul(ops.convert_to_tensor(feature[None]), weight) + bias
            return -ops.log_softmax(logits)[0, int(label)]

        (gradient,) = gradients(loss, kernel(model, "predictions"))
        expected = expected + gradient**2 / 6
    np.testing.assert_allclose(found[head.kernel.path], expected, rtol=1e-3, atol=1e-7)
    assert set(found) == {w.path for w in model.trainable_weights}


def test_fisher_keeps_what_matters(data):
    """An input that is always zero does not matter, however large its weights."""
    images = data[0].copy()
    images[..., 1] = 0
    model = network(norm=False, activation="tanh")
    large = kernel(model, "conv1")
    large[:, :, 1] += 5
    model.get_layer("conv1").kernel.assign(large)
    information = prune.fisher_information(model, images, data[1])
    prune.fisher(model, 0.5, information, scope="layer", layers="conv1")
    pruned = kernel(model, "conv1") == 0
    assert pruned[:, :, 1].all() and not pruned[:, :, 0].any()


def test_fisher_does_not_mind_the_scale(data):
    """A ReLU hands on factors: ten times one layer, a tenth of the next, same network.

    Powers of two, so that the factors change no digits.
    """
    model, scaled = network(norm=False), network(norm=False)
    for name, factor in {"conv1": 8, "conv2": 1 / 8}.items():
        kernel_of, bias_of = scaled.get_layer(name).weights
        kernel_of.assign(kernel(scaled, name) * factor)
        bias_of.assign(ops.convert_to_numpy(bias_of) * (factor if factor > 1 else 1))
    np.testing.assert_allclose(
        ops.convert_to_numpy(scaled(data[0])),
        ops.convert_to_numpy(model(data[0])),
        rtol=1e-5,
    )
    for changed in (model, scaled):
        information = prune.fisher_information(changed, *data)
        prune.fisher(changed, 0.7, information)
    for name in ("conv1", "conv2", "hidden"):
        same = (kernel(model, name) == 0) == (kernel(scaled, name) == 0)
        assert same.mean() > 0.999


def test_gradual_fisher(data):
    model = network()
    schedule = prune.GradualPruning(0.6, end=4, every=2, by="fisher", data=data)
    fitted(model, data, [schedule], epochs=1)
    assert prune.sparsity(model).overall == pytest.approx(0.6, abs=0.01)
    assert np.isfinite(model.predict(data[0], verbose=0)).all()


@pytest.mark.parametrize("norm", [True, False])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_shrink_gives_the_same(data, norm, activation, tmp_path):
    model = network(norm, activation)
    fitted(model, data, [prune.units(model, 0.5)])
    small = prune.shrink(model)
    np.testing.assert_allclose(
        small.predict(data[0], verbose=0),
        model.predict(data[0], verbose=0),
        rtol=1e-4,
        atol=1e-6,
    )
    assert (
        small.get_layer("conv1").filters == 4 and small.get_layer("hidden").units == 5
    )
    assert small.count_params() < model.count_params() / 2
    small.save(tmp_path / "small.keras")
    keras.saving.load_model(tmp_path / "small.keras")


def test_shrink_leaves_what_is_not_zero(data):
    """σ(0) is a half: a pruned unit still adds to the next layer."""
    model = network(activation="sigmoid")
    prune.units(model, 0.5)
    small = prune.shrink(model)
    assert small.get_layer("conv1").filters == 8
    np.testing.assert_allclose(
        small.predict(data[0], verbose=0), model.predict(data[0], verbose=0), rtol=1e-5
    )


def test_shrink_of_what_has_not_been_pruned(data):
    model = network()
    assert prune.shrink(model).count_params() == model.count_params()


@pytest.mark.parametrize(
    "model",
    [
        CifarResNet(8, input_shape=(8, 8, 3)),
        keras.Sequential([keras.Input((8, 8, 4)), keras.layers.Conv2D(4, 3, groups=2)]),
    ],
    ids=["branches", "groups"],
)
def test_shrink_only_chains(model):
    with pytest.raises(ValueError, match="`shrink` (knows|needs)"):
        prune.shrink(model)


@pytest.mark.parametrize("function", [prune.weights, prune.units])
@pytest.mark.parametrize("share", [1, 1.0, 1.5, -0.1, np.nan, "half", True])
def test_bad_sparsity(function, share):
    model = network()
    before = kernel(model, "conv1")
    with pytest.raises(ValueError, match="`sparsity` must be"):
        function(model, share)
    np.testing.assert_array_equal(kernel(model, "conv1"), before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, d: prune.weights(m, 0.5, scope="net"), "`scope` must be"),
        (lambda m, d: prune.weights(m, 0.5, layers="pool"), "conv1, conv2, hidden"),
        (
            lambda m, d: prune.units(m, 0.5, layers="predictions"),
            "outputs of the model",
        ),
        (lambda m, d: prune.weights(keras.Sequential(), 0.5), "Build it first"),
        (lambda m, d: prune.weights(None, 0.5), "`model` must be"),
        (
            lambda m, d: prune.fisher_information(m, d[0], d[1][:3]),
            "24 images, 3 labels",
        ),
        (lambda m, d: prune.fisher(m, 0.5, {}), "`information` must be .*conv1/kernel"),
        (lambda m, d: prune.fisher(m, 0.5, None), "`information` must be"),
        (lambda m, d: prune.GradualPruning(1, end=3), "`final` must be below 1"),
        (lambda m, d: prune.GradualPruning(0.5, end=0), "`end` must be"),
        (lambda m, d: prune.GradualPruning(0.5, end=3, initial=0.6), "`initial` must"),
        (lambda m, d: prune.GradualPruning(0.5, end=3, by="fisher"), "`data` must be"),
        (lambda m, d: prune.GradualPruning(0.5, end=3, by="luck"), "`by` must be"),
    ],
)
def test_bad_arguments(data, call, message):
    with pytest.raises(ValueError, match=message):
        call(network(), data)


def test_weights_that_are_not_finite():
    model = network()
    model.get_layer("conv1").kernel.assign(kernel(model, "conv1") * np.nan)
    with pytest.raises(ValueError, match="not finite"):
        prune.weights(model, 0.5)
