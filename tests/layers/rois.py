"""What the tests of both RoI layers share."""

import keras
import numpy as np
from keras import ops

from tests.checks import FLOAT_TOLERANCE, check_saved, check_trains
from tests.gradients import gradients

BAD_INPUTS = [
    ([(2, 8, 8, 3), (2, 5, 3)], "pair"),
    ([(2, 8, 8, 3), (3, 5, 4)], "pair"),
    ([(2, 8, 8), (2, 5, 4)], "pair"),
    ([(2, 8, 8, 3), (10, 4)], "pair"),
    ([(2, 8, 8, 3)], "pair"),
]


def some_boxes(rng, n, height, width, spatial_scale=1.0):
    """Return `(2, n, 4)` boxes; some reach outside or are smaller than a pixel."""
    places = rng.uniform(-0.2, 1.2, (2, n, 2, 2)) * (width, height) / spatial_scale
    places[:, 0] = places[:, 0, :1] + [[0, 0], [0.3, 0.2]]
    corners = np.concatenate([places.min(axis=2), places.max(axis=2)], axis=-1)
    return corners.astype("float32")


def run(layer, features, boxes):
    return ops.convert_to_numpy(layer([features, boxes]))


def check_roi_layer(make, rng, folder):
    """Put a layer of pool size (2, 3) through what `check_layer` asks of the others."""
    features = rng.normal(size=(3, 8, 7, 2)).astype("float32")
    boxes = np.concatenate([some_boxes(rng, 5, 8, 7), [[[0, 0, 7, 8]] * 5]])
    boxes = boxes.astype("float32")
    shape = (3, 5, 2, 3, 2)
    layer = make()
    outputs = run(layer, features, boxes)
    assert outputs.shape == shape
    assert layer.compute_output_shape([features.shape, boxes.shape]) == shape
    alone = run(layer, features[:1], boxes[:1])
    np.testing.assert_allclose(alone, outputs[:1], **FLOAT_TOLERANCE)
    assert run(layer, features, boxes[:, :0]).shape == (3, 0, 2, 3, 2)
    if keras.backend.backend() == "tensorflow":
        assert run(layer, features[:0], boxes[:0]).shape == (0, 5, 2, 3, 2)

    config = layer.get_config()
    twin = type(layer).from_config(config)
    assert twin.get_config() == config
    np.testing.assert_array_equal(run(twin, features, boxes), outputs)

    half = type(layer).from_config({**config, "dtype": "mixed_float16"})
    assert keras.backend.standardize_dtype(half([features, boxes]).dtype) == "float16"
    np.testing.assert_allclose(run(half, features, boxes), outputs, atol=0.02)

    inputs = keras.Input((8, 7, 2)), keras.Input((5, 4))
    x = keras.layers.Conv2D(2, 3, padding="same", name="conv")(inputs[0])
    x = make()([x, inputs[1]])
    assert x.shape == (None, *shape[1:])
    x = keras.layers.Dense(1)(keras.layers.Reshape((5, 12))(x))
    model = keras.Model(inputs, x)
    check_saved(model, [features, boxes], folder)
    check_trains(model, [features, boxes], np.ones((3, 5, 1)), "mse")


def check_gradients(layer, features, boxes, rng):
    """Compare with differences; the layer is linear where the maxima stay in place."""
    weights = rng.normal(size=run(layer, features, boxes).shape).astype("float32")

    def total(features, boxes):
        return ops.sum(layer([features, boxes]) * ops.convert_to_tensor(weights))

    by_features = gradients(lambda f: total(f, ops.convert_to_tensor(boxes)), features)
    step = 1e-3
    expected = np.zeros(features.shape)
    for place in np.ndindex(features.shape):
        moved = features.astype("float64")
        moved[place] += step
        high = run(layer, moved.astype("float32"), boxes)
        moved[place] -= 2 * step
        low = run(layer, moved.astype("float32"), boxes)
        difference = (high.astype("float64") - low) * weights
        expected[place] = difference.sum() / (2 * step)
    np.testing.assert_allclose(by_features[0], expected, atol=2e-3)


def check_absurd_boxes(layer, value):
    """Boxes that hold NaN, infinity or the absurd harm neither values nor gradients."""
    features = np.ones((1, 4, 5, 1), "float32")
    boxes = np.array([[[value] * 4, [0, 0, value, value], [0, 0, 5, 4]]], "float32")

    def total(features):
        return ops.sum(layer([features, ops.convert_to_tensor(boxes)]))

    outputs = run(layer, features, boxes)
    assert np.isfinite(outputs).all()
    assert (outputs[0, 2] == 1).all()
    if not np.isfinite(value):
        assert not outputs[0, :2].any()
    assert np.isfinite(gradients(total, features)[0]).all()


def check_formats(make, rng):
    """All formats of the same boxes give the same, relative ones too."""
    features = rng.normal(size=(2, 8, 6, 3)).astype("float32")
    boxes = some_boxes(rng, 6, 8, 6, spatial_scale=0.25)
    expected = run(make(spatial_scale=0.25), features, boxes)
    for name in ("yxyx", "xywh", "center_yxhw", "rel_xyxy", "rel_center_xywh"):
        other = keras.utils.bounding_boxes.convert_format(
            boxes, "xyxy", name, height=32, width=24
        )
        layer = make(spatial_scale=0.25, box_format=name)
        np.testing.assert_allclose(run(layer, features, other), expected, atol=1e-3)
