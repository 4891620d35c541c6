"""The losses of Faster and of Fast R-CNN beside PyTorch's terms."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.losses import FastRCNNLoss, RPNLoss, smooth_l1
from tests.gradients import gradients
from tests.losses.checks import check_loss, value


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def gradient_of(loss, y_true, y_pred):
    true = ops.convert_to_tensor([y_true], "float32")
    return gradients(lambda p: loss(true, p), np.array([y_pred], "float32"))[0][0]


@pytest.mark.parametrize("beta", [1.0, 1 / 9])
def test_smooth_l1_equals_torch(beta, rng):
    torch = pytest.importorskip("torch")
    errors = rng.normal(size=50).astype("float32")
    theirs = torch.nn.functional.smooth_l1_loss(
        torch.tensor(errors), torch.zeros(50), beta=beta, reduction="none"
    )
    ours = ops.convert_to_numpy(smooth_l1(errors, beta))
    np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-6)


def test_rpn_equals_torch(rng):
    torch = pytest.importorskip("torch")
    labels = np.array([1, 0, -1, 0, 1, 0, 0, -1])
    y = np.column_stack([labels, rng.normal(size=(8, 4))]).astype("float32")
    said = rng.normal(size=(8, 5)).astype("float32")
    t, p = torch.tensor(y), torch.tensor(said)
    used, objects = t[:, 0] >= 0, t[:, 0] == 1
    logs = torch.nn.functional.binary_cross_entropy_with_logits(
        p[used, 0], t[used, 0], reduction="sum"
    )
    boxes = torch.nn.functional.smooth_l1_loss(
        p[objects, 1:], t[objects, 1:], beta=0.5, reduction="sum"
    )
    ours = value(RPNLoss(box_weight=3, beta=0.5), y, said)
    assert ours == pytest.approx(float(logs + 3 * boxes) / 6, rel=1e-5)


def test_fast_rcnn_equals_torch(rng):
    torch = pytest.importorskip("torch")
    classes = np.array([0, 2, 3, -1, 1, 0])
    y = np.column_stack([classes, rng.normal(size=(6, 4))]).astype("float32")
    said = rng.normal(size=(6, 16)).astype("float32")
    used = classes >= 0
    logs = torch.nn.functional.cross_entropy(
        torch.tensor(said[used, :4]), torch.tensor(classes[used]), reduction="sum"
    )
    boxes = 0
    for u, row, target in zip(classes, said, y, strict=True):
        if u > 0:
            boxes += torch.nn.functional.smooth_l1_loss(
                torch.tensor(row[4 * u : 4 * u + 4]),
                torch.tensor(target[1:]),
                reduction="sum",
            )
    ours = value(FastRCNNLoss(3, box_weight=2), y, said)
    assert ours == pytest.approx(float(logs + 2 * boxes) / 5, rel=1e-5)


def test_probabilities_equal_logits(rng):
    y = [[1, 0.1, 0, 0, 0], [0] * 5, [2, 0, 0, 0.3, 0]]
    raw = rng.normal(size=(3, 11))
    exponents = np.exp(raw[:, :3])
    said = np.hstack([exponents / exponents.sum(axis=1, keepdims=True), raw[:, 3:]])
    assert value(FastRCNNLoss(2, from_logits=False), y, said) == pytest.approx(
        value(FastRCNNLoss(2), y, raw), rel=1e-5
    )


def test_what_is_not_asked_gets_no_gradient(rng):
    y = [[1, np.nan, 0, 0, 0], [0, np.nan, 9, 9, 9], [-1, np.nan, 9, 9, 9]]
    y[0][1] = 0.5
    gradient = gradient_of(RPNLoss(), y, rng.normal(size=(3, 5)))
    assert np.isfinite(gradient).all()
    assert gradient[0].all() and gradient[1, 0] and not gradient[1, 1:].any()
    assert not gradient[2].any()
    gradient = gradient_of(FastRCNNLoss(2), y, rng.normal(size=(3, 11)))
    assert np.isfinite(gradient).all()
    assert gradient[0, :7].all() and not gradient[0, 7:].any()
    assert gradient[1, :3].all() and not gradient[1, 3:].any()
    assert not gradient[2].any()


@pytest.mark.parametrize("label", [-1, 0])
def test_an_image_without_objects(label):
    y = np.zeros((4, 5))
    y[:, 0] = label
    expected = 0 if label == -1 else np.log(2)
    assert value(RPNLoss(), y, np.zeros((4, 5))) == pytest.approx(expected)
    expected = 0 if label == -1 else np.log(3)
    assert value(FastRCNNLoss(2), y, np.zeros((4, 11))) == pytest.approx(expected)
    for loss, n in ((RPNLoss(), 5), (FastRCNNLoss(2), 11)):
        for far in (-1e3, 1e3):
            assert np.isfinite(gradient_of(loss, y, np.full((4, n), far))).all()


@pytest.mark.parametrize(
    ("loss", "n"),
    [(RPNLoss(2.0, 0.5, False), 5), (FastRCNNLoss(2, 2.0, 0.5, False), 11)],
)
def test_in_training(loss, n, rng, tmp_path):
    y = rng.normal(size=(3, 4, 5)).astype("float32")
    y[..., 0] = rng.integers(-1, 2, (3, 4))
    y[0, :2, 0] = [1, 2 if n == 11 else 1]
    inputs = keras.Input((4, 6))
    x = keras.layers.Dense(1 if n == 5 else 3)(inputs)
    x = keras.layers.Activation("sigmoid" if n == 5 else "softmax")(x)
    offsets = keras.layers.Dense(4 if n == 5 else 8)(inputs)
    model = keras.Model(inputs, keras.layers.Concatenate()([x, offsets]))
    check_loss(loss, model, rng.normal(size=(3, 4, 6)), y, tmp_path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RPNLoss(beta=0), "`beta` must be above 0"),
        (lambda: RPNLoss(box_weight="1"), "`box_weight` must be"),
        (lambda: FastRCNNLoss(0), "`num_classes` must be a positive integer"),
        (lambda: FastRCNNLoss(2.0), "`num_classes` must be"),
        (lambda: FastRCNNLoss(2, beta=-1), "`beta` must be"),
        (lambda: RPNLoss()(np.zeros((2, 5)), np.zeros((2, 5))), "anchors, 5"),
        (lambda: RPNLoss()(np.zeros((2, 3, 5)), np.zeros((2, 3, 6))), "anchors, 5"),
        (lambda: FastRCNNLoss(2)(np.zeros((2, 3, 5)), np.zeros((2, 3, 15))), "n, 11"),
    ],
)
def test_bad_input(make, message):
    with pytest.raises(ValueError, match=message):
        make()
