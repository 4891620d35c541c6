"""Overlap beside `keras.utils.bounding_boxes`, a naive loop, and by hand."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops

from cnnkit.boxes import convert, giou, iou, pairwise_giou, pairwise_iou

FORMATS = ["yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_center_xywh"]
SHAPE = (90, 130)


def some_boxes(n, seed, side=100):
    rng = np.random.default_rng(seed)
    return np.sort(rng.random((n, 2, 2)) * side, axis=1).reshape(n, 4)


def counted(box1, box2):
    """IoU of boxes with whole corners, by colouring pixels."""
    grids = np.zeros((2, 40, 40), bool)
    for grid, (x1, y1, x2, y2) in zip(grids, (box1, box2), strict=True):
        grid[y1:y2, x1:x2] = True
    return (grids[0] & grids[1]).sum() / max((grids[0] | grids[1]).sum(), 1)


whole_boxes = st.lists(st.integers(0, 39), min_size=4, max_size=4).map(
    lambda x: [*np.minimum(x[:2], x[2:]), *np.maximum(x[:2], x[2:])]
)
corners = arrays("float64", (4,), elements=st.floats(-1000, 1000, width=32))


@given(whole_boxes, whole_boxes)
def test_iou_is_what_counting_pixels_gives(box1, box2):
    assert iou(box1, box2) == pytest.approx(counted(box1, box2))
    last = [b + np.array([0, 0, -1, -1]) for b in (box1, box2)]
    if all((b[2:] >= b[:2]).all() for b in last):
        assert iou(*last, inclusive=True) == pytest.approx(counted(box1, box2))


@given(corners, corners)
def test_bounds_symmetry_and_order_of_corners(box1, box2):
    shared, general = iou(box1, box2), giou(box1, box2)
    assert 0 <= shared <= 1
    assert -1 - 1e-9 <= general <= shared + 1e-9
    assert iou(box2, box1) == pytest.approx(shared, abs=1e-12)
    assert giou(box2, box1) == pytest.approx(general, abs=1e-12)
    swapped = box1[[2, 1, 0, 3]]
    assert iou(swapped, box2) == shared
    assert giou(swapped, box2) == general
    width, height = np.abs(box1[2:] - box1[:2])
    assert iou(box1, box1) == (1 if width * height > 0 else 0)


@given(corners, corners, st.floats(0.01, 100), st.floats(0.01, 100))
def test_units_do_not_matter(box1, box2, across, down):
    scale = np.array([across, down] * 2)
    for overlap in (iou, giou):
        expected = overlap(box1, box2)
        found = overlap(box1 * scale, box2 * scale)
        assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("box_format", FORMATS)
def test_every_format_gives_the_same(box_format):
    one, two = some_boxes(7, 0), some_boxes(9, 1)
    converted = [convert(x, "xyxy", box_format, SHAPE) for x in (one, two)]
    for overlap in (pairwise_iou, pairwise_giou):
        expected = overlap(one, two)
        np.testing.assert_allclose(overlap(*converted, box_format), expected)


@pytest.mark.parametrize("shapes", [((5,), (8,)), ((2, 5), (2, 8)), ((2, 5), (8,))])
def test_pairwise_equals_keras(shapes):
    one, two = (
        some_boxes(np.prod(shape), seed).reshape(*shape, 4).astype("float32")
        for seed, shape in enumerate(shapes)
    )
    theirs = keras.utils.bounding_boxes.compute_iou(one, two, "xyxy")
    ours = pairwise_iou(one, two)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, ops.convert_to_numpy(theirs), atol=1e-5)


def test_pairwise_equals_elementwise_and_large_tables_equal_small_ones():
    one, two = some_boxes(300, 0), some_boxes(700, 1)
    for inclusive in (False, True):
        table = pairwise_iou(one, two, inclusive=inclusive)
        expected = iou(one[:, None], two[None], inclusive=inclusive)
        np.testing.assert_array_equal(table, expected)
    np.testing.assert_array_equal(
        pairwise_giou(one, two), giou(one[:, None], two[None])
    )


def test_giou_by_hand():
    assert giou([0, 0, 2, 2], [1, 1, 3, 3]) == pytest.approx(1 / 7 - 2 / 9)
    assert giou([0, 0, 1, 1], [9, 0, 10, 1]) == pytest.approx(-0.8)
    assert giou([0, 0, 0, 0], [5, 5, 5, 5]) == pytest.approx(-1)


def test_no_area_and_no_boxes():
    point, box = [3, 3, 3, 3], [0, 0, 9, 9]
    assert iou(point, box) == iou(box, point) == iou(point, point) == 0
    assert giou(point, point) == 0
    assert giou(point, box) == pytest.approx(0)
    assert iou(point, point, inclusive=True) == 1
    assert pairwise_iou([], [box]).shape == (0, 1)
    assert pairwise_iou([box], []).shape == (1, 0)
    assert pairwise_giou([], []).shape == (0, 0)
    assert iou([], []).shape == (0,)


def test_tensors_give_tensors():
    one, two = some_boxes(5, 0).astype("float32"), some_boxes(6, 1).astype("float32")
    for overlap in (pairwise_iou, pairwise_giou):
        expected = overlap(one, two)
        for pair in (
            (ops.convert_to_tensor(one), ops.convert_to_tensor(two)),
            (ops.convert_to_tensor(one), two.astype("float64")),
            (one.tolist(), ops.convert_to_tensor(two)),
        ):
            found = overlap(*pair)
            assert ops.is_tensor(found)
            assert keras.backend.standardize_dtype(found.dtype) == "float32"
            np.testing.assert_allclose(ops.convert_to_numpy(found), expected, atol=1e-6)
    half = ops.cast(one, "float16")
    assert keras.backend.standardize_dtype(iou(half, half).dtype) == "float32"
    whole = ops.convert_to_tensor([[0, 0, 2, 2]])
    assert float(iou(whole, [[0, 0, 2, 1]])[0]) == 0.5


def test_in_a_model_while_it_trains():
    """A layer's outputs are boxes; a loss of their GIoU moves them to the target."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])

    def loss(y_true, y_pred):
        return 1 - giou(y_true, y_pred, "center_xywh")

    model.compile(keras.optimizers.Adam(0.3), loss, jit_compile=False)
    x, y = np.ones((4, 3)), np.tile([5.0, 6, 4, 3], (4, 1))
    before = giou(y, model.predict_on_batch(x), "center_xywh")
    for _ in range(40):
        model.train_on_batch(x, y)
    after = giou(y, model.predict_on_batch(x), "center_xywh")
    assert before.max() < 0 < 0.5 < after.min()
    model.train_on_batch(x, np.zeros((4, 4)))
    assert all(np.isfinite(w).all() for w in model.get_weights())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: iou([[1, 2, 3]], [[1, 2, 3, 4]]), "`boxes1` must have four"),
        (lambda: iou([1, 2, 3, 4], [1, 2, 3, np.nan]), "`boxes2` must not hold NaN"),
        (lambda: iou(np.ones((3, 4)), np.ones((2, 4))), r"broadcast.*\(3, 4\)"),
        (lambda: pairwise_iou([1, 2, 3, 4], [[1, 2, 3, 4]]), r"\(\.\.\., n, 4\)"),
        (
            lambda: pairwise_giou(np.ones((3, 5, 4)), np.ones((2, 5, 4))),
            "shapes that broadcast",
        ),
        (lambda: iou([1, 2, 3, 4], [1, 2, 3, 4], "xyx"), "`box_format` must be one"),
        (lambda: giou(None, [1, 2, 3, 4]), "`boxes1` must be numbers"),
        (
            lambda: iou([0, 0, 1, 1], [0, 0, 1, 1], "rel_xyxy", inclusive=True),
            "`inclusive` counts pixels",
        ),
    ],
)
def test_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()
