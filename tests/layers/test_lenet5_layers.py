"""The layers that LeNet-5 had in 1998 and no network has today."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.layers import PartialConv2D, RadialBasis
from tests.checks import check_layer, check_saved, check_trains

TABLE = [[0, 1], [2], [0, 1, 2], [1]]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_partial_conv(rng, tmp_path):
    images = rng.normal(size=(3, 7, 6, 3)).astype("float32")

    def make():
        return PartialConv2D(TABLE, kernel_size=(3, 2), activation="tanh", name="c3")

    check_layer(make, images, (3, 5, 5, 4))
    model = keras.Sequential([keras.Input((7, 6, 3)), make()])
    check_saved(model, images, tmp_path)
    check_trains(model, images, np.ones((3, 5, 5, 4)), "mse")


def test_partial_conv_is_one_convolution_a_filter(rng):
    images = rng.normal(size=(2, 8, 8, 3)).astype("float32")
    layer = PartialConv2D(TABLE, kernel_size=5)
    outputs = ops.convert_to_numpy(layer(images))
    slices = iter(np.moveaxis(ops.convert_to_numpy(layer.kernel), -1, 0))
    for k, channels in enumerate(TABLE):
        kernel = np.stack([next(slices) for _ in channels], axis=-1)[..., None]
        expected = ops.conv(images[..., channels], kernel, padding="valid")
        np.testing.assert_allclose(
            outputs[..., k], ops.convert_to_numpy(expected)[..., 0], atol=1e-5
        )


@pytest.mark.parametrize("table", [[], [[0], []], [[0, 0]], [[-1]]])
def test_partial_conv_bad_table(table):
    with pytest.raises(ValueError, match="table"):
        PartialConv2D(table, kernel_size=3)


def test_partial_conv_channel_missing():
    with pytest.raises(ValueError, match="channel 5, input_shape="):
        PartialConv2D([[0, 5]], kernel_size=3).build((None, 8, 8, 3))


def test_radial_basis(rng, tmp_path):
    codes = rng.choice([-1.0, 1.0], size=(4, 6))
    features = rng.normal(size=(3, 6)).astype("float32")
    check_layer(lambda: RadialBasis(codes), features, (3, 4))
    expected = ((features[:, None] - codes) ** 2).sum(-1)
    np.testing.assert_allclose(
        ops.convert_to_numpy(RadialBasis(codes)(features)), expected, rtol=1e-5
    )
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(6), RadialBasis(codes)]
    )
    check_saved(model, features, tmp_path)
    check_trains(model, features, np.zeros((3, 4)), "mse")
    np.testing.assert_array_equal(
        ops.convert_to_numpy(model.layers[-1].centres), codes.astype("float32")
    )


@pytest.mark.parametrize("codes", [[], [1.0], [[1.0, np.nan]]])
def test_radial_basis_bad_codes(codes):
    with pytest.raises(ValueError, match="`codes` must be a matrix"):
        RadialBasis(codes)


def test_radial_basis_features_differ():
    with pytest.raises(ValueError, match="as many features"):
        RadialBasis([[1.0, 1.0]]).build((None, 3))
