"""That layers answer more strongly, and that shapes and ranges hold."""

import keras
import numpy as np
import pytest

from cnnkit.synthesis import dream, dream_zoom
from cnnkit.synthesis.dream import resized


def answer(network, image, layer="conv2"):
    maps = keras.Model(network.inputs[0], network.get_layer(layer).output)
    return float(np.square(maps(image[None])).mean())


def test_the_layer_answers_more_strongly(network, coffee):
    seen = []
    dreamt = dream(
        coffee,
        network,
        "conv2",
        octaves=2,
        scale=1.2,
        steps=4,
        callback=lambda step, image: seen.append((step, image.shape)),
    )
    assert dreamt.shape == coffee.shape and dreamt.dtype == np.float32
    assert 0 <= dreamt.min() and dreamt.max() <= 1
    assert answer(network, dreamt) > 1.3 * answer(network, coffee)
    assert seen[0] == (1, (33, 33, 3)) and seen[-1] == (8, (40, 40, 3))


def test_octaves_that_are_too_small_are_left_out(network, cat):
    assert dream(cat, network, "conv1", octaves=9, steps=1).shape == cat.shape


def test_interrupted(network, coffee):
    def interrupt(step, image):
        raise KeyboardInterrupt

    dreamt = dream(coffee, network, "conv1", octaves=2, scale=1.2, callback=interrupt)
    assert dreamt.shape == coffee.shape and np.isfinite(dreamt).all()


def test_zoom(network, coffee):
    frames = list(dream_zoom(coffee, 3, network, "conv1", steps=1))
    assert [frame.shape for frame in frames] == 3 * [coffee.shape]
    assert not np.array_equal(frames[0], frames[1])


def test_resized_there_and_back():
    flat = np.full((8, 12, 3), 0.4, "float32")
    np.testing.assert_allclose(resized(flat, (5, 20)), 0.4, atol=1e-6)
    ramp = np.linspace(0, 1, 64, dtype="float32")[:, None, None] * np.ones((1, 64, 3))
    back = resized(resized(ramp, (128, 128)), (64, 64))
    np.testing.assert_allclose(back, ramp, atol=0.01)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"octaves": 0}, "`octaves`"),
        ({"scale": 1}, "`scale`"),
        ({"jitter": -1}, "`jitter`"),
        ({"steps": 0}, "`steps`"),
        ({"learning_rate": 0}, "`learning_rate`"),
        ({"layers": "mixed"}, "no layer"),
    ],
)
def test_bad_arguments(network, coffee, changed, message):
    with pytest.raises(ValueError, match=message):
        dream(**{"image": coffee, "model": network, "layers": "conv1", **changed})
