"""Formats beside `keras.utils.bounding_boxes`, and boxes that cannot be right."""

import itertools

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnkit.boxes import check, clip, convert, problems

FORMATS = [
    *("xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw"),
    *("rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh"),
]
PAIRS = list(itertools.product(FORMATS, FORMATS))
SHAPE = (120, 200)


def some_boxes(n=20, seed=0):
    """Boxes within an image of `SHAPE`, float64, "xyxy"."""
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.random((n, 2, 2)) * (SHAPE[1], SHAPE[0]), axis=1)
    return ends.reshape(n, 4)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_every_pair_equals_keras(source, target):
    boxes = convert(some_boxes(), "xyxy", source, SHAPE).astype("float32")
    theirs = keras.utils.bounding_boxes.convert_format(
        boxes, source, target, *map(float, SHAPE)
    )
    ours = convert(boxes, source, target, SHAPE)
    assert ours.dtype == np.float32
    theirs = keras.ops.convert_to_numpy(theirs)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-4)
    tensor = convert(keras.ops.convert_to_tensor(boxes), source, target, SHAPE)
    assert keras.ops.is_tensor(tensor)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(tensor), ours, rtol=1e-5)


@given(
    arrays("float64", (3, 4), elements=st.floats(0, 1, width=16)),
    st.sampled_from(FORMATS),
    st.sampled_from(FORMATS),
    st.integers(10, 1000),
    st.integers(10, 1000),
)
def test_there_and_back(corners, one, other, height, width):
    shape = (height, width)
    corners = corners * (width, height, width, height) + 2
    boxes = convert(corners, "xyxy", one, shape)
    again = convert(convert(boxes, one, other, shape), other, one, shape)
    np.testing.assert_allclose(again, boxes, rtol=1e-9, atol=1e-9)


def test_types_shapes_and_capitals():
    assert convert([[1, 2, 3, 4]], "XYXY", "xywh").dtype == np.float64
    assert convert(np.zeros(4, "float16"), "xyxy", "xywh").dtype == np.float32
    assert convert(np.ones((2, 3, 5, 4), "float32"), "xyxy", "yxyx").shape[:3] == (
        *(2, 3, 5),
    )
    for none in ([], np.zeros((0, 4)), np.zeros((2, 0, 4))):
        for source, target in PAIRS:
            found = convert(none, source, target, SHAPE)
            assert found.shape == (np.shape(none) if np.ndim(none) > 1 else (0, 4))
    boxes = some_boxes()
    convert(boxes, "xyxy", "rel_xyxy", (*SHAPE, 3))[:] = 0
    assert boxes.all()


def test_symbolic():
    inputs = keras.Input((None, 4))
    outputs = convert(inputs, "center_yxhw", "rel_xyxy", SHAPE)
    model = keras.Model(inputs, clip(outputs, SHAPE, "rel_xyxy"))
    boxes = some_boxes(3)[None]
    given_boxes = convert(boxes, "xyxy", "center_yxhw")
    expected = boxes / (*SHAPE[::-1], *SHAPE[::-1])
    np.testing.assert_allclose(
        model.predict(given_boxes, verbose=0), expected, atol=1e-6
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1, 2, 3]], "xyxy", "xywh"), r"four numbers.*shape \(1, 3\)"),
        ((5, "xyxy", "xywh"), r"four numbers.*shape \(\)"),
        (([[1, 2, 3, np.nan]], "xyxy", "xywh"), r"NaN or infinity.*nan.*\(0, 3\)"),
        (([[1, 2, 3, np.inf]], "xyxy", "xywh"), "NaN or infinity"),
        (([["a", "b", "c", "d"]], "xyxy", "xywh"), "must be numbers"),
        (([[1, 2, 3, 4], [1, 2]], "xyxy", "xywh"), "lists of one length"),
        (([[1, 2, 3, 4]], "corners", "xywh"), "`source` must be one of.*'corners'"),
        (([[1, 2, 3, 4]], "xyxy", None), "`target` must be one of.*None"),
        (([[1, 2, 3, 4]], "xyxy", "rel_xywh"), "`image_shape` is needed"),
        (([[1, 2, 3, 4]], "xyxy", "rel_xywh", 100), "height, width.*=100"),
        (([[1, 2, 3, 4]], "xyxy", "rel_xywh", (0, 9)), r"height, width.*\(0, 9\)"),
        (([[10, 20, 30, 40]], "rel_xyxy", "xyxy", SHAPE), "these are in pixels"),
        (([[10, 20, 30, 40]], "rel_xyxy", "rel_xywh"), "these are in pixels"),
        (([[0.1, 0.2, 0.3, 0.4]], "xyxy", "rel_xyxy", SHAPE), "in shares of the"),
        (([[0.5, 0.5, 0.8, 1]], "center_xywh", "rel_xyxy", SHAPE), "in shares of the"),
    ],
)
def test_convert_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        convert(*arguments)


def test_boxes_that_a_detector_may_find_are_not_refused():
    outside = [[-0.4, 0.1, 0.3, 1.6], [0.9, 0.9, 1.8, 1.2]]
    convert(outside, "rel_xyxy", "xyxy", SHAPE)
    padded = np.zeros((2, 5, 4))
    convert(padded, "xyxy", "rel_xyxy", SHAPE)
    convert([[0, 0, 1, 1]], "xyxy", "rel_xyxy", SHAPE)
    convert([[0.2, 0.1, 0.9, 0.8], [3, 4, 20, 30]], "xyxy", "rel_xyxy", SHAPE)


@pytest.mark.parametrize("box_format", FORMATS)
def test_clip(box_format):
    boxes = np.array([[-5, 10, 300, 90], [20, 30, 40, 130.0], [210, -9, 220, -3]])
    expected = [[0, 10, 200, 90], [20, 30, 40, 120], [200, 0, 200, 0]]
    given_boxes = convert(boxes, "xyxy", box_format, SHAPE)
    found = clip(given_boxes, SHAPE, box_format)
    np.testing.assert_allclose(convert(found, box_format, "xyxy", SHAPE), expected)
    tensor = clip(keras.ops.convert_to_tensor(given_boxes), SHAPE, box_format)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(tensor), found, rtol=1e-5)


def test_clip_does_not_hide_a_wrong_unit():
    with pytest.raises(ValueError, match="these are in pixels"):
        clip([[10, 20, 300, 40]], SHAPE, "rel_xyxy")
    assert clip([], SHAPE).shape == (0, 4)


BAD = {
    "NaN": [np.nan, 5, 20, 9],
    "infinity": [5, 5, np.inf, 9],
    "swapped": [20, 5, 8, 9],
    "no area": [5, 5, 5, 9],
    "outside": [150, 5, 201, 9],
    "shares of the image where pixels": [0.2, 0.1, 0.5, 0.9],
}


@pytest.mark.parametrize("reason", BAD)
@pytest.mark.parametrize("box_format", ["xyxy", "yxyx", "xywh", "center_xywh"])
def test_each_problem_is_named(reason, box_format):
    with np.errstate(invalid="ignore"):
        x1, y1, x2, y2 = BAD[reason]
        box = {
            "xyxy": [x1, y1, x2, y2],
            "yxyx": [y1, x1, y2, x2],
            "xywh": [x1, y1, x2 - x1, y2 - y1],
            "center_xywh": [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1],
        }[box_format]
    good = [10, 10, 12, 12]
    found = problems([good, box, good], box_format, SHAPE)
    assert list(found) == [1]
    assert reason in found[1]
    with pytest.raises(ValueError, match=f"Box 1 of `boxes`.*{reason}"):
        check([good, box], box_format, SHAPE)


def test_pixels_among_shares():
    boxes = [[0, 0, 1, 1], [10, 20, 50, 80], [0.2, 0.2, 1.4, 0.5], [0, 0, 1, 1.000001]]
    found = problems(boxes, "rel_xyxy")
    assert list(found) == [1, 2]
    assert "in pixels where shares" in found[1]
    assert "outside" in found[2]
    with pytest.raises(ValueError, match="1 more cannot either"):
        check(boxes, "rel_xyxy")


def test_good_boxes_and_none_pass():
    for box_format in FORMATS:
        check(convert(some_boxes(), "xyxy", box_format, SHAPE), box_format, SHAPE)
        check([], box_format, SHAPE)
    check([[0, 0, 200, 120]], "xyxy", (120, 200, 3))
    check([[0, 0, 5000, 120]])
    with pytest.raises(ValueError, match=r"shape \(n, 4\)"):
        check([1, 2, 3, 4])
