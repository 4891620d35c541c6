import keras
import numpy as np
import pytest

from cnnkit.boxes import Detections, convert

BOXES = np.array([[4, 4, 20, 40], [8, 2, 60, 30], [0, 0, 5, 5]])
NAMES = ("pedestrian", "car")


def some():
    return Detections(BOXES, [0.4, 0.9, 0.6], [0, 1, 0], NAMES)


def test_types_and_what_is_left_out():
    found = Detections(BOXES.tolist())
    kinds = [x.dtype for x in (found.boxes, found.scores, found.classes)]
    assert kinds == [np.float32, np.float32, np.int64]
    assert found.scores.tolist() == [1, 1, 1]
    assert found.classes.tolist() == [0, 0, 0]
    tensors = [keras.ops.convert_to_tensor(x) for x in (BOXES, [0.1] * 3, [1.0, 0, 0])]
    assert Detections(*tensors).classes.tolist() == [1, 0, 0]
    for none in (Detections([]), Detections([], [], [], NAMES)):
        assert len(none) == 0
        assert none.boxes.shape == (0, 4)
        assert repr(none) == "Detections(0)"


def test_picking():
    found = some()
    assert len(found) == 3
    np.testing.assert_array_equal(found[found.scores > 0.5].boxes, BOXES[1:])
    np.testing.assert_array_equal(found[[2, 0]].classes, [0, 0])
    np.testing.assert_array_equal(found[:1].boxes, BOXES[:1])
    assert repr(found[-2]) == "Detections(1: car 0.90)"
    assert [len(one) for one in found] == [1, 1, 1]
    assert len(found[[]]) == 0
    assert found.above(0.6).scores.tolist() == pytest.approx([0.9, 0.6])
    np.testing.assert_array_equal(found.of_class("car").boxes, BOXES[1:2])
    np.testing.assert_array_equal(found.of_class(0).boxes, BOXES[[0, 2]])
    assert found.of_class(0).class_names == NAMES


def test_formats():
    relative = some().boxes_as("rel_center_xywh", image_shape=(50, 100))
    assert relative.dtype == np.float32
    expected = convert(BOXES, "xyxy", "rel_center_xywh", (50, 100))
    np.testing.assert_allclose(relative, expected, rtol=1e-6)
    again = Detections.from_boxes(
        relative, box_format="rel_center_xywh", image_shape=(50, 100)
    )
    np.testing.assert_allclose(again.boxes, BOXES, atol=1e-5)


def test_many_are_shortened_in_words():
    found = Detections(np.zeros((9, 4)), np.arange(9) / 10)
    assert repr(found) == "Detections(9: 0 0.00, 0 0.10, 0 0.20, ..., 0 0.80)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[3, 3, 1, 9]],), "left, top, right, bottom.*3.0, 3.0, 1.0"),
        (([1, 2, 3, 4],), r"shape \(n, 4\)"),
        (([[1, 2, 3, np.nan]],), "`boxes` must not hold NaN"),
        ((BOXES, [0.5]), "`scores` must be 3 numbers"),
        ((BOXES, [0.5, np.nan, 1]), "`scores` must not hold NaN"),
        ((BOXES, None, [0, 1]), "`classes` must be 3 numbers"),
        ((BOXES, None, [0, 0.5, 1]), "`classes` must be integers"),
        ((BOXES, None, [0, 1, 2], NAMES), "from 0 to 1.*from 0 to 2"),
        ((BOXES, None, [0, -1, 2]), "at least 0.*from -1"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        Detections(*arguments)


def test_an_unknown_name():
    with pytest.raises(ValueError, match="tram"):
        some().of_class("tram")
    with pytest.raises(ValueError, match="tram"):
        Detections([]).of_class("tram")
