import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.models import ResNet50, convolutional_block, identity_block
from tests.checks import check_saved, check_trains


def image(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def settings(layer):
    """What a layer computes: its configuration without names and initial values."""
    kept = (
        "activation",
        "data_format",
        "epsilon",
        "filters",
        "groups",
        "kernel_size",
        "momentum",
        "padding",
        "pool_size",
        "strides",
        "units",
        "use_bias",
    )
    return {key: value for key, value in layer.get_config().items() if key in kept}


@pytest.mark.usefixtures("blank_weights")
def test_layers_are_those_of_keras_applications():
    theirs = keras.applications.ResNet50(weights=None, input_shape=(64, 64, 3))
    ours = ResNet50(input_shape=(64, 64, 3))
    assert {x.name for x in ours.layers[1:]} == {x.name for x in theirs.layers[1:]}
    for layer in theirs.layers[1:]:
        twin = ours.get_layer(layer.name)
        assert type(twin) is type(layer)
        mine, other = settings(twin), settings(layer)
        assert {**mine, "padding": None} == {**other, "padding": None}, layer.name
        assert twin.output.shape == layer.output.shape


@pytest.mark.parametrize("bottleneck", [True, False])
def test_blocks_alone_on_a_tensor(bottleneck):
    channels = 16 if bottleneck else 4
    x = image(2, 7, 9, channels)
    same = identity_block(x, filters=4, bottleneck=bottleneck)
    assert tuple(same.shape) == x.shape
    halved = convolutional_block(x, filters=6, bottleneck=bottleneck)
    assert tuple(halved.shape) == (2, 4, 5, 24 if bottleneck else 6)
    as_large = convolutional_block(
        x, 2, strides=1, kernel_size=5, bottleneck=bottleneck
    )
    assert tuple(as_large.shape) == (2, 7, 9, 8 if bottleneck else 2)
    for outputs in (same, halved, as_large):
        values = ops.convert_to_numpy(outputs)
        assert np.isfinite(values).all() and (values >= 0).all() and values.any()


@pytest.mark.parametrize("bottleneck", [True, False])
def test_zero_weights_make_the_identity(bottleneck):
    inputs = keras.Input((6, 6, 8))
    filters = 2 if bottleneck else 8
    outputs = identity_block(inputs, filters, bottleneck=bottleneck, name="block")
    model = keras.Model(inputs, outputs)
    for weight in model.trainable_weights:
        weight.assign(ops.zeros(weight.shape))
    x = image(2, 6, 6, 8)
    np.testing.assert_array_equal(model.predict(x, verbose=0), np.maximum(x, 0))


def test_a_block_is_the_sum_of_its_ways():
    inputs = keras.Input((6, 6, 3))
    model = keras.Model(inputs, convolutional_block(inputs, 2, name="block"))
    ways = keras.Model(
        inputs, [model.get_layer(f"block_{i}_bn").output for i in (0, 3)]
    )
    x = image(2, 6, 6, 3)
    short, long = ways.predict(x, verbose=0)
    np.testing.assert_allclose(
        model.predict(x, verbose=0), np.maximum(short + long, 0), atol=1e-6
    )


@pytest.mark.parametrize("bottleneck", [True, False])
def test_blocks_save_and_train(bottleneck, tmp_path):
    inputs = keras.Input((7, 6, 3))
    y = convolutional_block(inputs, 4, bottleneck=bottleneck, name="first")
    y = identity_block(y, 4, bottleneck=bottleneck, name="second")
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(y))
    x = image(8, 7, 6, 3)
    check_saved(model, x, tmp_path)
    check_trains(model, x, np.zeros((8, model.output_shape[-1])), "mse")


@pytest.mark.parametrize(
    ("block", "x", "arguments", "message"),
    [
        (identity_block, image(1, 4, 4, 8), {"filters": 4}, "with 16 channels"),
        (identity_block, image(4, 4, 8), {"filters": 2}, "with 8 channels"),
        (convolutional_block, image(4, 8), {"filters": 2}, "must be a tensor"),
        (convolutional_block, image(1, 4, 4, 8), {"filters": 0}, "`filters`"),
        (
            convolutional_block,
            image(1, 4, 4, 8),
            {"filters": 2, "strides": 0},
            "`strides`",
        ),
        (
            identity_block,
            image(1, 4, 4, 8),
            {"filters": 2, "kernel_size": -3},
            "`kernel_size`",
        ),
    ],
)
def test_bad_blocks(block, x, arguments, message):
    with pytest.raises(ValueError, match=message):
        block(x, **arguments)
