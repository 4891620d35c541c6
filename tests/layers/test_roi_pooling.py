"""RoI pooling beside a naive loop and figures of ONNX Runtime."""

import math

import numpy as np
import pytest

from cnnkit.layers import RoIPooling
from tests.layers.rois import (
    BAD_INPUTS,
    check_absurd_boxes,
    check_formats,
    check_gradients,
    check_roi_layer,
    run,
    some_boxes,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def rounded(x):
    return int(math.copysign(math.floor(abs(x) + 0.5), x))


def naive(features, boxes, pool_size, spatial_scale):
    """Section 2.1 of the paper, with the rounding of its code, one cell at a time."""
    images, height, width, channels = features.shape
    out = np.zeros((*boxes.shape[:2], *pool_size, channels), "float32")
    for i in range(images):
        for j, box in enumerate(boxes[i].astype("float64") * spatial_scale):
            left, top, right, bottom = map(rounded, box)
            n_rows, n_columns = max(bottom - top + 1, 1), max(right - left + 1, 1)
            for row in range(pool_size[0]):
                for column in range(pool_size[1]):
                    first_y = top + row * n_rows // pool_size[0]
                    after_y = top + math.ceil((row + 1) * n_rows / pool_size[0])
                    first_x = left + column * n_columns // pool_size[1]
                    after_x = left + math.ceil((column + 1) * n_columns / pool_size[1])
                    cell = features[
                        i,
                        min(max(first_y, 0), height) : min(max(after_y, 0), height),
                        min(max(first_x, 0), width) : min(max(after_x, 0), width),
                    ]
                    if cell.size:
                        out[i, j, row, column] = cell.max(axis=(0, 1))
    return out


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (8, 8), (17, 5)])
@pytest.mark.parametrize(
    ("pool_size", "spatial_scale"), [((1, 1), 1), ((2, 3), 0.25), ((7, 7), 1 / 16)]
)
def test_equals_the_loop(size, pool_size, spatial_scale, rng):
    features = rng.normal(size=(2, *size, 3)).astype("float32")
    boxes = some_boxes(rng, 12, *size, spatial_scale)
    layer = RoIPooling(pool_size, spatial_scale)
    np.testing.assert_array_equal(
        run(layer, features, boxes), naive(features, boxes, pool_size, spatial_scale)
    )


def test_equals_onnx_runtime():
    """MaxRoiPool of ONNX Runtime 1.31 on the same input."""
    features = (np.arange(30) * 7 % 11).reshape(1, 5, 6, 1).astype("float32")
    boxes = np.array([[[0, 0, 6, 5], [1.2, 0.6, 4.1, 3.3], [-1, 2, 2.5, 7]]], "float32")
    assert run(RoIPooling(2), features, boxes)[0, ..., 0].tolist() == [
        [[10, 10], [10, 9]],
        [[10, 8], [10, 6]],
        [[10, 10], [0, 0]],
    ]
    halved = run(RoIPooling((3, 2), spatial_scale=0.5), features, boxes)
    assert halved[0, ..., 0].tolist() == [
        [[9, 10], [9, 10], [7, 10]],
        [[7, 3], [5, 1], [3, 10]],
        [[9, 9], [7, 7], [5, 10]],
    ]


def test_halves_are_rounded_away_from_zero():
    features = np.arange(6, dtype="float32").reshape(1, 1, 6, 1)
    boxes = np.array([[[1.5, 0, 2.5, 0], [0.49999997, 0, 0.5, 0]]], "float32")
    pooled = run(RoIPooling((1, 4)), features, boxes)[0, :, 0, :, 0]
    assert pooled.tolist() == [[2, 2, 3, 3], [0, 0, 1, 1]]


def test_whole_numbers_do_not_slip():
    """7 · (57 / 7) is above 57 in float32, which would read a column too many."""
    features = np.arange(60, dtype="float32").reshape(1, 1, 60, 1)
    pooled = run(RoIPooling((1, 7)), features, np.array([[[0, 0, 56, 0]]], "float32"))
    assert pooled.max() == 56


def test_swapped_corners_are_one_pixel():
    features = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    boxes = np.array([[[3, 3, 1, 1], [2, 2, 2, 2]]], "float32")
    pooled = run(RoIPooling(2), features, boxes)
    assert (pooled[0, 0] == 15).all() and (pooled[0, 1] == 10).all()


def test_layer(rng, tmp_path):
    check_roi_layer(lambda: RoIPooling((2, 3), name="pool"), rng, tmp_path)


def test_gradients(rng):
    features = rng.permutation(24).reshape(2, 4, 3, 1).astype("float32") / 10
    check_gradients(RoIPooling(2), features, some_boxes(rng, 4, 4, 3), rng)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38, -1e20])
def test_absurd_boxes(value):
    check_absurd_boxes(RoIPooling(2), value)


def test_formats(rng):
    check_formats(lambda **options: RoIPooling(2, **options), rng)


@pytest.mark.parametrize(("shapes", "message"), BAD_INPUTS)
def test_bad_inputs(shapes, message):
    with pytest.raises(ValueError, match=message):
        RoIPooling(2)([np.zeros(shape, "float32") for shape in shapes])


def test_size_must_be_known():
    with pytest.raises(ValueError, match="must be known"):
        RoIPooling(2).build([(None, None, None, 3), (None, 5, 4)])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pool_size": 0}, "`pool_size` must be"),
        ({"spatial_scale": 0}, "`spatial_scale` must be a number above 0"),
        ({"spatial_scale": "1/16"}, "`spatial_scale`"),
        ({"box_format": "xywhy"}, "`box_format` must be one of xyxy"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        RoIPooling(**arguments)
