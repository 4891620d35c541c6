import keras
import numpy as np
import pytest

from cnnkit.models import LeNet5, LeNet5Original
from cnnkit.models._lenet5_tables import CHARACTER_CODES, CONNECTIONS
from tests.checks import check_saved, check_trains

STAGES = ["conv1", "pool1", "conv2", "pool2", "dense1", "dense2", "predictions"]


def activation_sizes(model):
    return {layer.name: int(np.prod(layer.output.shape[1:])) for layer in model.layers}


@pytest.mark.parametrize("side", [28, 32])
def test_published_table(side):
    model = LeNet5((side, side, 1))
    sizes = activation_sizes(model)
    assert [sizes[s] for s in STAGES] == [4704, 1176, 1600, 400, 120, 84, 10]
    parameters = [model.get_layer(s).count_params() for s in STAGES]
    assert parameters == [156, 0, 2416, 0, 48120, 10164, 850]
    assert model.count_params() == 61706


def test_original_table():
    model = LeNet5Original()
    parameters = {
        layer.name: sum(int(np.prod(w.shape)) for w in layer.trainable_weights)
        for layer in model.layers
        if layer.trainable_weights
    }
    assert parameters == {
        "c1": 156,
        "s2": 12,
        "c3": 1516,
        "s4": 32,
        "c5": 48120,
        "f6": 10164,
    }
    assert sum(parameters.values()) == 60000
    assert model.get_layer("distances").count_params() == 840


def test_original_tables_are_the_papers():
    assert sum(len(row) for row in CONNECTIONS) == 60
    assert len({tuple(row) for row in CONNECTIONS}) == 16
    for channel in range(6):
        assert sum(channel in row for row in CONNECTIONS) == 10
    assert CHARACTER_CODES.shape == (10, 84)
    assert set(CHARACTER_CODES.ravel()) == {-1.0, 1.0}
    assert len(np.unique(CHARACTER_CODES, axis=0)) == 10


@pytest.mark.parametrize("side", [12, 28, 33])
@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_saves_and_trains(side, dropout, tmp_path):
    rng = np.random.default_rng(0)
    images = rng.random((16, side, side, 3), dtype="float32")
    labels = rng.integers(0, 4, 16)
    model = LeNet5(
        (side, side, 3),
        classes=4,
        pooling="average",
        dropout=dropout,
        seed=1,
        activation="tanh",
    )
    check_saved(model, images, tmp_path)
    check_trains(model, images, labels, "sparse_categorical_crossentropy")


def test_original_saves_and_trains(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.normal(size=(8, 32, 32, 1)).astype("float32")
    model = LeNet5Original(classes=7)
    check_saved(model, images, tmp_path)
    check_trains(model, images, np.zeros((8, 7)), "mse")


def test_same_seed_same_network():
    image = np.random.default_rng(0).random((1, 28, 28, 1))
    first, second = (LeNet5(seed=3).predict(image, verbose=0) for _ in range(2))
    other = LeNet5(seed=4).predict(image, verbose=0)
    np.testing.assert_array_equal(first, second)
    assert not np.allclose(first, other)


def test_without_top_ends_at_the_second_pooling():
    assert LeNet5(include_top=False).output_shape == (None, 5, 5, 16)


def test_logits_on_request():
    model = LeNet5(classifier_activation=None)
    assert model.get_layer("predictions").activation is keras.activations.linear


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": (28, 28)}, "must be 3 positive integers"),
        ({"input_shape": (28.0, 28, 1)}, "must be 3 positive integers"),
        ({"input_shape": None}, "must be 3 positive integers"),
        ({"input_shape": (11, 28, 1)}, "at least 12 along each side"),
        ({"classes": 0}, "`classes` must be a positive integer. Received: classes=0"),
        ({"classes": True}, "`classes` must be a positive integer"),
        ({"pooling": "maximum"}, "`pooling` must be one of 'max', 'average'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        LeNet5(**arguments)


@pytest.mark.parametrize("classes", [0, 11])
def test_original_bad_classes(classes):
    with pytest.raises(ValueError, match="`classes` must be"):
        LeNet5Original(classes)
