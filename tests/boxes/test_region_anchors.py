"""Anchors of a region proposal network, their targets and the choice among them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnkit.boxes import assign_targets, iou, region_anchors, sample_targets


def test_the_number_of_the_paper():
    """Section 3.1.3: an image of 1000 × 600 has roughly 20,000 anchors, 60 · 40 · 9."""
    anchors = region_anchors((40, 60), stride=16)
    assert anchors.shape == (21600, 4) and anchors.dtype == np.float32


def test_areas_ratios_and_centres():
    sizes, ratios = (20, 32, 50), (0.5, 1, 3)
    anchors = region_anchors((2, 3), (8, 10), sizes, ratios).reshape(2, 3, 3, 3, 4)
    widths, heights = (
        anchors[..., 2] - anchors[..., 0],
        anchors[..., 3] - anchors[..., 1],
    )
    for i, size in enumerate(sizes):
        np.testing.assert_allclose((widths * heights)[:, :, i], size**2, rtol=1e-5)
    for j, ratio in enumerate(ratios):
        np.testing.assert_allclose((heights / widths)[:, :, :, j], ratio, rtol=1e-5)
    centres = (anchors[..., :2] + anchors[..., 2:]) / 2
    for row, column in np.ndindex(2, 3):
        expected = [(column + 0.5) * 10, (row + 0.5) * 8]
        np.testing.assert_allclose(
            centres[row, column].reshape(-1, 2), [expected] * 9, atol=1e-4
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 16), "`feature_shape` must be"),
        ((4, 1.5), "`stride` must be"),
        ((4, 16, []), "`sizes` must be numbers above 0"),
        ((4, 16, [8], [0]), "`ratios` must be numbers above 0"),
        ((4, 16, 8), "`sizes` must be"),
    ],
)
def test_bad_anchors(arguments, message):
    with pytest.raises(ValueError, match=message):
        region_anchors(*arguments)


def loop(anchors, boxes, positive, negative, image_shape=None):
    """Section 3.1.2, one anchor and one box at a time."""
    labels = np.full(len(anchors), -1)
    matched = np.full(len(anchors), -1)
    inside = [
        image_shape is None
        or (a[:2].min() >= 0 and a[2] <= image_shape[1] and a[3] <= image_shape[0])
        for a in anchors
    ]
    highest = [
        max((iou(a, b) for a, ok in zip(anchors, inside, strict=True) if ok), default=0)
        for b in boxes
    ]
    for i, anchor in enumerate(anchors):
        if not inside[i]:
            continue
        overlaps = [iou(anchor, box) for box in boxes]
        if not overlaps or max(overlaps) < negative:
            labels[i] = 0
        if overlaps:
            matched[i] = np.argmax(overlaps)
            if max(overlaps) >= positive:
                labels[i] = 1
            for overlap, most in zip(overlaps, highest, strict=True):
                if overlap == most > 0:
                    labels[i] = 1
    return labels, matched


@pytest.mark.parametrize("image_shape", [None, (64, 96)])
@pytest.mark.parametrize("n", [0, 1, 6])
def test_equals_the_loop(n, image_shape):
    rng = np.random.default_rng(n)
    anchors = region_anchors((4, 6), 16, (12, 24), (0.5, 1, 2))
    low = rng.uniform(0, 50, (n, 2))
    boxes = np.concatenate([low, low + rng.uniform(5, 30, (n, 2))], axis=1)
    boxes = boxes.astype("float32")
    labels, matched = assign_targets(anchors, boxes, 0.5, 0.2, image_shape)
    expected, best = loop(anchors, boxes, 0.5, 0.2, image_shape)
    np.testing.assert_array_equal(labels, expected)
    used = labels >= 0
    np.testing.assert_array_equal(matched[used], best[used])
    assert (labels == 1).sum() >= min(n, 1)


def test_each_box_gets_an_anchor():
    """However badly they fit; all anchors that fit it equally well."""
    labels, matched = assign_targets([[0, 0, 8, 8], [8, 0, 16, 8]], [[7, 0, 9, 8]])
    assert labels.tolist() == [1, 1] and matched.tolist() == [0, 0]


def test_a_box_that_no_anchor_touches():
    labels, _ = assign_targets([[0, 0, 8, 8], [8, 0, 16, 8]], [[50, 50, 60, 60]])
    assert labels.tolist() == [0, 0]


def test_batch_with_empty_boxes():
    anchors = region_anchors((3, 3), 16, (16,), (1,))
    boxes = np.array([[[0, 0, 16, 16], [30, 30, 50, 50]], [[16, 16, 30, 30], [0] * 4]])
    labels, matched = assign_targets(anchors, boxes)
    assert labels.shape == matched.shape == (2, 9)
    for i, own in enumerate((boxes[0], boxes[1, :1])):
        alone = assign_targets(anchors, own)
        np.testing.assert_array_equal(labels[i], alone[0])
        np.testing.assert_array_equal(matched[i], alone[1])


@pytest.mark.parametrize("image_shape", [None, (48, 48)])
@pytest.mark.parametrize("m", [0, 3])
def test_tensors(image_shape, m):
    ops = pytest.importorskip("keras").ops
    anchors = region_anchors((3, 3), 16, (12, 20), (1,))
    low = np.random.default_rng(0).uniform(0, 30, (2, m, 2))
    boxes = np.concatenate([low, low + 12], axis=-1).astype("float32")
    arrays = assign_targets(anchors, boxes, image_shape=image_shape)
    tensors = assign_targets(
        anchors, ops.convert_to_tensor(boxes), image_shape=image_shape
    )
    for tensor, array in zip(tensors, arrays, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(tensor), array)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"positive": 1.5}, "`positive` must be"),
        ({"negative": 0.8}, "`negative` must be a number"),
        ({"boxes": [0, 0, 4, 4]}, r"`boxes` \(m, 4\)"),
        ({"boxes": [[0, 0, 4, np.nan]]}, "NaN"),
        ({"image_shape": 48}, "`image_shape` must be"),
    ],
)
def test_bad_targets(options, message):
    with pytest.raises(ValueError, match=message):
        assign_targets(
            **{"anchors": [[0, 0, 8, 8]], "boxes": [[0, 0, 4, 4]], **options}
        )


@given(
    st.lists(st.sampled_from([1, 0, -1]), max_size=30),
    st.integers(1, 20),
    st.floats(0, 1),
    st.integers(0, 9),
)
def test_sample(labels, size, fraction, seed):
    labels = np.array(labels, int)
    kept = sample_targets(labels, size, fraction, seed)
    assert ((kept == labels) | (kept == -1)).all()
    objects, background = (labels == 1).sum(), (labels == 0).sum()
    n_objects = min(objects, int(size * fraction))
    assert (kept == 1).sum() == n_objects
    assert (kept == 0).sum() == min(background, size - n_objects)


def test_sample_is_random_and_repeatable():
    labels = np.zeros((3, 50), int)
    first = sample_targets(labels, 10, seed=1)
    assert ((first == 0).sum(axis=1) == 10).all()
    assert not np.array_equal(first[0], first[1])
    np.testing.assert_array_equal(first, sample_targets(labels, 10, seed=1))
    assert not np.array_equal(first, sample_targets(labels, 10, seed=2))
    rng = np.random.default_rng(1)
    np.testing.assert_array_equal(first, sample_targets(labels, 10, seed=rng))
    assert not np.array_equal(first, sample_targets(labels, 10, seed=rng))
    chosen = sum(sample_targets(labels[0], 10, seed=i) == 0 for i in range(300))
    assert chosen.min() > 30 and chosen.max() < 95  # 60 on average


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([2, 0],), "`labels` must be 1, 0 or -1"),
        (([1, 0], 0), "`size` must be"),
        (([1, 0], 4, 1.5), "`positive_fraction` must be"),
        (([1, 0], 4, 0.5, -1), "`seed` must be"),
    ],
)
def test_bad_sample(arguments, message):
    with pytest.raises(ValueError, match=message):
        sample_targets(*arguments)
