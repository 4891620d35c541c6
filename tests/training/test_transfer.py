"""What is replaced, what is frozen, and what batch normalisation does then."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.models import CifarResNet
from cnnkit.training import freeze, replace_head
from tests.checks import check_saved


@pytest.fixture
def images():
    return np.random.default_rng(0).random((6, 8, 8, 3), dtype=np.float32)


def network(classes=5):
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(4, 3, name="conv1"),
            keras.layers.BatchNormalization(name="norm1"),
            keras.layers.ReLU(name="relu1"),
            keras.layers.Conv2D(4, 3, name="conv2"),
            keras.layers.BatchNormalization(name="norm2"),
            keras.layers.GlobalAveragePooling2D(name="average"),
            keras.layers.Dense(classes, name="logits"),
            keras.layers.Softmax(name="softmax"),
        ]
    )


def test_replace_head(images, tmp_path):
    old = network()
    new = replace_head(old, classes=3, dropout=0.5)
    assert new.output_shape == (None, 3)
    np.testing.assert_allclose(new.predict(images, verbose=0).sum(1), 1, rtol=1e-5)
    features = keras.Model(old.inputs, old.get_layer("average").output)
    kernel, bias = map(ops.convert_to_numpy, new.get_layer("predictions").weights)
    logits = features.predict(images, verbose=0) @ kernel + bias
    np.testing.assert_allclose(
        new.predict(images, verbose=0),
        ops.convert_to_numpy(ops.softmax(logits)),
        rtol=1e-4,
    )
    assert new.get_layer("conv1") is old.get_layer("conv1")
    assert old.output_shape == (None, 5)
    check_saved(new, images, tmp_path)


def test_a_new_head_takes_what_the_old_network_took(images):
    model = CifarResNet(8, input_shape=(8, 8, 3))
    assert replace_head(model, classes=3)(images).shape == (6, 3)


def test_replace_head_at_a_layer_of_images():
    new = replace_head(network(), classes=2, at="relu1", activation=None)
    assert [x.name for x in new.layers][-2:] == ["predictions_average", "predictions"]
    assert new.output_shape == (None, 2)
    base = CifarResNet(8, include_top=False, input_shape=(8, 8, 3))
    assert replace_head(base, classes=7).output_shape == (None, 7)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": 0}, "`classes` must be an integer of at least 1"),
        ({"classes": 2, "at": "nowhere"}, "`at` must be the name of a layer"),
        ({"classes": 2, "dropout": 1}, "`dropout` must be"),
    ],
)
def test_replace_head_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        replace_head(network(), **options)


def test_replace_head_of_two_outputs():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, [keras.layers.Dense(2)(inputs) for _ in range(2)])
    with pytest.raises(ValueError, match="several outputs"):
        replace_head(model, 2)


@pytest.mark.filterwarnings("ignore:The model does not have any trainable:UserWarning")
@pytest.mark.parametrize(
    ("until", "norm", "trained"),
    [
        ("all", "frozen", []),
        ("none", "frozen", ["conv1", "conv2", "logits"]),
        ("none", "trained", ["conv1", "norm1", "conv2", "norm2", "logits"]),
        ("relu1", "frozen", ["conv2", "logits"]),
        ("relu1", "trained", ["conv2", "norm2", "logits"]),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_only_what_is_not_frozen_changes(images, until, norm, trained, before):
    model = network()
    model.trainable = before
    assert freeze(model, until, norm) is model
    old = {layer.name: layer.get_weights() for layer in model.layers}
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    model.fit(images, np.arange(6) % 5, verbose=0)
    changed = [
        layer.name
        for layer in model.layers
        if any(
            not np.array_equal(a, b)
            for a, b in zip(old[layer.name], layer.get_weights(), strict=True)
        )
    ]
    assert changed == trained


def test_frozen_norm_runs_as_at_test_time(images):
    model = freeze(network(), until="none")
    np.testing.assert_array_equal(
        ops.convert_to_numpy(model(images, training=True)),
        ops.convert_to_numpy(model(images, training=False)),
    )


def test_norms_of_nested_models():
    base = network()
    model = keras.Sequential([keras.Input((8, 8, 3)), base, keras.layers.Dense(2)])
    freeze(model, until="none")
    assert not base.get_layer("norm2").trainable and base.get_layer("conv1").trainable


@pytest.mark.parametrize("nested", [False, True])
def test_what_was_frozen_before_is_forgotten(nested):
    model = base = network()
    if nested:
        model = keras.Sequential([keras.Input((8, 8, 3)), base, keras.layers.Dense(2)])
    inside = [layer for layer in base.layers if layer.weights]

    def released():
        return [layer.name for layer in inside if layer.trainable]

    names = released()
    assert len(names) == 5
    for before in (
        lambda: freeze(model, until="all"),
        lambda: freeze(model, until="none", norm="frozen"),
        lambda: setattr(base.get_layer("conv2"), "trainable", False),
        lambda: [setattr(x, "trainable", False) for x in (model, base)],
    ):
        before()
        freeze(model, until="none", norm="trained")
        assert released() == names
        base.trainable = False
        inside[1].trainable = True
        freeze(model, until="all")
        assert released() == []


def test_a_frozen_model_gets_a_head_that_is_trained():
    model = replace_head(freeze(network()), classes=3)
    assert [weight.path for weight in model.trainable_weights] == [
        "predictions/kernel",
        "predictions/bias",
    ]


def test_freeze_bad_arguments():
    with pytest.raises(ValueError, match="conv1, norm1.*Received: until='conv9'"):
        freeze(network(), until="conv9")
    with pytest.raises(ValueError, match="`norm` must be"):
        freeze(network(), norm="off")
