"""Switches and unpooling against torch, on padding, ties and overlapping windows."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.layers import MaxPooling2DWithSwitches, MaxUnpooling2D

CASES = [
    ((6, 8), 2, None, "valid"),
    ((7, 9), 3, 2, "valid"),
    ((7, 5), (2, 3), (1, 2), "valid"),
    ((7, 8), 3, 2, "same"),
    ((5, 5), 2, 2, "same"),
]
cases = pytest.mark.parametrize(("sides", "size", "strides", "padding"), CASES)


def numbers(sides, low=-3.0):
    rng = np.random.default_rng(0)
    return rng.uniform(low, 1, (2, *sides, 3)).astype("float32")


@cases
def test_maxima_are_those_of_keras_and_stand_where_switches_say(
    sides, size, strides, padding
):
    x = numbers(sides, low=-3.0) - 1  # all below 0, so that padding would show
    maxima, switches = map(
        ops.convert_to_numpy, MaxPooling2DWithSwitches(size, strides, padding)(x)
    )
    due = keras.layers.MaxPooling2D(size, strides, padding)(x)
    np.testing.assert_array_equal(maxima, ops.convert_to_numpy(due))
    flat = x.reshape(2, -1, 3)
    for n, i, j, c in np.ndindex(*switches.shape):
        assert flat[n, switches[n, i, j, c], c] == maxima[n, i, j, c]


@pytest.mark.parametrize(("size", "strides"), [(2, 2), (3, 2), (2, 3)])
def test_there_and_back_as_torch_does(size, strides):
    torch = pytest.importorskip("torch")
    x = numbers((9, 8))
    pool = torch.nn.MaxPool2d(size, strides, return_indices=True)
    theirs, indices = pool(torch.tensor(x.transpose(0, 3, 1, 2)))
    maxima, switches = MaxPooling2DWithSwitches(size, strides)(x)
    np.testing.assert_array_equal(
        ops.convert_to_numpy(switches), indices.numpy().transpose(0, 2, 3, 1)
    )
    unpool = torch.nn.MaxUnpool2d(size, strides)
    due = unpool(theirs, indices, output_size=(9, 8)).numpy().transpose(0, 2, 3, 1)
    got = MaxUnpooling2D((9, 8))([maxima, switches])
    np.testing.assert_array_equal(ops.convert_to_numpy(got), due)


def test_of_equal_maxima_the_first():
    _, switches = MaxPooling2DWithSwitches(2)(np.ones((1, 2, 4, 1), "float32"))
    assert ops.convert_to_numpy(switches).ravel().tolist() == [0, 2]


@cases
def test_pooled_again_it_is_the_same(sides, size, strides, padding):
    x = numbers(sides, low=0.1)
    pool = MaxPooling2DWithSwitches(size, strides, padding)
    maxima, switches = pool(x)
    again, _ = pool(MaxUnpooling2D(sides)([maxima, switches]))
    np.testing.assert_array_equal(*map(ops.convert_to_numpy, (again, maxima)))


def test_in_a_model_that_is_saved(tmp_path):
    inputs = keras.Input((6, 6, 2))
    pooled = MaxPooling2DWithSwitches(2, name="pool")(inputs)
    model = keras.Model(inputs, MaxUnpooling2D((6, 6), name="unpool")(pooled))
    assert model.output_shape == (None, 6, 6, 2)
    model.save(tmp_path / "model.keras")
    x = numbers((6, 6))[..., :2]
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        loaded.predict(x, verbose=0), model.predict(x, verbose=0)
    )


def test_bad_arguments():
    with pytest.raises(ValueError, match="must be known"):
        MaxPooling2DWithSwitches()(keras.Input((None, 8, 1)))
    with pytest.raises(ValueError, match="at least as large as `pool_size`"):
        MaxPooling2DWithSwitches(5)(np.zeros((1, 4, 4, 1), "float32"))
    with pytest.raises(ValueError, match="`pool_size`"):
        MaxPooling2DWithSwitches(0)
    with pytest.raises(ValueError, match="pair"):
        MaxUnpooling2D((4, 4))([np.zeros((1, 2, 2, 1)), np.zeros((1, 2, 1, 1))])
