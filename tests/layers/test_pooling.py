import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.layers import GlobalL2Pooling2D, L2Pooling2D, TrainablePooling2D
from tests.checks import check_layer, check_saved, check_trains

LAYERS = [
    (lambda: L2Pooling2D(2), (3, 6, 6, 4), (3, 3, 3, 4)),
    (lambda: L2Pooling2D(3, strides=2, padding="same"), (2, 7, 5, 1), (2, 4, 3, 1)),
    (lambda: L2Pooling2D((2, 3), strides=(1, 2)), (2, 7, 9, 2), (2, 6, 4, 2)),
    (GlobalL2Pooling2D, (3, 5, 7, 4), (3, 4)),
    (TrainablePooling2D, (3, 6, 6, 4), (3, 3, 3, 4)),
    (lambda: TrainablePooling2D(3, activation="tanh"), (2, 7, 8, 2), (2, 2, 2, 2)),
]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(("make", "input_shape", "output_shape"), LAYERS)
def test_layer(make, input_shape, output_shape, rng, tmp_path):
    images = rng.normal(size=input_shape).astype("float32")
    check_layer(make, images, output_shape)

    inputs = keras.Input(input_shape[1:])
    x = keras.layers.Conv2D(2, 1, name="conv")(inputs)
    outputs = keras.layers.Dense(1)(keras.layers.Flatten()(make()(x)))
    model = keras.Model(inputs, outputs)
    check_saved(model, images, tmp_path)
    check_trains(model, images, np.ones((len(images), 1)), "mse")


@pytest.mark.parametrize(("size", "f", "stride"), [(8, 2, 2), (9, 3, 2), (7, 3, 1)])
def test_l2_pooling_equals_torch(size, f, stride, rng):
    torch = pytest.importorskip("torch")
    x = rng.normal(size=(2, size, size, 3)).astype("float32")
    theirs = torch.nn.LPPool2d(2, f, stride)(torch.tensor(x).permute(0, 3, 1, 2))
    np.testing.assert_allclose(
        ops.convert_to_numpy(L2Pooling2D(f, stride)(x)),
        theirs.permute(0, 2, 3, 1).numpy(),
        rtol=1e-5,
    )


def test_l2_pooling_same_counts_only_real_pixels(rng):
    x = np.ones((1, 3, 3, 1), dtype="float32")
    norms = ops.convert_to_numpy(L2Pooling2D(2, padding="same")(x))[0, :, :, 0]
    np.testing.assert_allclose(norms, np.sqrt([[4, 2], [2, 1]]), rtol=1e-6)


def test_global_l2_is_the_norm(rng):
    x = rng.normal(size=(2, 4, 5, 3)).astype("float32")
    np.testing.assert_allclose(
        ops.convert_to_numpy(GlobalL2Pooling2D()(x)),
        np.linalg.norm(x.reshape(2, 20, 3), axis=1),
        rtol=1e-5,
    )


@pytest.mark.parametrize("layer", [L2Pooling2D(2), GlobalL2Pooling2D()])
def test_gradient_at_zero_is_zero(layer):
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("GradientTape needs TensorFlow")
    x = tf.Variable(tf.zeros((1, 4, 4, 1)))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(x))
    np.testing.assert_array_equal(tape.gradient(total, x), np.zeros((1, 4, 4, 1)))


def test_trainable_pooling_starts_as_the_average(rng):
    x = rng.normal(size=(2, 6, 6, 3)).astype("float32")
    np.testing.assert_allclose(
        ops.convert_to_numpy(TrainablePooling2D()(x)),
        ops.convert_to_numpy(keras.layers.AveragePooling2D(2)(x)),
        atol=1e-6,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pool_size": 0}, "`pool_size` must be .* Received: pool_size=0"),
        ({"pool_size": 2.0}, "`pool_size` must be"),
        ({"pool_size": True}, "`pool_size` must be"),
        ({"pool_size": (2, 2, 2)}, "`pool_size` must be"),
        ({"strides": 0}, "`strides` must be .* Received: strides=0"),
        ({"padding": "full"}, '`padding` must be "valid" or "same"'),
        ({"padding": None}, "`padding` must be"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        L2Pooling2D(**arguments)


def test_empty_batch_gives_empty_batch():
    assert L2Pooling2D(2)(np.zeros((0, 4, 4, 1), "float32")).shape == (0, 2, 2, 1)


def test_size_unknown_until_the_image_comes(rng):
    x = rng.normal(size=(2, 7, 5, 3)).astype("float32")
    layer = L2Pooling2D(3, strides=2, padding="same")
    model = keras.Sequential([keras.Input((None, None, 3)), layer])
    np.testing.assert_allclose(
        model.predict(x, verbose=0), ops.convert_to_numpy(layer(x)), rtol=1e-6
    )


def test_window_larger_than_image():
    with pytest.raises(ValueError, match="does not fit"):
        L2Pooling2D(5)(np.zeros((1, 4, 4, 1), "float32"))
