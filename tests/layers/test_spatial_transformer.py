"""The spatial transformer as a layer."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.layers import SpatialTransformer
from tests.checks import check_layer, check_saved, check_trains

IDENTITY = np.array([[1, 0, 0], [0, 1, 0]], "float32")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def localisation():
    return keras.Sequential(
        [
            keras.layers.Conv2D(4, 3, name="conv"),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(5, activation="relu", name="hidden"),
        ],
        name="localisation",
    )


def test_half_precision_knows_where_a_pixel_is(rng):
    """A shift of 0.003 is half a pixel of 300, and nothing in bfloat16 near 1."""
    images = rng.uniform(size=(1, 1, 300, 1)).astype("float32")
    layer = SpatialTransformer(keras.layers.Flatten(), dtype="mixed_bfloat16")
    layer.build(images.shape)
    theta = [1.003, 0, 0, 0, 1, 0]
    layer.dense.set_weights([np.zeros((300, 6)), np.array(theta)])
    found = ops.convert_to_numpy(layer.theta(images)).ravel()
    np.testing.assert_allclose(found, theta, rtol=1e-6)
    assert keras.backend.standardize_dtype(layer(images).dtype) == "bfloat16"


def test_layer(rng, tmp_path):
    images = rng.normal(size=(3, 7, 6, 2)).astype("float32")
    check_layer(
        lambda: SpatialTransformer(localisation(), (4, 5), "edge", name="look"),
        images,
        (3, 4, 5, 2),
    )
    keras.utils.set_random_seed(0)
    inputs = keras.Input((7, 6, 2))
    x = keras.layers.Conv2D(2, 1, name="first")(inputs)
    x = SpatialTransformer(localisation())(x)
    outputs = keras.layers.Dense(1)(keras.layers.Flatten()(x))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.SGD(0.01), "mse")
    model.fit(images, np.ones((3, 1)), verbose=0)  # θ leaves the identity
    check_saved(model, images, tmp_path)
    check_trains(model, images, np.ones((3, 1)), "mse")


def test_starts_at_the_identity(rng):
    images = rng.normal(size=(2, 9, 9, 1)).astype("float32")
    layer = SpatialTransformer(localisation())
    np.testing.assert_allclose(
        ops.convert_to_numpy(layer(images)), images, rtol=1e-5, atol=1e-5
    )
    np.testing.assert_array_equal(
        ops.convert_to_numpy(layer.theta(images)), np.stack([IDENTITY] * 2)
    )


def test_any_image_size(rng):
    net = keras.Sequential(
        [keras.layers.Conv2D(3, 3), keras.layers.GlobalAveragePooling2D()]
    )
    model = keras.Sequential(
        [keras.Input((None, None, 1)), SpatialTransformer(net, padding="edge")]
    )
    for size in ((5, 8), (9, 4)):
        images = rng.normal(size=(2, *size, 1)).astype("float32")
        np.testing.assert_allclose(model.predict(images, verbose=0), images, atol=1e-5)


def test_learns_to_find_the_spot(rng):
    """A bright spot is somewhere; only θ can bring it to the centre."""
    places = rng.integers(2, 9, size=(64, 2))
    images = np.zeros((64, 11, 11, 1), "float32")
    y, x = np.mgrid[:11, :11]
    for image, (row, column) in zip(images, places, strict=True):
        image[..., 0] = np.exp(-((y - row) ** 2 + (x - column) ** 2) / 4)
    target = np.exp(-((y - 5) ** 2 + (x - 5) ** 2) / 4)[None, ..., None]
    keras.utils.set_random_seed(0)
    net = keras.Sequential(
        [keras.layers.Flatten(), keras.layers.Dense(16, activation="relu")]
    )
    model = keras.Sequential([keras.Input((11, 11, 1)), SpatialTransformer(net)])
    model.compile(keras.optimizers.Adam(0.02), "mse")
    targets = np.repeat(target, 64, axis=0)
    before = model.evaluate(images, targets, verbose=0)
    model.fit(images, targets, epochs=40, batch_size=64, verbose=0)
    assert model.evaluate(images, targets, verbose=0) < before / 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"localisation": None}, "`localisation` must be a Keras layer"),
        ({"output_size": 0}, "`output_size` must be"),
        ({"padding": "reflect"}, '`padding` must be "zero" or "edge"'),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        SpatialTransformer(**{"localisation": keras.layers.Flatten(), **arguments})


def test_localisation_must_end_in_features():
    with pytest.raises(ValueError, match="must end in features"):
        SpatialTransformer(keras.layers.Conv2D(2, 3)).build((None, 8, 8, 1))
