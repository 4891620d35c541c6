"""YOLO's grid: the course's example, a loop, and that one way undoes the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnkit.boxes import convert, decode, encode, filter_boxes, size_iou

ANCHORS = [[0.5, 1.2], [2.0, 0.8]]  # a pedestrian and a car, in cells
SHAPE = (300, 420)  # cells of a 3 × 3 grid are not square


def some_boxes(rng, n, shape=SHAPE):
    height, width = shape
    sizes = rng.uniform((4, 4), (width / 2, height / 2), (n, 2))
    low = rng.uniform(0, 1, (n, 2)) * ((width, height) - sizes)
    return np.concatenate([low, low + sizes], axis=1), rng.integers(0, 3, n)


def loop(boxes, classes, grid, anchors, num_classes, shape):
    """One object at a time, as the paper says; the larger of two stays."""
    rows, columns = grid
    y = np.zeros((rows, columns, len(anchors), 5 + num_classes))
    dropped = 0
    for box, which in zip(boxes, classes, strict=True):
        b_x, b_y = (box[:2] + box[2:]) / 2 * (columns, rows) / (shape[1], shape[0])
        b_w, b_h = (box[2:] - box[:2]) * (columns, rows) / (shape[1], shape[0])
        overlaps = []
        for width, height in anchors:
            shared = min(width, b_w) * min(height, b_h)
            overlaps.append(shared / (width * height + b_w * b_h - shared))
        cell = y[int(b_y), int(b_x), int(np.argmax(overlaps))]
        dropped += cell[0] == 1
        if b_w * b_h > cell[3] * cell[4]:
            cell[:] = 0
            cell[:5] = 1, b_x % 1, b_y % 1, b_h, b_w
            cell[5 + which] = 1
    return y, dropped


def rows_of(array):
    return sorted(map(tuple, np.asarray(array).tolist()))


def decoded(y, shape=SHAPE):
    """Return the boxes of all objects with their class, sorted."""
    _, boxes, classes = filter_boxes(*decode(y, shape), threshold=1)
    return rows_of(np.column_stack([boxes, classes]))


def test_the_target_of_the_course():
    """3 × 3 × 2 × 8: a car in the lower middle with the second anchor."""
    y, dropped = encode([[70, 200, 350, 280]], [1], 3, ANCHORS, 3, SHAPE)
    assert y.shape == (3, 3, 2, 8) and y.dtype == np.float32 and dropped == 0
    expected = np.zeros((3, 3, 2, 8))
    expected[2, 1, 1] = [1, 0.5, 0.4, 0.8, 2, 0, 1, 0]
    np.testing.assert_allclose(y, expected, atol=1e-6)


def test_a_pedestrian_before_a_car():
    """Two midpoints in one cell: each goes to the anchor of its shape."""
    boxes = [[190, 90, 230, 210], [80, 120, 340, 180]]
    y, dropped = encode(boxes, [0, 1], 3, ANCHORS, 3, SHAPE)
    assert dropped == 0 and y[1, 1, :, 0].tolist() == [1, 1]
    assert y[1, 1, 0, 5:].tolist() == [1, 0, 0] and y[1, 1, 1, 5:].tolist() == [0, 1, 0]
    assert y[..., 0].sum() == 2


@pytest.mark.parametrize("grid", [(3, 3), (1, 1), (5, 8)])
@pytest.mark.parametrize("n", [0, 1, 4, 40])
def test_equals_the_loop(grid, n):
    boxes, classes = some_boxes(np.random.default_rng(n), n)
    y, dropped = encode(boxes, classes, grid, ANCHORS, 3, SHAPE)
    expected, lost = loop(boxes, classes, grid, ANCHORS, 3, SHAPE)
    np.testing.assert_allclose(y, expected, atol=1e-6)
    assert dropped == lost == n - y[..., 0].sum()


@given(st.integers(0, 2**32 - 1), st.integers(0, 6), st.integers(1, 9))
def test_decode_is_the_inverse(seed, n, cells):
    boxes, classes = some_boxes(np.random.default_rng(seed), n)
    y, dropped = encode(boxes, classes, (cells, 2 * cells), ANCHORS, 3, SHAPE)
    assert (y[..., 1:3] >= 0).all() and (y[..., 1:3] < 1).all()
    found = decoded(y)
    assert len(found) == n - dropped
    truth = np.column_stack([boxes, classes])
    for row in found:
        nearest = np.abs(truth - row).max(axis=1)
        assert nearest.min() < 1e-3
    if not dropped:
        np.testing.assert_allclose(
            np.reshape(found, (-1, 5)), np.reshape(rows_of(truth), (-1, 5)), atol=1e-3
        )


@pytest.mark.parametrize(
    "box_format", ["yxyx", "xywh", "center_yxhw", "rel_xyxy", "rel_center_xywh"]
)
def test_formats(box_format):
    boxes, classes = some_boxes(np.random.default_rng(3), 7)
    expected, _ = encode(boxes, classes, 4, ANCHORS, 3, SHAPE)
    other = convert(boxes, "xyxy", box_format, SHAPE)
    y, _ = encode(other, classes, 4, ANCHORS, 3, SHAPE, box_format)
    np.testing.assert_allclose(y, expected, atol=1e-6)
    _, back, _ = decode(y, SHAPE, box_format)
    _, corners, _ = decode(y, SHAPE)
    np.testing.assert_allclose(
        convert(back, box_format, "xyxy", SHAPE), corners, atol=1e-3
    )


def test_the_larger_of_two_stays():
    boxes = [[200, 130, 220, 170], [190, 90, 230, 210], [195, 100, 225, 200]]
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        y, dropped = encode([boxes[i] for i in order], order, 3, [[0.3, 1]], 3, SHAPE)
        assert dropped == 2
        np.testing.assert_allclose(decoded(y), [[190, 90, 230, 210, 1]], atol=1e-4)


def test_of_equal_ones_the_first_stays():
    boxes = [[190, 100, 230, 200]] * 3
    y, dropped = encode(boxes, [2, 0, 1], 3, [[0.3, 1]], 3, SHAPE)
    assert dropped == 2 and y[1, 1, 0, 5:].tolist() == [0, 0, 1]


def test_more_objects_than_cells():
    boxes, classes = some_boxes(np.random.default_rng(0), 100)
    y, dropped = encode(boxes, classes, 2, [[0.5, 0.5]], 3, SHAPE)
    assert y[..., 0].all() and dropped == 96


@pytest.mark.parametrize("n", [1, 2, 3, 7, 13])
def test_a_midpoint_on_a_line_belongs_to_the_next_cell(n):
    side = 10 * n
    places = 10.0 * np.arange(n)
    boxes = np.stack([places - 1, places, places + 1, places + 2], axis=1)[1:]
    boxes = np.concatenate([boxes, [[side - 1, side - 1, side, side]]])
    y, _ = encode(boxes, [0] * n, n, [[1, 1]], 1, (side, side))
    assert [y[i, i, 0, 0] for i in range(n)] == [0.0] * (n > 1) + [1.0] * (n - (n > 1))


def test_just_below_a_line():
    """float32 would round 0.99999999 up to 1, which is the next cell."""
    middle = 100 * (1 - 1e-10)
    y, _ = encode([[middle - 9, 10, middle + 9, 20]], [0], 3, [[1, 1]], 1, (300, 300))
    assert y[0, 0, 0, 0] == 1 and 0.999 < y[0, 0, 0, 1] < 1


def test_anchors_are_compared_in_one_unit():
    """The best anchor by shape in pixels is the best in cells that are not square."""
    rng = np.random.default_rng(0)
    cell = np.array([SHAPE[1] / 4, SHAPE[0] / 7])
    in_pixels = rng.uniform(10, 100, (5, 2))
    boxes, _ = some_boxes(rng, 50)
    best = size_iou(boxes[:, 2:] - boxes[:, :2], in_pixels).argmax(axis=1)
    for box, anchor in zip(boxes, best, strict=True):
        y, _ = encode([box], [0], (7, 4), in_pixels / cell, 1, SHAPE)
        assert y[..., anchor, 0].sum() == 1


def test_many_images_at_once():
    rng = np.random.default_rng(1)
    boxes, classes = zip(*(some_boxes(rng, n) for n in (3, 0, 30, 1)), strict=True)
    y, dropped = encode(boxes, classes, 3, ANCHORS, 3, SHAPE)
    assert y.shape == (4, 3, 3, 2, 8) and dropped.shape == (4,)
    for i in range(4):
        alone, lost = encode(boxes[i], classes[i], 3, ANCHORS, 3, SHAPE)
        np.testing.assert_array_equal(y[i], alone)
        assert dropped[i] == lost

    lists = [b.tolist() for b in boxes], [c.tolist() for c in classes]
    np.testing.assert_array_equal(encode(*lists, 3, ANCHORS, 3, SHAPE)[0], y)
    padded = np.full((4, 30, 4), np.nan), np.full((4, 30), -1)
    for i in range(4):
        padded[0][i, : len(boxes[i])], padded[1][i, : len(boxes[i])] = (
            boxes[i],
            classes[i],
        )
    np.testing.assert_array_equal(encode(*padded, 3, ANCHORS, 3, SHAPE)[0], y)


@pytest.mark.parametrize(
    ("boxes", "classes", "shape", "images"),
    [
        ([], [], (3, 3, 2, 8), 0),
        (np.zeros((0, 4)), [], (3, 3, 2, 8), 0),
        ([[], []], [[], []], (2, 3, 3, 2, 8), 2),
        (np.zeros((2, 0, 4)), np.zeros((2, 0), int), (2, 3, 3, 2, 8), 2),
    ],
)
def test_no_boxes_at_all(boxes, classes, shape, images):
    y, dropped = encode(boxes, classes, 3, ANCHORS, 3, SHAPE)
    assert y.shape == shape and not y.any()
    assert np.array_equal(dropped, [0] * images if images else 0)


def test_decode_a_tensor():
    ops = pytest.importorskip("keras").ops
    boxes, classes = some_boxes(np.random.default_rng(2), 5)
    y, _ = encode(boxes, classes, (3, 4), ANCHORS, 3, SHAPE)
    tensors = decode(ops.convert_to_tensor(y), SHAPE, "yxyx")
    for tensor, array in zip(tensors, decode(y, SHAPE, "yxyx"), strict=True):
        assert not isinstance(tensor, np.ndarray)
        np.testing.assert_allclose(ops.convert_to_numpy(tensor), array, atol=1e-4)


GOOD = {
    "boxes": [[10, 10, 50, 90]],
    "classes": [0],
    "grid": 3,
    "anchors": ANCHORS,
    "num_classes": 3,
    "image_shape": SHAPE,
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"boxes": [[50, 10, 10, 90]]}, "corners are swapped"),
        ({"boxes": [[10, 10, 10, 90]]}, "no area"),
        ({"boxes": [[10, 10, np.nan, 90]]}, "NaN"),
        ({"boxes": [[10, 10, 50, 301]]}, "outside the image"),
        ({"boxes": [[-3, 10, 50, 90]]}, "outside the image"),
        ({"boxes": [[0.1, 0.1, 0.5, 0.9]]}, "in shares of the image"),
        ({"box_format": "rel_xyxy"}, "in pixels where shares"),
        (
            {"boxes": [[[10, 10, 50, 90]], [[9, 9, 4, 4]]], "classes": [[0], [0]]},
            "swapped.*|of image 1",
        ),
        ({"boxes": [10, 10, 50, 90]}, r"\(n, 4\)"),
        ({"boxes": [[10, 10, 50]]}, r"\(n, 4\)"),
        ({"boxes": [[[10, 10, 50]]], "classes": [[0]]}, "one array an image"),
        ({"boxes": [[[10, 10, 50, 90]]], "classes": [[0, 1]]}, "like `boxes`"),
        ({"boxes": [[[10, 10, 50, 90]]], "classes": [0, 1]}, "like `boxes`"),
        ({"classes": [0, 1]}, "one integer a box"),
        ({"classes": [3]}, "integers from 0 to 2"),
        ({"classes": [-1]}, "integers from 0 to 2"),
        ({"classes": [0.5]}, "integers from 0 to 2"),
        ({"grid": 0}, "`grid` must be"),
        ({"anchors": [[0, 1]]}, "above 0"),
        ({"anchors": []}, "`anchors` must be of shape"),
        ({"anchors": [1, 2]}, "`anchors` must be of shape"),
        ({"anchors": [[70, 40]]}, "must be in cells of the grid"),
        ({"num_classes": 0}, "`num_classes` must be"),
        ({"image_shape": 300}, "`image_shape` must be"),
        ({"box_format": "corners"}, "`box_format` must be one of"),
    ],
)
def test_bad_input(change, message):
    with pytest.raises(ValueError, match=message):
        encode(**{**GOOD, **change})


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros((3, 3, 8)), r"\(..., rows, columns, anchors, 5 \+ classes\)"),
        (np.zeros((3, 3, 2, 5)), "5 \\+ classes"),
        (np.full((3, 3, 2, 8), np.nan), "NaN"),
    ],
)
def test_decode_bad_input(y, message):
    with pytest.raises(ValueError, match=message):
        decode(y, SHAPE)
