import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnkit.boxes import filter_boxes, nms


def naive(confidence, boxes, probabilities, threshold):
    kept = []
    for place in np.ndindex(boxes.shape[:-1]):
        scores = [float(confidence[place][0] * p) for p in probabilities[place]]
        best = max(range(len(scores)), key=scores.__getitem__)
        if scores[best] >= threshold:
            kept.append((scores[best], boxes[place], best))
    return [np.array(x) for x in zip(*kept, strict=True)]


@pytest.mark.parametrize("shape", [(3, 3, 2), (4, 5, 1), (50,), (2, 3, 3, 2)])
def test_equals_the_loop(shape):
    rng = np.random.default_rng(0)
    given = [rng.normal(size=(*shape, k)).astype("float32") for k in (1, 4, 6)]
    expected = naive(*given, 0.5)
    found = filter_boxes(*given, threshold=0.5)
    tensors = map(keras.ops.convert_to_tensor, given)
    again = filter_boxes(*tensors, threshold=0.5)
    flat = filter_boxes(given[0][..., 0], *given[1:], threshold=0.5)
    for ours in (found, again, flat):
        assert [x.dtype for x in ours] == [np.float32, np.float32, np.int64]
        for one, other in zip(ours, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6)


def test_threshold_is_kept_and_ties_take_the_first_class():
    arguments = [[1.0], [0.5]], np.zeros((2, 4)), [[0.25, 0.5, 0.5], [1.0, 0.0, 0.0]]
    scores, boxes, classes = filter_boxes(*arguments, threshold=0.5)
    assert scores.tolist() == [0.5, 0.5]
    assert classes.tolist() == [1, 0]
    assert boxes.shape == (2, 4)


def test_nothing_found_and_no_boxes():
    for n in (0, 3):
        found = filter_boxes(np.zeros((n, 1)), np.zeros((n, 4)), np.zeros((n, 2)))
        assert [x.shape for x in found] == [(0,), (0, 4), (0,)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((3, 1)), np.zeros((2, 4)), np.zeros((2, 5))), r"\(3, 1\), \(2, 4\)"),
        ((np.zeros((2, 1)), np.zeros((2, 4)), np.zeros((3, 5))), r"and \(3, 5\)"),
        ((np.zeros((2, 1)), np.zeros((2, 4)), np.zeros((2, 0))), r"and \(2, 0\)"),
        ((np.zeros((2, 1)), np.zeros((2, 5)), np.zeros((2, 3))), "four numbers"),
        ((np.full((2, 1), np.nan), np.zeros((2, 4)), np.zeros((2, 3))), "NaN"),
        ((np.zeros((2, 1)), np.zeros((2, 4)), np.zeros((2, 3)), "0.6"), "`threshold`"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        filter_boxes(*arguments)


def test_figures_of_a_known_exercise():
    """What a widely taught exercise on YOLO prints for these numbers."""
    tf.random.set_seed(10)
    shapes = [(19, 19, 5, 1), (19, 19, 5, 4), (19, 19, 5, 80)]
    given = [tf.random.normal(shape, mean=1, stddev=4, seed=1) for shape in shapes]
    scores, boxes, classes = filter_boxes(*given, threshold=0.5)
    assert len(scores) == len(boxes) == len(classes) == 1789
    assert scores[2] == pytest.approx(9.270486)
    assert boxes[2] == pytest.approx([4.6399336, 3.2303846, 4.431282, -2.202031])
    assert classes[2] == 8
    tf.random.set_seed(10)
    scores, boxes = (
        tf.random.normal(shape, mean=1, stddev=4, seed=1).numpy()
        for shape in ((54,), (54, 4))
    )
    kept = nms(boxes, scores, iou_threshold=0.5, max_boxes=10)
    assert len(kept) == 10
    assert scores[kept][2] == pytest.approx(8.147684)
    expected = [6.0797963, 3.743308, 1.3914018, -0.34089637]
    assert boxes[kept][2] == pytest.approx(expected)
