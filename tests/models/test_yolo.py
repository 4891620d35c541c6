"""The one-pass detector: shapes, targets, and that it can learn."""

import keras
import numpy as np
import pytest

from cnnkit.boxes import encode
from cnnkit.datasets import street_scenes
from cnnkit.models import YOLO, SmallBackbone
from tests.checks import check_saved, check_trains
from tests.models.rectangles import found_first, rectangles

ANCHORS = [[0.5, 1.5], [1.5, 0.75]]
CLASSES = ("pedestrian", "car", "motorcycle")


def small(grid=(2, 3)):
    backbone = SmallBackbone((8 * grid[0], 8 * grid[1], 3), (4, 8, 8))
    return YOLO(grid, ANCHORS, CLASSES, backbone, filters=8)


def scenes(n=4, shape=(16, 24, 3)):
    return np.random.default_rng(0).random((n, *shape), "float32")


def test_the_target_of_the_course_is_3_by_3_by_2_by_8():
    model = YOLO(3, ANCHORS, CLASSES)
    assert model.output_shape == (None, 3, 3, 2, 8)
    assert model.targets([[]], [[]]).shape == (1, 3, 3, 2, 8)


def test_it_is_saved_and_trains_every_weight(tmp_path):
    model = small()
    boxes = [[[2, 2, 8, 14]], [], [[4, 4, 20, 12], [0, 0, 4, 12]], [[1, 1, 14, 8]]]
    y = model.targets(boxes, [[0], [], [1, 0], [2]])
    check_trains(model, scenes(), y, model.default_loss())
    check_saved(model, scenes(), tmp_path)
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.grid == (2, 3) and tuple(loaded.classes) == CLASSES
    np.testing.assert_array_equal(loaded.anchors, model.anchors)
    loaded.fit(scenes(), y, verbose=0)


def test_it_finds_what_its_target_says():
    model = small()
    boxes = [[[2.0, 2, 8, 14], [12, 4, 23, 10]], []]
    y = model.targets(boxes, [[0, 1], []])
    raw = inverse_of_activate(y, np.array(ANCHORS))
    model.predict_images = lambda images, batch_size: raw
    found, none = model.detect(scenes(2))
    assert found.class_names == CLASSES and len(none) == 0
    order = np.argsort(found.boxes[:, 0])
    np.testing.assert_allclose(found.boxes[order], boxes[0], atol=1e-3)
    assert found.classes[order].tolist() == [0, 1]


def inverse_of_activate(y, anchors):
    raw = np.zeros_like(y)
    raw[..., 0] = np.where(y[..., 0] > 0, 9, -9)
    middle = np.clip(y[..., 1:3], 1e-6, 1 - 1e-6)
    raw[..., 1:3] = np.log(middle / (1 - middle))
    raw[..., 3:5] = np.log(np.maximum(y[..., 3:5], 1e-6) / anchors[:, ::-1])
    raw[..., 5:] = 20 * y[..., 5:]
    return raw


def test_it_expects_few_objects_before_it_has_learned():
    raw = small().predict(scenes(), verbose=0)
    p = 1 / (1 + np.exp(-raw[..., 0]))
    assert p.mean() < 0.1
    assert all(len(found) == 0 for found in small().detect(scenes()))


def test_it_learns_coloured_rectangles():
    x, boxes, classes = rectangles(192)
    keras.utils.set_random_seed(0)
    backbone = SmallBackbone((32, 32, 3), (8, 16, 16))
    model = YOLO(4, [[0.75, 1.75], [1.75, 0.875]], 2, backbone, filters=16)
    model.compile(keras.optimizers.Adam(0.005))
    y = model.targets(boxes, classes)
    model.fit(x, y, epochs=20, batch_size=16, verbose=0)
    right = found_first(model.detect(x[:50]), boxes[:50], classes[:50])
    assert right >= 45


def test_crowded_cells_keep_the_larger_object():
    model = small()
    boxes, classes = [[[0, 0, 4, 12], [1, 0, 6, 14]]], [[0, 2]]
    y, dropped = encode(boxes, classes, (2, 3), ANCHORS, 3, (16, 24))
    np.testing.assert_array_equal(model.targets(boxes, classes), y)
    assert dropped.tolist() == [1] and y[..., 0].sum() == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"grid": 0}, "`grid`"),
        ({"grid": (2, 2)}, "maps of 2×2"),
        ({"anchors": [[0.5, -1]]}, "anchors"),
        ({"classes": ()}, "`classes`"),
        ({"filters": 0}, "`filters`"),
    ],
)
def test_bad_arguments_are_told(arguments, message):
    backbone = SmallBackbone((16, 24, 3), (4, 8, 8))
    good = {
        "grid": (2, 3),
        "anchors": ANCHORS,
        "classes": CLASSES,
        "backbone": backbone,
    }
    with pytest.raises(ValueError, match=message):
        YOLO(**{**good, **arguments})


@pytest.mark.parametrize(
    ("box", "which"),
    [([9, 0, 2, 9], 0), ([0, 0, np.nan, 9], 0), ([0, 0, 90, 9], 0), ([0, 0, 9, 9], 3)],
)
def test_bad_targets_are_told(box, which):
    with pytest.raises(ValueError, match="box|class"):
        small().targets([[box]], [[which]])


def test_targets_of_padded_batches():
    model = YOLO(3, [[0.5, 1.0], [2.0, 1.0]], 3)
    streets = street_scenes(5, size=48, seed=3)
    _, boxes, classes = next(streets.batches(5, shuffle=False))
    lists = model.targets(streets.boxes, streets.classes)
    np.testing.assert_array_equal(model.targets(boxes, classes), lists)
