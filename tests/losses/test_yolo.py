"""YOLO's loss: equation 3 one cell at a time, and the mistakes of others."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.boxes import activate, encode
from cnnkit.losses import YOLOLoss
from tests.gradients import gradients
from tests.losses.checks import check_loss, value

ANCHORS = [[0.5, 1.2], [2.0, 0.8]]


def target(n=3, seed=0):
    """Return the grid of an image of 90 × 60 pixels with `n` objects."""
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 1, (n, 2)) * (50, 30)
    boxes = np.concatenate([low, low + rng.uniform(5, 30, (n, 2))], axis=1)
    return encode(boxes, rng.integers(0, 3, n), 3, ANCHORS, 3, (60, 90))[0]


def raw_outputs(seed=1):
    return np.random.default_rng(seed).normal(size=(3, 3, 2, 8)).astype("float32")


def overlap(true, said):
    """IoU of two boxes (b_x, b_y, b_h, b_w) in the same cell."""
    shared = 1.0
    for middle, size in ((0, 3), (1, 2)):
        high = min(true[middle] + true[size] / 2, said[middle] + said[size] / 2)
        low = max(true[middle] - true[size] / 2, said[middle] - said[size] / 2)
        shared *= max(high - low, 0)
    union = true[2] * true[3] + said[2] * said[3] - shared
    return shared / union


def loop(y, said, form, square_root=True, iou_confidence=True):
    """Equation 3 of the paper."""
    total = 0.0
    for cell in np.ndindex(y.shape[:-1]):
        t, p = y[cell].astype("float64"), said[cell].astype("float64")
        confidence = 0.0
        if t[0]:
            confidence = overlap(t[1:5], p[1:5]) if iou_confidence else 1.0
            sizes = np.sqrt([t[3:5], p[3:5]]) if square_root else (t[3:5], p[3:5])
            total += 5 * ((t[1:3] - p[1:3]) ** 2).sum()
            total += 5 * ((sizes[0] - sizes[1]) ** 2).sum()
        if form == "squared":
            sureness = (confidence - p[0]) ** 2
            classes = ((t[5:] - p[5:]) ** 2).sum()
        else:
            sureness = -confidence * np.log(p[0]) - (1 - confidence) * np.log(1 - p[0])
            classes = -(t[5:] * np.log(p[5:])).sum()
        total += sureness * (1 if t[0] else 0.5) + classes * t[0]
    return total


@pytest.mark.parametrize("form", ["squared", "log"])
@pytest.mark.parametrize("square_root", [True, False])
@pytest.mark.parametrize("iou_confidence", [True, False])
@pytest.mark.parametrize("n", [0, 1, 5])
def test_equals_the_paper(form, square_root, iou_confidence, n):
    y, raw = target(n), raw_outputs()
    said = activate(raw, ANCHORS)
    options = {"square_root": square_root, "iou_confidence": iou_confidence}
    expected = loop(y, said, form, **options)
    loss = YOLOLoss(ANCHORS, form, **options)
    assert value(loss, y, raw) == pytest.approx(expected, rel=1e-4)
    # The same on what `activate` gives, as a model may do itself.
    loss = YOLOLoss(None, form, **options)
    assert value(loss, y, said) == pytest.approx(expected, rel=1e-4)


def test_the_right_answer_costs_nothing():
    y = target()
    assert value(YOLOLoss(), y, y) == pytest.approx(0, abs=1e-6)
    assert value(YOLOLoss(form="log"), y, y) == pytest.approx(0, abs=1e-4)


def test_confidence_is_the_iou_in_one_unit():
    """The IoU of boxes in cells; with one of them in shares of the image it is 0.0."""
    y, said = np.zeros((3, 3, 1, 6)), np.zeros((3, 3, 1, 6))
    y[2, 1, 0] = [1, 0.5, 0.5, 2.0, 1.0, 1]
    said[2, 1, 0] = [5 / 7, 0.5, 0.5, 2.8, 1.0, 1]
    loss = YOLOLoss(lambda_coord=0)
    assert value(loss, y, said) == pytest.approx(0, abs=1e-6)  # 2 / 2.8 = 0.714


def test_lambdas():
    y, raw = target(), raw_outputs()
    parts = {
        (c, n): value(YOLOLoss(ANCHORS, lambda_coord=c, lambda_noobj=n), y, raw)
        for c in (0, 1, 5)
        for n in (0, 0.5)
    }
    assert parts[5, 0] - parts[0, 0] == pytest.approx(
        5 * (parts[1, 0] - parts[0, 0]), rel=1e-4
    )
    empty = value(YOLOLoss(ANCHORS, lambda_noobj=1), 0 * y, raw)
    assert empty == pytest.approx((1 / (1 + np.exp(-raw[..., 0])) ** 2).sum(), rel=1e-4)


def gradient_of(loss, y, y_pred):
    true = ops.convert_to_tensor(y[None], "float32")
    return gradients(lambda p: loss(true, p), y_pred[None].astype("float32"))[0][0]


@pytest.mark.parametrize("form", ["squared", "log"])
@pytest.mark.parametrize("anchors", [None, ANCHORS])
@pytest.mark.parametrize("n", [0, 3])
@pytest.mark.parametrize("fill", [0.0, -1e3, 1e3, -30.0])
def test_always_finite(form, anchors, n, fill):
    """No object in the image, sizes of 0 and below, and networks gone astray."""
    y, y_pred = target(n), np.full((3, 3, 2, 8), fill)
    loss = YOLOLoss(anchors, form)
    assert np.isfinite(value(loss, y, y_pred))
    assert np.isfinite(gradient_of(loss, y, y_pred)).all()


def test_a_size_of_zero_grows():
    y, y_pred = target(1), np.zeros((3, 3, 2, 8))
    gradient = gradient_of(YOLOLoss(), y, y_pred)
    there = y[..., 0] > 0
    assert (gradient[there][:, 3:5] < 0).all()
    assert not gradient[~there][:, 1:].any()


@pytest.mark.parametrize("form", ["squared", "log"])
def test_gradient(form):
    y, raw = target(2), raw_outputs()
    loss = YOLOLoss(ANCHORS, form, iou_confidence=False)
    step, expected = 1e-4, np.zeros(raw.shape)
    for place in np.ndindex(raw.shape):
        sides = []
        for sign in (1, -1):
            moved = raw.astype("float64")
            moved[place] += sign * step
            said = activate(moved, ANCHORS)
            sides.append(loop(y, said, form, iou_confidence=False))
        expected[place] = (sides[0] - sides[1]) / (2 * step)
    np.testing.assert_allclose(gradient_of(loss, y, raw), expected, atol=1e-4)


def test_no_gradient_through_the_iou():
    """A box does not move to make its confidence right."""
    y, raw = target(2), raw_outputs()
    gradient = gradient_of(YOLOLoss(ANCHORS, lambda_coord=0), y, raw)
    assert not gradient[..., 1:5].any() and gradient[..., 0].any()


def test_in_training(tmp_path):
    rng = np.random.default_rng(0)
    y = np.stack([target(n, seed=n) for n in (0, 1, 4, 2)])
    model = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            keras.layers.Conv2D(4, 2, strides=2, activation="tanh"),
            keras.layers.Conv2D(16, 1),
            keras.layers.Reshape((3, 3, 2, 8)),
        ]
    )
    loss = YOLOLoss(ANCHORS, "log", 4.0, 0.2, False, False)
    check_loss(loss, model, rng.normal(size=(4, 6, 6, 3)), y, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"anchors": [1, 2]}, "`anchors` must be of shape"),
        ({"anchors": [[1, 0]]}, "above 0"),
        ({"anchors": [[1, np.nan]]}, "above 0"),
        ({"form": "huber"}, '`form` must be "squared" or "log"'),
        ({"lambda_coord": -1}, "`lambda_coord` must be"),
        ({"lambda_noobj": np.inf}, "`lambda_noobj` must be"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        YOLOLoss(**arguments)


@pytest.mark.parametrize(
    "shapes", [((2, 3, 3, 2, 8), (2, 3, 3, 16)), ((2, 3, 3, 2, 8), (2, 3, 3, 1, 8))]
)
def test_bad_shapes(shapes):
    with pytest.raises(ValueError, match="anchors, 5 \\+ classes"):
        YOLOLoss()(*(np.zeros(shape) for shape in shapes))
    with pytest.raises(ValueError, match="as many as `raw`"):
        YOLOLoss([[1, 1]])(*(np.zeros((2, 3, 3, 2, 8)) for _ in range(2)))
