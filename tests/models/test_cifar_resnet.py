import math

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.layers import ZeroPaddedShortcut
from cnnkit.models import CifarResNet
from tests.checks import check_saved, check_trains

TRAINABLE = {20: 269_722, 32: 464_154, 44: 658_586, 56: 853_018, 110: 1_727_962}


def trainable(model):
    return sum(math.prod(w.shape) for w in model.trainable_weights)


@pytest.mark.parametrize("depth", TRAINABLE)
def test_published_parameters(depth):
    residual = CifarResNet(depth)
    assert trainable(residual) == TRAINABLE[depth]
    if depth <= 32:
        assert trainable(CifarResNet(depth, residual=False)) == TRAINABLE[depth]


def test_the_depth_is_the_number_of_layers_with_weights():
    for depth in (8, 20):
        model = CifarResNet(depth)
        kinds = (keras.layers.Conv2D, keras.layers.Dense)
        assert sum(isinstance(layer, kinds) for layer in model.layers) == depth


def test_stages():
    model = CifarResNet(20)
    for stage, side, filters in ((1, 32, 16), (2, 16, 32), (3, 8, 64)):
        output = model.get_layer(f"stage{stage}_block3_out").output
        assert output.shape == (None, side, side, filters)


def test_projections_cost_parameters_and_zero_padding_does_not():
    padded = CifarResNet(8)
    projected = CifarResNet(8, shortcut="projection")
    extra = sum(a * b + 2 * b for a, b in ((16, 32), (32, 64)))
    assert trainable(projected) == trainable(padded) + extra
    kinds = [type(layer) for layer in padded.layers]
    assert kinds.count(ZeroPaddedShortcut) == 2
    assert not any(isinstance(x, ZeroPaddedShortcut) for x in projected.layers)


def test_blocks_of_zero_weights_are_the_identity():
    images = np.random.default_rng(0).random((4, 32, 32, 3), dtype="float32")
    keras.utils.set_random_seed(0)
    deep, shallow = CifarResNet(20), CifarResNet(8)
    for layer in deep.layers:
        if layer.name.startswith("stage"):
            for weight in layer.trainable_weights:
                weight.assign(ops.zeros(weight.shape))
    for layer in shallow.layers:
        layer.set_weights(deep.get_layer(layer.name).get_weights())
    stem, end = (
        keras.Model(deep.input, deep.get_layer(name).output).predict(images, verbose=0)
        for name in ("stem_relu", "stage3_block3_out")
    )
    np.testing.assert_array_equal(end[..., 24:40], stem[:, ::4, ::4])
    assert not end[..., :24].any() and not end[..., 40:].any()
    np.testing.assert_allclose(
        deep.predict(images, verbose=0), shallow.predict(images, verbose=0), rtol=1e-6
    )


@pytest.mark.parametrize("residual", [True, False])
@pytest.mark.parametrize("shortcut", ["zero_padded", "projection"])
@pytest.mark.parametrize("sides", [(4, 5), (9, 8)])
def test_saves_and_trains(residual, shortcut, sides, tmp_path):
    rng = np.random.default_rng(0)
    images = rng.random((8, *sides, 1), dtype="float32")
    model = CifarResNet(
        8,
        residual=residual,
        shortcut=shortcut,
        input_shape=(*sides, 1),
        classes=3,
        width=0.25,
    )
    check_saved(model, images, tmp_path)
    check_trains(
        model, images, rng.integers(0, 3, 8), "sparse_categorical_crossentropy"
    )


def test_weights_from_a_file(tmp_path):
    images = np.random.default_rng(0).random((2, 32, 32, 3), dtype="float32")
    model = CifarResNet(8, width=0.5)
    model.save_weights(tmp_path / "mine.weights.h5")
    loaded = CifarResNet(8, weights=tmp_path / "mine.weights.h5", width=0.5)
    np.testing.assert_array_equal(
        model.predict(images, verbose=0), loaded.predict(images, verbose=0)
    )


def test_names():
    assert CifarResNet(8).name == "cifar_resnet8"
    assert CifarResNet(8, residual=False).name == "cifar_plain8"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depth": 21}, "`depth` must be 6n \\+ 2"),
        ({"depth": 2}, "`depth` must be 6n \\+ 2"),
        ({"depth": 0}, "`depth` must be a positive integer"),
        ({"depth": 20.0}, "`depth` must be a positive integer"),
        ({"shortcut": "identity"}, "`shortcut` must be one of"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        CifarResNet(**arguments)
