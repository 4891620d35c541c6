"""`cnnkit.boxes` beside TensorFlow, OpenCV and Keras.

Run with `pytest benchmarks/bench_boxes.py --benchmark-only`. Each group holds two rows
that do the same work on the same arrays; compare them within a group.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnkit import boxes

try:
    import cv2
except ImportError:
    cv2 = None

N = 10_000
IOU = 0.5


def spread():
    """Boxes anywhere in a large image: most of them stay."""
    rng = np.random.default_rng(0)
    return rng.random((N, 2)) * 1000, 10 + rng.random((N, 2)) * 90


def clustered():
    """A hundred boxes around each of a hundred objects, as a detector gives."""
    rng = np.random.default_rng(0)
    objects = rng.integers(0, 100, N)
    places, sizes = rng.random((100, 2)) * 900, 20 + rng.random((100, 2)) * 100
    shift, stretch = rng.normal(0, 5, (N, 2)), np.exp(rng.normal(0, 0.1, (N, 2)))
    return places[objects] + shift, sizes[objects] * stretch


CASES = {"spread": spread, "clustered": clustered}


def corners_and_scores(case):
    places, sizes = CASES[case]()
    corners = np.concatenate([places, places + sizes], axis=1)
    scores = np.random.default_rng(1).permutation(N) / N
    return corners.astype("float32"), scores.astype("float32")


def tensorflow_nms(corners, scores):
    return tf.image.non_max_suppression(corners, scores, N, IOU).numpy()


def opencv_nms(corners, scores):
    xywh = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    return cv2.dnn.NMSBoxes(xywh, scores, 0.0, IOU)


@pytest.mark.asked("within 1")
@pytest.mark.parametrize("who", ["cnnkit.boxes.nms", "tf.image.non_max_suppression"])
@pytest.mark.parametrize("case", CASES)
def test_nms_beside_tensorflow(benchmark, case, who):
    benchmark.group = f"suppression of {N:,} {case} boxes, beside TensorFlow"
    suppress(benchmark, boxes.nms if who.startswith("cnnkit") else tensorflow_nms, case)


@pytest.mark.skipif(cv2 is None, reason="OpenCV is not installed")
@pytest.mark.asked("within 1")
@pytest.mark.parametrize("who", ["cnnkit.boxes.nms", "cv2.dnn.NMSBoxes"])
@pytest.mark.parametrize("case", CASES)
def test_nms_beside_opencv(benchmark, case, who):
    benchmark.group = f"suppression of {N:,} {case} boxes, beside OpenCV"
    suppress(benchmark, boxes.nms if who.startswith("cnnkit") else opencv_nms, case)


def suppress(benchmark, run, case):
    corners, scores = corners_and_scores(case)
    kept = benchmark.pedantic(run, (corners, scores), rounds=9, warmup_rounds=2)
    # OpenCV rounds otherwise, so that a box at the very threshold may fall either way.
    assert len(np.setxor1d(kept, boxes.nms(corners, scores, IOU))) <= 3


@pytest.mark.asked("within 1")
@pytest.mark.parametrize("who", ["cnnkit.boxes.pairwise_iou", "keras compute_iou"])
@pytest.mark.benchmark(group="IoU of each of 2,000 boxes with each of 2,000")
def test_pairwise_iou(benchmark, who):
    corners, _ = corners_and_scores("spread")
    one, two = corners[:2000], corners[-2000:]

    def run():
        if who.startswith("cnnkit"):
            return boxes.pairwise_iou(one, two)
        return keras.utils.bounding_boxes.compute_iou(one, two, "xyxy")

    table = benchmark.pedantic(run, rounds=15, warmup_rounds=3)
    np.testing.assert_allclose(table, boxes.pairwise_iou(one, two), atol=1e-5)
