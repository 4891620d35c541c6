"""The localisation loss, by the formulas of the course."""

import keras
import numpy as np
import pytest
from keras import ops

from cnnkit.losses import LocalizationLoss
from tests.gradients import gradients
from tests.losses.checks import check_loss, value

CAR = [1, 0.5, 0.6, 0.2, 0.4, 0, 1, 0]
SAID = [0.8, 0.4, 0.6, 0.3, 0.2, 0.1, 0.7, 0.2]


def test_squared_form_by_hand():
    """0.2² + (0.1² + 0 + 0.1² + 0.2²) + (0.1² + 0.3² + 0.2²)."""
    assert value(LocalizationLoss(), CAR, SAID) == pytest.approx(0.24, abs=1e-6)
    heavy = LocalizationLoss(box_weight=10)
    assert value(heavy, CAR, SAID) == pytest.approx(0.04 + 0.6 + 0.14, abs=1e-6)


def test_log_form_by_hand():
    expected = -np.log(0.8) + 0.06 - np.log(0.7)
    assert value(LocalizationLoss("log"), CAR, SAID) == pytest.approx(
        expected, abs=1e-5
    )


def test_logits():
    """A sigmoid and a softmax before make no difference."""
    raw = np.array([0.3, 0.4, 0.6, 0.3, 0.2, 1.0, -2.0, 0.5])
    exponents = np.exp(raw[5:])
    said = [1 / (1 + np.exp(-0.3)), *raw[1:5], *(exponents / exponents.sum())]
    for target in (CAR, [0] * 8):
        assert value(LocalizationLoss("log", from_logits=True), target, raw) == (
            pytest.approx(value(LocalizationLoss("log"), target, said), abs=1e-5)
        )


@pytest.mark.parametrize("form", ["squared", "log"])
@pytest.mark.parametrize("dont_care", [0.0, 7.0, np.nan])
def test_without_an_object_only_p_counts(form, dont_care):
    target = [0] + [dont_care] * 7
    expected = 0.64 if form == "squared" else -np.log(0.2)
    loss = LocalizationLoss(form)
    assert value(loss, target, SAID) == pytest.approx(expected, abs=1e-5)

    def total(y_pred):
        return loss(ops.convert_to_tensor([target], "float32"), y_pred)

    (gradient,) = gradients(total, np.array([SAID], "float32"))
    assert gradient[0, 0] > 0 and not gradient[0, 1:].any()


def test_mean_over_images_and_weights():
    y, said = np.array([CAR, [0] * 8]), np.array([SAID, SAID])
    loss = LocalizationLoss()
    assert float(loss(y, said)) == pytest.approx((0.24 + 0.64) / 2, abs=1e-6)
    weighted = float(loss(y, said, sample_weight=np.array([1, 0])))
    assert weighted == pytest.approx(0.24 / 2, abs=1e-6)


def test_no_classes():
    assert value(LocalizationLoss(), CAR[:5], SAID[:5]) == pytest.approx(0.1, abs=1e-6)


@pytest.mark.parametrize("form", ["squared", "log"])
def test_in_training(form, tmp_path):
    rng = np.random.default_rng(0)
    y = np.array([CAR, [0] * 8, CAR, CAR], "float32")
    inputs = keras.Input((6,))
    parts = [
        keras.layers.Dense(n, activation=a)(inputs)
        for n, a in ((1, "sigmoid"), (4, "sigmoid"), (3, "softmax"))
    ]
    model = keras.Model(inputs, keras.layers.Concatenate()(parts))
    check_loss(LocalizationLoss(form, 2.0), model, rng.normal(size=(4, 6)), y, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"form": "absolute"}, '`form` must be "squared" or "log"'),
        ({"box_weight": -1}, "`box_weight` must be a number of at least 0"),
        ({"from_logits": True}, '`from_logits` is for form="log"'),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        LocalizationLoss(**arguments)


@pytest.mark.parametrize("shapes", [((2, 8), (2, 7)), ((2, 4), (2, 4)), ((8,), (2, 8))])
def test_bad_shapes(shapes):
    with pytest.raises(ValueError, match="5 \\+ classes"):
        LocalizationLoss()(*(np.zeros(shape) for shape in shapes))
