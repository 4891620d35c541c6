"""RoI align beside a naive loop, TensorFlow's crops and figures of ONNX Runtime."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.layers import RoIAlign, _rois, roi_align
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


def read(image, y, x):
    """Bilinear interpolation, the border repeated for one pixel."""
    height, width, _ = image.shape
    if not (-1 <= y <= height and -1 <= x <= width):
        return 0
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    upper = image[top, left] * (1 - x + left) + image[top, right] * (x - left)
    lower = image[bottom, left] * (1 - x + left) + image[bottom, right] * (x - left)
    return upper * (1 - y + top) + lower * (y - top)


def naive(features, boxes, pool_size, spatial_scale, samples, aligned):
    """The average over each cell, one place at a time."""
    out = np.zeros((*boxes.shape[:2], *pool_size, features.shape[-1]))
    for i, j in np.ndindex(*boxes.shape[:2]):
        left, top, right, bottom = boxes[i, j].astype("float64") * spatial_scale
        width, height = right - left, bottom - top
        if aligned:
            left, top = left - 0.5, top - 0.5
        else:
            width, height = max(width, 1), max(height, 1)
        for row, column, a, b in np.ndindex(*pool_size, samples, samples):
            y = top + (row + (a + 0.5) / samples) * height / pool_size[0]
            x = left + (column + (b + 0.5) / samples) * width / pool_size[1]
            out[i, j, row, column] += read(features[i], y, x)
    return out / samples**2


def by_products(layer, features, boxes):
    """What the layer does on other backends than TensorFlow."""
    height, width = features.shape[1:3]
    left, top, right, bottom = _rois.corners(
        boxes, layer.box_format, layer.spatial_scale, height, width
    )
    rows = layer._places(top, bottom, layer.pool_size[0])
    columns = layer._places(left, right, layer.pool_size[1])
    return ops.convert_to_numpy(
        roi_align._product(
            ops.convert_to_tensor(features),
            roi_align._weights(rows, height),
            roi_align._weights(columns, width),
        )
    )


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (8, 8), (11, 5)])
@pytest.mark.parametrize("aligned", [True, False])
@pytest.mark.parametrize(
    ("pool_size", "spatial_scale", "samples"),
    [((1, 1), 1, 1), ((2, 3), 0.25, 2), ((3, 3), 1 / 16, 3)],
)
def test_equals_the_loop(size, aligned, pool_size, spatial_scale, samples, rng):
    features = rng.normal(size=(2, *size, 3)).astype("float32")
    boxes = some_boxes(rng, 6, *size, spatial_scale)
    layer = RoIAlign(pool_size, spatial_scale, samples, aligned)
    expected = naive(features, boxes, pool_size, spatial_scale, samples, aligned)
    np.testing.assert_allclose(run(layer, features, boxes), expected, atol=1e-4)
    np.testing.assert_allclose(by_products(layer, features, boxes), expected, atol=1e-4)


def test_equals_onnx_runtime():
    """RoiAlign of ONNX Runtime 1.31 on the same input, sampling_ratio 2."""
    features = (np.arange(30) * 7 % 11).reshape(1, 5, 6, 1).astype("float32")
    boxes = np.array([[[0, 0, 6, 5], [1.2, 0.6, 4.1, 3.3], [-1, 2, 2.5, 7]]], "float32")
    np.testing.assert_allclose(
        run(RoIAlign(2), features, boxes)[0, ..., 0],
        [
            [[4.4688, 5.2734], [5.8281, 4.8281]],
            [[4.0130, 6.4196], [5.2283, 5.9651]],
            [[2.7500, 5.2539], [0.7500, 3.8906]],
        ],
        atol=1e-4,
    )
    np.testing.assert_allclose(
        run(RoIAlign(2, aligned=False), features, boxes)[0, ..., 0],
        [
            [[5.4219, 4.4062], [5.6953, 5.1953]],
            [[4.4788, 5.9500], [6.6438, 3.2500]],
            [[4.6270, 6.4863], [0.0, 0.0]],
        ],
        atol=1e-4,
    )


def test_equals_crop_and_resize(rng):
    """One place a cell, all of them inside: what TensorFlow's crop reads."""
    tf = pytest.importorskip("tensorflow")
    features = rng.normal(size=(1, 9, 12, 4)).astype("float32")
    low, size = rng.uniform(1, 4, (5, 2)), rng.uniform(1, 4, (5, 2))
    boxes = np.concatenate([low, low + size], axis=1)[None].astype("float32")
    left, top, right, bottom = boxes[0].T - 0.5
    half_x, half_y = (right - left) / 6, (bottom - top) / 6
    ends = [top + half_y, left + half_x, bottom - half_y, right - half_x]
    ends = np.stack(ends, axis=1) / (8, 11, 8, 11)
    theirs = tf.image.crop_and_resize(features, ends, [0] * 5, (3, 3))
    ours = run(RoIAlign(3, sampling_ratio=1), features, boxes)
    np.testing.assert_allclose(ours[0], theirs.numpy(), atol=1e-5)


@pytest.mark.parametrize("shift", [0.0, 0.25, 0.5, 1.0])
def test_a_ramp_is_read_exactly(shift):
    """On a ramp each cell is the value at its centre, wherever the box lies."""
    features = np.broadcast_to(np.arange(8.0), (8, 8)).reshape(1, 8, 8, 1) + 0.5
    boxes = np.array([[[1, 1, 5, 5]]]) + shift
    out = run(RoIAlign(4), features.astype("float32"), boxes.astype("float32"))
    np.testing.assert_allclose(
        out[0, 0, 0, :, 0], np.arange(4) + 1.5 + shift, atol=1e-5
    )


def test_layer(rng, tmp_path):
    check_roi_layer(lambda: RoIAlign((2, 3), aligned=False, name="roi"), rng, tmp_path)


@pytest.mark.parametrize("aligned", [True, False])
def test_gradients(rng, aligned):
    features = rng.normal(size=(2, 4, 3, 1)).astype("float32")
    layer = RoIAlign(2, aligned=aligned)
    check_gradients(layer, features, some_boxes(rng, 4, 4, 3), rng)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38, -1e20])
def test_absurd_boxes(value):
    check_absurd_boxes(RoIAlign(2), value)


def test_formats(rng):
    check_formats(lambda **options: RoIAlign(2, **options), rng)


def test_any_image_size(rng):
    inputs = keras.Input((None, None, 2)), keras.Input((None, 4))
    model = keras.Model(inputs, RoIAlign(2)(list(inputs)))
    for size in ((5, 8), (9, 4)):
        features = rng.normal(size=(2, *size, 2)).astype("float32")
        boxes = some_boxes(rng, 3, *size)
        np.testing.assert_allclose(
            model.predict([features, boxes], verbose=0),
            run(RoIAlign(2), features, boxes),
            atol=1e-5,
        )


@pytest.mark.parametrize(("shapes", "message"), BAD_INPUTS)
def test_bad_inputs(shapes, message):
    with pytest.raises(ValueError, match=message):
        RoIAlign(2)([np.zeros(shape, "float32") for shape in shapes])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pool_size": 0}, "`pool_size` must be"),
        ({"sampling_ratio": 0}, "`sampling_ratio` must be a positive integer"),
        ({"spatial_scale": np.nan}, "`spatial_scale` must be a number above 0"),
        ({"box_format": None}, "`box_format` must be one of xyxy"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        RoIAlign(**arguments)
