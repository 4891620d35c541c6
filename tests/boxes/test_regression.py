"""The box codes of R-CNN beside Keras's, a loop, and their own inverse."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnkit.boxes import convert, decode_offsets, encode_offsets

NORMALISED = {"means": [0, 0.1, -0.2, 0], "stds": [0.1, 0.1, 0.2, 0.2]}


def some_boxes(rng, *shape):
    low = rng.uniform(-20, 200, (*shape, 2))
    return np.concatenate([low, low + rng.uniform(1, 150, (*shape, 2))], axis=-1)


def one(box, proposal):
    """Equations 6 to 9 of the paper."""
    g_w, g_h = box[2] - box[0], box[3] - box[1]
    p_w, p_h = proposal[2] - proposal[0], proposal[3] - proposal[1]
    g_x, g_y = box[0] + g_w / 2, box[1] + g_h / 2
    p_x, p_y = proposal[0] + p_w / 2, proposal[1] + p_h / 2
    return [
        (g_x - p_x) / p_w,
        (g_y - p_y) / p_h,
        math.log(g_w / p_w),
        math.log(g_h / p_h),
    ]


def test_by_hand():
    """Twice as wide, half as high, moved by its width and up by half its height."""
    offsets = encode_offsets([[45, 0, 65, 10]], [[40, 0, 50, 20]])
    np.testing.assert_allclose(offsets, [[1, -0.25, math.log(2), -math.log(2)]])


def test_equals_the_paper():
    rng = np.random.default_rng(0)
    boxes, proposals = some_boxes(rng, 30), some_boxes(rng, 30)
    expected = [one(b, p) for b, p in zip(boxes, proposals, strict=True)]
    np.testing.assert_allclose(encode_offsets(boxes, proposals), expected)


def test_equals_keras():
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(1)
    boxes, proposals = some_boxes(rng, 30), some_boxes(rng, 30)
    theirs = keras.utils.bounding_boxes.encode_box_to_deltas(
        proposals.astype("float32"),
        boxes.astype("float32"),
        anchor_format="xyxy",
        box_format="xyxy",
        encoding_format="center_xywh",
        variance=[0.1, 0.1, 0.2, 0.2],
    )
    ours = encode_offsets(boxes, proposals, stds=[0.1, 0.1, 0.2, 0.2])
    np.testing.assert_allclose(
        ours, keras.ops.convert_to_numpy(theirs), rtol=1e-4, atol=1e-4
    )


@given(st.integers(0, 2**32 - 1), st.sampled_from([{}, NORMALISED]))
def test_decode_is_the_inverse(seed, options):
    rng = np.random.default_rng(seed)
    boxes, proposals = some_boxes(rng, 5), some_boxes(rng, 5)
    proposals[:, 2:] = np.maximum(proposals[:, 2:], proposals[:, :2] + 10)
    offsets = encode_offsets(boxes, proposals, **options)
    np.testing.assert_allclose(
        decode_offsets(offsets, proposals, **options), boxes, atol=1e-9
    )


@pytest.mark.parametrize("box_format", ["yxyx", "xywh", "center_yxhw", "rel_xywh"])
def test_formats(box_format):
    rng = np.random.default_rng(2)
    boxes, proposals = some_boxes(rng, 6), some_boxes(rng, 6)
    others = [convert(b, "xyxy", box_format, (300, 400)) for b in (boxes, proposals)]
    offsets = encode_offsets(*others, box_format)
    np.testing.assert_allclose(offsets, encode_offsets(boxes, proposals))
    np.testing.assert_allclose(
        decode_offsets(offsets, others[1], box_format), others[0], atol=1e-9
    )


def test_a_box_for_each_class():
    rng = np.random.default_rng(3)
    boxes, proposals = some_boxes(rng, 4, 3), some_boxes(rng, 4, 1)
    offsets = encode_offsets(boxes, proposals)
    assert offsets.shape == (4, 3, 4)
    np.testing.assert_allclose(decode_offsets(offsets, proposals), boxes)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_growth_has_a_limit(dtype):
    offsets = np.array([[0, 0, 1e4, -1e4]], dtype)
    box = decode_offsets(offsets, np.array([[0, 0, 16, 16]], dtype))
    np.testing.assert_allclose(box, [[8 - 500, 8, 8 + 500, 8]], atol=1e-3)
    assert box.dtype == dtype
    box = decode_offsets(offsets, np.array([[0, 0, 16, 16]], dtype), largest_scale=2)
    np.testing.assert_allclose(box, [[-8, 8, 24, 8]], atol=1e-3)


def test_tensors():
    """Also a proposal of no size gives finite offsets, as one that fills up a batch."""
    ops = pytest.importorskip("keras").ops
    rng = np.random.default_rng(4)
    boxes, proposals = (some_boxes(rng, 2, 5).astype("float32") for _ in range(2))
    tensors = ops.convert_to_tensor(boxes), ops.convert_to_tensor(proposals)
    offsets = encode_offsets(*tensors, **NORMALISED)
    assert not isinstance(offsets, np.ndarray)
    np.testing.assert_allclose(
        ops.convert_to_numpy(offsets),
        encode_offsets(boxes, proposals, **NORMALISED),
        atol=1e-4,
    )
    back = decode_offsets(offsets, tensors[1], **NORMALISED)
    np.testing.assert_allclose(ops.convert_to_numpy(back), boxes, atol=1e-3)
    empty = encode_offsets(ops.zeros((2, 4)), ops.zeros((2, 4)))
    assert np.isfinite(ops.convert_to_numpy(empty)).all()


def test_no_boxes():
    assert encode_offsets([], []).shape == (0, 4)
    assert decode_offsets([], []).shape == (0, 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0, 0, 0, 5]], [[0, 0, 5, 5]]), "`boxes` must have an area"),
        (([[0, 0, 5, 5]], [[5, 0, 0, 5]]), "`proposals` must have an area"),
        (([[0, 0, 5, np.nan]], [[0, 0, 5, 5]]), "NaN"),
        (([[0, 0, 5]], [[0, 0, 5, 5]]), "four numbers"),
        (([[0, 0, 5, 5]], [[0, 0, 5, 5]], "xyxy", [0, 0]), "`means` must be four"),
        (([[0, 0, 5, 5]], [[0, 0, 5, 5]], "xyxy", None, [1, 1, 0, 1]), "above 0"),
        (([[0, 0, 5, 5]], [[0, 0, 5, 5]], "corner"), "`box_format` must be one of"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        encode_offsets(*arguments)
