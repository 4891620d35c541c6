"""Patches against a search through all places, streamed and at once."""

import tracemalloc

import keras
import numpy as np
import pytest
from keras import layers, ops

from cnnkit.inspection import dead_units, top_patches


def network():
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((16, 20, 3)),
            layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="a"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Conv2D(6, 3, padding="valid", name="b"),
        ],
        name="net",
    )


@pytest.fixture
def images():
    return np.random.default_rng(0).random((23, 16, 20, 3)).astype("float32")


def test_the_strongest_of_each_image_the_best_first(images):
    found = top_patches(network(), "b", images, k=4)
    maps = ops.convert_to_numpy(network()(images))
    for unit in range(6):
        best = maps[..., unit].reshape(23, -1).max(axis=1)
        order = np.argsort(-best)[:4]
        np.testing.assert_array_equal(found.images[unit], order)
        np.testing.assert_allclose(found.answers[unit], best[order], rtol=1e-4)


def test_of_equal_answers_the_earlier_image_and_place(images):
    same = np.repeat(images[:1] * 0, 5, axis=0)
    found = top_patches(network(), "b", same, k=3, batch_size=2)
    assert found.images.tolist() == 6 * [[0, 1, 2]]
    assert not found.places[..., 0].all() and not found.places[..., 1].all()


def test_an_empty_batch_on_the_way_is_passed_over(images):
    stream = iter([images[:0], images[:5], images[:0], images[5:]])
    found = top_patches(network(), "b", stream, k=2)
    whole = top_patches(network(), "b", images, k=2)
    np.testing.assert_array_equal(found.images, whole.images)


def test_the_patch_alone_makes_the_answer(images):
    """Whatever is outside the receptive field may change: the answer does not."""
    model = network()
    found = top_patches(model, "b", images, k=2)
    for unit in range(6):
        number, (x1, y1, x2, y2) = found.images[unit, 0], found.boxes[unit, 0]
        assert found.patches.shape[2:4] == (y2 - y1, x2 - x1)
        other = 1 - images[number]
        rows, columns = slice(max(y1, 0), y2), slice(max(x1, 0), x2)
        other[rows, columns] = images[number][rows, columns]
        row, column = found.places[unit, 0]
        answer = ops.convert_to_numpy(model(other[None]))[0, row, column, unit]
        assert answer == pytest.approx(found.answers[unit, 0], rel=1e-4)
        inside = found.patches[unit, 0][max(0, -y1) :, max(0, -x1) :]
        part = images[number][rows, columns]
        np.testing.assert_array_equal(inside[: part.shape[0], : part.shape[1]], part)


def test_a_stream_is_the_same_as_an_array(images):
    model = network()
    whole = top_patches(model, "a", images, k=5)
    stream = iter([images[:3], images[3:4], images[4:]])
    streamed = top_patches(model, "a", stream, k=5)
    np.testing.assert_array_equal(whole.images, streamed.images)
    np.testing.assert_array_equal(whole.patches, streamed.patches)


def test_memory_does_not_grow_with_the_number_of_images():
    """All 4,000 images at once would take 15 MB; a batch of them takes 0.2 MB."""
    model = network()

    def peak(batches):
        rng = np.random.default_rng(0)
        stream = (rng.random((50, 16, 20, 3), np.float32) for _ in range(batches))
        tracemalloc.start()
        found = top_patches(model, "b", stream)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest, found

    peak(2)
    few, _ = peak(4)
    many, found = peak(80)
    assert found.images.max() > 200
    assert many - few < 1e6


def test_fewer_images_than_asked_for_and_some_units(images):
    found = top_patches(network(), "b", images[:3], k=9, units=[5, 0])
    assert found.answers.shape == (2, 3) and "units=2" in repr(found)
    assert found.units.tolist() == [5, 0]
    assert (found.patches[:, :, 0] == 0.5).any() or (found.boxes[..., :2] >= 0).all()


def test_bad_arguments(images):
    model = network()
    for arguments, message in [
        ({"layer": "c"}, "no layer 'c'"),
        ({"k": 0}, "`k`"),
        ({"units": [6]}, "`units`"),
        ({"images": images[0]}, "`images`"),
        ({"images": images[:0]}, "at least one image"),
        ({"images": iter([])}, "at least one image"),
        ({"images": iter([images, images[:, 1:]])}, "one shape"),
        ({"images": np.full_like(images, np.nan)}, "NaN"),
    ]:
        with pytest.raises(ValueError, match=message):
            top_patches(**{"model": model, "layer": "b", "images": images, **arguments})
    two = keras.Input((8, 8, 1))
    both = layers.Add(name="sum")([two, layers.Conv2D(1, 3, padding="same")(two)])
    with pytest.raises(ValueError, match="several inputs"):
        top_patches(keras.Model(two, both), "sum", images[..., :1])
    flat = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(name="flat")])
    with pytest.raises(ValueError, match="gives no maps"):
        top_patches(flat, "flat", images[:, :8, :8, :1])


def test_dead_units(images):
    model = network()
    assert not dead_units(model, images)["a"].any()
    kernel, bias = model.get_layer("a").get_weights()
    bias[[1, 3]] = -100
    model.get_layer("a").set_weights([kernel, bias])
    dead = dead_units(model, images, batch_size=5)
    assert list(dead) == ["a"] and dead["a"].tolist() == [False, True, False, True]
    with pytest.raises(ValueError, match="at least one image"):
        dead_units(model, images[:0])
    with pytest.raises(ValueError, match="has a ReLU"):
        dead_units(keras.Sequential([keras.Input((2,)), layers.Dense(1)]), images)
