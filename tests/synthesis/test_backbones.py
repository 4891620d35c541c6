"""Networks for synthesis: what they are made of, and which one is taken."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from cnnkit.datasets import DownloadError
from cnnkit.synthesis import (
    average_pooling,
    backbone,
    dream,
    style_transfer,
    texture,
)


@pytest.mark.parametrize("name", ["cnnkit", "random"])
def test_all_its_layers_are_there(name, cat, coffee):
    network = backbone(name)
    model, preprocess, content, style, dreams = network
    for layer in (*content, *style, *dreams):
        assert model.get_layer(layer) is not None
    found = style_transfer(
        cat, coffee, model, content, style, preprocess=preprocess, steps=2
    )
    assert found.costs[-1] < found.costs[0]
    np.testing.assert_array_equal(
        found.costs, style_transfer(cat, coffee, network, steps=2).costs
    )
    assert dream(cat, network, steps=1).shape == cat.shape
    assert texture(cat, network, steps=1).image.shape == cat.shape


def test_average_pooling_keeps_weights_and_names():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(2, 3, padding="same", name="conv"),
            layers.MaxPooling2D(3, strides=2, padding="same", name="pool"),
        ]
    )
    twin = average_pooling(model)
    x = np.random.default_rng(0).random((2, 8, 8, 1)).astype("float32")
    due = ops.average_pool(model.layers[0](x), 3, 2, "same")
    np.testing.assert_allclose(*map(ops.convert_to_numpy, (twin(x), due)), atol=1e-6)
    assert [layer.name for layer in twin.layers] == ["conv", "pool"]


def test_without_the_internet_the_one_that_ships(monkeypatch):
    def unreachable():
        raise DownloadError("no way out")

    monkeypatch.setattr("cnnkit.synthesis.backbones._vgg19", unreachable)
    assert backbone().model.get_layer("block3_conv2") is not None
    with pytest.raises(DownloadError):
        backbone("vgg19")


def test_random_filters_are_the_same_each_time():
    first, second = (backbone("random").model.get_weights() for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_random_filters_answer_to_change_and_not_to_brightness():
    model = backbone("random").model
    grey = np.full((1, 40, 40, 3), 0.5, "float32")
    colours, *rest = (ops.convert_to_numpy(maps)[0, 20, 20] for maps in model(grey))
    assert colours.max() > 0.1 and np.abs(rest).max() < 1e-5


def test_other_names():
    with pytest.raises(ValueError, match="`name` must be"):
        backbone("vgg16")
