import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnkit.boxes import iou, kmeans_anchors, mean_best_iou, size_iou

CENTRES = np.array([[20, 50], [90, 40], [60, 130], [200, 160]])


def sizes_around(centres, n=50, seed=0):
    rng = np.random.default_rng(seed)
    spread = np.exp(rng.normal(0, 0.05, (n, len(centres), 2)))
    return (centres * spread).reshape(-1, 2)


def test_size_iou_is_the_iou_of_boxes_with_one_centre():
    rng = np.random.default_rng(0)
    one, two = rng.random((2, 9, 2)) + 0.1
    boxes = [np.concatenate([np.zeros((9, 2)), x], axis=1) for x in (one, two)]
    expected = iou(boxes[0][:, None], boxes[1], "center_xywh")
    np.testing.assert_allclose(size_iou(one, two), expected)
    np.testing.assert_allclose(mean_best_iou(one, two), expected.max(axis=1).mean())


@pytest.mark.parametrize("average", ["median", "mean"])
def test_finds_what_the_boxes_were_drawn_around(average):
    sizes = sizes_around(CENTRES)
    anchors = kmeans_anchors(sizes, 4, average)
    order = np.argsort(CENTRES.prod(axis=1))
    np.testing.assert_allclose(anchors, CENTRES[order], rtol=0.05)
    assert mean_best_iou(sizes, anchors) > 0.9


@pytest.mark.parametrize(("average", "of"), [("median", np.median), ("mean", np.mean)])
def test_each_anchor_is_the_average_of_the_boxes_nearest_to_it(average, of):
    sizes = np.random.default_rng(1).gamma(2, 30, (300, 2)) + 5
    anchors = kmeans_anchors(sizes, 5, average)
    nearest = size_iou(sizes, anchors).argmax(axis=1)
    again = [of(sizes[nearest == j], axis=0) for j in range(5)]
    np.testing.assert_allclose(anchors, again)
    assert (np.diff(anchors.prod(axis=1)) >= 0).all()


def test_more_anchors_fit_better_and_k_boxes_fit_wholly():
    sizes = np.random.default_rng(1).gamma(2, 30, (200, 2)) + 5
    fits = [mean_best_iou(sizes, kmeans_anchors(sizes, k)) for k in (1, 2, 4, 8, 16)]
    assert fits == sorted(fits)
    few = sizes[:6]
    anchors = kmeans_anchors(few, 6)
    assert sorted(anchors.tolist()) == sorted(few.tolist())
    assert mean_best_iou(few, anchors) == 1


@given(st.integers(0, 100), st.sampled_from([0.25, 8.0, 1024.0]))
def test_order_and_unit_do_not_matter(seed, unit):
    sizes = sizes_around(CENTRES, 6)
    shuffled = np.random.default_rng(seed).permutation(sizes)
    expected = kmeans_anchors(sizes, 3)
    np.testing.assert_array_equal(kmeans_anchors(shuffled, 3), expected)
    np.testing.assert_allclose(kmeans_anchors(shuffled * unit, 3), expected * unit)


def test_no_worse_than_one_start_and_not_moved_by_the_global_seed():
    sizes = np.random.default_rng(2).gamma(2, 30, (300, 2)) + 5
    expected = kmeans_anchors(sizes, 6)
    np.random.seed(7)
    np.testing.assert_array_equal(kmeans_anchors(sizes, 6), expected)
    single = mean_best_iou(sizes, kmeans_anchors(sizes, 6, starts=1))
    assert mean_best_iou(sizes, expected) >= single


def test_repeated_sizes_count_each_time():
    sizes = [[10, 10]] * 99 + [[30, 30]]
    np.testing.assert_array_equal(kmeans_anchors(sizes, 1), [[10, 10]])
    np.testing.assert_allclose(kmeans_anchors(sizes, 1, "mean"), [[10.2, 10.2]])
    np.testing.assert_array_equal(kmeans_anchors(sizes, 2), [[10, 10], [30, 30]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kmeans_anchors([[1, 2], [1, 2]], 2), "k=2, 1 different"),
        (lambda: kmeans_anchors([], 1), "k=1, 0 different"),
        (lambda: kmeans_anchors([[1, 2]], 0), "`k` must be an integer"),
        (lambda: kmeans_anchors([[1, 2], [0, 3]], 1), "above 0.*least number 0"),
        (lambda: kmeans_anchors([[1, np.nan]], 1), "NaN"),
        (lambda: kmeans_anchors([[1, 2, 3, 4]], 1), r"\(n, 2\).*\(1, 4\)"),
        (lambda: kmeans_anchors([[1, 2]], 1, "mode"), '"median" or "mean".*mode'),
        (lambda: kmeans_anchors([[1, 2]], 1, seed=-1), "`seed`"),
        (lambda: mean_best_iou([], [[1, 2]]), "`sizes` must hold at least one"),
        (lambda: mean_best_iou([[1, 2]], []), "`anchors` must hold at least one"),
        (lambda: size_iou([[1, 2]], [[1, -2]]), "`sizes2`.*above 0"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()
