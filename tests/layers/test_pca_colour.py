"""PCA colour beside NumPy's singular value decomposition."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.layers import PCAColour
from tests.checks import check_layer, check_saved


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def images(rng):
    mixed = rng.normal(size=(300, 4, 5, 3)) @ rng.normal(size=(3, 3)) * 0.1 + 0.5
    return mixed.astype("float32")


def adapted(images, **arguments):
    layer = PCAColour(**arguments)
    layer.adapt(images)
    return layer


@pytest.mark.parametrize("magnitude", ["deviation", "variance"])
def test_components_equal_numpy(images, magnitude):
    pixels = images.reshape(-1, 3).astype(float)
    _, sizes, axes = np.linalg.svd(pixels - pixels.mean(0), full_matrices=False)
    deviations = sizes / np.sqrt(len(pixels))
    layer = adapted(images, magnitude=magnitude)
    np.testing.assert_allclose(np.sqrt(layer.variances), deviations, rtol=1e-6)
    np.testing.assert_allclose(
        np.abs(np.sum(np.array(layer.directions) * axes, axis=1)), 1, rtol=1e-6
    )
    power = 1 if magnitude == "deviation" else 2
    np.testing.assert_allclose(
        np.linalg.norm(layer.steps, axis=1), deviations**power, rtol=1e-5
    )


def test_shift_is_the_formula(images, rng):
    layer = adapted(images, value_range=None)
    numbers = rng.normal(size=(4, 3)).astype("float32")
    expected = images[:4] + (numbers @ layer.steps)[:, None, None]
    np.testing.assert_allclose(
        ops.convert_to_numpy(layer.shift(images[:4], numbers)), expected, atol=1e-5
    )


def test_numbers_are_normal(images):
    layer = adapted(images, sigma=0.1, value_range=None, seed=0)
    grey = np.full((2000, 1, 1, 3), 0.5, "float32")
    shift = ops.convert_to_numpy(layer(grey, training=True))[:, 0, 0] - 0.5
    numbers = shift @ np.linalg.inv(layer.steps.astype(float))
    np.testing.assert_allclose(numbers.std(axis=0), 0.1, rtol=0.1)
    np.testing.assert_allclose(numbers.mean(axis=0), 0, atol=0.01)


def test_layer(images, tmp_path):
    config = adapted(images, seed=3).get_config()
    check_layer(lambda: PCAColour.from_config(config), images, images.shape)
    model = keras.Sequential([keras.Input((4, 5, 3)), PCAColour.from_config(config)])
    check_saved(model, images, tmp_path)
    layer = model.layers[0]
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(images)), images)
    moved = ops.convert_to_numpy(layer(images, training=True))
    assert not np.array_equal(moved, images)
    assert moved.min() >= 0 and moved.max() <= 1
    twin = PCAColour.from_config(config)
    np.testing.assert_array_equal(
        moved, ops.convert_to_numpy(twin(images, training=True))
    )


def test_grey_images(rng):
    greys = rng.random((5, 4, 4, 1), dtype=np.float32)
    layer = adapted(greys)
    np.testing.assert_allclose(layer.steps, [[greys.std()]], rtol=1e-4)


def test_not_adapted():
    layer = PCAColour()
    image = np.zeros((1, 2, 2, 3), "float32")
    assert layer(image).shape == (1, 2, 2, 3)
    with pytest.raises(ValueError, match="adapt"):
        layer(image, training=True)


def test_other_channels(images):
    with pytest.raises(ValueError, match="adapted to 3 channels"):
        adapted(images)(images[..., :1], training=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sigma": -1}, "`sigma` must be"),
        ({"sigma": np.nan}, "`sigma` must be"),
        ({"magnitude": "eigen"}, "`magnitude` must be"),
        ({"directions": [[1.0]]}, "give both or neither"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        PCAColour(**arguments)


@pytest.mark.parametrize(
    "images",
    [np.zeros((4, 4, 3)), np.zeros((0, 4, 4, 3)), np.full((1, 2, 2, 3), np.nan)],
)
def test_bad_images(images):
    with pytest.raises(ValueError, match="`images` must be"):
        PCAColour().adapt(images)
