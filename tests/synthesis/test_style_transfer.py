"""The cost against its definition, that it falls, and what a stranger might pass."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.losses import content_cost, gram_matrix, style_cost, total_variation
from cnnkit.synthesis import style_transfer

LAYERS = {"content_layers": "conv2", "style_layers": ["conv1", "conv2"]}


def test_the_first_cost_is_that_of_the_definition(network, cat, coffee):
    found = style_transfer(
        cat,
        coffee,
        network,
        "conv2",
        {"conv1": 0.25, "conv2": 3.0},
        content_weight=2,
        style_weight=5,
        variation_weight=0.1,
        start=coffee[:32, :32],
        steps=1,
    )
    maps = keras.Model(
        network.inputs[0], [network.get_layer(x).output for x in ("conv1", "conv2")]
    )
    mine, content, style = (maps(x[None]) for x in (coffee[:32, :32], cat, coffee))
    sizes = 40 * 40, 20 * 20
    due = 2 * content_cost(mine[1], content[1], "mean") + 5 * sum(
        weight * style_cost(mine[i], gram_matrix(style[i]), sizes[i])
        for i, weight in enumerate((0.25, 3.0))
    )
    due += 0.1 * total_variation(coffee[None, :32, :32]) / cat.size
    assert found.costs[0] == pytest.approx(float(due[0]), rel=1e-4)


@pytest.mark.parametrize("method", ["adam", "l-bfgs"])
@pytest.mark.parametrize("start", ["content", "noise"])
def test_the_cost_falls_and_pixels_stay_pixels(network, cat, coffee, method, start):
    found = style_transfer(
        cat, coffee, network, **LAYERS, start=start, steps=30, method=method
    )
    assert found.image.shape == cat.shape and found.image.dtype == np.float32
    assert found.costs.min() < 0.5 * found.costs[0]
    assert 0 <= found.image.min() and found.image.max() <= 1
    assert found.finished and len(found.costs) <= 31


def test_the_scale_of_features_does_not_matter_to_the_fair_weight(network, cat, coffee):
    louder = keras.models.clone_model(network)
    kernel, *rest = network.get_weights()
    louder.set_weights([50 * kernel, *rest])
    plain, loud = (
        style_transfer(cat, coffee, model, **LAYERS, steps=8)
        for model in (network, louder)
    )
    np.testing.assert_allclose(plain.image, loud.image, atol=0.02)
    same = style_transfer(cat, cat, network, **LAYERS, steps=2)
    np.testing.assert_allclose(same.image, cat, atol=1e-5)  # nothing to paint


def test_twice_the_same(network, cat, coffee):
    first, second = (
        style_transfer(cat, coffee, network, **LAYERS, start="noise", steps=3, seed=1)
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.image, second.image)


def test_it_goes_on_where_it_stopped(network, cat, coffee):
    first = style_transfer(cat, coffee, network, **LAYERS, steps=5)
    more = style_transfer(cat, coffee, network, **LAYERS, steps=1, start=first.image)
    assert more.costs[0] == pytest.approx(first.costs.min(), rel=1e-4)


def test_frames_and_an_early_end(network, cat, coffee):
    frames = []

    def watch(step, image, cost):
        frames.append((step, image.shape, cost))
        return step == 2

    found = style_transfer(cat, coffee, network, **LAYERS, steps=50, callback=watch)
    assert [step for step, *_ in frames] == [0, 1, 2]
    np.testing.assert_array_equal(found.costs, [cost for *_, cost in frames])


def test_interrupted_it_gives_the_best_so_far(network, cat, coffee):
    def interrupt(step, image, cost):
        if step == 3:
            raise KeyboardInterrupt

    found = style_transfer(cat, coffee, network, **LAYERS, callback=interrupt)
    assert not found.finished and "interrupted" in repr(found)
    assert len(found.costs) == 4 and not np.array_equal(found.image, cat)


def test_grey_and_transparent_images_are_taken_with_a_word(network, cat, coffee):
    with pytest.warns(UserWarning, match="`content` is grey"):
        style_transfer(cat.mean(axis=-1), coffee, network, **LAYERS, steps=1)
    clear = np.concatenate([coffee, np.zeros_like(coffee[..., :1])], axis=-1)
    with pytest.warns(UserWarning, match="`style` has an alpha channel"):
        found = style_transfer(cat, clear, network, **LAYERS, steps=1)
    white = style_transfer(cat, np.ones_like(coffee), network, **LAYERS, steps=1)
    np.testing.assert_allclose(found.costs, white.costs, rtol=1e-5)


def test_sides_of_any_length_and_bytes(network, coffee):
    tall = (255 * coffee[:33, :17]).astype("uint8")
    found = style_transfer(tall, coffee, network, **LAYERS, steps=1)
    assert found.image.shape == (33, 17, 3)


def test_a_model_of_one_size_will_do(coffee, cat):
    from cnnkit.models import CifarVGG

    vgg = CifarVGG(include_top=False, width=0.125)
    style = ["block1_conv1", "block2_conv1"]
    found = style_transfer(coffee, cat, vgg, "block2_conv2", style, steps=2)
    assert found.image.shape == coffee.shape
    with pytest.raises(ValueError, match="include_top=False"):
        whole = keras.Sequential(
            [keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(2)]
        )
        style_transfer(coffee, cat, whole, "dense", "dense")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"content_layers": "conv3"}, "no layer 'conv3'. The nearest: conv"),
        ({"style_layers": {"conv1": 0}}, "not all 0"),
        ({"style_layers": []}, "`style_layers`"),
        ({"content_weight": 0, "style_weight": 0}, "must not both be 0"),
        ({"style_weight": -1}, "`style_weight`"),
        ({"start": "style"}, "`start`"),
        ({"start": np.zeros((20, 20, 3))}, "as large as `content`"),
        ({"steps": 0}, "`steps`"),
        ({"method": "sgd"}, "`method`"),
        ({"learning_rate": 0}, "`learning_rate`"),
        ({"content": np.zeros((8, 8, 3))}, "at least 16"),
        ({"content": np.zeros((32, 32, 2))}, "one image"),
        ({"content": np.full((32, 32, 3), np.nan)}, "finite"),
        ({"content": np.full((32, 32, 3), 255.0)}, r"in \[0, 1\]"),
        ({"content": np.zeros((1, 32, 32, 3))}, "one image"),
        ({"model": "vgg"}, "`model`"),
        ({"content_layers": None}, "`content_layers` is not given"),
    ],
)
def test_bad_arguments(network, cat, coffee, changed, message):
    arguments = {"content": cat, "style": coffee, "model": network, **LAYERS}
    with pytest.raises(ValueError, match=message):
        style_transfer(**{**arguments, **changed})


def test_a_cost_that_is_not_finite_is_told(network, cat, coffee):
    with pytest.raises(ValueError, match="not finite"):
        style_transfer(
            cat,
            coffee,
            network,
            **LAYERS,
            preprocess=lambda x: x + ops.log(ops.zeros_like(x)),
        )
