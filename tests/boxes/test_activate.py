"""Raw outputs of a network turned into the numbers of YOLO's grid."""

import numpy as np
import pytest

from cnnkit.boxes import activate, decode

ANCHORS = np.array([[1.5, 3.0], [4.0, 2.0]])


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


def loop(raw, class_activation):
    """YOLO9000, one number at a time."""
    y = np.zeros_like(raw)
    for place in np.ndindex(raw.shape[:-1]):
        width, height = ANCHORS[place[-1]]
        t_c, t_x, t_y, t_h, t_w, *classes = raw[place]
        exponents = np.exp(classes)
        c = exponents / exponents.sum()
        if class_activation == "sigmoid":
            c = sigmoid(np.array(classes))
        y[place] = [
            sigmoid(t_c),
            sigmoid(t_x),
            sigmoid(t_y),
            height * np.exp(t_h),
            width * np.exp(t_w),
            *c,
        ]
    return y


@pytest.mark.parametrize("class_activation", ["softmax", "sigmoid"])
@pytest.mark.parametrize("kind", ["array", "tensor"])
def test_equals_the_loop(class_activation, kind):
    raw = np.random.default_rng(0).normal(0, 2, (2, 3, 4, 2, 8))
    given = raw
    if kind == "tensor":
        ops = pytest.importorskip("keras").ops
        given = ops.convert_to_tensor(raw, "float32")
    y = activate(given, ANCHORS, class_activation)
    if kind == "tensor":
        y = ops.convert_to_numpy(y)
    np.testing.assert_allclose(y, loop(raw, class_activation), rtol=1e-5)


def test_a_box_by_hand():
    """Cell (4, 6) of 13 × 13, anchor 3.5 × 4.2: x = (6 + σ(0.3)) / 13 = 6.574443 / 13,

    y = (4 + σ(-0.2)) / 13, w = 3.5 e^0.1 / 13 and h = 4.2 e^0.4 / 13.
    """
    raw = np.zeros((13, 13, 1, 6))
    raw[4, 6, 0] = [0, 0.3, -0.2, 0.4, 0.1, 0]
    _, boxes, _ = decode(activate(raw, [[3.5, 4.2]]), (416, 416), "rel_center_xywh")
    np.testing.assert_allclose(
        boxes[4, 6, 0], [0.505726, 0.342320, 0.297546, 0.481974], atol=1e-6
    )


def test_stretched_midpoints():
    raw = np.zeros((1, 1, 1, 6))
    raw[..., 1:3] = [[100, -100]]
    y = activate(raw, [[1, 1]], xy_scale=1.1).ravel()
    np.testing.assert_allclose(y[1:3], [1.05, -0.05], atol=1e-9)


@pytest.mark.parametrize("value", [-1e30, -1e3, 1e3, 1e30])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_huge_outputs_stay_finite(value, dtype):
    y = activate(np.full((2, 2, 2, 7), value, dtype), ANCHORS)
    assert np.isfinite(y).all() and y.dtype == dtype
    assert (y[..., 3:5] > 0).all()
    np.testing.assert_allclose(y[..., 5:], 0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((3, 3, 2, 8)), [[1, 1]]), "as many as `raw`"),
        ((np.zeros((3, 3, 1, 8)), [[90, 40]]), "in cells of the grid"),
        ((np.zeros((3, 3, 1, 5)), [[1, 1]]), "`raw` must be of shape"),
        ((np.zeros((3, 3, 1, 8)), [[1, 1]], "relu"), "`class_activation` must be"),
        ((np.zeros((3, 3, 1, 8)), [[1, 1]], "softmax", 0.5), "`xy_scale` must be"),
        ((np.full((3, 3, 1, 8), np.inf), [[1, 1]]), "infinity"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        activate(*arguments)
