"""Soft suppression beside TensorFlow's own and a naive loop."""

import numpy as np
import pytest
import tensorflow as tf

from cnnkit.boxes import convert, iou, nms, soft_nms


def crowd(n, seed=0):
    rng = np.random.default_rng(seed)
    places = rng.random((n, 2)) * 60
    boxes = np.concatenate([places, places + 5 + rng.random((n, 2)) * 30], axis=1)
    return boxes, (1 + rng.permutation(n)) / n


def naive(boxes, scores, factor):
    scores, left, order, new = list(scores), list(range(len(scores))), [], []
    while left:
        best = max(left, key=lambda i: (scores[i], -i))
        left.remove(best)
        order.append(best)
        new.append(scores[best])
        for i in left:
            scores[i] *= factor(iou(boxes[best], boxes[i]))
    return order, new


@pytest.mark.parametrize("sigma", [0.1, 0.5, 2.0])
def test_gaussian_equals_tensorflow(sigma):
    boxes, scores = (x.astype("float32") for x in crowd(200))
    theirs = tf.image.non_max_suppression_with_scores(
        boxes,
        scores,
        max_output_size=200,
        iou_threshold=1.0,
        score_threshold=0.05,
        soft_nms_sigma=sigma / 2,
    )
    order, new = soft_nms(boxes, scores, sigma, score_threshold=0.05)
    np.testing.assert_array_equal(order, theirs[0])
    np.testing.assert_allclose(new, theirs[1], rtol=1e-4)


@pytest.mark.parametrize(
    ("method", "factor"),
    [
        ("gaussian", lambda o: np.exp(-(o**2) / 0.5)),
        ("linear", lambda o: 1 - o if o >= 0.3 else 1),
    ],
)
def test_equals_the_naive_loop(method, factor):
    boxes, scores = crowd(60)
    expected = naive(boxes, scores, factor)
    order, new = soft_nms(boxes, scores, method=method, score_threshold=0)
    assert order.tolist() == expected[0]
    np.testing.assert_allclose(new, expected[1])
    assert (np.diff(new) <= 0).all()


def test_a_small_sigma_is_hard_suppression_at_no_overlap():
    boxes, scores = crowd(80)
    order, new = soft_nms(boxes, scores, sigma=1e-30)
    np.testing.assert_array_equal(order, nms(boxes, scores, 0.0))
    np.testing.assert_array_equal(new, scores[order])


def test_same_boxes_ties_classes_and_limits():
    boxes, scores = np.tile([0, 0, 9, 9], (4, 1)), np.ones(4)
    order, new = soft_nms(boxes, scores, method="linear")
    assert (order.tolist(), new.tolist()) == ([0], [1.0])
    order, new = soft_nms(boxes, scores, classes=[0, 1, 0, 1])
    assert order.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(new, [1, 1, np.exp(-2), np.exp(-2)])
    assert soft_nms(boxes, scores, max_boxes=2)[0].tolist() == [0, 1]
    order, new = soft_nms(boxes, [3, 2, 1, 0], classes=range(4))
    assert (order.tolist(), new.tolist()) == ([0, 1, 2], [3, 2, 1])


def test_formats_and_none():
    boxes, scores = crowd(30)
    other = convert(boxes, "xyxy", "center_yxhw")
    order, new = soft_nms(other, scores, box_format="center_yxhw")
    expected = soft_nms(boxes, scores)
    np.testing.assert_array_equal(order, expected[0])
    np.testing.assert_allclose(new, expected[1])
    order, new = soft_nms([], [])
    assert (order.dtype, order.shape, new.shape) == (np.int64, (0,), (0,))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "hard"}, '"gaussian" or "linear".*hard'),
        ({"sigma": 0}, "`sigma` must be"),
        ({"scores": [-2.0]}, "`scores` must be at least 0.*-2"),
        ({"scores": [np.nan]}, "NaN"),
        ({"score_threshold": -1}, "`score_threshold`"),
        ({"iou_threshold": 2}, "`iou_threshold`"),
        ({"max_boxes": 1.5}, "`max_boxes`"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        soft_nms(**{"boxes": [[0, 0, 1, 1]], "scores": [0.5], **arguments})
