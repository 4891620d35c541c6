import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier

from cnnkit.datasets import street_scenes
from cnnkit.datasets._sketch import mask
from cnnkit.datasets._street.scene import LEAST_VISIBLE, draw_count, draw_scene

CLASSES = ("pedestrian", "car", "motorcycle")


@pytest.fixture(scope="module")
def scenes():
    return street_scenes(120, seed=7)


def digest(data):
    content = data.images.tobytes() + b"".join(b.tobytes() for b in data.boxes)
    return hashlib.sha256(content).hexdigest()


def test_what_comes_back(scenes):
    assert scenes.images.shape == (120, 96, 96, 3)
    assert scenes.images.dtype == np.float32
    assert scenes.images.min() >= 0 and scenes.images.max() <= 1
    assert scenes.class_names == CLASSES
    assert all(b.dtype == np.float32 for b in scenes.boxes)
    assert set(scenes.attributes["light"]) == {"day", "overcast", "dusk", "night"}
    assert scenes.sources[3] == "street_scenes(seed=7)[3]"


def test_all_classes_are_frequent_and_numbers_differ(scenes):
    counts = scenes.counts()
    assert min(counts.values()) > 0.22 * sum(counts.values())
    numbers = [len(boxes) for boxes in scenes.boxes]
    assert min(numbers) == 0 and max(numbers) >= 5
    assert 1.7 < np.mean(numbers) < 3


def test_sizes_and_shapes_differ(scenes):
    boxes, classes = np.concatenate(scenes.boxes), np.concatenate(scenes.classes)
    difficult = np.concatenate(scenes.difficult)
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    inside = (boxes.min(axis=1) > 0) & (boxes.max(axis=1) < 96) & ~difficult
    pedestrians, cars = (inside & (classes == k) for k in (0, 1))
    assert np.median(height[pedestrians] / width[pedestrians]) > 1.7
    assert np.median(width[cars] / height[cars]) > 1.3
    for k in range(3):
        area = (width * height)[inside & (classes == k)]
        assert np.quantile(area, 0.9) > 2.5 * np.quantile(area, 0.1)
    assert min(width[inside].min(), height[inside].min()) > 4
    assert 0.02 < difficult.mean() < 0.25


def test_nearer_is_larger_and_lower(scenes):
    boxes, classes = np.concatenate(scenes.boxes), np.concatenate(scenes.classes)
    own = boxes[(classes == 0) & (boxes[:, 3] < 95)]
    height, foot = own[:, 3] - own[:, 1], own[:, 3]
    assert np.corrcoef(height, foot)[0, 1] > 0.5


def test_several_objects_in_one_cell(scenes):
    """Of a grid of 3 by 3, by the middles of the boxes."""
    shared = 0
    for boxes in scenes.boxes:
        cells = ((boxes[:, :2] + boxes[:, 2:]) / 2 // 32).astype(int)
        shared += len(cells) > len(np.unique(cells, axis=0))
    assert shared > 10


def test_same_seed_same_bytes():
    assert digest(street_scenes(4, seed=5)) == digest(street_scenes(4, seed=5))
    assert digest(street_scenes(4, seed=5)) != digest(street_scenes(4, seed=6))


def test_more_scenes_begin_with_the_same_ones(scenes):
    assert digest(street_scenes(3, seed=7)) == digest(scenes.subset(slice(3)))


@settings(max_examples=15)
@given(
    st.integers(0, 10**9), st.integers(32, 140), st.integers(32, 140), st.integers(0, 8)
)
def test_a_box_is_the_extent_of_the_object(seed, height, width, most):
    scene = draw_scene(height, width, (0, most), np.random.default_rng(seed))
    assert scene.image.shape == (height, width, 3) and np.isfinite(scene.image).all()
    assert len(scene.boxes) == len(scene.classes) == len(scene.visible) <= most
    assert (scene.visible >= LEAST_VISIBLE).all() and (scene.visible <= 1 + 1e-6).all()
    x1, y1, x2, y2 = scene.boxes.T
    assert (x1 >= 0).all() and (y1 >= 0).all()
    assert (x2 <= width).all() and (y2 <= height).all()
    assert (x1 < x2).all() and (y1 < y2).all()
    labelled = [thing for thing in scene.things if thing.label is not None]
    assert [thing.label for thing in labelled] == scene.classes.tolist()
    for thing, box in zip(labelled, scene.boxes, strict=True):
        # The whole of it, drawn with room around the image, then cut at its edges.
        room = 4 * max(height, width)
        outline = [points + room for points in thing.sketch.outline()]
        rows, columns = np.nonzero(mask(outline, (height + 2 * room, width + 2 * room)))
        extent = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        extent = np.clip(np.array(extent) - room, 0, [width, height] * 2)
        assert np.abs(extent - box).max() < 1.5


def test_what_is_in_front_is_painted_over_what_is_behind():
    """The farthest first, so that the nearest hides and is not hidden."""
    for seed in range(8):
        scene = draw_scene(64, 64, (3, 6), np.random.default_rng(seed))
        away = [thing.distance for thing in scene.things]
        assert away == sorted(away, reverse=True)


def test_the_object_is_there_where_its_box_is():
    """A box is around something with colours of its own."""
    found = 0
    for seed in range(20):
        with_one = draw_scene(96, 96, (1, 1), np.random.default_rng([1, seed]))
        x1, y1, x2, y2 = with_one.boxes[0].round().astype(int)
        inside = with_one.image[y1:y2, x1:x2].reshape(-1, 3)
        found += inside.std(axis=0).mean() > 0.04
    assert found > 17


@pytest.mark.parametrize("objects", [0, 1, (0, 1), (2, 2), (3, 5), 8])
def test_number_of_objects(objects):
    least, most = objects if isinstance(objects, tuple) else (objects, objects)
    for boxes in street_scenes(8, objects=objects, size=64).boxes:
        assert min(least, 6) <= len(boxes) <= most


def test_counts_are_poissons():
    rng = np.random.default_rng(0)
    counts = [draw_count(0, 6, rng) for _ in range(3000)]
    assert 2.1 < np.mean(counts) < 2.4
    assert set(counts) == set(range(7))
    assert {draw_count(2, 3, rng) for _ in range(50)} == {2, 3}


@pytest.mark.parametrize("size", [32, (48, 120), [120, 64], np.int64(40)])
def test_any_size(size):
    height, width = size if isinstance(size, (tuple, list)) else (size, size)
    data = street_scenes(4, size=size, seed=1)
    assert data.images.shape == (4, height, width, 3)
    assert np.ptp(data.images, axis=(1, 2, 3)).min() > 0.2


def test_none_at_all():
    data = street_scenes(0)
    assert data.images.shape == (0, 96, 96, 3) and data.boxes == ()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"n": -1}, "`n` must be an integer of at least 0"),
        ({"n": 2.0}, "`n` must be an integer"),
        ({"seed": -1}, "`seed` must be"),
        ({"seed": None}, "`seed` must be"),
        ({"size": 31}, "`size` must be an integer of at least 32"),
        ({"size": (96, 96, 3)}, r"pair \(height, width\)"),
        ({"size": (96, 20)}, "at least 32"),
        ({"objects": -1}, "`objects` must be an integer from 0 to 8"),
        ({"objects": 9}, "`objects` must be"),
        ({"objects": (3, 2)}, "the smaller one first"),
        ({"objects": (1, 2, 3)}, "`objects` must be"),
        ({"objects": 1.5}, "`objects` must be"),
        ({"objects": True}, "`objects` must be"),
        ({"n": 10**30}, "GiB. Draw fewer"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        street_scenes(**{"n": 1, **arguments})


def test_pixels_alone_do_not_tell_the_class():
    data = street_scenes(200, size=48, seed=2, objects=1)
    x = data.images[:, ::2, ::2].reshape(200, -1)
    y = np.array([classes[0] for classes in data.classes])
    for classifier in (KNeighborsClassifier(1), RidgeClassifier(1e3)):
        classifier.fit(x[:140], y[:140])
        assert classifier.score(x[140:], y[140:]) < 0.7


def test_colour_alone_does_not_find_a_car(scenes):
    """The colours of cars are those of houses, jackets and sky."""
    boxes, classes = scenes.boxes, scenes.classes
    inside = np.zeros((120, 96, 96), bool)
    for i in range(120):
        for x1, y1, x2, y2 in boxes[i][classes[i] == 1].round().astype(int):
            inside[i, y1:y2, x1:x2] = True
    bins = (scenes.images * 7.999).astype(int) @ [64, 8, 1]
    train, test = slice(0, 80), slice(80, 120)
    share = np.bincount(bins[train][inside[train]], minlength=512) / np.maximum(
        np.bincount(bins[train].ravel(), minlength=512), 1
    )
    truth = inside[test]
    best = 0.0
    for threshold in np.linspace(0.02, 0.6, 30):
        chosen = share[bins[test]] > threshold
        hits = (chosen & truth).sum()
        best = max(best, hits / max((chosen | truth).sum(), 1))
    assert best < 0.4
