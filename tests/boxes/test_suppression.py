"""Suppression beside `tf.image.non_max_suppression`, OpenCV and a naive loop."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnkit.boxes import batched_nms, convert, iou, nms


def crowd(n, seed=0, side=100):
    """Boxes that overlap much, float32, with scores that are all different."""
    rng = np.random.default_rng(seed)
    places = rng.random((n, 2)) * side
    boxes = np.concatenate([places, places + 5 + rng.random((n, 2)) * 30], axis=1)
    return boxes.astype("float32"), rng.permutation(n).astype("float32") / n


def naive(boxes, scores, threshold, classes=None):
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    kept = []
    for i in order:
        rivals = (j for j in kept if classes is None or classes[i] == classes[j])
        if all(iou(boxes[i], boxes[j]) <= threshold for j in rivals):
            kept.append(i)
    return kept


@pytest.mark.parametrize("threshold", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("n", [1, 7, 300, 1000])
def test_equals_tensorflow(n, threshold):
    boxes, scores = crowd(n)
    theirs = tf.image.non_max_suppression(boxes, scores, n, threshold)
    ours = nms(boxes, scores, threshold)
    assert ours.dtype == np.int64
    np.testing.assert_array_equal(ours, theirs)
    least = float(np.median(scores))
    theirs = tf.image.non_max_suppression(boxes, scores, 10, threshold, least)
    np.testing.assert_array_equal(nms(boxes, scores, threshold, least, 10), theirs)


def test_equals_opencv():
    cv2 = pytest.importorskip("cv2")
    boxes, scores = crowd(500)
    theirs = cv2.dnn.NMSBoxes(convert(boxes, "xyxy", "xywh"), scores, 0.25, 0.4)
    np.testing.assert_array_equal(nms(boxes, scores, 0.4, 0.25), theirs)


def test_corners_in_any_order_as_tensorflow_takes_them():
    boxes, scores = np.random.default_rng(0).normal(1, 4, (200, 4)), np.arange(200.0)
    theirs = tf.image.non_max_suppression(
        boxes.astype("float32"), scores.astype("float32"), 200, 0.3
    )
    np.testing.assert_array_equal(nms(boxes, scores, 0.3), theirs)


whole = st.lists(
    st.tuples(*[st.integers(0, 6)] * 4, st.integers(0, 3), st.integers(0, 2)),
    max_size=12,
)


@given(whole, st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 1.0]), st.booleans())
def test_ties_and_equal_thresholds_as_the_naive_loop(rows, threshold, by_class):
    table = np.array(rows, float).reshape(-1, 6)
    boxes, scores, classes = table[:, :4], table[:, 4], table[:, 5]
    classes = classes if by_class else None
    expected = naive(boxes, scores, threshold, classes)
    assert nms(boxes, scores, threshold, classes=classes).tolist() == expected


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(1, 70))
def test_what_stays_does_not_overlap_and_what_goes_does(seed, n):
    boxes, scores = crowd(n, seed)
    kept = nms(boxes, scores, 0.3)
    assert (np.diff(scores[kept]) <= 0).all()
    for i in range(n):
        better = [j for j in kept if scores[j] > scores[i]]
        covered = any(iou(boxes[i], boxes[j]) > 0.3 for j in better)
        assert covered == (i not in kept)


def test_same_scores_the_first_wins():
    boxes = np.tile([0, 0, 10, 10], (200, 1))
    assert nms(boxes, np.ones(200)).tolist() == [0]
    apart = boxes + 20 * np.arange(200)[:, None]
    assert nms(apart, np.ones(200)).tolist() == list(range(200))
    assert nms(apart, np.ones(200), max_boxes=3).tolist() == [0, 1, 2]


def test_boxes_that_share_exactly_the_threshold_stay():
    boxes = [[0, 0, 10, 10], [0, 0, 10, 5]]
    assert nms(boxes, [0.9, 0.8], 0.5).tolist() == [0, 1]
    assert nms(boxes, [0.9, 0.8], 0.49).tolist() == [0]


def test_each_class_by_itself():
    boxes, scores = crowd(400)
    classes = np.random.default_rng(1).integers(-1, 4, 400)
    kept = nms(boxes, scores, classes=classes)
    assert (np.diff(scores[kept]) < 0).all()
    for which in range(-1, 4):
        own = np.flatnonzero(classes == which)
        expected = own[nms(boxes[own], scores[own])]
        np.testing.assert_array_equal(kept[classes[kept] == which], expected)
    assert nms(boxes, scores, max_boxes=9, classes=classes).tolist() == list(kept[:9])


@pytest.mark.parametrize("box_format", ["yxyx", "center_xywh", "rel_xyxy"])
def test_formats(box_format):
    boxes, scores = crowd(100)
    other = convert(boxes, "xyxy", box_format, (150, 150))
    expected = nms(boxes, scores)
    np.testing.assert_array_equal(nms(other, scores, box_format=box_format), expected)


def test_tensors_integers_and_none():
    boxes, scores = crowd(50)
    found = nms(tf.constant(boxes), tf.constant(scores))
    np.testing.assert_array_equal(found, nms(boxes, scores))
    assert nms([[0, 0, 2, 2], [0, 0, 2, 2]], np.array([1, 3], "uint8")).tolist() == [1]
    for empty in (nms([], []), nms([], [], classes=[]), nms(boxes, scores, 0.5, 2)):
        assert empty.dtype == np.int64
        assert empty.shape == (0,)


def test_no_area():
    boxes = [[3, 3, 3, 3], [3, 3, 3, 3], [0, 0, 9, 9]]
    assert nms(boxes, [0.1, 0.2, 0.3]).tolist() == [2, 1, 0]


def test_batches():
    boxes, scores = crowd(120)
    classes = np.arange(120) % 3
    found = batched_nms(
        boxes.reshape(3, 40, 4),
        scores.reshape(3, 40),
        0.4,
        0.1,
        9,
        classes.reshape(3, 40),
    )
    for i, one in enumerate(found):
        own = slice(40 * i, 40 * i + 40)
        expected = nms(boxes[own], scores[own], 0.4, 0.1, 9, classes[own])
        np.testing.assert_array_equal(one, expected)
    assert batched_nms(np.zeros((0, 5, 4)), np.zeros((0, 5))) == []
    assert [len(x) for x in batched_nms(np.zeros((2, 0, 4)), np.zeros((2, 0)))] == [
        *(0, 0)
    ]


ONE = [[0, 0, 1, 1]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nms(ONE, [0.5, 0.6]), r"`scores` must be 1 numbers.*shape \(2,\)"),
        (lambda: nms(ONE, [[0.5]]), r"`scores`.*shape \(1, 1\)"),
        (lambda: nms(ONE, [np.nan]), "`scores` must not hold NaN"),
        (lambda: nms([[0, 0, 1, np.nan]], [0.5]), "`boxes` must not hold NaN"),
        (lambda: nms([ONE], [0.5]), r"`boxes` must be of shape \(n, 4\)"),
        (lambda: nms(ONE, [0.5], 50), "`iou_threshold` must be a number 0 to 1"),
        (lambda: nms(ONE, [0.5], max_boxes=0), "`max_boxes` must be an integer"),
        (lambda: nms(ONE, [0.5], classes=[1, 2]), "`classes` must be 1 numbers"),
        (lambda: nms(ONE, [0.5], box_format="ltrb"), "`box_format` must be one of"),
        (lambda: batched_nms(ONE, [0.5]), r"\(batch, n, 4\)"),
        (lambda: batched_nms([ONE], [[0.5]], classes=[1]), r"`classes`.*\(1, 1\)"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()
