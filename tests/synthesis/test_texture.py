"""Gram matrices of the texture beside those of the source."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.losses import gram_matrix
from cnnkit.synthesis import texture


def test_gram_matrices_become_those_of_the_source(network, coffee):
    found = texture(coffee, network, ["conv1"], steps=150)
    maps = keras.Model(network.inputs[0], network.get_layer("conv1").output)
    mine, due = (
        ops.convert_to_numpy(gram_matrix(maps(x[None]))) for x in (found.image, coffee)
    )
    assert np.linalg.norm(mine - due) < 0.02 * np.linalg.norm(due)
    assert np.abs(found.image - coffee).mean() > 0.05  # and it is not a copy


def test_another_size_than_the_source(network, coffee):
    found = texture(coffee, network, ["conv1", "conv2"], size=(24, 56), steps=20)
    assert found.image.shape == (24, 56, 3)
    assert found.costs.min() < 0.1 * found.costs[0]


def test_an_image_of_one_colour(network):
    found = texture(np.zeros((20, 20, 3)), network, ["conv1"], steps=5)
    assert np.isfinite(found.costs).all()


def test_too_small(network, coffee):
    with pytest.raises(ValueError, match="at least 16"):
        texture(coffee, network, ["conv1"], size=(8, 8))
