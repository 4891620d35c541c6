"""What comes back from a layer, and what the regularisers do."""

import keras
import numpy as np
import pytest

from cnnkit.synthesis import reconstruct


def psnr(image, other):
    return -10 * np.log10(((image - other) ** 2).mean())


def test_the_first_layer_knows_nearly_all_and_a_later_one_less(network, cat):
    early = reconstruct(cat, network, "conv1", steps=150)
    late = reconstruct(cat, network, "conv2", steps=150)
    assert psnr(early.image, cat) > 25
    assert psnr(late.image, cat) < psnr(early.image, cat)


def test_a_smoother_image_by_total_variation(network, cat):
    def roughness(weight):
        found = reconstruct(cat, network, "conv2", variation_weight=weight, steps=40)
        return np.abs(np.diff(found.image, axis=0)).mean()

    assert roughness(10.0) < 0.5 * roughness(0.0)


def test_greyer_by_the_norm(network, cat):
    def contrast(weight):
        found = reconstruct(cat, network, "conv2", norm_weight=weight, steps=40)
        return np.abs(found.image - 0.5).max()

    assert contrast(1e5) < contrast(0.0)


def test_from_a_dense_layer(cat):
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Flatten(),
            keras.layers.Dense(9, name="dense"),
        ]
    )
    found = reconstruct(cat, model, "dense", steps=30)
    assert found.costs.min() < 1e-3 * found.costs[0]


def test_bad_arguments(network, cat):
    with pytest.raises(ValueError, match="no layer"):
        reconstruct(cat, network, "conv9")
    with pytest.raises(ValueError, match="`variation_weight`"):
        reconstruct(cat, network, "conv1", variation_weight=-1)
    with pytest.raises(ValueError, match="`beta`"):
        reconstruct(cat, network, "conv1", variation_weight=1, beta=0)
    dead = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(2, 3, activation="relu", name="conv"),
        ]
    )
    dead.set_weights([np.zeros((3, 3, 3, 2)), -np.ones(2)])
    with pytest.raises(ValueError, match="0 everywhere"):
        reconstruct(cat, dead, "conv")
